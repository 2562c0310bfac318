"""Small cells (小单元): figures for the public that could point at a person are not shown (C-14, H.8).

A count of 1 to 4 says who it was to whoever knows the place. It is written `不足5`, and where the total would give it away by
subtraction, the next smallest count is withheld with it.
"""

from collections.abc import Mapping

AT_LEAST = 5  # matters; what is fewer, and not none, is not told
WITHHELD = "不足5"


def shown(count: int) -> str:
    """One count that stands alone: the figure, or that it is small. Nought is told: it points at nobody."""
    return WITHHELD if 0 < count < AT_LEAST else str(count)


def shown_parts(counts: Mapping[str, int], *, with_total: bool = True) -> dict[str, str]:
    """The parts of one sum. `with_total`: the sum is told as well, so that a single withheld part could be reckoned."""
    withheld = {name for name, count in counts.items() if 0 < count < AT_LEAST}
    if with_total and _can_be_reckoned(counts, withheld):
        others = sorted((count, name) for name, count in counts.items() if name not in withheld and count)
        withheld |= {others[0][1]} if others else set()
    return {name: _told(count, name in withheld) for name, count in counts.items()}


def _can_be_reckoned(counts: Mapping[str, int], withheld: set[str]) -> bool:
    """One withheld part is the total less the others; several are known as well when each must be 1, or each must be 4."""
    rest = sum(counts[name] for name in withheld)
    if len(withheld) == 1:
        return True
    return bool(withheld) and rest in (len(withheld), len(withheld) * (AT_LEAST - 1))


def _told(count: int, withheld: bool) -> str:
    if not withheld:
        return str(count)
    return WITHHELD if count < AT_LEAST else "略"
