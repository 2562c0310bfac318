"""The case: matter, submission, request, referral (desk), opinion, clock, event, and what hangs on them (D.1).

Ready to be distributed by the matter's id (architecture 2): every row below a matter carries `matter_id`, unique constraints include
it, and one child points to another by a plain number beside the `matter_id`. What must be unique across matters (numbers,
idempotency keys, imported rows) and what is claimed with SKIP LOCKED (deliveries) lives in small tables of its own.

Stages change only in `matters/steps/`; nothing here is edited directly (D.1).
"""

import json

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.functional import cached_property

from xinqiao.crypto.fields import SealedJSONField
from xinqiao.database.clock import ClockNow
from xinqiao.database.composed import Composed
from xinqiao.organisations.models import ContentClass, Officer, Organisation
from xinqiao.people.models import Petitioner
from xinqiao.rules.completion import ReportState
from xinqiao.rules.confidentiality import TEXT_ACCESS, Reach, listed_title
from xinqiao.rules.moves import CLOSED
from xinqiao.rules.patrol import Ground
from xinqiao.rules.proposals import WAITING
from xinqiao.rules.stages import (
    Channel,
    Kind,
    Purpose,
    ReferralKind,
    ReviewOutcome,
    Role,
    Route,
    ServiceManner,
    Stage,
)
from xinqiao.rules.supervision import Means, SupervisionState
from xinqiao.rules.urgent import UrgentGround, UrgentState

from .actors import Actor, Citizen, System
from .secrecy import Accused, Clearance, Recusal, RetaliationLink, SealedEntry, shut_out

__all__ = ["Accused", "Clearance", "Recusal", "RetaliationLink", "SealedEntry"]  # a part of these models, kept beside


def _roles(reach_of, *reaches: Reach) -> frozenset[Role]:
    return frozenset(role for role, row in TEXT_ACCESS.items() if reach_of(row) in reaches)


# Who reads what, from the one table of B.3: matters on a desk of the own organisation or territory, matters given to this very
# person, reports (检举控告) on an own desk, reports only while they are being registered.
READERS = _roles(lambda row: row.reach, Reach.ORGANISATION, Reach.TERRITORY)
ASSIGNED_READERS = _roles(lambda row: row.reach, Reach.ASSIGNED)
# A report that lies at the petition office is given to whoever triages there (B.3 "assigned"); to anybody else, by name.
REPORT_READERS = _roles(lambda row: row.report_reach, Reach.SEALED_LIST, Reach.COMPETENT, Reach.ORGANISATION) | {
    Role.TRIAGE
}
REPORT_GIVEN = _roles(lambda row: row.report_reach, Reach.ASSIGNED) - REPORT_READERS
REPORT_REGISTRARS = _roles(lambda row: row.report_reach, Reach.WHILE_REGISTERING)


class MatterQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "MatterQuerySet":
        """The matters `actor` may open: the only way in for pages, steps, search, export and messages (architecture 10).

        A report (检举控告) is never seen from inside the accused set (C-01, C-02), nor by supervising posts from above.
        """
        match actor:
            case System():
                return self
            case Citizen():
                mine = Q(pk=actor.matter_id) if actor.matter_id else Q(pk__in=())
                return self.filter(mine | Q(account_id=actor.account_id) if actor.account_id else mine)
            case Officer() if actor.active and actor.user.is_active:
                return self.filter(_may_open(actor)).exclude(shut_out(actor, "pk"))
        return self.none()

    def locked(self) -> "MatterQuerySet":
        """Lock the matters' own rows; read the database's clock with them (no client sets the time of an event), and what else a step asks."""
        named = Exists(Accused.objects.filter(matter=OuterRef("pk")))
        return self.select_for_update(of=("self",)).annotate(database_now=ClockNow(), names_accused=named)


def _given_away(roles: frozenset[Role]) -> list[Stage]:
    """Stages of an own desk after which a report is closed to the office: it keeps a line of its register (C-08, C-15, T-63).

    What went to the discipline organ of the same level stays open to the liaison who follows it (B.3: DSL).
    """
    closed = [Stage.PASSED_SEALED, Stage.OFF_LINE]
    return closed if Role.DISCIPLINE_LIAISON in roles else [*closed, Stage.SENT_TO_DISCIPLINE]


