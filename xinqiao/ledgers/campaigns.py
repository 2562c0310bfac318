"""攻坚行动: targets with somebody responsible, progress by district, an inspection every fifteen days (A-55, A-56).

Progress is that of measures done and checked; how many people petitioned stands nowhere, and no district is ranked (G.4). A unit that
is criticised in two rounds in a row answers to the command: that is a task of the campaign, with a day.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from xinqiao.integrity import audit
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules import wording
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.ledgers import (
    ANSWER_DAYS,
    ANSWERS_AFTER,
    COMMAND,
    REASON_AT_LEAST,
    ItemState,
    Sort,
    Verdict,
    criticisms_in_a_row,
    round_days,
)
from xinqiao.rules.stages import Line, Role

from . import items, wanted
from .models import Campaign, InspectionRound, Item, RoundFinding

LONGEST_DAYS = 3 * 366


def visible_to(officer: Officer) -> QuerySet[Campaign]:
    """Campaigns of the own office, and those that have a target this post may see."""
    seen = Item.objects.visible_to(officer).filter(campaign__isnull=False).order_by().values("campaign")
    return Campaign.objects.filter(Q(office_id=officer.organisation_id) | Q(pk__in=seen))


def runs(campaign: Campaign, officer: Officer) -> bool:
    """Whether this post belongs to the command: adds targets, inspects."""
    return campaign.office_id == officer.organisation_id and bool(officer.role_set & COMMAND)


@transaction.atomic
def make(*, name: str, about: str, begins_on: date, ends_on: date, by: Officer, at: datetime, request=None) -> Campaign:
    """A campaign with its rounds, one every fifteen days. Raises StepRefused."""
    if not by.role_set & COMMAND:
        raise wanted.refusal("攻坚行动由信访部门负责人、督查专员或者联席办组织。", "wrong_role")
    if not begins_on <= ends_on <= begins_on + timedelta(days=LONGEST_DAYS):
        raise wanted.refusal("结束日期应在开始日期以后，最长三年。", "days")
    title = wanted.words(name, "名称", "problem")[:60]
    row = Campaign.objects.create(
        name=title, about=wanted.words(about, "目标和要求", "progress"), office=by.organisation, begins_on=begins_on, ends_on=ends_on, made_by=by, made_at=at,
    )  # fmt: skip
    planned = round_days(begins_on, ends_on)
    InspectionRound.objects.bulk_create(
        [InspectionRound(campaign=row, number=n, planned_on=day) for n, day in enumerate(planned, 1)]
    )
    audit.note(
        AuditKind.LEDGER,
        officer=by,
        subject=str(row),
        request=request,
        detail={"act": "campaign", "rounds": len(planned)},
    )
    return row


def add_target(campaign: Campaign, *, by: Officer, at: datetime, **said) -> Item:
    """One target of the campaign: a line of its ledger. `said`: as `items.add`. Raises StepRefused."""
    if not runs(campaign, by):
        raise wanted.refusal("任务由组织攻坚行动的单位列入。", "wrong_side")
    return items.add(sort=Sort.CAMPAIGNS, campaign=campaign, source=str(campaign), by=by, at=at, **said)


# ---- progress -----------------------------------------------------------------------------------------------------------


@dataclass
class Sum:
    """Measures of one district or unit: how many there are, done and checked, past their day."""

    organisation: Organisation | None
    total: int = 0
    done: int = 0
    reported: int = 0
    late: int = 0

    def add(self, item: dict, today: date) -> None:
        self.total += 1
        self.done += item["state"] == ItemState.CANCELLED
        self.reported += item["state"] == ItemState.REPORTED
        self.late += item["state"] == ItemState.OPEN and item["limit_on"] < today

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.total) if self.total else 0


def by_district(campaign: Campaign, officer: Officer, today: date) -> list[Sum]:
    """One sum for each district below the command's government, in the order of the tree, and one for the own level."""
    government = campaign.office.parent or campaign.office
    districts = list(Organisation.objects.filter(parent=government, line=Line.GOVERNMENT, active=True).order_by("lft"))
    sums = {one.pk: Sum(one) for one in districts}
    own = Sum(government)
    for item in _targets(campaign, officer).values("state", "limit_on", "place__lft"):
        place = next((one.pk for one in districts if one.lft <= item["place__lft"] <= one.rgt), None)
        sums.get(place, own).add(item, today)
    return [*([own] if own.total else []), *(one for one in sums.values() if one.total)]


