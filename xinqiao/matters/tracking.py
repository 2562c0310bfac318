"""查询: number and query code open one matter; nobody can try them out (R-21(2), secure-checklist 49).

The tracking page and the programme interface share one count of guesses for each source.
"""

from datetime import datetime

from xinqiao import crypto
from xinqiao.people.limits import allow, tried
from xinqiao.rules import numbering
from xinqiao.rules.moves import MOVES
from xinqiao.rules.stages import Role

from .models import Matter, MatterNumber

GUESSES_A_MINUTE = 20
FROM_NOWHERE = 20 * GUESSES_A_MINUTE  # behind a socket without addresses everybody is one source
# When this many codes were wrong within a minute, from anywhere, somebody tries them out with many addresses.
WRONG_EVERYWHERE = 600
WHILE_BRAKED = 3  # tries a minute from one source, until it is calm again
# What the citizen reads in the history: what was told, and what the citizen did.
SHOWN_STEPS = {move.step for move in MOVES if move.told or move.roles == {Role.CITIZEN}}


def may_guess(source: str, *, at: datetime) -> bool:
    """Count one try from `source` (an address; IPv6 by its /64; empty: not known) and say whether it may be looked at."""
    if not source:
        return allow("track.nobody", limit=FROM_NOWHERE, at=at)
    return allow(f"track:{source}", limit=GUESSES_A_MINUTE, at=at)


def is_braked(source: str, *, at: datetime) -> bool:
    """Whether `source` has to wait because codes are being tried out everywhere; counts its tries meanwhile."""
    if tried("track.wrong", at=at) < WRONG_EVERYWHERE:
        return False
    return not allow(f"track.braked:{source}", limit=WHILE_BRAKED, at=at)


def note_wrong(*, at: datetime) -> None:
    """A number and a code that did not fit."""
    allow("track.wrong", limit=WRONG_EVERYWHERE, at=at)


def find(number: str, code: str) -> Matter | None:
    """The matter that `number` and `code` open, else None, after the same time, whether the number or the code was wrong."""
    try:
        number = numbering.normalise_matter_number(number)
        code = numbering.normalise_query_code(code)
    except ValueError:
        number = code = ""
    named = MatterNumber.objects.filter(number=number).first()
    matter = Matter.objects.select_related("unit").filter(pk=named.matter_id).first() if named else None
    matches = crypto.slow_hash_matches(code, matter.query_code_hash if matter else "")
    return matter if matches else None