def _may_open(officer: Officer) -> Q:
    roles = officer.role_set
    desks = Referral.objects.filter(matter=OuterRef("pk"))
    own = Exists(desks.filter(organisation_id=officer.organisation_id).exclude(stage__in=_given_away(roles)))
    may = Q(pk__in=())
    if roles & READERS:
        may |= Q(Exists(desks.filter(org_lft__range=officer.scope)), sealed=False)
    if roles & ASSIGNED_READERS:
        registered = Submission.objects.filter(matter=OuterRef("pk"), registrar=officer)
        may |= Q(Exists(desks.filter(handler=officer)) | Exists(registered), sealed=False)
    if roles & REPORT_READERS:
        may |= Q(own, sealed=True)
    if roles & REPORT_GIVEN:
        may |= Q(Exists(desks.filter(handler=officer).exclude(stage__in=_given_away(roles))), sealed=True)
    if roles & REPORT_REGISTRARS:
        may |= Q(own, sealed=True, stage=Stage.RECEIVED)
    return may


class Matter(models.Model):
    """The substantive request (信访事项): one kind, one place, one stage."""

    number = models.CharField("信访件编号", max_length=24)
    stage = models.CharField("阶段", max_length=30, choices=Stage.choices())
    stage_before = models.CharField(max_length=30, blank=True, help_text="where a withdrawn matter resumes (WD-5)")
    kind = models.CharField("事项类别", max_length=20, choices=Kind.choices(), blank=True)
    purpose = models.CharField("信访目的", max_length=20, choices=Purpose.choices())
    channel = models.CharField("信访形式", max_length=20, choices=Channel.choices())
    title = models.CharField("标题", max_length=100)
    content_class = models.ForeignKey(ContentClass, models.PROTECT, null=True, blank=True, verbose_name="内容分类")
    place = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="问题属地")
    place_detail = models.CharField("详细地址", max_length=200, blank=True)

    received_at = models.DateTimeField("收到时间")
    received_on = models.DateField("收到日期")
    received_by = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="首接机构")
    registered_at = models.DateTimeField("登记时间", null=True, blank=True)
    accepted_on = models.DateField("受理日期", null=True, blank=True)
    extended_days = models.SmallIntegerField("延期天数", default=0)
    unit = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+",
                             verbose_name="现在的办理机关")  # fmt: skip
    unit_since = models.DateTimeField("从何时起", null=True, blank=True)
    due_on = models.DateField("下一个期限", null=True, blank=True)
    due_term = models.CharField(max_length=30, blank=True)
    procedure = models.CharField("办理程序", max_length=10, blank=True)  # simple, ordinary, other
    route = models.CharField("途径", max_length=20, choices=Route.choices(), blank=True)

    petitioner_name = models.CharField("信访人（已脱敏）", max_length=60, blank=True)
    anonymous = models.BooleanField("匿名", default=False)
    contactable = models.BooleanField("有联系方式", default=True)
    secrecy = models.BooleanField("要求保密", default=False)
    sealed = models.BooleanField("检举控告，限制知悉", default=False)
    publish_consent = models.BooleanField("同意公开", default=False)
    electronic_service = models.BooleanField("同意电子送达", default=False)
    headcount = models.IntegerField("信访人数", default=1)
    group = models.BooleanField("集体访", default=False)
    joint = models.BooleanField("联名", default=False)
    repeat = models.BooleanField("重复信访", default=False)
    litigation = models.BooleanField("涉法涉诉", default=False)
    urgent = models.BooleanField("重大紧急", default=False)
    accessibility_need = models.CharField("语言、无障碍需求", max_length=100, blank=True)
    filing_objected = models.BooleanField(default=False)
    mixed = models.BooleanField("既有诉求又有检举", default=False, db_default=False, help_text="to be split (C-03)")
    extract_by = models.BigIntegerField(
        null=True, blank=True, help_text="who wrote the extract that a second person has not approved"
    )
    unseal_by = models.BigIntegerField(
        null=True, blank=True, help_text="who proposed another kind for what is sealed as a report"
    )

    joined_to = models.BigIntegerField(null=True, blank=True, db_index=True)
    split_from = models.BigIntegerField(null=True, blank=True)
    account_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    query_code_hash = models.CharField(max_length=80, blank=True)
    source = models.CharField("信访来源", max_length=60, blank=True)
    source_number = models.CharField("来源编号", max_length=60, blank=True)

    version = models.IntegerField(default=0, help_text="what a page was made from; a step on an older one is refused")
    event_count = models.IntegerField(default=0)
    chain_head = models.CharField(max_length=64, blank=True)
    database_now = None  # set by locked()
    names_accused: bool | None = None  # set by locked() and add_accused

    objects = MatterQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-received_at", "-id"]),
            models.Index(fields=["source", "source_number"]),
            models.Index(fields=["split_from"], condition=Q(split_from__isnull=False), name="matter_split_from"),
            models.Index(fields=["id"], condition=Q(filing_objected=True), name="matter_filing_objected"),
            # What waits for somebody to decide, few among all: which of it has no proposals yet (rules/proposals.py).
            models.Index(fields=["-id"], condition=Q(stage__in=sorted(one.value for one in WAITING)), name="matter_waiting"),
            # Search among what is closed walks it from the newest back: what came last is not closed yet.
            models.Index(fields=["-received_at", "-id"], condition=Q(stage__in=sorted(one.value for one in CLOSED)), name="matter_closed_received"),
        ]
        constraints = [
            models.CheckConstraint(
                name="matter_accepted_has_date",
                condition=~Q(stage__in=[Stage.ACCEPTED, Stage.ACCEPTED_SIMPLE]) | Q(accepted_on__isnull=False),
            ),
            models.CheckConstraint(name="matter_extension_at_most_30", condition=Q(extended_days__range=(0, 30))),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def listed_title(self) -> str:
        """The title as pages show it that do not open the text."""
        return listed_title(self.title, sealed=self.sealed)

    @property
    def has_accused(self) -> bool:
        """Whether somebody stands in its accused set (C-01). Asked once: nothing ever takes one out."""
        if self.names_accused is None:
            self.names_accused = bool(_ACCUSED_OF(matter_id=self.pk))
        return self.names_accused

    @property
    def is_closed(self) -> bool:
        return self.stage in CLOSED

    @cached_property
    def petitioners(self) -> models.QuerySet:
        """信访人, the main one first. Looked through again and again by one page, read from the database once."""
        return Petitioner.objects.filter(matter_id=self.pk).order_by("position")


_ACCUSED_OF = Composed(lambda matter_id: Accused.objects.filter(matter_id=matter_id).values_list("pk")[:1])


class MatterNumber(models.Model):
    """A number is looked up here, then the matter by its id: the only place where numbers are unique."""

    number = models.CharField(max_length=24, primary_key=True)
    matter_id = models.BigIntegerField()


class NumberSeries(models.Model):
    """The last sequence number given for one division on one day."""

    series = models.CharField(max_length=20, primary_key=True)  # division + day
    last = models.IntegerField()


class IdempotencyKey(models.Model):
    """One promise: the same key again gives the same receipt (secure-checklist 24)."""

    client = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    request_hash = models.CharField(max_length=64)
    matter_id = models.BigIntegerField(null=True)
    response = models.TextField(blank=True)  # sealed: it holds the query code
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="idempotency_key_once", fields=["client", "key"])]


