"""The matter (信访事项), its requests and its number; and who may open it."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.functional import cached_property

from xinqiao.database.clock import ClockNow
from xinqiao.database.composed import Composed
from xinqiao.organisations.models import ContentClass, Officer, Organisation
from xinqiao.people.models import Petitioner
from xinqiao.rules.confidentiality import listed_title
from xinqiao.rules.moves import CLOSED
from xinqiao.rules.proposals import WAITING
from xinqiao.rules.stages import Channel, Kind, Purpose, Route, Stage

from ..actors import Actor, Citizen, System
from ..secrecy import Accused, shut_out
from .desk import Referral
from .readers import ASSIGNED_READERS, READERS, REPORT_GIVEN, REPORT_READERS, REPORT_REGISTRARS, given_away
from .submission import Submission


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


def _may_open(officer: Officer) -> Q:
    roles = officer.role_set
    desks = Referral.objects.filter(matter=OuterRef("pk"))
    own = Exists(desks.filter(organisation_id=officer.organisation_id).exclude(stage__in=given_away(roles)))
    may = Q(pk__in=())
    if roles & READERS:
        may |= Q(Exists(desks.filter(org_lft__range=officer.scope)), sealed=False)
    if roles & ASSIGNED_READERS:
        registered = Submission.objects.filter(matter=OuterRef("pk"), registrar=officer)
        may |= Q(Exists(desks.filter(handler=officer)) | Exists(registered), sealed=False)
    if roles & REPORT_READERS:
        may |= Q(own, sealed=True)
    if roles & REPORT_GIVEN:
        may |= Q(Exists(desks.filter(handler=officer).exclude(stage__in=given_away(roles))), sealed=True)
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
            # Reports that are not sealed: hardly any, and in no figure (C-01).
            models.Index(fields=["id"], condition=Q(kind=Kind.REPORT, sealed=False), name="matter_open_report"),
            # What waits for somebody to decide, few among all: which of it has no proposals yet (rules/proposals.py).
            models.Index(
                fields=["-id"], condition=Q(stage__in=sorted(one.value for one in WAITING)), name="matter_waiting"
            ),
            # Search among what is closed walks it from the newest back: what came last is not closed yet.
            models.Index(
                fields=["-received_at", "-id"],
                condition=Q(stage__in=sorted(one.value for one in CLOSED)),
                name="matter_closed_received",
            ),
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


class Request(models.Model):
    """One numbered demand (诉求): the opinion must answer each (GT-1)."""

    matter = models.ForeignKey("matters.Matter", models.CASCADE, related_name="requests")
    number = models.SmallIntegerField()
    text = models.TextField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(name="request_number_once", fields=["matter", "number"])]


class MatterNumber(models.Model):
    """A number is looked up here, then the matter by its id: the only place where numbers are unique."""

    number = models.CharField(max_length=24, primary_key=True)
    matter_id = models.BigIntegerField()


class NumberSeries(models.Model):
    """The last sequence number given for one division on one day."""

    series = models.CharField(max_length=20, primary_key=True)  # division + day
    last = models.IntegerField()
