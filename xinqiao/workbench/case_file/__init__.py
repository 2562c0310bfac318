"""One matter as the case page shows it to one officer: read in a dozen statements, hidden parts left out here (B.3, RA-8).

The page first finds the matter, writes down that it is opened, and only then reads it (`pages/case.py`).
"""

from dataclasses import dataclass
from datetime import date

from xinqiao.access.reveal import Seen
from xinqiao.matters import identities
from xinqiao.matters.models import Matter, Referral
from xinqiao.organisations.models import Officer
from xinqiao.people.models import Identity
from xinqiao.rules.confidentiality import Access
from xinqiao.rules.masking import mask_name
from xinqiao.rules.permissions import Action, Reach, allowed
from xinqiao.rules.stages import Channel

from .. import channels, standing
from . import answers, course, history, limits, related
from .found import CLOCKS, DESKS, EVENTS, SUBMISSIONS, Said, find, of

__all__ = ["CaseFile", "find", "read"]


@dataclass
class CaseFile:
    """Everything on the page."""

    matter: Matter
    title: str
    desks: list[Referral]
    own_desk: Referral | None
    seen: Seen
    text_closed: bool  # the text of a report waits behind 打开材料
    text_masked: bool
    opens_files: bool
    writes_notes: bool
    requests: list[dict]
    submissions: list[dict]
    clocks: list[dict]
    shown_clock: dict | None
    letters: list[dict]
    opinions: list[dict]
    entries: list[history.Entry]
    ratings: list[dict]
    ratings_wait: bool
    related: list[dict]
    standing: standing.Standing
    urgent: list[dict]

    @property
    def people(self) -> list[Identity]:
        return self.seen.people

    @property
    def running(self) -> list[dict]:
        return [clock for clock in self.clocks if clock["live"]]

    @property
    def past(self) -> list[dict]:
        return [clock for clock in self.clocks if not clock["live"]]


def read(officer: Officer, matter: Matter, seen: Seen, *, today: date, text_open: bool = False) -> CaseFile:
    """The page of a matter that `find` gave. `seen`: what it shows of the identity. `text_open`: 打开材料 was pressed (reports)."""
    closed = identities.is_report(matter) and not text_open
    masked = identities.text_access(matter, officer) is not Access.FULL
    desks = of(matter, DESKS)
    for desk in desks:  # what an office wrote to the next one speaks of the petition
        desk.instruction = "" if closed else seen.text(desk.instruction)
    own = [desk for desk in desks if desk.organisation_id == officer.organisation_id]
    running = of(matter, CLOCKS)
    events = of(matter, EVENTS)
    records = [Said(**row) for row in matter.record_rows]
    facts = course.situation(matter, officer, desks=desks, clocks=running, events=events, records=records, today=today)
    shown = limits.shown_first(running, own)
    ratings, ratings_wait = answers.ratings(matter, events, officer, today)
    return CaseFile(
        matter=matter,
        title=matter.listed_title if closed else seen.text(matter.title),
        desks=desks,
        own_desk=next((desk for desk in reversed(own) if desk.is_open), own[-1] if own else None),
        seen=seen,
        text_closed=closed,
        text_masked=masked,
        opens_files=bool(allowed(officer.role_set, "attachment", Action.READ)) and not closed,
        writes_notes=bool(allowed(officer.role_set, "note", Action.WRITE)),
        requests=[] if closed else [{**row, "text": seen.text(row["text"])} for row in matter.request_rows],
        submissions=[] if closed else _submissions(matter, seen, masked=masked),
        clocks=[limits.shown(one, today) for one in sorted(running, key=limits.order)],
        shown_clock=limits.shown(shown, today) if shown else None,
        letters=[history.letter(row, matter, officer) for row in matter.letter_rows],
        opinions=answers.opinions(matter, seen, officer),
        entries=history.entries(matter, events, records, officer, seen, closed=closed),
        ratings=[{**one, "text": seen.text(one["text"])} for one in ratings],
        ratings_wait=ratings_wait,
        related=related.matters(matter, officer, seen.rows),
        standing=standing.standing(matter, desks, officer, facts=facts),
        urgent=_urgent_seen(matter, officer),
    )


def _submissions(matter: Matter, seen: Seen, *, masked: bool) -> list[dict]:
    """`masked`: for readers of statistics the person complained of is masked too (B.3 "M")."""
    made = []
    for one in of(matter, SUBMISSIONS):
        said = {**one.respondent, **({"name": mask_name(one.respondent.get("name", ""))} if masked else {})}
        against = "、".join(said[name] for name in ("unit", "name", "post") if said.get(name))
        facts = channels.shown_facts(one.channel, one.channel_facts, personal=seen.opening is not None)
        made.append(
            {
                "channel": Channel(one.channel).label,
                "content": seen.text(one.content),
                "reasons": seen.text(one.reasons),
                "against": against,
                "files": [file for file in matter.file_rows if file["submission_id"] == one.pk],
                "facts": [(label, seen.text(value)) for label, value in facts],
            }
        )
    return made


def _urgent_seen(matter: Matter, officer: Officer) -> list[dict]:
    """Urgent reports of the own organ, and of the organs below for who supervises them: those that open (supervision/urgent.py)."""
    cell = allowed(officer.role_set, "urgent_report", Action.READ)
    if not cell or matter.sealed:
        return []
    first, last = (
        officer.scope if cell.reach is Reach.TERRITORY else (officer.organisation.lft, officer.organisation.lft)
    )
    return [row for row in matter.urgent_rows if first <= row["org_lft"] <= last]