class ImportedRow(models.Model):
    """A row of another system that is stored already: makes an import safe to run twice."""

    source = models.CharField(max_length=60)
    fingerprint = models.CharField(max_length=80)
    matter_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(name="imported_row_once", fields=["source", "fingerprint"])]


class ImportRun(models.Model):
    """One run of `xinqiao import`: which file, by whom, and where each of its rows went. rows_in = stored + known + rejected.

    `position` moves in the transaction that stores a batch: whatever ends the process, the next one goes on behind it.
    """

    source = models.CharField(max_length=60)
    file_name = models.CharField(max_length=200)
    file_digest = models.CharField(max_length=64)
    hash_algorithm = models.CharField(max_length=10)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), help_text="channel, purpose")
    office = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    who = models.CharField("由谁导入", max_length=60)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    position = models.IntegerField(default=0, db_default=0, help_text="the last row of the file that is done, as a spreadsheet counts")
    resumed = models.IntegerField("接着做了几次", default=0, db_default=0)
    rows_in = models.IntegerField(default=0)
    stored = models.IntegerField(default=0)
    known = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    noted = models.IntegerField(default=0, db_default=0)
    reasons = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), help_text="code of a rejection → how often")
    rejects_file = models.CharField(max_length=1000, blank=True, default="", db_default="")
    rejects_bytes = models.BigIntegerField(default=0, db_default=0, help_text="how much of it belongs to the rows that are done")
    problem = models.TextField("没有读完的原因", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="import_sums_agree",
                condition=Q(rows_in=models.F("stored") + models.F("known") + models.F("rejected")),
            )
        ]