def by_unit(campaign: Campaign, officer: Officer, today: date) -> list[Sum]:
    """One sum for each responsible unit, in the order of the tree."""
    sums: dict[int, Sum] = {}
    units = Organisation.objects.in_bulk(
        list(_targets(campaign, officer).order_by().values_list("organisation_id", flat=True).distinct())
    )
    for item in _targets(campaign, officer).values("state", "limit_on", "organisation_id"):
        pk = item["organisation_id"]
        sums.setdefault(pk, Sum(units[pk])).add(item, today)
    return sorted(sums.values(), key=lambda one: one.organisation.lft)


def _targets(campaign: Campaign, officer: Officer) -> QuerySet[Item]:
    return Item.objects.visible_to(officer).filter(campaign=campaign)


# ---- rounds -------------------------------------------------------------------------------------------------------------


def due_rounds(today: date) -> QuerySet[InspectionRound]:
    """Rounds whose day has come and that nobody closed."""
    return (
        InspectionRound.objects.filter(closed_at=None, planned_on__lte=today)
        .select_related("campaign__office")
        .order_by("planned_on", "pk")
    )


@transaction.atomic
def close_round(
    round_id: int,
    *,
    held_on: date,
    findings: str,
    units: dict[int, tuple[str, str]],
    by: Officer,
    at: datetime,
    request=None,
) -> InspectionRound:
    """Keep what the round found: `units` is unit → (verdict, facts). The second criticism in a row makes a task.

    Raises StepRefused; InspectionRound.DoesNotExist where it is hidden.
    """
    row = (
        InspectionRound.objects.select_for_update(of=("self",))
        .select_related("campaign__office")
        .get(pk=round_id, campaign__in=visible_to(by))
    )
    campaign, today = row.campaign, localdate(at)
    if not runs(campaign, by):
        raise wanted.refusal("督查由组织攻坚行动的单位进行。", "wrong_side")
    if row.closed_at is not None:
        raise wanted.refusal("这一轮督查已经记录。要更正的，请在下一轮写明。", "over")
    if not campaign.begins_on <= held_on <= today:
        raise wanted.refusal("督查日期应在行动开始以后，不能是以后的日子。", "held_on")
    row.held_on, row.findings, row.closed_by, row.closed_at = (
        held_on,
        wanted.words(findings, "总体情况", "progress"),
        by,
        at,
    )
    row.save()
    known = {one.organisation.pk: one.organisation for one in by_unit(campaign, by, today)}
    if not units or not set(units) <= set(known):
        raise wanted.refusal("请至少写一个单位的督查情况，而且是这次行动的责任单位。", "units")
    for pk, (verdict, text) in units.items():
        _keep_finding(row, known[pk], Verdict(verdict), text, by=by, at=at)
    counted = Counter(verdict for verdict, _text in units.values())
    audit.note(
        AuditKind.LEDGER,
        officer=by,
        subject=f"round:{row.pk}",
        request=request,
        detail={"act": "round", **dict(counted)},
    )
    return row


