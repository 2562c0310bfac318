"""Signals in a text: what kind of matter it is, whether it is urgent, whether it belongs to courts and prosecutors.

The words are rows of rules.signals; here they are read with what stands before and after them in the clause. A word that is denied,
feared, only thought of or long past (没有人受伤, 以免发生火灾, 去年…) speaks for nothing.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from xinqiao.rules import signals
from xinqiao.rules.stages import Kind
from xinqiao.rules.urgent import UrgentGround

from .proposal import Candidate, Reading, Reason

ENOUGH_OF_OTHERS = 0.28  # for a report, of whoever asks for nothing and tells of no trouble of his own: he informs
ENOUGH = 0.6  # what must speak for a ground of urgency, or for litigation, before it is proposed
LOOKED_BACK, LOOKED_ON = 26, 8  # characters
EACH_AT_MOST = 2  # places of one row that count
IN_TITLE = 1.5
_CLAUSE = re.compile(r"[。；！？!?;\n]")
_KIND_LEAST = 0.12  # of all that was said: less is not worth a line


def propose_kind(reading: Reading) -> list[Candidate]:
    """`rules.stages.Kind` values, the likeliest first (C.4). A report on a company is none: only officials are reported on (R-30)."""
    found = _spoken(reading, signals.KINDS)
    weights = {kind: sum(one.weight for one in found.get(kind, ())) for kind in Kind}
    own = weights[Kind.REQUEST] + weights[Kind.SUGGESTION] > 0 or signals.OWN_TROUBLE.search(reading.text)
    if weights[Kind.REPORT] < (ENOUGH if own else ENOUGH_OF_OTHERS):  # a word of anger is no report
        weights[Kind.REPORT] = 0.0
    weights[Kind.REQUEST] += signals.KIND_IF_NONE
    total = sum(weights.values())
    ranked = sorted(weights, key=lambda kind: -weights[kind])
    return [
        Candidate(
            kind.value, kind.label, round(weights[kind] / total * _how_much(total), 3), _best(found.get(kind, ()))
        )
        for kind in ranked
        if weights[kind] >= _KIND_LEAST * total and (found.get(kind) or kind is Kind.REQUEST)
    ]


def propose_urgency(reading: Reading) -> list[Candidate]:
    """`rules.urgent.UrgentGround` values for which the text gives words; none is the rule (D.12, UR-7)."""
    found = _spoken(reading, signals.URGENT)
    weights = {ground: sum(one.weight for one in found.get(ground, ())) for ground in UrgentGround}
    ranked = sorted((ground for ground in weights if weights[ground] >= ENOUGH), key=lambda ground: -weights[ground])
    return [
        Candidate(ground.value, ground.label, round(_how_much(weights[ground]), 3), _best(found[ground]))
        for ground in ranked
    ]


def propose_litigation(reading: Reading) -> list[Candidate]:
    """ "yes" where a court, a prosecutor or the police already has the case (涉法涉诉), "no" where somebody only speaks of going there."""
    found = _spoken(reading, signals.LITIGATION)
    yes, no = (sum(one.weight for one in found.get(value, ())) for value in ("yes", "no"))
    if yes >= ENOUGH:
        return [Candidate("yes", "涉法涉诉", round(_how_much(yes) * yes / (yes + 0.5 * no), 3), _best(found["yes"]))]
    if no >= ENOUGH:
        return [Candidate("no", "还没有进入诉讼等程序", round(_how_much(no), 3), _best(found["no"]))]
    return []


def _how_much(weight: float) -> float:
    """From what was said to how sure: 1 is 0.7, 2 is 0.91, never 1."""
    return 1 - 0.3**weight


def _best(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda one: -one.weight)[:4])


def _spoken(reading: Reading, rows: tuple[signals.Signal, ...]) -> dict[str, list[Reason]]:
    """For each value the words of the text that speak for it."""
    text, found = reading.text, defaultdict(list)
    for row in rows:
        taken = 0
        for one in row.words.finditer(text):
            if taken < EACH_AT_MOST and not _denied(row, text, one):
                weight = row.weight * (IN_TITLE if one.start() < len(reading.title) else 1) / (1 + taken)
                found[row.value].append(
                    Reason(one.group().strip(" ，。；！？：\n"), *_inner(one), round(weight, 2), row.note)
                )
                taken += 1
    return found


def _inner(one: re.Match) -> tuple[int, int]:
    """The span without the punctuation around it."""
    words = one.group()
    left = len(words) - len(words.lstrip(" ，。；！？：\n"))
    return one.start() + left, one.start() + len(words.rstrip(" ，。；！？：\n"))


def _denied(row: signals.Signal, text: str, one: re.Match) -> bool:
    if row.unless_before:
        before = _CLAUSE.split(text[max(0, one.start() - LOOKED_BACK) : one.start()])[-1]
        if row.unless_before.search(before):
            return True
    if row.near and not row.near.search(text, max(0, one.start() - signals.NEAR), one.end() + signals.NEAR):
        return True
    return bool(row.unless_after and row.unless_after.search(text[one.end() : one.end() + LOOKED_ON]))
