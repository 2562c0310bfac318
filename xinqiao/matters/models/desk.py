"""The matter on the desk of one organisation (一程), and whose desks an officer may list."""

from django.db import models
from django.db.models import Q

from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.stages import ReferralKind, Stage

from ..secrecy import shut_out
from .readers import ASSIGNED_READERS, READERS, REPORT_GIVEN, REPORT_READERS, REPORT_REGISTRARS, given_away


class ReferralQuerySet(models.QuerySet):
    def visible_to(self, officer: Officer) -> "ReferralQuerySet":
        """Desks an officer may list: the same rule as MatterQuerySet.visible_to, asked from the side of the desk.

        `reach` holds every branch of the rule and stands outside it, once: a range buried in an OR is no use to an index,
        and one said twice makes the planner expect a handful of rows where there are thousands.
        """
        return self._seen_by(officer, "matter__sealed")

    def counted_by(self, officer: Officer) -> "ReferralQuerySet":
        """The same desks for a number beside a list, never for the list itself: whether a matter is sealed is read from the desk's copy,
        written in the step that seals it. So the matters of thousands of desks need not be looked up with every page."""
        return self._seen_by(officer, "sealed")

    def _seen_by(self, officer: Officer, sealed: str) -> "ReferralQuerySet":
        if not (officer.active and officer.user.is_active):
            return self.none()
        organisation = officer.organisation
        roles, own = officer.role_set, Q(org_lft=organisation.lft, organisation_id=organisation.pk)
        reach, may = own, Q(pk__in=())
        if not roles & (READERS | ASSIGNED_READERS):  # reports only: found by the desk's own mark, few among many
            reach = own & Q(sealed=True)
        if roles & READERS:
            first, last = officer.scope  # the own desks lie in it
            reach = Q(org_lft=first) if first == last else Q(org_lft__range=(first, last))
            may = Q(**{sealed: False})
        if roles & ASSIGNED_READERS:
            given = Q(handler=officer)
            reach, may = reach | given, may | (given & Q(**{sealed: False}))
        kept = own & Q(**{sealed: True}) & ~Q(stage__in=given_away(roles))
        if roles & REPORT_READERS:
            may |= kept
        if roles & REPORT_GIVEN:
            may |= kept & Q(handler=officer)
        if roles & REPORT_REGISTRARS:
            may |= kept & Q(matter__stage=Stage.RECEIVED)
        return self.filter(reach, may).exclude(shut_out(officer, "matter_id"))


class Referral(models.Model):
    """The matter on the desk of one organisation (一程): transfer, assignment, review … Carries acceptance and handling."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="referrals")
    kind = models.CharField(max_length=20, choices=ReferralKind.choices())
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="desks")
    org_lft = models.IntegerField()
    sender = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    sender_referral_id = models.BigIntegerField(null=True)
    stage = models.CharField(max_length=30, choices=Stage.choices())
    lead = models.BooleanField("主办", default=True)
    is_open = models.BooleanField(default=True)
    received_at = models.DateTimeField()
    signed_in_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    handler = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="handling")
    recusal_declared_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    due_term = models.CharField(max_length=30, blank=True)
    instruction = models.TextField("转交意见", blank=True)
    proposed_route = models.CharField(max_length=20, blank=True)
    report_due_on = models.DateField("反馈结果的日期", null=True)
    extension = models.JSONField("延期申请", null=True)
    unread = models.BooleanField(default=True)
    # Copies of what the matter knows, so that an index finds or sorts by it. Who may see a desk is asked of the matter itself.
    number_order = models.BigIntegerField(default=0, db_default=0, help_text="rules.numbering.place_in_order")
    sealed = models.BooleanField(default=False, db_default=False)
    to_archive = models.BooleanField(
        default=False, db_default=False, help_text="the matter has ended, its file is open"
    )

    objects = ReferralQuerySet.as_manager()

    class Meta:
        indexes = [
            # What a list sorts by, its tie-breaker, then the scope: the first page is read off the index. An organisation's
            # own lists begin with its `org_lft`.
            models.Index(fields=["due_on", "id", "org_lft", "is_open"], name="desk_due"),
            models.Index(fields=["received_at", "id", "org_lft", "is_open"], name="desk_received"),
            models.Index(fields=["org_lft", "is_open", "due_on", "id"], name="desk_of_org_due"),
            models.Index(fields=["org_lft", "received_at", "id", "is_open"], name="desk_of_org_received"),
            models.Index(fields=["handler", "due_on"], condition=Q(is_open=True), name="desk_by_handler"),
            models.Index(fields=["org_lft", "stage"], condition=Q(is_open=True), name="desk_of_org_stage"),
            models.Index(fields=["number_order", "id", "org_lft", "is_open"], name="desk_number"),
            models.Index(fields=["org_lft", "number_order", "id", "is_open"], name="desk_of_org_number"),
            # One desk in ten is open: a list of open ones from its other end would begin with all the closed ones.
            # Nor with the reports: their desk at a discipline organ stays open for good, and no list of a territory shows it.
            models.Index(
                fields=["received_at", "id", "org_lft"],
                condition=Q(is_open=True, sealed=False),
                name="open_desk_by_received",
            ),
            models.Index(
                fields=["number_order", "id", "org_lft"],
                condition=Q(is_open=True, sealed=False),
                name="open_desk_by_number",
            ),
            models.Index(
                fields=["org_lft", "received_at", "id"], condition=Q(is_open=True), name="open_desk_of_org_received"
            ),
            models.Index(
                fields=["org_lft", "number_order", "id"], condition=Q(is_open=True), name="open_desk_of_org_number"
            ),
            # How many are past their day, organ by organ, is told from the index alone.
            models.Index(
                fields=["org_lft", "due_on"],
                include=["matter"],
                condition=Q(is_open=True, sealed=False),
                name="open_desk_late",
            ),
            # Few among many: what nobody has opened yet, what waits for the archive, and reports, which only a liaison lists.
            models.Index(
                fields=["org_lft", "received_at", "id"], condition=Q(is_open=True, unread=True), name="desk_unread"
            ),
            models.Index(
                fields=["org_lft", "due_on", "id"], condition=Q(is_open=True, unread=True), name="desk_unread_due"
            ),
            models.Index(fields=["org_lft", "received_at", "id"], condition=Q(to_archive=True), name="desk_to_archive"),
            models.Index(fields=["org_lft", "is_open", "due_on", "id"], condition=Q(sealed=True), name="desk_sealed"),
            models.Index(
                fields=["org_lft", "received_at", "id"], condition=Q(sealed=True), name="desk_sealed_received"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="desk_open_once", fields=["matter", "organisation", "kind"], condition=Q(is_open=True)
            )
        ]
