"""A few answers of the demonstration that everybody may read: with the citizen's consent, prepared by one officer, let through by another (I-17)."""

from datetime import datetime, timedelta

from xinqiao.analysis import published
from xinqiao.analysis.models.answers import MAY_BE_PUBLIC
from xinqiao.matters.models import Matter, Opinion
from xinqiao.matters.models.opinion import GIVEN
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.stages import Line, Role

SHOWN = 8
WAITING = 1  # one more waits for the second person, so that its page has something to decide


def publish(horizon: datetime) -> int:
    """The newest answered matters whose citizens agreed, as far as an office of theirs has both persons. Returns how many are public."""
    answered = Opinion.objects.filter(instance="handling", state__in=GIVEN).values("matter_id")
    found = Matter.objects.filter(MAY_BE_PUBLIC, pk__in=answered).select_related(
        "place", "content_class", "received_by"
    )
    done = 0
    for matter in found.order_by("-received_at", "-pk"):
        people = _people(matter)
        if people is None or published.why_not(matter):
            continue
        _prepare(matter, *people, at=horizon - timedelta(days=2, hours=-10), approve=done < SHOWN)
        done += 1
        if done == SHOWN + WAITING:
            break
    return min(done, SHOWN)


def _people(matter: Matter) -> tuple[Officer, Officer] | None:
    """Who prepares and who lets it through, at a petition office that had the matter on its desk."""
    offices = Organisation.objects.filter(desks__matter=matter, line=Line.PETITION_OFFICE).distinct().order_by("-level")
    for office in offices:
        writer, leader = (_post(office, role, matter) for role in (Role.TRIAGE, Role.OFFICE_LEADER))
        if writer and leader and writer.user_id != leader.user_id:
            return writer, leader
    return None


def _post(office: Organisation, role: Role, matter: Matter) -> Officer | None:
    posts = (
        Officer.objects.select_related("user", "organisation").filter(organisation=office, active=True).order_by("pk")
    )
    return next(
        (one for one in posts if role in one.role_set and Matter.objects.visible_to(one).filter(pk=matter.pk).exists()),
        None,
    )


def _prepare(matter: Matter, writer: Officer, leader: Officer, *, at: datetime, approve: bool) -> None:
    row = published.start(matter, by=writer, at=at)
    row = published.save(row, by=writer, at=at, revision=0, title=row.title, question=row.question, answer=row.answer)
    published.hand_in(row, by=writer, at=at)
    if approve:
        published.approve(row, by=leader, at=at + timedelta(hours=3), revision=1, read=True)
