"""How good proposals were (系统建议的效果): how often a person decided as the machine had proposed, by sort, value and version of the machine.

Figures about the machine. They know no officer, no organisation and no petitioner (G.4), and hold no report and no matter that names
somebody who must not learn of it (C-01). Figures from 1 to 4, and what would give them away, are withheld (C-14).
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from xinqiao.matters.models import Accused
from xinqiao.organisations.models import ContentClass
from xinqiao.rules.proposals import EFFECT_AT_MOST, EFFECT_DAYS, Sort, Verdict, maker_words
from xinqiao.rules.small_cells import AT_LEAST, NOT_SHOWN
from xinqiao.rules.stages import Kind
from xinqiao.rules.urgent import UrgentGround

from .models import Proposal


@dataclass(frozen=True)
class Line:
    """One value of one sort: how many were decided (denominator), and what was decided. `share`: agreed of all, where both are told."""

    label: str
    total: str
    parts: tuple[str, ...]
    share: str


@dataclass(frozen=True)
class Table:
    """One sort, as one version of the machine proposed it."""

    sort: Sort
    maker: str  # in words
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Effect:
    """All tables. `cut`: there were more, only the newest were looked at."""

    tables: tuple[Table, ...]
    cut: bool


def of_the_last_year(at: datetime) -> Effect:
    """From what was decided within EFFECT_DAYS, at most EFFECT_AT_MOST proposals, the newest first."""
    named = Exists(Accused.objects.filter(matter=OuterRef("matter_id")))
    decided = Proposal.objects.filter(decided_at__gte=at - timedelta(days=EFFECT_DAYS)).exclude(verdict="")
    counted = decided.filter(~named, matter__sealed=False).order_by("-decided_at", "-pk")
    rows = list(counted.values_list("sort", "maker", "first", "verdict")[:EFFECT_AT_MOST])
    found: dict[tuple[str, str], dict[str, Counter]] = defaultdict(lambda: defaultdict(Counter))
    for sort, maker, first, verdict in rows:
        found[sort, maker][first][verdict] += 1
    order = {sort.value: place for place, sort in enumerate(Sort)}
    tables = (
        _table(Sort(sort), maker, found[sort, maker])
        for sort, maker in sorted(found, key=lambda key: (order[key[0]], key[1]))
    )
    return Effect(tuple(tables), len(rows) == EFFECT_AT_MOST)


def _table(sort: Sort, maker: str, counts: Mapping[str, Counter]) -> Table:
    labels = _labels(sort)
    told = {value: {verdict.value: row[verdict.value] for verdict in Verdict} for value, row in counts.items()}
    hidden = withheld(told)
    lines = [
        _line(labels.get(value, value or sort.label), told[value], hidden.get(value, set())) for value in sorted(told)
    ]
    return Table(sort, maker_words(maker), tuple(lines))


def _line(label: str, row: Mapping[str, int], hidden: set[str]) -> Line:
    total = sum(row.values())
    if hidden == set(row):
        return Line(label, NOT_SHOWN, tuple(NOT_SHOWN for _ in row), "")
    parts = tuple(NOT_SHOWN if name in hidden else str(count) for name, count in row.items())
    share = "" if Verdict.AGREED in hidden or not total else f"{row[Verdict.AGREED] / total:.0%}"
    return Line(label, str(total), parts, share)


def withheld(rows: Mapping[str, Mapping[str, int]]) -> dict[str, set[str]]:
    """Which cells of a table are not told: small ones, and in their row and column the next smallest, so that no sum gives them away.

    A row whose total is small is withheld as a whole, and with it the next smallest, for the sum of all rows is known elsewhere.
    """
    hidden: dict[str, set[str]] = {
        name: {cell for cell, count in row.items() if 0 < count < AT_LEAST} for name, row in rows.items()
    }
    whole = {name for name, row in rows.items() if 0 < sum(row.values()) < AT_LEAST}
    if len(whole) == 1 and len(rows) > 1:
        whole |= {min(set(rows) - whole, key=lambda name: (sum(rows[name].values()), name))}
    for name in whole:
        hidden[name] = set(rows[name])
    for _round in range(len(rows) + len(Verdict)):
        if not (_complete_rows(rows, hidden, whole) | _complete_columns(rows, hidden)):
            break
    return hidden


def _complete_rows(rows: Mapping[str, Mapping[str, int]], hidden: dict[str, set[str]], whole: set[str]) -> bool:
    changed = False
    for name, row in rows.items():
        if name not in whole and len(hidden[name]) == 1:
            changed |= _hide_next({(name, cell): count for cell, count in row.items()}, hidden)
    return changed


def _complete_columns(rows: Mapping[str, Mapping[str, int]], hidden: dict[str, set[str]]) -> bool:
    changed = False
    for cell in Verdict:
        if len(rows) > 1 and sum(cell.value in hidden[name] for name in rows) == 1:
            changed |= _hide_next({(name, cell.value): row[cell.value] for name, row in rows.items()}, hidden)
    return changed


def _hide_next(cells: Mapping[tuple[str, str], int], hidden: dict[str, set[str]]) -> bool:
    """Hide the smallest cell that is still told; nought is hidden only where there is nothing else."""
    left = sorted(((count == 0, count, where) for where, count in cells.items() if where[1] not in hidden[where[0]]))
    if not left:
        return False
    name, cell = left[0][2]
    hidden[name].add(cell)
    return True


def _labels(sort: Sort) -> dict[str, str]:
    """Words for the values of a sort; a sort whose values name places, organs or texts has one line of its own name."""
    match sort:
        case Sort.CLASS:
            return dict(ContentClass.objects.values_list("code", "name"))
        case Sort.KIND:
            return dict(Kind.choices())
        case Sort.URGENCY:
            return dict(UrgentGround.choices())
        case Sort.LITIGATION:
            return {"yes": "涉法涉诉", "no": "不属于涉法涉诉"}
    return {}
