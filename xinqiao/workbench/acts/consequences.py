"""What follows from a step: which limits end and begin, with their days, and which letters go out to whom."""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from xinqiao.matters import clocks, policy
from xinqiao.matters.act import SHOWN_TO_CITIZEN
from xinqiao.organisations.models import Officer
from xinqiao.rules import document_contents, terms
from xinqiao.rules.terms import Holder
from xinqiao.ui.day_words import exact_day

from .situation import Situation
from .table import Act


@dataclass(frozen=True)
class Limit:
    """One limit as the page says it. `due_on` is None where the first day is not known yet; then `words` says from when."""

    name: str
    length: str
    due_on: date | None
    words: str
    explanation: str = ""


@dataclass(frozen=True)
class Letter:
    """One document that the step makes, and who gets it."""

    kind: str
    title: str
    to: str


_REGULATION = re.compile(r"(?<![A-Z])R-(\d+)(?:\((\d)\))?(?:[（(]([一二三四五六七八九十]+)[）)])?")
_OTHER_LAW = re.compile(r"（(\w+法)）")  # C-15（保守国家秘密法）
_DIGITS = "零一二三四五六七八九"
# Ids of our own tables (C-01, GT-1 至 GT-6): of use to us, not to the officer.
_OWN_IDS = re.compile(r"\b(?:[A-Z]{1,2}-?\d+|[A-Z]\.\d+)(?:\s*(?:至|、|,|，)\s*[A-Z]{1,2}-?\d+)*\s*[:：]?\s*")


def article_words(article: str) -> str:
    """R-22(1)(三) as it is cited: 《信访工作条例》第二十二条第一款第三项. What is not in the Regulation is called the office's rules."""
    found = [_cited(*match.groups()) for match in _REGULATION.finditer(article)]
    if found:
        return "、".join([_("《信访工作条例》") + found[0], *found[1:]])
    other = _OTHER_LAW.search(article)
    return f"《{other[1]}》" if other else _("信访工作规范")


def short_article(article: str) -> str:
    """The first article of the Regulation named, for a menu: 第二十二条. "" when it stands on the office's own rules."""
    found = _REGULATION.search(article)
    return f"第{_numeral(int(found[1]))}条" if found else ""


def _cited(article: str, paragraph: str | None, item: str | None) -> str:
    words = f"第{_numeral(int(article))}条"
    words += f"第{_numeral(int(paragraph))}款" if paragraph else ""
    return words + (f"第{item}项" if item else "")


def _numeral(number: int) -> str:
    """1 to 99 in Chinese."""
    tens, ones = divmod(number, 10)
    head = {0: "", 1: "十"}.get(tens, f"{_DIGITS[tens]}十")
    return head + (_DIGITS[ones] if ones else "")


def condition_words(precondition: str) -> str:
    """A precondition without the ids of our tables; "" when nothing else is in it."""
    return _OWN_IDS.sub("", precondition).strip("；;、, ")


def limits_ended(here: Situation) -> list:
    """Running limits that this step meets (or misses). Time to object is a right, not a duty: it is not counted here."""
    duties = set(here.move.stops) - terms.RIGHTS if here.move else set()
    if not duties:
        return []
    found = here.matter.clocks.filter(term__in=duties, state="running")
    if here.desk is not None:
        found = found.filter(referral_id=here.desk.pk)
    return [(terms.find(clock.term).name, clock.due_on) for clock in found.order_by("due_on")]


def limits_begun(here: Situation, act: Act) -> list[Limit]:
    """Every limit that the step starts, as if it were taken today."""
    if here.move is None or not here.move.starts:
        return []
    running = {clock.term: clock for clock in here.matter.clocks.filter(term__in=here.move.starts, state="running")}
    return [_limit(code, here, act, running.get(code)) for code in here.move.starts]


def _limit(code: str, here: Situation, act: Act, already) -> Limit:
    term = terms.find(code)
    whose = "" if term.holder is Holder.OFFICE else _("信访人的期限")
    if code in act.starts_when:
        return Limit(term.name, "" if code == "ASSIGN_N" else term.length, None, str(act.starts_when[code]))
    if already is not None and here.desk is not None and already.referral_id == here.desk.pk:
        return Limit(term.name, term.length, already.due_on, _("已经在计算"), already.explanation)
    start = act.starts_on[code](here) if code in act.starts_on else here.today
    made = policy.limit(code, start or here.today)
    return Limit(term.name, term.length, made.due, whose, made.explanation)


def letters(here: Situation, act: Act) -> list[Letter]:
    """The documents of the step. A citizen without address or phone gets none; the page says so."""
    kinds = [*here.move.documents, *act.letters] if here.move else []
    return [Letter(kind, _title(kind), _to(kind, here)) for kind in kinds]


def _title(kind: str) -> str:
    """The plain name of a document whose printed title depends on its data."""
    words = {"instance": "", "agreement_kind": ""}
    return document_contents.title_of(kind, words).replace("{agreement_kind}", "").replace("{instance}", "")


def _to(kind: str, here: Situation) -> str:
    if kind not in SHOWN_TO_CITIZEN:
        return {"F-01": _("存卷"), "F-21": _("存卷")}.get(kind, _("给有关机关、单位"))
    if not here.matter.contactable and kind not in ("F-16", "F-18", "F-19", "F-25"):
        return _("信访人没有留联系方式，不出具")
    return _("给信访人")


def next_date(matter, officer: Officer, today: date) -> str:
    """The limit that comes first now, as a sentence for the message after a step; "" when none runs.

    The officer's own organisation first, as their list counts down to it; else the one the citizen waits for.
    """
    duties = matter.clocks.filter(state="running", holder=Holder.OFFICE).exclude(term__in=terms.RIGHTS)
    own = duties.filter(organisation_id=officer.organisation_id).order_by("due_on").first()
    clock = own or clocks.shown(matter) or duties.order_by("due_on").first()
    if clock is None:
        return ""
    return _("下一个期限：%(name)s，%(day)s。") % {
        "name": terms.find(clock.term).name,
        "day": exact_day(clock.due_on, today),
    }