class Submission(models.Model):
    """One letter, visit, call or web form (信访件): one receipt. Added, never changed (enforced by the database)."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="submissions")
    channel = models.CharField(max_length=20, choices=Channel.choices())
    title = models.CharField(max_length=100)
    content = models.TextField("投诉内容")
    reasons = models.TextField("事实和理由", blank=True)
    requests = models.JSONField("诉求", default=list)
    respondent = SealedJSONField("被反映人或单位", default=dict, context="submission.respondent")
    channel_facts = SealedJSONField("信访形式附加信息", default=dict, context="submission.channel_facts")
    petition_on = models.DateField("信访日期")
    received_at = models.DateTimeField("收到时间")
    received_by = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    registrar = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    stated_by = models.CharField(max_length=20, default="citizen")  # citizen, officer, client, import
    content_hash = models.CharField(max_length=64)
    hash_algorithm = models.CharField(max_length=10)


class Attachment(models.Model):
    """One file (附件): stored under a random name; the untouched original's digest is kept beside the served copy's."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="attachments")
    submission_id = models.BigIntegerField(null=True)
    event_seq = models.IntegerField(null=True, help_text="the event it came with, for supplements and proofs")
    stored_name = models.CharField(max_length=64)
    original_name = models.CharField("文件名", max_length=200)
    media_type = models.CharField(max_length=100)
    size_bytes = models.IntegerField()
    digest = models.CharField(max_length=64)
    original_digest = models.CharField(max_length=64)
    hash_algorithm = models.CharField(max_length=10)
    note = models.CharField(max_length=200, blank=True)
    from_citizen = models.BooleanField(default=True)
    added_at = models.DateTimeField()


class Request(models.Model):
    """One numbered demand (诉求): the opinion must answer each (GT-1)."""

    matter = models.ForeignKey(Matter, models.CASCADE, related_name="requests")
    number = models.SmallIntegerField()
    text = models.TextField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(name="request_number_once", fields=["matter", "number"])]


