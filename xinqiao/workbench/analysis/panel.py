"""系统建议（由您决定）: what is proposed for a matter, beside the form of a step, with why, and a button that fills the form in.

The officer presses, looks, and takes the step as ever; nothing is filled in beforehand (PIPL 24, secure-checklist 47). All words of the text
pass through the mask of this officer (C-12); those of a report are shown only after its text was opened on record, and that they were
shown is on record too (C-11).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from zlib import crc32

from django.http import HttpRequest
from django.utils.translation import gettext as _

from xinqiao import analysis
from xinqiao.access import reading, reveal
from xinqiao.analysis import proposals
from xinqiao.analysis.proposals import Shown
from xinqiao.analysis.text.proposal import Candidate
from xinqiao.matters import identities
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.proposals import SHOWN_AT_MOST, WORDS_AT_MOST, Sort, confidence_words
from xinqiao.rules.stages import Kind

from ..acts.forms import StepForm, again
from ..acts.panels import Panel
from ..acts.situation import Situation
from . import adopting
from .marking import Word, marked, place_of

WISH = "adopt"
HINTS = {
    Sort.KIND: _("类别决定按什么程序办、谁能看到，请看原文再定。"),
    Sort.RESPONDENTS: _("提到不等于检举控告。只有检举控告的，才填入被检举控告的单位和人。"),
    Sort.URGENCY: _("有人身危险的，先拨打110、119、120。"),
    Sort.UNIT: _("按分类、属地和职责推算，请核对职责分工。"),
}


@dataclass(frozen=True)
class Choice:
    """One candidate as it stands on the page. `wish`: what its button sends; empty where there is nothing to fill in."""

    label: str
    sure: str
    words: tuple[str, ...]
    notes: tuple[str, ...]
    wish: str = ""
    taken: bool = False


@dataclass(frozen=True)
class Group:
    """The candidates of one sort."""

    sort: Sort
    choices: tuple[Choice, ...]
    hint: str = ""


@dataclass(frozen=True)
class Box:
    """The whole panel. `words`, `title_words`: what to mark in the text and in its title. `locked`: of a report whose text was not opened; `said`: what
    the last press did."""

    groups: tuple[Group, ...] = ()
    words: tuple[Word, ...] = ()
    title_words: tuple[Word, ...] = ()
    locked: bool = False
    said: str = ""
    note: str = ""


@dataclass(frozen=True)
class Adopted:
    """What became of a press on 采用: the form to show, and a sentence about it."""

    form: StepForm
    said: str
    names: frozenset[str] = field(default=frozenset())


# ---- showing ---------------------------------------------------------------------------------------------------------


def box(request: HttpRequest, here: Situation, form: StepForm | None, *, said: str = "") -> Box | None:
    """The panel of a step's page; None where there is none: switched off, another step, nothing proposed, not theirs to read."""
    sorts = adopting.sorts_of(here.step)
    if not analysis.is_on() or not sorts or not here.move:
        return None
    found = _found(here)
    shown = [found[sort] for sort in sorts if sort in found and found[sort].candidates]
    if not shown:
        return None
    if identities.is_report(here.matter):
        if not reading.report_was_opened(here.officer, here.matter, here.at):
            return Box(locked=True)
        reading.report(request, here.matter)
    plain = reveal.masked(here.matter, here.officer).text
    said_by_citizen = proposals.reading_of(here.matter)
    text, title = plain(said_by_citizen.text), len(said_by_citizen.title) + 1
    groups = tuple(group for one in shown if (group := _group(one, here, form, plain, text)).choices)
    reasons = [why for one in shown for candidate in _few(one) for why in candidate.why]
    known = [why for why in reasons if why.start is not None]
    words = tuple(Word(why.words, why.start - title) for why in known if why.start >= title)
    above = tuple(_word(why) for why in known if why.start < title)
    note = lack(found) if Sort.CLASS in sorts else ""
    return Box(groups, words, above, said=said, note=note) if groups else None


def _found(here: Situation) -> dict[Sort, Shown]:
    """What is proposed, as it may be shown to this officer.

    What the citizen called an accusation, the machine never proposes to unseal (C-01).
    """
    found = proposals.of(here.matter, here.officer, at=here.at if Sort.UNIT in adopting.sorts_of(here.step) else None)
    if Sort.KIND in found and identities.is_report(here.matter):
        kinds = tuple(one for one in found[Sort.KIND].candidates if one.value == Kind.REPORT)
        found[Sort.KIND] = replace(found[Sort.KIND], candidates=kinds)
    return found


def _few(shown: Shown) -> tuple[Candidate, ...]:
    return shown.candidates[: SHOWN_AT_MOST.get(shown.sort, len(shown.candidates))]


def _word(why) -> Word:
    return Word(why.words, why.start)


