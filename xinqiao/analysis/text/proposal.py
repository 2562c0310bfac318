"""What the machine may say about a petition (建议): a value, how sure it is, and why. It never says more than a person can check.

    Candidate("03", "城乡建设", 0.91, (Reason("违章搭建", 12, 16, weight=1.8),))

A reason points at the words of the text that spoke for the value (`start` and `end` count characters of `Reading.text`), or names a rule or
a precedent in `note`. Nothing is decided by it: PIPL 24, DU-1.
"""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Reading:
    """A petition as it is read: title, body and demands as the citizen wrote them. `said_on` is the day it was written or received."""

    title: str
    body: str
    said_on: date | None = None
    demands: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Title and body, one line apart: what spans point into."""
        return f"{self.title}\n{self.body}"


@dataclass(frozen=True)
class Reason:
    """One thing that spoke for a value: words of the text with their place in it, or a rule or a precedent in `note`."""

    words: str = ""
    start: int | None = None
    end: int | None = None
    weight: float = 0.0
    note: str = ""


@dataclass(frozen=True)
class Candidate:
    """One value that is proposed, the likeliest first. `confidence` from 0 to 1; None where a rule says it and nothing is weighed."""

    value: str
    label: str
    confidence: float | None = None
    why: tuple[Reason, ...] = field(default=())
