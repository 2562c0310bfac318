"""Unit: which organ is competent, by class, place, level and history (R-22: 属地管理、分级负责，谁主管、谁负责).

Four things are weighed, and each is said: the row of rules.competence for the class, the duties the organ itself is entered with, the
words of the text, and what became of earlier matters of that class and place. Only organs of the place, or of a government around it, are
proposed: the nearest one first. A report's accused and what hangs below them never are (C-01).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q

from xinqiao.matters.models import Matter, Referral
from xinqiao.matters.secrecy import shut_out_organisations
from xinqiao.organisations.models import ContentClass, Officer, Organisation
from xinqiao.rules import competence
from xinqiao.rules.stages import Line, ReferralKind, Stage

from . import organs
from .organs import Organ, Standing
from .text.proposal import Candidate, Reading, Reason

AT_MOST = 5
LEADS, MAY = 1.0, 0.5  # the first sort of a row, and each other
DUTY, DUTY_ABOVE, DUTY_IN_TEXT = 0.8, 0.3, 0.2  # the duties name the class; the class above it; or stand in the text
WORDS, WORDS_AT_MOST = 0.15, 0.6  # a word of the text that is the business of this sort
NAMED = 0.2  # the text itself names this sort of organ
FARTHER = 0.45  # for each government farther away than the nearest that has such an organ
ACCEPTED, RETURNED = (
    1.3,
    0.9,
)  # what precedents can add, and take away: enough to go past the nearest where all went elsewhere
TOWNSHIP = 0.1  # what lies with townships as a rule begins there
LEAST = 0.12
BESIDE = 0.2  # of the likeliest: what weighs less beside it is not worth a line

# Lines of which organs answer requests. A petition office sends; a joint conference coordinates.
_NOT_COMPETENT = frozenset({Line.PETITION_OFFICE, Line.JOINT_CONFERENCE, Line.CPPCC})
_SENT = (ReferralKind.TRANSFER, ReferralKind.ASSIGNMENT, ReferralKind.POLITICAL_LEGAL, ReferralKind.DIRECT)
_NOT_YET = (Stage.AWAITING_SIGN_IN, Stage.SIGNED_IN, Stage.RELAYED, Stage.PASSED_DOWN)
_AGAINST = (Stage.RETURNED, Stage.OBJECTED, Stage.JURISDICTION_DISPUTED)
LOOKED_BACK = 200  # the newest earlier matters of the class and place that are counted


@dataclass
class _Weighed:
    organ: Organ
    sort: str
    weight: float = 0.0
    why: list[Reason] = field(default_factory=list)

    def add(self, weight: float, note: str, words: str = "", at: int = -1) -> None:
        self.weight += weight
        span = (at, at + len(words)) if at >= 0 else (None, None)
        self.why.append(Reason(words, *span, round(weight, 2), note))


@dataclass(frozen=True)
class Asked:
    """What is asked: the text, the class with its names from the widest, the place, and what stands in the tree."""

    text: str
    code: str
    class_names: tuple[str, ...]
    place: Organ | None
    standing: Standing


def propose_units(
    reading: Reading,
    class_code: str = "",
    place: Organisation | None = None,
    received_by: Organisation | None = None,
    officer: Officer | None = None,
    *,
    matter_id: int | None = None,
) -> list[Candidate]:
    """Competent organs (value: pk of the Organisation, as text), the likeliest first; without those accused in `matter_id` (C-01).

    Precedents count only where `officer` may see them; without an officer there are none. Nothing is proposed for a text of which
    neither the class nor a word says whose business it is.
    """
    standing = organs.standing()
    around = place or received_by
    where = standing.area_of(around.pk) if around else None
    asked = Asked(reading.text, class_code, _class_names(class_code), where, standing)
    weighed = _by_nearness(_weigh(asked, _reachable(standing, where, _kept_out(matter_id))))
    if officer and class_code and weighed:
        _count_precedents(weighed, asked, officer, matter_id)
    return _ranked(weighed)


def competent(asked: Asked) -> list[Candidate]:
    """The same without history and without anybody to keep out: from the tree that `asked` holds, no database."""
    return _ranked(_by_nearness(_weigh(asked, _reachable(asked.standing, asked.place, set()))))


def _ranked(weighed: list[_Weighed]) -> list[Candidate]:
    least = max(LEAST, BESIDE * max((one.weight for one in weighed), default=0.0))
    enough = [one for one in weighed if one.weight >= least]
    best = sorted(enough, key=lambda one: (-one.weight, one.organ.lft))[:AT_MOST]
    total = sum(one.weight for one in best)
    return [_candidate(one, total) for one in best]


def ranking(candidates: Iterable[Candidate]) -> Callable[[Organisation], int]:
    """For lists of organs to choose from: the proposed ones first, in their order; all others alike."""
    places = {int(one.value): AT_MOST - rank for rank, one in enumerate(candidates)}
    return lambda organ: places.get(organ.pk, 0)


# ---- who may be asked ---------------------------------------------------------------------------------------------------


def _kept_out(matter_id: int | None) -> set[int]:
    """The accused set of the matter: organisations and everything below them."""
    if matter_id is None:
        return set()
    return set(Organisation.objects.filter(shut_out_organisations(matter_id)).values_list("pk", flat=True))


def _reachable(standing: Standing, where: Organ | None, kept_out: set[int]) -> list[Organ]:
    """The governments from the place upwards with their organs; without a place, those of the highest level."""
    chain = list(standing.chain(where.pk)) if where else standing.below[None]
    found = [organ for government in chain for organ in (government, *standing.below.get(government.pk, ()))]
    deeper = [organ for one in found if one.line not in organs.AREA_LINES for organ in standing.below.get(one.pk, ())]
    usable = (
        organ
        for organ in (*found, *deeper)
        if organ.line not in _NOT_COMPETENT
        and organ.pk not in kept_out
        and (organ.line not in organs.AREA_LINES or organ in chain)
    )
    return list(dict.fromkeys(usable))


def _class_names(code: str) -> tuple[str, ...]:
    """劳动和社会保障, 劳动关系, 农民工权益: from the widest class to this one."""
    row = ContentClass.objects.filter(code=code).select_related("parent__parent").first() if code else None
    names = []
    while row is not None:
        names.append(row.name)
        row = row.parent
    return tuple(reversed(names))


# ---- what speaks for an organ -------------------------------------------------------------------------------------------


def _weigh(asked: Asked, reachable: list[Organ]) -> list[_Weighed]:
    row = competence.row_for(asked.code) if asked.code else None
    business: dict[str, list[tuple[str, int]]] = {}
    found = []
    for organ in reachable:
        sort = competence.sort_of(organ.name, organ.line)
        one = _Weighed(organ, sort or organ.line)
        _by_rule(one, sort, row, asked)
        _by_duties(one, asked)
        if sort and sort not in business:
            business[sort] = _business(competence.SORTS[sort], asked.text)
        _by_words(one, sort, business.get(sort, []))
        if one.weight:
            found.append(one)
    return found


def _by_rule(one: _Weighed, sort: str, row, asked: Asked) -> None:
    if row is None or sort not in row.sorts:
        return
    if sort == "government" and one.organ.level >= 4 and not row.township:
        return
    leads = sort in row.leads
    what = asked.class_names[-1] if asked.class_names else asked.code
    note = f"“{what}”一般由{competence.SORTS[sort].name}{'主管' if leads else '或者其他部门办理'}（{row.basis}）"
    township = TOWNSHIP if row.township and sort == "government" and one.organ.level >= 4 else 0
    one.add((LEADS if leads else MAY) + township, note)


def _by_duties(one: _Weighed, asked: Asked) -> None:
    duties = set(one.organ.duties)
    named = [name for name in reversed(asked.class_names) if name in duties]
    if named:
        weight = DUTY_ABOVE if len(asked.class_names) > 1 and named == [asked.class_names[0]] else DUTY
        one.add(weight, f"该单位的职责里有“{named[0]}”")
    elif duty := next((duty for duty in one.organ.duties if len(duty) > 1 and duty in asked.text), ""):
        one.add(DUTY_IN_TEXT, "该单位的职责在文中出现", duty, asked.text.find(duty))


def _business(sort: competence.Sort, text: str) -> list[tuple[str, int]]:
    """Words of the text that are the business of this sort, each with its place; those that name it come first."""
    named = [(word, text.find(word)) for word in sort.spoken if word in text]
    return named[:1] + [(word, text.find(word)) for word in sort.words if word in text]


def _by_words(one: _Weighed, sort: str, words: list[tuple[str, int]]) -> None:
    if not words:
        return
    spoken = competence.SORTS[sort].spoken
    left = WORDS_AT_MOST
    for word, at in words:
        weight = NAMED if word in spoken else min(WORDS, left)
        if weight > 0.01:
            one.add(weight, "文中提到" if word in spoken else f"{competence.SORTS[sort].name}的事", word, at)
        left -= 0 if word in spoken else weight


def _by_nearness(weighed: list[_Weighed]) -> list[_Weighed]:
    """Less weight for each government that an organ is farther up than the nearest of its sort: the lower one handles (分级负责)."""
    nearest: dict[str, int] = {}
    for one in weighed:
        nearest[one.sort] = max(nearest.get(one.sort, 0), one.organ.level)
    for one in weighed:
        one.weight *= FARTHER ** (nearest[one.sort] - one.organ.level)
    return weighed


# ---- history ------------------------------------------------------------------------------------------------------------


def _count_precedents(weighed: list[_Weighed], asked: Asked, officer: Officer, matter_id: int | None) -> None:
    """Who accepted, or sent back, the newest earlier matters of this class in this place, of those that the officer may see."""
    chain = asked.standing.chain(asked.place.pk) if asked.place else ()
    area = next((one for one in chain if one.level <= 3), asked.place)
    where = [one.pk for one in asked.standing.areas if area is None or one.is_in(area)]
    counts = {row["organisation_id"]: row for row in precedents(asked.code, where, officer, matter_id)}
    everywhere = sum(row["accepted"] for row in counts.values())
    for one in weighed:
        if not (row := counts.get(one.organ.pk)):
            continue
        accepted, returned = row["accepted"], row["against"]
        if accepted:
            one.add(ACCEPTED * accepted / (everywhere + 1), f"本地{accepted}件同类事项由该单位受理")
        if returned:
            one.add(
                -RETURNED * returned / (returned + accepted + 1), f"本地{returned}件同类事项被该单位退回或者提出异议"
            )


def precedents(code: str, where: Iterable[int], officer: Officer, matter_id: int | None = None):
    """Counts for each organ of desks that accepted, and of desks that did not, among the newest matters of the class in these places.

    The newest are looked up first, by index, and only then asked who may see them: however many there are, LOOKED_BACK are touched.
    """
    newest = Matter.objects.filter(content_class__in=_class_with_its_kin(code), place__in=where, sealed=False).exclude(
        pk=matter_id or 0
    )
    seen = Matter.objects.visible_to(officer).filter(
        pk__in=list(newest.order_by("-pk").values_list("pk", flat=True)[:LOOKED_BACK])
    )
    desks = Referral.objects.filter(matter__in=seen, kind__in=_SENT).exclude(stage__in=_NOT_YET)
    against = Q(stage__in=_AGAINST)
    return desks.values("organisation_id").annotate(
        accepted=Count("matter_id", filter=~against, distinct=True),
        against=Count("matter_id", filter=against, distinct=True),
    )


def _class_with_its_kin(code: str) -> list[int]:
    """The class; of the third level all of its second, for what is competent changes there, not below. A first level alone says too little
    to count all below it, a tenth of all matters there are."""
    row = ContentClass.objects.filter(code=code).first()
    if row is None:
        return []
    if row.level == 1:
        return [row.pk]
    head = row.parent_id if row.level > 2 else row.pk
    return list(ContentClass.objects.filter(Q(pk=head) | Q(parent=head)).values_list("pk", flat=True))


def _candidate(one: _Weighed, total: float) -> Candidate:
    share = one.weight / total * min(1.0, one.weight)
    return Candidate(str(one.organ.pk), one.organ.name, round(min(share, 0.99), 3), tuple(one.why))