def _group(shown: Shown, here: Situation, form: StepForm | None, plain: Callable[[str], str], text: str) -> Group:
    """What stands in the form already is said so; what the form does not offer has no button."""
    row = adopting.FIELDS.get(here.step, {}).get(shown.sort)
    choices = []
    for index, one in enumerate(_few(shown)):
        if not one.why:  # what cannot say why is not proposed
            continue
        masked = _masked(one, shown.sort, plain)
        name = row.name(masked) if row else ""
        fillable = bool(form and row and name in form.fields and row.offered(form, name, masked))
        choices.append(
            Choice(
                label=label_words(masked, shown.sort),
                sure=sure_words(one),
                words=() if shown.sort is Sort.REQUESTS else _words(one, text),  # the line is its own ground
                notes=tuple(dict.fromkeys(plain(why.note) for why in one.why if why.note)),
                wish=f"{WISH}:{shown.sort}:{index}:{_stamp(shown)}" if fillable else "",
                taken=fillable and row.holds(form, name, masked),
            )
        )
    return Group(shown.sort, tuple(choices), str(HINTS.get(shown.sort, "")))


def _masked(one: Candidate, sort: Sort, plain: Callable[[str], str]) -> Candidate:
    """What is filled in is what is shown: a line of the text goes into the form as this officer may read it."""
    value = plain(one.value) if sort is Sort.REQUESTS else one.value
    return replace(one, value=value, label=plain(one.label))


def label_words(one: Candidate, sort: Sort) -> str:
    if sort is Sort.LITIGATION:
        return _("可能不属于涉法涉诉") if one.value == "no" else _("可能是涉法涉诉")
    return one.value if sort is Sort.REQUESTS else one.label


def sure_words(one: Candidate) -> str:
    """How sure the machine is, in words and per cent."""
    if one.confidence is None:
        return ""
    return _("%(words)s，%(percent)s%%") % {
        "words": confidence_words(one.confidence),
        "percent": round(one.confidence * 100),
    }


def _words(one: Candidate, text: str) -> tuple[str, ...]:
    """The words that spoke for it, the weightiest first: only those that the text as shown has."""
    heaviest = sorted(one.why, key=lambda why: -why.weight)
    found = (why.words for why in heaviest if place_of(_word(why), text))
    return tuple(dict.fromkeys(found))[:WORDS_AT_MOST]


def _stamp(shown: Shown) -> str:
    """The same as long as the same values stand in the same order."""
    return str(crc32("\n".join(one.value for one in shown.candidates).encode()))


def lack(found: dict[Sort, Shown]) -> str:
    """A plain sentence where the model is missing: then keywords and rules propose alone."""
    known = found.get(Sort.CLASS)
    if known is None:
        return _("没有可用的分类模型，所以没有内容分类的建议。请自行选择。")
    if known.maker.startswith("keywords") and not known.candidates:
        return _("分类模型还没有训练，也没有找到能说明分类的关键词。请自行选择。")
    if known.maker.startswith("keywords"):
        return _("分类模型还没有训练，内容分类只按关键词提出。")
    return ""


def may_open_report(here: Situation) -> bool:
    """Whether this officer may open the text, where the panel asks for it first."""
    return bool(allowed(here.officer.role_set, "report", Action.READ))


# ---- marking ---------------------------------------------------------------------------------------------------------


def with_marks(panels: list[Panel], shown: Box | None) -> list[Panel]:
    """The petition's own box with the words marked that spoke for a proposal; other boxes as they are."""
    if shown is None:
        return panels
    return [_with_marks(one, shown) if one.marked else one for one in panels]


def _with_marks(one: Panel, shown: Box) -> Panel:
    """The title is its first fact."""
    (name, title), *facts = one.facts
    return replace(one, text=marked(one.text, shown.words), facts=((name, marked(title, shown.title_words)), *facts))


# ---- adopting --------------------------------------------------------------------------------------------------------


def adopt(form_class: type[StepForm], request: HttpRequest, here: Situation, wish: str) -> Adopted:
    """The page once more with what was typed, and the proposal in its field. Takes no step."""
    row, one = _wanted(here, wish)
    sent = again(form_class, request, here)
    if one is None or row is None:
        return Adopted(sent, _("建议刚刚更新过，请看新的建议。"))
    name = row.name(one)
    if name not in sent.fields or not row.offered(sent, name, one):
        return Adopted(sent, _("表单里现在没有这个选项，请自行选择。"))
    if row.holds(sent, name, one):
        return Adopted(sent, _("表单里已经是这个建议。"))
    form = again(form_class, request, here, {name: row.put(sent, name, one, sent.initial.get(name))})
    form.adopted = frozenset({name})
    return Adopted(form, _("已填入“%(label)s”，请核对后再办理。") % {"label": form.fields[name].label}, form.adopted)


def _wanted(here: Situation, wish: str) -> tuple[adopting.Field | None, Candidate | None]:
    """The row and the candidate that a button stands for; nothing when it was made anew meanwhile, or is not theirs to read."""
    _wish, sort, index, stamp = (wish.split(":") + ["", "", ""])[:4]
    row = {str(key): value for key, value in adopting.FIELDS.get(here.step, {}).items()}.get(sort)
    shown = _found(here).get(Sort(sort)) if row else None
    may = not identities.is_report(here.matter) or reading.report_was_opened(here.officer, here.matter, here.at)
    if (
        shown is None
        or not may
        or _stamp(shown) != stamp
        or not index.isdecimal()
        or int(index) >= len(shown.candidates)
    ):
        return None, None
    return row, _masked(shown.candidates[int(index)], shown.sort, reveal.masked(here.matter, here.officer).text)
