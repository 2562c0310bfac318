"""How often something may be tried: every limit in one table (issue 3 section 4, secure-checklist 48 to 50).

A limit delays, it never locks: whoever waits goes on. What is counted is a source (an address; an IPv6 one by its /64), a canonical
telephone number, a program or one code, never a matter: however hard somebody hammers on the number of a petition, the citizen
with the right code comes in from another address at once.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class RateLimit:
    """At most `most` in any `seconds` for each `counted_by`. `exact`: a sliding window, else whole minutes (up to one more)."""

    most: int
    seconds: int
    counted_by: str
    what: str
    why: str
    exact: bool = True


GUESS = RateLimit(
    20, 60, "source", "tries of number and query code", "80 random bits: 20 a minute find none in the life of the sun"
)
GUESS_FROM_NOWHERE = RateLimit(
    400,
    60,
    "everybody",
    "the same, where the proxy hides all addresses",
    "a socket without addresses makes everybody one source",
)
WRONG_EVERYWHERE = RateLimit(
    600,
    120,
    "everybody",
    "wrong codes before the brake goes on",
    "many addresses that guess together are slowed together",
    exact=False,
)
GUESS_BRAKED = RateLimit(3, 60, "source", "tries while the brake is on", "enough for a citizen who mistypes twice")
GUESS_BRAKED_FROM_NOWHERE = RateLimit(
    60, 60, "everybody", "the same without addresses", "one brake must not keep a whole town out"
)
GUESS_OF_PROGRAM = RateLimit(
    20, 60, "program", "wrong codes of one program with a token", "right ones count against its own rate only"
)

SMS_CODE = (
    RateLimit(1, 60, "number", "codes by SMS", "nobody is woken by a stranger's button"),
    RateLimit(5, 3600, "number", "codes by SMS", "the same"),
    RateLimit(10, 86400, "number", "codes by SMS", "the same; number and query code stay open as the other door"),
)
CODE_TRIES = RateLimit(
    5, 300, "code", "tries of a six-digit code", "five of a million, in the browser that asked for it"
)
PERSON_LOOK_UP = RateLimit(
    60, 3600, "officer", "look-ups of a person", "a window serves one a minute at most; a list of persons takes more"
)
WINDOW_PROPOSALS = RateLimit(
    30, 60, "officer", "proposals while typing at the window", "somebody who types pauses a few times a minute"
)

ALL = (
    GUESS, GUESS_FROM_NOWHERE, WRONG_EVERYWHERE, GUESS_BRAKED, GUESS_BRAKED_FROM_NOWHERE, GUESS_OF_PROGRAM, *SMS_CODE, CODE_TRIES,
    PERSON_LOOK_UP, WINDOW_PROPOSALS,
)  # fmt: skip
