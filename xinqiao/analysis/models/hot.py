"""Hot issues (热点问题): matters of one sort seen together, what an analyst made of them, and what became of it (H.3, DU-7).

Nothing here joins cases. A member points to its matter; who is behind it stands in no table of these: `voice` is only a number within the
issue, the same for what counts once. What the machine put together is a proposal until a person confirms it.
"""

from django.db import models
from django.db.models import Q

from xinqiao.matters.models import Matter
from xinqiao.organisations.models import ContentClass, Officer, Organisation
from xinqiao.rules.hot import SHARED, Act, IssueState, Target
from xinqiao.rules.permissions import Action, Reach, allowed

_SHARED = sorted(SHARED)


class HotIssueQuerySet(models.QuerySet):
    def visible_to(self, officer: Officer) -> "HotIssueQuerySet":
        """The issues this post may read: the only way in for pages, figures and messages.

        Of its area, for posts that look over it: all for those who work on them, what was confirmed for the others. A unit reads an issue
        that was given to it as the leading unit; being named in one opens nothing: its own matters it sees anyway (B.3).
        """
        cell = allowed(officer.role_set, "hot_issue", Action.READ)
        if cell is None or not (officer.active and officer.user.is_active):
            return self.none()
        reach = Q(lead_id=officer.organisation_id, given_at__isnull=False, state__in=_SHARED)
        if cell.reach is Reach.TERRITORY:
            area = Q(area__lft__range=officer.organisation.territory)
            reach |= area if allowed(officer.role_set, "hot_issue", Action.WRITE) else area & Q(state__in=_SHARED)
        return self.filter(reach)


class HotIssue(models.Model):
    """One issue. `area`: the prefecture or county on whose desks all of its matters lie, so that whoever looks over it may open each."""

    area = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="范围")
    name = models.CharField("名称", max_length=60)
    state = models.CharField("状态", max_length=12, choices=IssueState.choices(), default=IssueState.PROPOSED)
    content_class = models.ForeignKey(
        ContentClass, models.PROTECT, null=True, related_name="+", verbose_name="内容分类"
    )
    place = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", verbose_name="主要地方")
    respondent = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name="被反映的单位"
    )
    first_on = models.DateField("最早一件")
    last_on = models.DateField("最近一件")
    made_at = models.DateTimeField("归类时间")
    made_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", help_text="empty: the machine")
    confirmed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="dismissed, closed or merged")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    split_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    facts = models.TextField("情况", blank=True)
    cause = models.TextField("原因分析", blank=True)
    law = models.TextField("法律政策依据", blank=True)
    options = models.TextField("处理建议", blank=True)
    lead = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", verbose_name="建议牵头单位")
    given_at = models.DateTimeField("交牵头单位时间", null=True)
    version = models.IntegerField(default=0, help_text="what a page was made from; an act on an older one is refused")

    objects = HotIssueQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["area", "last_on"], condition=Q(state__in=["proposed", "confirmed"]), name="hot_issue_open"
            ),
            models.Index(fields=["lead"], condition=Q(given_at__isnull=False), name="hot_issue_given"),
        ]
        constraints = [
            models.CheckConstraint(
                name="hot_issue_confirmed_by_person",
                condition=~Q(state="confirmed") | (Q(confirmed_by__isnull=False) & Q(confirmed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="hot_issue_merged_somewhere", condition=~Q(state="merged") | Q(merged_into__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"hot:{self.pk}"


class HotMember(models.Model):
    """One matter of an issue. `likely`: the machine found it after an analyst had confirmed the issue, and nobody has agreed yet.

    What somebody took out stays here with the reason, so that the machine never puts it in again.
    """

    issue = models.ForeignKey(HotIssue, models.PROTECT, related_name="members")
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+")
    since = models.DateTimeField()
    by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", help_text="empty: the machine")
    likely = models.BooleanField(default=False)
    voice = models.IntegerField(default=0, help_text="the same number within the issue: counts once in its heat")
    nearness = models.FloatField(default=0, help_text="to the middle of the issue: whose words stand for all")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    removed_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="hot_member_once", fields=["issue", "matter"])]
        indexes = [models.Index(fields=["matter"], name="hot_member_matter")]


class HotAct(models.Model):
    """One line of an issue's history. Added, never changed (enforced by the database)."""

    issue = models.ForeignKey(HotIssue, models.PROTECT, related_name="acts")
    seq = models.IntegerField()
    act = models.CharField(max_length=12, choices=Act.choices())
    at = models.DateTimeField()
    by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    text = models.TextField(blank=True)
    said = models.JSONField(default=dict, help_text="names, ids and counts; the whole sheet, when it was written")
    target = models.CharField(max_length=12, choices=Target.choices(), blank=True)
    subject = models.CharField(
        max_length=40, blank=True, help_text="what came of it: meeting:7, recommendation:3, ledger:9"
    )

    class Meta:
        ordering = ["issue_id", "seq"]
        constraints = [models.UniqueConstraint(name="hot_act_seq_once", fields=["issue", "seq"])]


class HotGrouping(models.Model):
    """How far the matters of one area have been put into groups: the duty goes on from here."""

    area = models.OneToOneField(Organisation, models.PROTECT, related_name="+")
    until_on = models.DateField()
    newest_id = models.BigIntegerField(default=0, help_text="the last matter that was looked at")
    grouped_at = models.DateTimeField()
    candidates = models.IntegerField(default=0)
    groups = models.IntegerField(default=0)
    left_out = models.IntegerField(default=0, help_text="older ones of the window, because there were too many")


class HotSurge(models.Model):
    """A class in a place, or a confirmed issue, that rose within a day or three (A-66); one row from its beginning until it is over, rung once."""

    area = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    place = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    content_class = models.ForeignKey(ContentClass, models.PROTECT, null=True, related_name="+")
    issue = models.ForeignKey(HotIssue, models.PROTECT, null=True, related_name="+")
    hours = models.IntegerField()
    matters = models.IntegerField(help_text="voices, at most within `hours`")
    usual = models.FloatField(help_text="voices in as many hours before")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField("最近一次达到")
    over = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="hot_surge_once", fields=["place", "content_class"], condition=Q(over=False)),
            models.UniqueConstraint(name="hot_surge_of_issue_once", fields=["issue"], condition=Q(over=False)),
            models.CheckConstraint(
                name="hot_surge_of_one_thing",
                condition=Q(issue=None, place__isnull=False, content_class__isnull=False)
                | Q(issue__isnull=False, place=None, content_class=None),
            ),
        ]
        indexes = [models.Index(fields=["-began_at"], name="hot_surge_newest")]

    def __str__(self) -> str:
        return f"surge:{self.pk}"
