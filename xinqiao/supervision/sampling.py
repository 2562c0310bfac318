"""抽查: draw a sample, check each matter with its sheet, add up what was right (G.2 “registration quality”).

sample = draw(officer, sort=…, organisation=…, from_on=…, to_on=…, size=…, at=…)
check(sheet_id, answers={…}, note="…", by=officer, at=…)
figures(organisation, (from_on, to_on))     # what indicators show: numerator, denominator, left out
"""

import secrets
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from xinqiao.days import begins_at
from xinqiao.integrity import audit
from xinqiao.matters.models import Matter, Opinion, Referral
from xinqiao.matters.models.opinion import ISSUED
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules import sampling
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.moves import UNIT_DESKS
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.sampling import Answer, SampleSort
from xinqiao.rules.stages import ReferralKind, Stage

from .models import Sample, Sheet

REFUSED = (Stage.NOT_ACCEPTED, Stage.NO_LONGER_ACCEPTED, Stage.REVIEW_REFUSED)
SEED_BELOW = 2**31


# ---- drawing -----------------------------------------------------------------------------------------------------------


def population(
    officer: Officer, sort: str, organisation: Organisation, from_on: date, to_on: date
) -> dict[int, list[int]]:
    """The matters that can be drawn, by the organ whose work they are: below `organisation`, in what this officer may open, none sealed."""
    low, high = organisation.territory
    first, last = officer.scope
    low, high = max(low, first), min(high, last)
    days = begins_at(from_on), begins_at(to_on + timedelta(days=1))
    rows = _rows(sort, low, high, days)
    seen = Matter.objects.visible_to(officer).filter(sealed=False)
    strata: dict[int, list[int]] = defaultdict(list)
    for organisation_id, matter_id in (
        rows.filter(matter__in=seen).values_list("organisation_id", "matter_id").distinct()
    ):
        strata[organisation_id].append(matter_id)
    return dict(strata)


def _rows(sort: str, low: int, high: int, days: tuple[datetime, datetime]) -> QuerySet:
    if sort == SampleSort.OPINION:
        issued = Opinion.objects.filter(instance="handling", issued_at__gte=days[0], issued_at__lt=days[1])
        return issued.filter(organisation__lft__range=(low, high), state__in=ISSUED)
    desks = Referral.objects.filter(
        org_lft__range=(low, high), received_at__gte=days[0], received_at__lt=days[1], sealed=False
    )
    if sort == SampleSort.REGISTRATION:
        return desks.filter(kind=ReferralKind.INTAKE, matter__registered_at__isnull=False).exclude(matter__kind="")
    if sort == SampleSort.REFUSAL:
        return desks.filter(stage__in=REFUSED)
    return desks.filter(kind__in=UNIT_DESKS).exclude(matter__route="")


@transaction.atomic
def draw(
    officer: Officer,
    *,
    sort: str,
    organisation: Organisation,
    from_on: date,
    to_on: date,
    size: int,
    at: datetime,
    seed: int | None = None,
    request=None,
) -> Sample:
    """Draw by chance, in proportion to each organ's matters; the seed is kept and on record. Raises StepRefused."""
    if not may_draw(officer):
        raise StepRefused("抽查由督查专员、信访部门负责人进行。", code="wrong_role")
    _require_sound(sort, from_on, to_on, size, today=localdate(at))
    strata = population(officer, sort, organisation, from_on, to_on)
    total = sum(map(len, strata.values()))
    if not total:
        raise StepRefused("这个范围、这段时间里没有可以抽查的信访件。请换一段时间，或者换一项内容。", code="nothing")
    seed = secrets.randbelow(SEED_BELOW) if seed is None else seed
    drawn = sampling.draw(strata, size, seed)
    sample = Sample.objects.create(
        office=officer.organisation, sort=SampleSort(sort), organisation=organisation, from_on=from_on, to_on=to_on,
        size=sum(map(len, drawn.values())), population=total, seed=seed, drawn_by=officer, drawn_at=at,
    )  # fmt: skip
    places = dict(Organisation.objects.filter(pk__in=drawn).values_list("pk", "lft"))
    Sheet.objects.bulk_create(
        Sheet(sample=sample, matter_id=matter_id, organisation_id=organ, org_lft=places[organ])
        for organ, ids in drawn.items()
        for matter_id in ids
    )
    detail = {"sort": sample.sort, "size": sample.size, "population": total, "seed": seed}
    audit.note(AuditKind.SAMPLE_DRAWN, officer=officer, subject=f"sample:{sample.pk}", request=request, detail=detail)
    return sample


