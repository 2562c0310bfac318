"""Beside the draft of an opinion: what to look at in it, and how the same was answered before (答复检查).

Nothing is decided and nothing is stopped by it: what the law requires is the check list of `matters.opinions.check`, and what stands there is
not said twice. A report (检举控告) is not read here: its text is opened on a page of its own (C-11).
"""

from dataclasses import dataclass
from datetime import date

from xinqiao.matters import identities
from xinqiao.matters.models import Matter, Opinion
from xinqiao.matters.models.opinion import GIVEN
from xinqiao.matters.opinions import cited
from xinqiao.organisations.models import Officer
from xinqiao.rules.answers import Hint
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.stages import Outcome
from xinqiao.search import commonness, marks

from . import is_on, organs, same
from .proposals import reading_of
from .text import answers as reading
from .text.answers import Finding
from .text.belonging import UNKNOWN_SHARE, Common
from .text.proposal import Reading

# The check list says these for each request (GT-3, GT-4), and the letter writes the remedy itself (GT-6).
SAID_BY_THE_CHECK_LIST = frozenset({Hint.NO_GROUND, Hint.STEP, Hint.NO_REMEDY})
EARLIER = 3  # matters answered before that are shown
LOOKED_THROUGH = 12  # of the likest ones, those that were answered


@dataclass(frozen=True)
class Shown:
    """One finding, and the field of the editor in which its words stand."""

    finding: Finding
    anchor: str


@dataclass(frozen=True)
class Earlier:
    """A matter answered before that says much the same: with which outcome and grounds. Its text is read in its own file."""

    matter: Matter
    outcomes: tuple[str, ...]
    grounds: tuple[str, ...]
    plans: int
    remedy: str
    opinion: Opinion


@dataclass(frozen=True)
class AnswerCheck:
    """What the panel says."""

    findings: list[Shown]
    earlier: list[Earlier]
    written: bool


def check(matter: Matter, opinion: Opinion, officer: Officer, *, today: date) -> AnswerCheck | None:
    """None where analysis is switched off, and for a report."""
    if not is_on() or identities.is_report(matter):
        return None
    pieces = _pieces(opinion)
    return AnswerCheck(
        findings=_findings(matter, opinion, pieces, today=today),
        earlier=answered_before(matter, officer) if opinion.instance == "handling" else [],
        written=any(text.strip() for _anchor, text in pieces),
    )


# ---- the draft -------------------------------------------------------------------------------------------------------


def _pieces(opinion: Opinion) -> list[tuple[str, str]]:
    """(field of the editor, what stands in it), in the order of the letter."""
    found = [("f-facts", opinion.facts)]
    for one in opinion.answers:
        start = f"f-a{one['number']}_"
        found += [(f"{start}{name}", one.get(name, "")) for name in ("facts", "reasons")]
        found += [(f"a{one['number']}", cited(row)) for row in one.get("basis", [])]
        found += [(f"{start}{name}", one.get(name, "")) for name in ("conclusion", "measure")]
    found.append(("f-reasons", opinion.reasons))
    found += [("f-reasons", cited(row)) for row in opinion.basis]
    return [*found, ("f-body", opinion.body)]


def _findings(matter: Matter, opinion: Opinion, pieces: list[tuple[str, str]], *, today: date) -> list[Shown]:
    asked = _asked(matter)
    text = "\n".join(piece for _anchor, piece in pieces)
    parts = {
        one["number"]: "\n".join(filter(None, (opinion.facts, one.get("facts"), one.get("reasons"), one.get("conclusion"), one.get("measure"))))
        if one.get("conclusion")
        else ""
        for one in opinion.answers
    }  # fmt: skip
    found = reading.check(
        asked,
        asked.demands if opinion.instance == "handling" else (),
        text,
        today=today,
        common=_common(),
        other_places=_other_places(matter, asked, text),
        parts=parts,
    )
    return [Shown(one, _anchor(one, pieces)) for one in found if one.hint not in SAID_BY_THE_CHECK_LIST]


def _asked(matter: Matter) -> Reading:
    """The petition as the page shows it: with everything masked that tells who wrote it."""
    whole = reading_of(matter)
    people = [one.identity() for one in matter.petitioners]
    plain = lambda text: identities.without_identity(text, people)  # noqa: E731
    demands = tuple(plain(row.text) for row in matter.requests.all()) or tuple(map(plain, whole.demands))
    body = "\n".join(filter(None, (plain(whole.body), matter.place_detail)))
    return Reading(plain(matter.title), body, whole.said_on, demands)


def _other_places(matter: Matter, asked: Reading, text: str) -> list[str]:
    """Names of areas in the draft that neither hold the place of the matter nor lie in it, nor are named by the petition."""
    standing = organs.standing()
    place = standing.organs.get(matter.place_id)
    if place is None:
        return []
    near = {organ.pk for organ in standing.chain(place.pk)}
    known = standing.gazetteer
    named = {pk for one in known.find(asked.text + "\n" + "\n".join(asked.demands)) for pk in one.areas}
    others = []
    for one in known.find(text):
        areas = [standing.organs[pk] for pk in one.areas if pk in standing.organs]
        if areas and not any(area.pk in near or area.pk in named or area.is_in(place) for area in areas):
            others.append(one.words)
    return [words for words in dict.fromkeys(others) if not known.is_bare(words) and words not in known.localities]


def _anchor(one: Finding, pieces: list[tuple[str, str]]) -> str:
    """The field in which the words stand; of a demand its block."""
    if one.demand:
        return f"a{one.demand}"
    if one.start is None:
        return ""
    end = 0
    for anchor, piece in pieces:
        end += len(piece) + 1
        if one.start < end:
            return anchor
    return ""


def _common():
    """How common a piece is in the petitions and answers of this installation, as the database noted it of the index."""
    shares, always = commonness.shares(), Common()

    def share(piece: str) -> float:
        if (found := always.share(piece)) == 1.0:
            return found
        pairs = (piece[start : start + 2] for start in range(len(piece) - 1))
        return min(max(shares.get(pair, 0.0), shares.get(marks.ANSWER + pair, 0.0), UNKNOWN_SHARE) for pair in pairs)

    return share


# ---- answered before -------------------------------------------------------------------------------------------------


def answered_before(matter: Matter, officer: Officer) -> list[Earlier]:
    """Up to EARLIER matters that say much the same and were answered, the likest first, of those the officer may open."""
    if allowed(officer.role_set, "opinion", Action.READ) is None:
        return []
    alike = {one.matter.pk: one.matter for one in same.earlier(matter, officer, LOOKED_THROUGH)}
    given = Opinion.objects.filter(matter_id__in=alike, instance="handling", state__in=GIVEN)
    newest = {
        one.matter_id: one for one in given.select_related("remedy_organ", "organisation").order_by("round", "pk")
    }
    return [_earlier(alike[pk], newest[pk]) for pk in alike if pk in newest][:EARLIER]


def _earlier(matter: Matter, opinion: Opinion) -> Earlier:
    outcomes = tuple(Outcome(one["outcome"]).label for one in opinion.answers if one.get("outcome"))
    grounds = dict.fromkeys(cited(row) for one in opinion.answers for row in one.get("basis", []))
    organ = opinion.remedy_organ.name if opinion.remedy_organ else ""
    plans = sum(bool(one.get("measure")) for one in opinion.answers)
    return Earlier(matter, outcomes, tuple(grounds), plans, organ, opinion)
