"""Who may never learn of a report (检举控告), who may not work on a matter, and what an office keeps of what it passed on unread.

The accused set (C-01, C-02) is computed when somebody asks, from the persons named, the posts that they hold now and the tree of
organisations as it is now: whoever changes post takes the exclusion along, and what founds or moves an organ moves the set.
Rows are added, never changed or taken out (the database refuses it).
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.db.models import Func, Q

from xinqiao import crypto
from xinqiao.organisations.models import Officer, Organisation, User


class Accused(models.Model):
    """One of those whom a report is against: an organisation, somebody with a log-in here, or a name in writing.

    `org_lft`, `org_rgt` are the place of the organisation in the tree when it was named; who is kept out is read from the tree itself.
    """

    matter = models.ForeignKey("matters.Matter", models.CASCADE, related_name="accused")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True)
    org_lft = models.IntegerField()
    org_rgt = models.IntegerField()
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    sealed_person = models.TextField(blank=True)

    @property
    def person(self) -> str:
        """The name as it was written; "" for an organisation."""
        return crypto.open_sealed(self.sealed_person, context="accused.person") if self.sealed_person else ""


class Clearance(models.Model):
    """A subordinate organisation of the accused one, let in by the discipline liaison with a reason (C-02); can be lifted again."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="clearances")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField("理由")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="clearance_once", fields=["matter", "organisation"], condition=Q(lifted_at__isnull=True)
            )
        ]


class Recusal(models.Model):
    """A wish that an officer leave a matter (回避, C-05): of the citizen, or of the officer; decided with a reason."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="recusals")
    referral_id = models.BigIntegerField()
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    by_citizen = models.BooleanField()
    reason = models.TextField("理由")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="waiting")  # waiting, granted, refused
    decided_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField("答复", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="recusal_one_waiting", fields=["matter", "referral_id"], condition=Q(state="waiting")
            )
        ]


class SealedEntry(models.Model):
    """What an office keeps of a report that it passed on sealed, or of a text moved off line: number, days, receiver (C-08, C-15)."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="sealed_entries")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    sort = models.CharField(max_length=12)  # discipline, upward, off_line
    number = models.CharField(max_length=24)
    received_on = models.DateField()
    sent_on = models.DateField()
    receiver = models.CharField("移送给", max_length=120)
    receiver_desk_id = models.BigIntegerField(null=True)


class RetaliationLink(models.Model):
    """Which matter a complaint about retaliation (打击报复) followed: known on the side of the complaint only (C-06)."""

    matter = models.OneToOneField("matters.Matter", models.PROTECT, related_name="follows")
    earlier_id = models.BigIntegerField()


# ---- the accused set --------------------------------------------------------------------------------------------------


# Which row of the accused set keeps a place in the tree (and a person) out is a function of the database (migration 0015): asked for the
# few rows that there are, planned once for a connection. As text it was planned with every list and every count.
_SHUT_OUT = (
    "EXISTS (SELECT 1 FROM matters_accused so_row WHERE so_row.matter_id = {matter}"
    " AND accused_keeps_out(so_row.matter_id, so_row.organisation_id, so_row.user_id, %s, %s))"
)


class ShutOut(Func):
    """Whether the accused set of a matter keeps this organisation (and the person `user_id`) out.

    Written once, as text: every list of every page asks it, and Django took longer to compose it than PostgreSQL to answer.
    """

    conditional = True
    output_field = models.BooleanField()

    def __init__(self, matter: str, *, lft: int, user_id: int | None):
        super().__init__(matter)
        self.values = (lft, user_id)

    def as_sql(self, compiler, connection, **context):
        matter, params = compiler.compile(self.get_source_expressions()[0])
        if params:  # an outer row's column has none
            raise ValueError(matter)
        return _SHUT_OUT.format(matter=matter), list(self.values)


def shut_out(officer: Officer, matter: str) -> ShutOut:
    """A condition on the rows whose matter is `matter`: this officer stands in the accused set of it (C-01, C-02)."""
    return ShutOut(matter, lft=officer.organisation.lft, user_id=officer.user_id)