def may_draw(officer: Officer) -> bool:
    return bool(allowed(officer.role_set, "sample", Action.WRITE))


def _require_sound(sort: str, from_on: date, to_on: date, size: int, *, today: date) -> None:
    if sort not in set(SampleSort):
        raise StepRefused("请选择抽查什么。", code="sort")
    if not from_on <= to_on <= today or (to_on - from_on).days > sampling.LONGEST_DAYS:
        raise StepRefused("请填写不超过一年、到今天为止的一段日期，开始不晚于结束。", code="period")
    if not sampling.SMALLEST <= size <= sampling.LARGEST:
        raise StepRefused(f"一次抽查{sampling.SMALLEST}到{sampling.LARGEST}件。", code="size")


# ---- checking ----------------------------------------------------------------------------------------------------------


def visible_to(officer: Officer) -> QuerySet[Sample]:
    """Samples of the own office, for who draws and checks them."""
    if not allowed(officer.role_set, "sample", Action.READ):
        return Sample.objects.none()
    return Sample.objects.filter(office_id=officer.organisation_id)


def sheets_of(sample: Sample, officer: Officer) -> QuerySet[Sheet]:
    """The sheets whose matters this officer may still open: what was sealed since falls out (C-01)."""
    seen = Matter.objects.visible_to(officer).filter(sealed=False, pk__in=sample.sheets.values("matter"))
    return (
        sample.sheets.filter(matter__in=seen)
        .select_related("matter", "organisation", "checked_by__user")
        .order_by("pk")
    )


@transaction.atomic
def check(sheet_id: int, *, answers: dict[str, str], note: str, by: Officer, at: datetime) -> Sheet:
    """One sheet filled in, or corrected. Raises Sheet.DoesNotExist where it is hidden, StepRefused with what it lacks."""
    sheet = Sheet.objects.select_for_update(of=("self",)).select_related("sample").get(
        pk=sheet_id, sample__in=visible_to(by), matter__in=Matter.objects.visible_to(by).filter(sealed=False)
    )  # fmt: skip
    lacking = sampling.check_sheet(sheet.sample.sort, answers, note)
    if lacking:
        raise StepRefused(lacking[0] if len(lacking) == 1 else "".join(lacking[:3]), code="sheet_incomplete")
    known = {row.code for row in sampling.questions_of(sheet.sample.sort)}
    sheet.answers = {code: value for code, value in answers.items() if code in known}
    sheet.note, sheet.checked_by, sheet.checked_at = note.strip(), by, at
    sheet.save(update_fields=["answers", "note", "checked_by", "checked_at"])
    return sheet


# ---- what came of it ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """One question added up: `right` of `checked`; `left_out` did not apply. A rate is shown with both numbers (G.1)."""

    code: str
    name: str
    fault: str
    basis: str
    right: int
    checked: int
    left_out: int

    @property
    def rate(self) -> float | None:
        return self.right / self.checked if self.checked else None


def figures(organisation: Organisation, period: tuple[date, date]) -> list[Figure]:
    """Registration quality and the rest of the sheets, of the work of `organisation` and what is below it, by the day it was checked."""
    low, high = organisation.territory
    days = begins_at(period[0]), begins_at(period[1] + timedelta(days=1))
    rows = Sheet.objects.filter(org_lft__range=(low, high), checked_at__gte=days[0], checked_at__lt=days[1])
    return add_up(rows.values_list("answers", flat=True))


def add_up(sheets) -> list[Figure]:
    """The questions that were answered at all, in the order of the table."""
    counts: dict[str, Counter] = defaultdict(Counter)
    for answers in sheets:
        for code, value in answers.items():
            counts[code][value] += 1
    return [
        Figure(
            row.code, row.question, row.fault, row.basis, right=found[Answer.YES], checked=found[Answer.YES] + found[Answer.NO],
            left_out=found[Answer.NOT_APPLICABLE],
        )
        for row in sampling.QUESTIONS.values()
        if (found := counts.get(row.code))
    ]  # fmt: skip


def drawn_again(sample: Sample, officer: Officer) -> bool:
    """Whether the same seed gives the same matters today: anybody can check that nobody chose them by hand."""
    strata = population(officer, sample.sort, sample.organisation, sample.from_on, sample.to_on)
    again = sampling.draw(strata, sample.size, sample.seed)
    kept = set(sample.sheets.values_list("organisation_id", "matter_id"))
    return {(organ, matter_id) for organ, ids in again.items() for matter_id in ids} == kept
