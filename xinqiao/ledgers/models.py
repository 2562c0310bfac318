"""An item of a ledger (台账条目): problem, place, who is responsible, until when; its history and its evidence (A-33, H.2)."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from xinqiao.matters.models import Accused, Matter
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.ledgers import KEEPERS, LEDGERS, ItemAct, ItemState, Progress, Sort, Verdict
from xinqiao.rules.permissions import Action, Reach, allowed

RESTRICTED = [row.sort.value for row in LEDGERS.values() if row.restricted]


class ItemQuerySet(models.QuerySet):
    def visible_to(self, officer: Officer) -> "ItemQuerySet":
        """The items this officer may see: the only way in for pages, lists, figures, exports and messages.

        Of the own organisation (kept there or to be done there), of the own territory for supervising posts, and those that name this
        very person. An item about a matter that is a report, or that names somebody who must not know of it, is in no ledger for
        anybody (C-01); any other item about a matter is seen from above only by who may open the matter.
        """
        cell = allowed(officer.role_set, "ledger", Action.READ)
        if cell is None or not (officer.active and officer.user.is_active):
            return self.none()
        mine = Q(officer=officer) | Q(leader=officer)
        own = mine
        if cell.reach in (Reach.ORGANISATION, Reach.TERRITORY):
            here = Q(office_id=officer.organisation_id) | Q(organisation_id=officer.organisation_id)
            closed = Q(sort__in=RESTRICTED) if not officer.role_set & KEEPERS else Q(pk__in=())
            own = mine | (here & ~closed)
        reach = own
        if cell.reach is Reach.TERRITORY:
            below = Q(organisation__lft__range=officer.scope) & ~Q(sort__in=RESTRICTED)
            of_seen = Q(matter=None) | Q(Exists(Matter.objects.visible_to(officer).filter(pk=OuterRef("matter_id"))))
            reach = own | (below & of_seen)
        return self.listable().filter(reach)

    def listable(self) -> "ItemQuerySet":
        """Without those about a report, or about a matter with an accused set: no figure, ledger or list holds them (C-01)."""
        # Between itself and itself: looked up row by row; as an equation, all accused of the platform would be put into a table first.
        accused = Accused.objects.filter(matter_id__gte=OuterRef("matter_id"), matter_id__lte=OuterRef("matter_id"))
        return self.filter(Q(matter=None) | (Q(matter__sealed=False) & ~Exists(accused)))

    def open(self) -> "ItemQuerySet":
        return self.exclude(state=ItemState.CANCELLED)


class Campaign(models.Model):
    """A campaign (攻坚行动): a name, a period, a list of targets, and an inspection every fifteen days (A-55)."""

    name = models.CharField("名称", max_length=60)
    about = models.TextField("目标和要求")
    office = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="指挥部所在单位")
    begins_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    made_by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="campaign_lasts", condition=Q(ends_on__gte=models.F("begins_on")))]

    def __str__(self) -> str:
        return f"campaign:{self.pk}"


class InspectionRound(models.Model):
    """One round of inspection (督查轮次): planned by date, held, closed with what was found at each unit."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="rounds")
    number = models.SmallIntegerField()
    planned_on = models.DateField("计划日期")
    held_on = models.DateField("督查日期", null=True)
    findings = models.TextField("总体情况", blank=True)
    closed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    told = models.BooleanField(default=False, db_default=False, help_text="the command was told that its day has come")

    class Meta:
        ordering = ["campaign_id", "number"]
        constraints = [models.UniqueConstraint(name="round_number_once", fields=["campaign", "number"])]


class RoundFinding(models.Model):
    """What a round found at one unit: measures, evidence, execution; praise or criticism of the work, never of how many petitioned."""

    round = models.ForeignKey(InspectionRound, models.PROTECT, related_name="units")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    verdict = models.CharField("评价", max_length=12, choices=Verdict.choices())
    text = models.TextField("事实")
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    item_id = models.BigIntegerField(null=True, help_text="the task that the second criticism in a row made")

    class Meta:
        constraints = [models.UniqueConstraint(name="round_finding_once", fields=["round", "organisation"])]


class HandOver(models.Model):
    """A leader leaves: open items go to another one, and both sign (新官要理旧账, A-30). `witness` signs where the leaver cannot any more."""

    leaver = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="移交人")
    receiver = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="接收人")
    office = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    note = models.TextField("说明", blank=True)
    made_by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    leaver_signed_at = models.DateTimeField(null=True)
    witness = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="监交人")
    witness_reason = models.TextField(blank=True)
    receiver_signed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="hand_over_to_another", condition=~Q(leaver=models.F("receiver")))]

    def __str__(self) -> str:
        return f"handover:{self.pk}"

    @property
    def is_done(self) -> bool:
        return bool(self.leaver_signed_at and self.receiver_signed_at)