class ReferralQuerySet(models.QuerySet):
    def visible_to(self, officer: Officer) -> "ReferralQuerySet":
        """Desks an officer may list: the same rule as MatterQuerySet.visible_to, asked from the side of the desk.

        `reach` holds every branch of the rule and stands outside it, once: a range buried in an OR is no use to an index,
        and one said twice makes the planner expect a handful of rows where there are thousands.
        """
        return self._seen_by(officer, "matter__sealed")

    def counted_by(self, officer: Officer) -> "ReferralQuerySet":
        """The same desks for a number beside a list, never for the list itself: whether a matter is sealed is read from the desk's copy,
        written in the step that seals it. So the matters of thousands of desks need not be looked up with every page."""
        return self._seen_by(officer, "sealed")

    def _seen_by(self, officer: Officer, sealed: str) -> "ReferralQuerySet":
        if not (officer.active and officer.user.is_active):
            return self.none()
        organisation = officer.organisation
        roles, own = officer.role_set, Q(org_lft=organisation.lft, organisation_id=organisation.pk)
        reach, may = own, Q(pk__in=())
        if not roles & (READERS | ASSIGNED_READERS):  # reports only: found by the desk's own mark, few among many
            reach = own & Q(sealed=True)
        if roles & READERS:
            first, last = officer.scope  # the own desks lie in it
            reach = Q(org_lft=first) if first == last else Q(org_lft__range=(first, last))
            may = Q(**{sealed: False})
        if roles & ASSIGNED_READERS:
            given = Q(handler=officer)
            reach, may = reach | given, may | (given & Q(**{sealed: False}))
        kept = own & Q(**{sealed: True}) & ~Q(stage__in=_given_away(roles))
        if roles & REPORT_READERS:
            may |= kept
        if roles & REPORT_GIVEN:
            may |= kept & Q(handler=officer)
        if roles & REPORT_REGISTRARS:
            may |= kept & Q(matter__stage=Stage.RECEIVED)
        return self.filter(reach, may).exclude(shut_out(officer, "matter_id"))


class Referral(models.Model):
    """The matter on the desk of one organisation (一程): transfer, assignment, review … Carries acceptance and handling."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="referrals")
    kind = models.CharField(max_length=20, choices=ReferralKind.choices())
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="desks")
    org_lft = models.IntegerField()
    sender = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    sender_referral_id = models.BigIntegerField(null=True)
    stage = models.CharField(max_length=30, choices=Stage.choices())
    lead = models.BooleanField("主办", default=True)
    is_open = models.BooleanField(default=True)
    received_at = models.DateTimeField()
    signed_in_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    handler = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="handling")
    recusal_declared_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    due_term = models.CharField(max_length=30, blank=True)
    instruction = models.TextField("转交意见", blank=True)
    proposed_route = models.CharField(max_length=20, blank=True)
    report_due_on = models.DateField("反馈结果的日期", null=True)
    extension = models.JSONField("延期申请", null=True)
    unread = models.BooleanField(default=True)
    # Copies of what the matter knows, so that an index finds or sorts by it. Who may see a desk is asked of the matter itself.
    number_order = models.BigIntegerField(default=0, db_default=0, help_text="rules.numbering.place_in_order")
    sealed = models.BooleanField(default=False, db_default=False)
    to_archive = models.BooleanField(default=False, db_default=False, help_text="the matter has ended, its file is open")

    objects = ReferralQuerySet.as_manager()

    class Meta:
        indexes = [
            # What a list sorts by, its tie-breaker, then the scope: the first page is read off the index. An organisation's
            # own lists begin with its `org_lft`.
            models.Index(fields=["due_on", "id", "org_lft", "is_open"], name="desk_due"),
            models.Index(fields=["received_at", "id", "org_lft", "is_open"], name="desk_received"),
            models.Index(fields=["org_lft", "is_open", "due_on", "id"], name="desk_of_org_due"),
            models.Index(fields=["org_lft", "received_at", "id", "is_open"], name="desk_of_org_received"),
            models.Index(fields=["handler", "due_on"], condition=Q(is_open=True), name="desk_by_handler"),
            models.Index(fields=["org_lft", "stage"], condition=Q(is_open=True), name="desk_of_org_stage"),
            models.Index(fields=["number_order", "id", "org_lft", "is_open"], name="desk_number"),
            models.Index(fields=["org_lft", "number_order", "id", "is_open"], name="desk_of_org_number"),
            # One desk in ten is open: a list of open ones from its other end would begin with all the closed ones.
            # Nor with the reports: their desk at a discipline organ stays open for good, and no list of a territory shows it.
            models.Index(fields=["received_at", "id", "org_lft"], condition=Q(is_open=True, sealed=False), name="open_desk_by_received"),
            models.Index(fields=["number_order", "id", "org_lft"], condition=Q(is_open=True, sealed=False), name="open_desk_by_number"),
            models.Index(fields=["org_lft", "received_at", "id"], condition=Q(is_open=True), name="open_desk_of_org_received"),
            models.Index(fields=["org_lft", "number_order", "id"], condition=Q(is_open=True), name="open_desk_of_org_number"),
            # Few among many: what nobody has opened yet, what waits for the archive, and reports, which only a liaison lists.
            models.Index(fields=["org_lft", "received_at", "id"], condition=Q(is_open=True, unread=True), name="desk_unread"),
            models.Index(fields=["org_lft", "due_on", "id"], condition=Q(is_open=True, unread=True), name="desk_unread_due"),
            models.Index(fields=["org_lft", "received_at", "id"], condition=Q(to_archive=True), name="desk_to_archive"),
            models.Index(fields=["org_lft", "is_open", "due_on", "id"], condition=Q(sealed=True), name="desk_sealed"),
            models.Index(fields=["org_lft", "received_at", "id"], condition=Q(sealed=True), name="desk_sealed_received"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="desk_open_once", fields=["matter", "organisation", "kind"], condition=Q(is_open=True)
            )
        ]


class Opinion(models.Model):
    """One decision document of one instance (处理、复查、复核意见书): a draft is a working paper, an issued one never changes."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="opinions")
    instance = models.CharField(max_length=10)  # handling, review, recheck
    round = models.SmallIntegerField(default=1)
    referral_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, default="draft")  # draft, in_approval, issued, served, revoked
    facts = models.TextField("查明的事实", blank=True)
    evidence = models.JSONField("证据", default=list)
    answers = models.JSONField("逐项答复", default=list)
    body = models.TextField("补充说明", blank=True)
    outcome = models.CharField(max_length=20, choices=ReviewOutcome.choices(), blank=True)
    basis = models.JSONField("依据", default=list)
    reasons = models.TextField("理由", blank=True)
    redo_by_on = models.DateField("重新作出意见的期限", null=True)
    not_worse = models.BooleanField("没有使信访人处境更不利", default=False)
    return_note = models.TextField("退回意见", blank=True)
    drafted_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    signed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    remedy_organ = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    document_id = models.BigIntegerField(null=True)
    issued_at = models.DateTimeField(null=True)
    served_on = models.DateField(null=True)
    saved_at = models.DateTimeField(null=True)
    revision = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="opinion_once_a_round", fields=["matter", "instance", "round", "referral_id"])
        ]
        # Drafts are few among many: what came back from approval is asked for with every side bar.
        indexes = [models.Index(fields=["organisation", "referral_id"], condition=Q(state="draft"), name="opinion_draft_of_organ")]


