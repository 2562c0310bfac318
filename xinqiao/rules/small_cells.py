"""Small cells (小单元): figures for the public that could point at a person are not shown (C-14, H.8).

A count of 1 to 4 says who it was to whoever knows the place. It is written `不足5`. Where the total is told too, it would give the count
away by subtraction: then the next smallest one is withheld with it, and both read `未显示`, so that neither says which was small.
"""

from collections.abc import Mapping

AT_LEAST = 5  # matters; what is fewer, and not none, is not told
WITHHELD = "不足5"
NOT_SHOWN = "未显示"


def shown(count: int) -> str:
    """One count that stands alone: the figure, or that it is small. Nought is told: it points at nobody."""
    return WITHHELD if 0 < count < AT_LEAST else str(count)


def shown_parts(counts: Mapping[str, int], *, with_total: bool = True) -> dict[str, str]:
    """The parts of one sum. `with_total`: the sum is told as well, so that a single withheld part could be reckoned."""
    withheld = {name for name, count in counts.items() if 0 < count < AT_LEAST}
    if with_total and _can_be_reckoned(counts, withheld):
        others = sorted((count, name) for name, count in counts.items() if name not in withheld and count)
        withheld |= {others[0][1]} if others else set()
    word = NOT_SHOWN if with_total else WITHHELD
    return {name: word if name in withheld else str(count) for name, count in counts.items()}


def _can_be_reckoned(counts: Mapping[str, int], withheld: set[str]) -> bool:
    """One withheld part is the total less the others; several are known as well when each must be 1."""
    rest = sum(counts[name] for name in withheld)
    return len(withheld) == 1 or (bool(withheld) and rest == len(withheld))
