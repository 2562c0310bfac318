"""What the patrol found (案件巡查, SV-1), what an office recommends (三项建议, SV-4) and what the joint conference does (SV-6)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q

from xinqiao.matters.models import Accused, Matter, Supervision
from xinqiao.matters.secrecy import shut_out
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules import measures, recommendations
from xinqiao.rules.measures import Sort as MeasureSort
from xinqiao.rules.measures import State as MeasureState
from xinqiao.rules.patrol import TRIGGERS, Trigger
from xinqiao.rules.permissions import Action, Reach, allowed
from xinqiao.rules.recommendations import Adoption
from xinqiao.rules.recommendations import Sort as RecommendationSort
from xinqiao.rules.recommendations import State as RecommendationState
from xinqiao.rules.stages import Coded, Kind

from .sheets import Sample, Sheet
from .voices import AlikeRatings, RatingTrace, RatingWindow

__all__ = ["AlikeRatings", "RatingTrace", "RatingWindow", "Sample", "Sheet"]  # a part of these models, kept beside


class FindingState(Coded):
    """Where a finding stands. A person decides; it is never closed by itself, so that nothing is quietly late."""

    NEW = "new", "待核对", ""
    ACCEPTED = "accepted", "属实、待督办", ""
    DISMISSED = "dismissed", "不予督办", ""
    SUPERVISED = "supervised", "已督办", ""


class Watch(models.Model):
    """A day on which the patrol looks again: whether the opinion was served by then, the promise kept. Gone once looked at."""

    matter = models.ForeignKey(Matter, models.CASCADE, related_name="+")
    trigger = models.CharField(max_length=30)
    subject = models.CharField(max_length=40)
    check_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["check_on", "id"], name="watch_check")]
        constraints = [models.UniqueConstraint(name="watch_once", fields=["matter", "trigger", "subject"])]


class FindingQuerySet(models.QuerySet):
    def visible_to(self, officer: Officer) -> "FindingQuerySet":
        """Findings in matters that this officer may open: the one rule of `Matter`, asked of the few that were found."""
        return self.filter(matter__in=Matter.objects.visible_to(officer).filter(pk__in=self.values("matter")))


class Finding(models.Model):
    """One duty of an organ that was not done, in one matter (巡查发现). `subject`: the clock, event, opinion or rating it is about.

    Once for each: the same duty is never found twice, however often the patrol looks.
    """

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="findings")
    trigger = models.CharField(max_length=30)
    subject = models.CharField(max_length=40)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    org_lft = models.IntegerField()
    since_on = models.DateField("从哪一天起")
    found_at = models.DateTimeField("发现时间")
    state = models.CharField(max_length=12, choices=FindingState.choices(), default=FindingState.NEW)
    note = models.TextField("理由", blank=True)
    decided_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["org_lft", "-found_at", "-id"], condition=Q(state="new"), name="finding_new"),
            models.Index(fields=["state", "-found_at", "-id", "org_lft"], name="finding_state"),
        ]
        constraints = [models.UniqueConstraint(name="finding_once", fields=["matter", "trigger", "subject"])]

    @property
    def row(self) -> Trigger:
        """The row of the table that found it."""
        return TRIGGERS[self.trigger]


class RecommendationQuerySet(models.QuerySet):
    def visible_to(self, officer: Officer) -> "RecommendationQuerySet":
        """Those of the own office, those addressed to the own organ once they are signed, and signed ones of the offices below.

        One that rests on a matter in whose accused set this officer stands is hidden altogether (C-01).
        """
        cell = allowed(officer.role_set, "recommendation", Action.READ)
        if cell is None:
            return self.none()
        sent = Q(issued_at__isnull=False)
        mine = Q(organisation=officer.organisation_id) & sent
        if cell.reach is not Reach.COMPETENT:
            mine |= Q(office=officer.organisation_id)
        if cell.reach is Reach.TERRITORY:
            mine |= Q(office__lft__range=officer.organisation.territory) & sent
        return self.filter(mine).exclude(_rests_on_hidden(officer, Recommendation))

    def listable(self) -> "RecommendationQuerySet":
        """Without those that rest on a report, on a sealed matter or on one with an accused set: no figure holds them (C-01)."""
        accused = Exists(Accused.objects.filter(matter=OuterRef("matter_id")))
        hidden = Q(matter__sealed=True) | Q(matter__kind=Kind.REPORT) | accused
        rests = self.model.matters.through.objects.filter(hidden, recommendation=OuterRef("pk"))
        return self.exclude(Exists(rests))


class Recommendation(models.Model):
    """One of the three recommendations (三项建议, R-40): drafted, signed by the head of the office, answered in writing, closed."""

    sort = models.CharField("种类", max_length=10, choices=RecommendationSort.choices())
    office = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="信访部门")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="送给", null=True)
    concerned = models.ForeignKey(Organisation, models.PROTECT, related_name="+", null=True, verbose_name="责任单位")
    grounds = ArrayField(models.CharField(max_length=10), default=list, help_text="codes of rules/liability.py")
    consequence = models.TextField("造成的严重后果", blank=True)
    provision = models.TextField("要完善的政策、规定", blank=True)
    facts = models.TextField("事实", blank=True)
    proposal = models.TextField("建议", blank=True)
    matters = models.ManyToManyField(Matter, related_name="+", verbose_name="依据的信访事项")
    supervision = models.ForeignKey(
        Supervision,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="whose own proposal to improve (SV-3) it carries further",
    )
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=RecommendationState.choices(), default=RecommendationState.DRAFTED)
    drafted_by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    leader_note = models.TextField("负责人的意见", blank=True)
    signed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)
    document_id = models.BigIntegerField(null=True)
    feedback_by_on = models.DateField("最晚反馈", null=True)
    rounds = models.SmallIntegerField(default=1)
    reminded_at = models.DateTimeField(null=True, help_text="of this round: the last day is near")
    late_at = models.DateTimeField(null=True, help_text="of this round: found over its last day")
    untold = models.BooleanField(default=False, help_text="whoever is asked now has not been told yet")
    closed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    outcome = models.TextField("核对结果", blank=True)

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["office", "-id"], name="recommendation_of_office"),
            models.Index(fields=["organisation", "-id"], name="recommendation_of_organ"),
            models.Index(fields=["feedback_by_on"], condition=Q(state="issued"), name="recommendation_due"),
            models.Index(fields=["id"], condition=Q(untold=True), name="recommendation_untold"),
        ]

    def __str__(self) -> str:
        return f"recommendation:{self.pk}"

    @property
    def row(self) -> "recommendations.Recommendation":
        """The row of the table of this sort."""
        return recommendations.RECOMMENDATIONS[RecommendationSort(self.sort)]


class Feedback(models.Model):
    """What the addressed organ says of one recommendation (采纳情况反馈, R-40(4)): one for each round, prepared by one, signed by its head."""

    recommendation = models.ForeignKey(Recommendation, models.PROTECT, related_name="feedback")
    round = models.SmallIntegerField(default=1)
    adoption = models.CharField("是否采纳", max_length=12, choices=Adoption.choices())
    measures = models.TextField("措施", blank=True)
    done_by_on = models.DateField("完成日期", null=True)
    reasons = models.TextField("没有采纳的理由", blank=True)
    written_by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    signed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    document_id = models.BigIntegerField(null=True)
    returned_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    returned_at = models.DateTimeField(null=True)
    return_reason = models.TextField("退回的理由", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="feedback_once_a_round", fields=["recommendation", "round"])]

    @property
    def letter_name(self) -> str:
        """How its letter is named in an address."""
        return f"feedback-{self.round}"


class MeasureQuerySet(models.QuerySet):
    def visible_to(self, officer: Officer) -> "MeasureQuerySet":
        """Those of the own office, those taken towards the own organ, and those of the offices of the own territory."""
        cell = allowed(officer.role_set, "measure", Action.READ)
        if cell is None:
            return self.none()
        taken = Q(decided_at__isnull=False) & ~Q(state=MeasureState.DROPPED)
        mine = Q(office=officer.organisation_id) | (Q(organisation=officer.organisation_id) & taken)
        if cell.reach is Reach.TERRITORY:
            mine |= Q(office__lft__range=officer.organisation.territory) & taken
        return self.filter(mine).exclude(_rests_on_hidden(officer, Measure))


class Measure(models.Model):
    """What the joint conference does so that an organ works (约谈、通报、挂牌督办、责令限期整改, SV-6, R-39(3))."""

    sort = models.CharField("种类", max_length=14, choices=MeasureSort.choices())
    office = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="联席会议办公室、信访部门")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="对哪个单位")
    grounds = ArrayField(models.CharField(max_length=10), default=list, help_text="codes of rules/liability.py")
    facts = models.TextField("问题和事实")
    demand = models.TextField("要求")
    matters = models.ManyToManyField(Matter, related_name="+", verbose_name="依据的信访事项")
    recommendation = models.ForeignKey(Recommendation, models.PROTECT, null=True, related_name="measures")
    limit_on = models.DateField("最后期限", null=True)
    state = models.CharField(max_length=10, choices=MeasureState.choices(), default=MeasureState.PROPOSED)
    proposed_by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    body = models.CharField("由哪次会议或者哪位负责人决定", max_length=200, blank=True)
    decided_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="登记决定的人")
    decided_on = models.DateField("决定日期", null=True)
    decided_at = models.DateTimeField(null=True)
    decision_note = models.TextField("不采取的理由", blank=True)
    document_id = models.BigIntegerField(null=True)
    result = models.TextField("单位报告的结果", blank=True)
    reported_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    reported_at = models.DateTimeField(null=True)
    evidence = models.TextField("凭什么解除", blank=True)
    lifted_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    late_at = models.DateTimeField(null=True, help_text="found over its limit")
    untold = models.BooleanField(default=False, help_text="whoever is asked now has not been told yet")

    objects = MeasureQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["office", "-id"], name="measure_of_office"),
            models.Index(fields=["organisation", "-id"], name="measure_of_organ"),
            models.Index(fields=["limit_on"], condition=Q(state="in_force"), name="measure_due"),
            models.Index(fields=["id"], condition=Q(untold=True), name="measure_untold"),
        ]

    def __str__(self) -> str:
        return f"measure:{self.pk}"

    @property
    def row(self) -> "measures.Row":
        """The row of the table of this sort."""
        return measures.MEASURES[MeasureSort(self.sort)]


def _rests_on_hidden(officer: Officer, model) -> models.Exists:
    """Whether a recommendation or measure rests on a matter that this officer may never learn of (C-01)."""
    through, name = model.matters.through, model._meta.model_name
    return models.Exists(
        through.objects.filter(shut_out(officer, "matter_id"), **{f"{name}_id": models.OuterRef("pk")})
    )