def is_shut_out(matter_id: int, organisation: Organisation) -> bool:
    """Whether nothing of the matter may reach this organisation."""
    return bool(shut_out_of([matter_id], organisation))


def shut_out_of(matter_ids: Iterable[int], organisation: Organisation) -> set[int]:
    """Those of these matters of which nothing may reach this organisation, in one statement."""
    rows = Accused.objects.filter(ShutOut("matter_id", lft=organisation.lft, user_id=None), matter__in=matter_ids)
    return set(rows.values_list("matter_id", flat=True))


def shut_out_organisations(matter_id: int) -> Q:
    """A condition on Organisation rows: everything in the accused set of the matter. For lists of possible receivers."""
    heads = [*_heads(matter_id)]
    cleared = Clearance.objects.filter(matter_id=matter_id, lifted_at=None).select_related("organisation")
    free = [row.organisation for row in cleared]
    found = Q(pk__in=())
    for head in heads:
        below = Q(lft__range=head.interval)
        for one in free:
            if one.is_below(head):
                below &= ~Q(lft__range=one.interval)
        found |= below
    return found


def _heads(matter_id: int):
    """The accused organisations, and those where an accused person has a post now."""
    rows = Accused.objects.filter(matter_id=matter_id)
    posts = Officer.objects.filter(user__in=rows.filter(user__isnull=False).values("user"), active=True)
    return Organisation.objects.filter(
        Q(pk__in=rows.filter(organisation__isnull=False).values("organisation"))
        | Q(pk__in=posts.values("organisation"))
    )


# ---- recusal -----------------------------------------------------------------------------------------------------------


def recusal_in_the_way(matter_id: int, officer: Officer) -> Recusal | None:
    """A recusal that keeps this officer from working on the matter: not decided yet, or granted (C-05)."""
    rows = Recusal.objects.filter(
        matter_id=matter_id, officer__user_id=officer.user_id, state__in=("waiting", "granted")
    )
    return rows.order_by("-pk").first()


# ---- names ---------------------------------------------------------------------------------------------------------------


def add_accused(matter, *, organisations=(), users=(), people=()) -> int:
    """Add to the accused set; nothing ever takes one out (secure-checklist 21). Returns how many are new.

    With a person who has a log-in every organisation of a present post is named too: it stays in the set when they move on (C-01).
    """
    rows = list(matter.accused.all())
    units, persons = {row.organisation_id for row in rows}, {row.user_id for row in rows}
    names = {row.person for row in rows}
    users = [user for user in users if user.pk not in persons]
    posts = Officer.objects.filter(user__in=users, active=True).select_related("organisation")
    wanted = {one.pk: one for one in [*organisations, *(post.organisation for post in posts)]}
    new = [
        Accused(matter=matter, organisation=one, org_lft=one.lft, org_rgt=one.rgt)
        for one in wanted.values()
        if one.pk not in units
    ]
    new += [Accused(matter=matter, user=user, org_lft=0, org_rgt=0) for user in users]
    new += [
        Accused(matter=matter, org_lft=0, org_rgt=0, sealed_person=crypto.seal(name, context="accused.person", lasting=True))
        for name in dict.fromkeys(one.strip() for one in people)
        if name and name not in names
    ]
    Accused.objects.bulk_create(new)
    matter.names_accused = bool(rows or new)
    return len(new)


def accused_names(matter) -> set[str]:
    """Every name by which an accused person may stand in a text: of the log-in, as written at intake or triage."""
    rows = matter.accused.select_related("user")
    written = {part for row in rows for part in row.person.split() if len(part) > 1}
    return written | {row.user.name for row in rows if row.user} | {row.person for row in rows if row.person}


def keep_entry(matter, organisation: Organisation, sort: str, receiver: str, *, at: datetime, on, desk_id=None) -> None:
    """Write the one line that an office keeps of what it gave away."""
    SealedEntry.objects.create(
        matter=matter, organisation=organisation, sort=sort, number=matter.number, received_on=matter.received_on,
        sent_on=on, receiver=receiver, receiver_desk_id=desk_id,
    )  # fmt: skip