class Service(models.Model):
    """One act of service (送达): manner, proof, the day from which windows count (F.2, DL-14)."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="services")
    document_id = models.BigIntegerField()
    opinion_id = models.BigIntegerField(null=True)
    manner = models.CharField(max_length=20, choices=ServiceManner.choices())
    effective_on = models.DateField()
    proof = models.JSONField(default=dict)
    recorded_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()


class Record(models.Model):
    """Something said or found: contact, talk, investigation, hearing, agreement, question and answer, internal note."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="records")
    referral_id = models.BigIntegerField(null=True)
    event_seq = models.IntegerField(null=True)
    sort = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    shown_to_citizen = models.BooleanField(default=False)


class Supervision(models.Model):
    """One supervision (督办) of one organ in one matter: asked for, proposed, signed, answered, closed (SV-2, SV-3, SV-9)."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="supervisions")
    office = models.ForeignKey(Organisation, models.PROTECT, related_name="supervising", verbose_name="督办机关")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="supervised", verbose_name="被督办单位", null=True)
    state = models.CharField(max_length=10, choices=SupervisionState.choices())
    asked_text = models.TextField("信访人的要求", blank=True)
    asked_at = models.DateTimeField(null=True)
    finding_id = models.BigIntegerField(null=True, help_text="what the patrol found, if it began with that")
    ground = models.CharField(max_length=20, choices=Ground.choices(), blank=True)
    means = models.CharField("督办方式", max_length=20, choices=Means.choices(), blank=True)
    broken = models.TextField("没有做到什么", blank=True)
    demand = models.TextField("要求", blank=True)
    improvement = models.TextField("改进工作的建议", blank=True)
    answer_by_on = models.DateField("答复日期", null=True)
    proposed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)
    document_id = models.BigIntegerField(null=True)
    answer = models.TextField("答复", blank=True)
    answered_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    rounds = models.SmallIntegerField(default=1)
    outcome = models.TextField("结果或者不予督办的理由", blank=True)
    closed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["office", "state", "-id"], name="supervision_of_office"),
            models.Index(fields=["organisation", "state", "-id"], name="supervision_of_unit"),
        ]


class CompletionReport(models.Model):
    """办结报告: what the organ that was assigned a matter reports to the petition office that assigned it (SV-8). One for each desk."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="completion_reports")
    referral_id = models.BigIntegerField(help_text="the desk of who reports")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="报告单位")
    office_referral_id = models.BigIntegerField(help_text="the desk of who assigned the matter")
    office = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="交办机关")
    state = models.CharField(max_length=10, choices=ReportState.choices())
    said = models.JSONField("内容", default=dict)  # by key of rules/completion.CONTENTS
    review = models.TextField("审核意见", blank=True)
    relayed_id = models.BigIntegerField(null=True, help_text="the report from below that this one passes on")
    drafted_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    reported_at = models.DateTimeField(null=True)
    document_id = models.BigIntegerField(null=True)
    decision = models.TextField("还缺什么，或者审核意见", blank=True)
    decided_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    rounds = models.SmallIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["office", "state", "-id"], name="completion_of_office"),
            models.Index(fields=["organisation", "state", "-id"], name="completion_of_unit"),
        ]
        constraints = [models.UniqueConstraint(name="completion_once_a_desk", fields=["matter", "referral_id"])]