def _keep_finding(
    row: InspectionRound, unit: Organisation, verdict: Verdict, text: str, *, by: Officer, at: datetime
) -> None:
    said = wanted.words(text, f"{unit.name}的督查情况", "progress")
    if len(wording.readable(said)) < REASON_AT_LEAST:
        raise wanted.refusal(f"请写明{unit.name}的事实：看了什么、做到没有（至少{REASON_AT_LEAST}个字）。", "facts")
    found = RoundFinding.objects.create(round=row, organisation=unit, verdict=verdict, text=said, by=by, at=at)
    if verdict is Verdict.CRITICISM and in_a_row(row.campaign, unit) >= ANSWERS_AFTER:
        found.item_id = _answers(row, unit, said, by=by, at=at).pk
        found.save(update_fields=["item_id"])


def in_a_row(campaign: Campaign, unit: Organisation, *, until: InspectionRound | None = None) -> int:
    """How many criticisms in a row this unit has, as of the last round (or of `until`); rounds that did not look there do not count."""
    rows = RoundFinding.objects.filter(round__campaign=campaign, organisation=unit)
    if until is not None:
        rows = rows.filter(round__number__lte=until.number)
    return criticisms_in_a_row(
        [Verdict(value) for value in rows.order_by("round__number").values_list("verdict", flat=True)]
    )


def _answers(row: InspectionRound, unit: Organisation, said: str, *, by: Officer, at: datetime) -> Item:
    """The unit answers to the command: the task that is open already, else a new one for its leader."""
    source = f"answers:{row.campaign_id}"
    standing = Item.objects.open().filter(source=source, organisation=unit).first()
    if standing is not None:
        return standing
    people = (
        Officer.objects.filter(organisation=unit, active=True, user__is_active=True)
        .select_related("user", "organisation")
        .order_by("pk")
    )
    leader = next((one for one in people if one.may(Role.UNIT_LEADER, Role.OFFICE_LEADER, Role.LEADER)), None)
    return items.add(
        sort=Sort.CAMPAIGNS, campaign=row.campaign, source=source, place=unit.parent or unit, organisation=unit, officer=leader,
        problem=f"连续{ANSWERS_AFTER}次督查被批评，向指挥部说明原因和整改措施", measure=said, limit_on=localdate(at) + timedelta(days=ANSWER_DAYS),
        by=by, at=at,
    )  # fmt: skip


# ---- for the bulletin ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class UnitLine:
    """One unit in a round, as the inspection bulletin (督查通报) says it."""

    organisation: str
    verdict: Verdict
    text: str
    in_a_row: int
    answers: bool  # it has to answer to the command
    total: int
    done: int
    late: int


@dataclass(frozen=True)
class RoundSummary:
    """What a bulletin on one round is written from. No petitioner, no volume of petitions, no rank."""

    campaign: str
    office: str
    number: int
    planned_on: date
    held_on: date | None
    findings: str
    total: int
    done: int
    late: int
    units: list[UnitLine] = field(default_factory=list)

    def of(self, verdict: Verdict) -> list[UnitLine]:
        """The units with one verdict, in the order of the tree."""
        return [unit for unit in self.units if unit.verdict is verdict]


def round_summary(row: InspectionRound, *, today: date | None = None) -> RoundSummary:
    """The findings of a round and where the targets stand now, of all targets that may stand in a ledger (C-01)."""
    day, campaign = today or localdate(), row.campaign
    sums: dict[int, Sum] = defaultdict(lambda: Sum(None))
    everything = Sum(None)
    for item in Item.objects.listable().filter(campaign=campaign).values("state", "limit_on", "organisation_id"):
        sums[item["organisation_id"]].add(item, day)
        everything.add(item, day)
    found = row.units.select_related("organisation").order_by("organisation__lft")
    lines = [
        UnitLine(
            one.organisation.name, Verdict(one.verdict), one.text, in_a_row(campaign, one.organisation, until=row), one.item_id is not None,
            sums[one.organisation_id].total, sums[one.organisation_id].done, sums[one.organisation_id].late,
        )
        for one in found
    ]  # fmt: skip
    return RoundSummary(
        campaign.name, campaign.office.name, row.number, row.planned_on, row.held_on, row.findings, everything.total, everything.done,
        everything.late, lines,
    )  # fmt: skip
