"""查询: number and query code open one matter; nobody can try them out (R-21(2), secure-checklist 49).

The tracking page and the programme interface share one count of guesses for each source.
"""

from datetime import datetime

from xinqiao import crypto
from xinqiao.people import limits
from xinqiao.rules import numbering, rate_limits
from xinqiao.rules.moves import MOVES
from xinqiao.rules.stages import Role

from .models import Matter, MatterNumber

GUESSES_A_MINUTE = rate_limits.GUESS.most
# When this many codes were wrong within two minutes, from anywhere, somebody tries them out with many addresses.
WRONG_EVERYWHERE = rate_limits.WRONG_EVERYWHERE.most
WHILE_BRAKED = rate_limits.GUESS_BRAKED.most  # tries a minute from one source, until it is calm again
# What the citizen reads in the history: what was told, and what the citizen did.
SHOWN_STEPS = {move.step for move in MOVES if move.told or move.roles == {Role.CITIZEN}}


def seconds_to_wait(source: str, *, at: datetime) -> int:
    """Count one try from `source` (an address; IPv6 by its /64; empty: not known): 0 when it may be looked at, else how long to wait.

    Counted by source, never by matter: nobody can keep a citizen out by guessing at the number of the petition.
    """
    own = rate_limits.GUESS if source else rate_limits.GUESS_FROM_NOWHERE
    waiting = limits.wait(f"track:{source}", own, at=at)
    if waiting or limits.tried("track.wrong", at=at, minutes=2) < WRONG_EVERYWHERE:
        return waiting
    braked = rate_limits.GUESS_BRAKED if source else rate_limits.GUESS_BRAKED_FROM_NOWHERE
    return limits.wait(f"track.braked:{source}", braked, at=at)


def program_waits(client_id: int, *, at: datetime) -> int:
    """The same for a program with a token, of whose tries only the wrong ones count (`program_was_right`)."""
    return limits.wait(f"track.program:{client_id}", rate_limits.GUESS_OF_PROGRAM, at=at)


def program_was_right(client_id: int, *, at: datetime) -> None:
    """Its try does not count."""
    limits.give_back(f"track.program:{client_id}", at=at)


def note_wrong(*, at: datetime) -> None:
    """A number and a code that did not fit."""
    limits.allow("track.wrong", limit=WRONG_EVERYWHERE, at=at)


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