class UrgentReport(models.Model):
    """重大紧急信访信息: one organ's report of what is major or urgent in a matter, continued until it is over (UR-1 to UR-6, R-25)."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="urgent_reports")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="报送单位")
    org_lft = models.IntegerField()
    state = models.CharField(max_length=12, choices=UrgentState.choices(), default=UrgentState.MARKED)
    ground = models.CharField("原因", max_length=20, choices=UrgentGround.choices(), blank=True)
    said = models.JSONField("内容", default=dict)  # by key of rules/urgent.PARTS; never a name
    affected = models.IntegerField("涉及人数", null=True)
    danger_to_life = models.BooleanField("有人身危险", default=False)
    next_report_at = models.DateTimeField("下一次续报", null=True)
    marked_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    marked_at = models.DateTimeField("标记时间")
    rung = models.SmallIntegerField(default=0, help_text="how many alarms have rung (UR-3)")
    alarm_at = models.DateTimeField(null=True, help_text="when the next bell rings: it is not sent, or not continued")
    signed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField("首次报送时间", null=True)
    rounds = models.SmallIntegerField(default=0, help_text="1: the first report; then each continued one")
    document_id = models.BigIntegerField(null=True)
    closed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    outcome = models.TextField("结果", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["org_lft", "-id"], name="urgent_of_area"),
            models.Index(fields=["alarm_at"], condition=Q(alarm_at__isnull=False), name="urgent_alarm"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="urgent_one_open", fields=["matter", "organisation"], condition=Q(state__in=["marked", "written", "sent"])
            )
        ]


class UrgentDelivery(models.Model):
    """To whom one round of an urgent report went: an organ on the platform, or one outside that was told by other means (UR-1, UR-2).

    Outside the platform nothing is delivered here: `done_at` stays empty until an officer records when and how it was sent.
    """

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+")
    report = models.ForeignKey(UrgentReport, models.PROTECT, related_name="deliveries")
    round = models.SmallIntegerField()
    addressee = models.CharField(max_length=20)  # a row of rules/urgent.ADDRESSEES
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    name = models.CharField("收件单位", max_length=100)
    done_at = models.DateTimeField("报送时间", null=True)
    how = models.TextField("怎样报送的", blank=True)
    recorded_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    read_at = models.DateTimeField("打开时间", null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-id"], name="urgent_delivered_to")]
        constraints = [models.UniqueConstraint(name="urgent_delivered_once", fields=["report", "round", "addressee", "name"])]


class Withdrawal(models.Model):
    """A wish to withdraw (撤回, D.16): takes effect after 24 hours, may be taken back for 30 days."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="withdrawals")
    requested_at = models.DateTimeField()
    effective_at = models.DateTimeField()
    answers = models.JSONField(default=dict)
    state = models.CharField(max_length=20, default="waiting")  # waiting, cancelled, effective, resumed

    class Meta:
        indexes = [models.Index(fields=["effective_at"], condition=Q(state="waiting"), name="withdrawal_waiting")]


