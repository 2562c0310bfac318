"""Whom a submission is against, as far as its words tell at intake (C-01): before anybody has read it."""

from dataclasses import dataclass

from django.db.models import Q

from xinqiao.organisations.models import Officer, Organisation, User
from xinqiao.rules.stages import Line, Purpose

from .intake import Intake
from .secrecy import add_accused

# Words by which people name an office of these lines without its full name.
_LINE_WORDS = {Line.PETITION_OFFICE: ("信访",), Line.DISCIPLINE: ("纪委", "监委", "纪检", "监察")}


@dataclass(frozen=True)
class Against:
    """Organisations and log-ins named for certain, names in writing, and the words that name a unit only perhaps.

    What is certain feeds the accused set. What is a guess keeps the submission away from a desk, and hides nothing from anybody else.
    """

    organisations: tuple[Organisation, ...] = ()
    users: tuple[User, ...] = ()
    people: tuple[str, ...] = ()
    unit_words: str = ""
    person_words: str = ""

    @property
    def is_report(self) -> bool:
        return bool(self.organisations or self.users or self.people or self.unit_words or self.person_words)

    def touches(self, organisation: Organisation) -> bool:
        """Whether this organisation, or one above it, is accused, or might be."""
        if not self.is_report:
            return False
        posts = Officer.objects.filter(user__in=self.users, active=True).select_related("organisation")
        heads = [*self.organisations, *(post.organisation for post in posts)]
        if any(head.lft <= organisation.lft <= head.rgt for head in heads):
            return True
        return self._may_mean(organisation)

    def _may_mean(self, organisation: Organisation) -> bool:
        words = self.unit_words
        if words and not self.organisations:
            named = words in organisation.name or organisation.name in words
            line = any(word in words for word in _LINE_WORDS.get(Line(organisation.line), ()))
            # A unit that keeps what is filed with it must be sure that it is not the one: else the petition office has it.
            if named or line or organisation.line not in _LINE_WORDS:
                return True
        if not self.person_words:
            return False
        return Officer.objects.filter(organisation=organisation, active=True, user__name=self.person_words).exists()

    def keep(self, matter) -> None:
        """Write the accused set of a matter just received."""
        if self.is_report:
            add_accused(matter, organisations=self.organisations, users=self.users, people=self.people)


def against_of(intake: Intake) -> Against:
    """What the respondent of an accusation says; nothing for any other purpose (C-04)."""
    said = intake.respondent
    if intake.purpose is not Purpose.ACCUSE or not said:
        return Against()
    unit, name = said.get("unit", "").strip(), said.get("name", "").strip()
    organisation = _organisation(said.get("organisation_id"), unit)
    return Against(
        organisations=(organisation,) if organisation else (),
        users=_users(name, organisation),
        people=(f"{name} {said.get('post', '')}".strip(),) if name else (),
        unit_words=unit,
        person_words=name,
    )


def _organisation(pk, unit: str) -> Organisation | None:
    """The one that was chosen, else the one whose whole name was written; a part of a name is no name."""
    if pk:
        return Organisation.objects.filter(pk=pk).first()
    found = list(Organisation.objects.filter(Q(name=unit) | Q(short=unit), active=True)[:2]) if unit else []
    return found[0] if len(found) == 1 else None


def _users(name: str, organisation: Organisation | None) -> tuple[User, ...]:
    """Log-ins of that name with a post in the named organisation."""
    if not name or organisation is None:
        return ()
    return tuple(User.objects.filter(name=name, posts__organisation=organisation).distinct())