class HandOverLine(models.Model):
    """One item on the list, as it stood when the list was made."""

    hand_over = models.ForeignKey(HandOver, models.PROTECT, related_name="lines")
    item = models.ForeignKey("Item", models.PROTECT, related_name="hand_over_lines")

    class Meta:
        constraints = [models.UniqueConstraint(name="hand_over_line_once", fields=["hand_over", "item"])]


class Item(models.Model):
    """One line of a ledger. `office` keeps the ledger; `organisation` has to act; `source` says where it came from (`meeting:7`)."""

    sort = models.CharField("台账", max_length=20, choices=Sort.choices())
    problem = models.TextField("问题")
    place = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="所在地方")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="ledger_items", verbose_name="责任单位")
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="责任人")
    leader = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="责任领导")
    limit_on = models.DateField("完成期限")
    measure = models.TextField("措施")
    office = models.ForeignKey(Organisation, models.PROTECT, related_name="kept_items", verbose_name="台账管理单位")
    matter = models.ForeignKey(Matter, models.PROTECT, null=True, related_name="ledger_items")
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, related_name="items")
    source = models.CharField(max_length=40, blank=True)
    details = models.JSONField(
        default=dict, help_text="what only this sort of ledger holds, such as the four guarantees"
    )
    state = models.CharField("状态", max_length=12, choices=ItemState.choices(), default=ItemState.OPEN)
    progress = models.CharField("进展", max_length=12, choices=Progress.choices(), default=Progress.NOT_BEGUN)
    added_by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    added_at = models.DateTimeField("列入时间")
    done_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField("报告办结时间", null=True)
    cancelled_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField("销号时间", null=True)
    reopened = models.SmallIntegerField("重新列入次数", default=0)
    alarmed_for = models.DateField(null=True, help_text="the limit that the alarm was rung for: each once")
    untold = models.BooleanField(
        default=False, db_default=False, help_text="somebody has to be told that it is their turn"
    )
    entry_count = models.IntegerField(default=0)
    version = models.IntegerField(default=0, help_text="what a page was made from; an act on an older one is refused")

    objects = ItemQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["sort", "limit_on", "id"], name="item_of_sort"),
            models.Index(fields=["organisation", "limit_on", "id"], name="item_of_unit"),
            models.Index(fields=["limit_on"], condition=Q(state="open"), name="item_open_limit"),
            models.Index(fields=["limit_on", "id"], condition=~Q(state="cancelled"), name="item_soonest"),
            models.Index(fields=["id"], condition=Q(untold=True), name="item_untold"),
            models.Index(fields=["matter"], condition=Q(matter__isnull=False), name="item_of_matter"),
            models.Index(fields=["source"], condition=~Q(source=""), name="item_source"),
        ]
        constraints = [
            models.CheckConstraint(
                name="item_cancelled_by_second",
                condition=~Q(state="cancelled") | (Q(cancelled_by__isnull=False) & ~Q(cancelled_by=models.F("done_by"))),
            ),
            models.UniqueConstraint(
                name="item_open_once_for_matter", fields=["sort", "matter", "organisation"],
                condition=Q(matter__isnull=False) & ~Q(state="cancelled"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"ledger:{self.pk}"


class Entry(models.Model):
    """One line of an item's history: what was done or reported, by whom. Added, never changed (enforced by the database)."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="entries")
    matter_id = models.BigIntegerField(null=True)
    seq = models.IntegerField()
    act = models.CharField(max_length=20, choices=ItemAct.choices())
    at = models.DateTimeField()
    by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    text = models.TextField(blank=True)
    progress = models.CharField(max_length=12, choices=Progress.choices(), blank=True)
    changes = models.JSONField(default=dict, help_text="field → [before, after], in words")

    class Meta:
        ordering = ["item_id", "seq"]
        constraints = [models.UniqueConstraint(name="entry_seq_once", fields=["item", "seq"])]


class Evidence(models.Model):
    """What shows that it was done: a file, an issued letter or a record of the matter. Added, never changed."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="evidence")
    matter_id = models.BigIntegerField(null=True)
    entry_seq = models.IntegerField()
    title = models.CharField(max_length=200)
    document_id = models.BigIntegerField(null=True)
    record_id = models.BigIntegerField(null=True)
    stored_name = models.CharField(max_length=64, blank=True)
    original_name = models.CharField("文件名", max_length=200, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    size_bytes = models.IntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    original_digest = models.CharField(max_length=64, blank=True)
    hash_algorithm = models.CharField(max_length=10, blank=True)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="evidence_is_something",
                condition=Q(document_id__isnull=False) | Q(record_id__isnull=False) | ~Q(stored_name=""),
            )
        ]