class Rating(models.Model):
    """What the citizen thinks of the petition office or of the unit (满意度评价, D.17): once for each."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="ratings")
    target = models.CharField(max_length=10)  # office, unit
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    value = models.CharField(max_length=20)
    reason = models.CharField(max_length=40, blank=True)
    text = models.TextField(blank=True)
    rated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="rating_once", fields=["matter", "target", "organisation"])]


class Clock(models.Model):
    """One running limit (期限): term, start, due, office target, inputs and rule ids (DL-19)."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="clocks")
    referral_id = models.BigIntegerField(null=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    term = models.CharField(max_length=30)
    holder = models.CharField(max_length=10)  # office, citizen, event
    started_on = models.DateField()
    nominal_on = models.DateField()
    due_on = models.DateField()
    office_target_on = models.DateField(null=True)
    provisional = models.BooleanField(default=False)
    inputs = models.JSONField(default=dict)
    rules = models.JSONField(default=list)
    explanation = models.TextField(blank=True)
    state = models.CharField(max_length=12, default="running")  # running, met, late, cancelled, lapsed
    ended_on = models.DateField(null=True)
    next_warning_on = models.DateField(null=True)
    level = models.CharField(max_length=12, default="normal")

    class Meta:
        indexes = [
            models.Index(fields=["next_warning_on"], condition=Q(state="running"), name="clock_next_warning"),
            models.Index(fields=["due_on"], condition=Q(state="running"), name="clock_running_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="clock_one_running", fields=["matter", "term", "referral_id"], condition=Q(state="running")
            )
        ]

    def __str__(self) -> str:
        return f"{self.term} {self.due_on}"


class Event(models.Model):
    """One thing that happened (办理记录): history, audit trail and outbox in one. Append-only, hash-chained (LG-1)."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="events")
    seq = models.IntegerField()
    step = models.CharField(max_length=40)
    from_stage = models.CharField(max_length=30, blank=True)
    to_stage = models.CharField(max_length=30, blank=True)
    referral_id = models.BigIntegerField(null=True)
    actor_kind = models.CharField(max_length=10)  # officer, citizen, system
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("发生时间")
    recorded_at = models.DateTimeField("写入时间")
    facts_text = models.TextField(default="{}")
    document_id = models.BigIntegerField(null=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    algorithm = models.CharField(max_length=10)

    class Meta:
        ordering = ["matter_id", "seq"]
        constraints = [models.UniqueConstraint(name="event_seq_once", fields=["matter", "seq"])]
        indexes = [models.Index(fields=["id"], name="event_by_id")]

    @property
    def facts(self) -> dict:
        return json.loads(self.facts_text)


class Delivery(models.Model):
    """Progress of one reaction to one event (送达/推送): what was sent, when, why not. A queue of its own (SKIP LOCKED)."""

    event_id = models.BigIntegerField()
    matter_id = models.BigIntegerField()
    reaction = models.CharField(max_length=60)
    state = models.CharField(max_length=10, default="pending")  # pending, claimed, done, failed, skipped
    attempts = models.SmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    claimed_by = models.CharField(max_length=60, blank=True)
    done_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    result = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="delivery_once", fields=["event_id", "reaction"])]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state__in=["pending", "claimed"]), name="delivery_owed")
        ]
