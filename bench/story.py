"""A synthetic matter while it is being made up, before it becomes rows."""

from dataclasses import dataclass, field
from datetime import date, datetime

from bench.ways import Beat
from xinqiao.organisations.models import Organisation
from xinqiao.rules.stages import ReferralKind, Stage


@dataclass
class Desk:
    """A desk while its matter is being made up."""

    key: int
    organisation: Organisation
    kind: ReferralKind
    stage: Stage
    received_at: datetime
    sender: "Desk | None" = None
    signed_in_at: datetime | None = None
    handler: int | None = None
    closed_at: datetime | None = None


@dataclass
class Story:
    """One matter while it is being made up."""

    matter_id: int
    beats: tuple[Beat, ...]
    moments: list[datetime]
    organs: dict[str, Organisation]
    desks: dict[str, Desk] = field(default_factory=dict)
    clocks: list[dict] = field(default_factory=list)
    stage: Stage | str = ""
    accepted_on: date | None = None
    unit: Organisation | None = None
    events: int = 0
    head: str = ""
    submission_id: int = 0
    content: str = ""
    parts: tuple[str, str, str] = ("", "", "")  # of the content: the petition's, another's, the code
    answers: list[tuple[str, str]] = field(default_factory=list)  # facts and reasons of each opinion issued
    content_hash: str = ""
