"""Questions and answers that everybody may read (公开答复): without identities, with the citizen's consent, approved by a second person (I-17, PIPL 25)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from xinqiao.matters.models import Matter
from xinqiao.organisations.models import ContentClass, Officer, Organisation
from xinqiao.rules.moves import CLOSED
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.stages import Kind

_CLOSED = sorted(one.value for one in CLOSED)
# What the matter itself must be, asked anew each time anybody reads: consent, an end, nothing that protects somebody.
MAY_BE_PUBLIC = Q(publish_consent=True, sealed=False, secrecy=False, anonymous=False, stage__in=_CLOSED) & ~Q(
    kind=Kind.REPORT
)
_OF_MATTER = Q(
    matter__publish_consent=True,
    matter__sealed=False,
    matter__secrecy=False,
    matter__anonymous=False,
    matter__stage__in=_CLOSED,
) & ~Q(matter__kind=Kind.REPORT)


class PublicAnswerQuerySet(models.QuerySet):
    def public(self) -> "PublicAnswerQuerySet":
        """What everybody may read at this moment; a consent that was taken back, a matter that was opened again or sealed take it away at once."""
        return self.filter(
            _OF_MATTER, approved_at__isnull=False, withdrawn_at__isnull=True, consent_withdrawn_at__isnull=True
        )

    def visible_to(self, officer: Officer) -> "PublicAnswerQuerySet":
        """Those of matters that this post may open, for posts that prepare or approve them."""
        if allowed(officer.role_set, "public_answer", Action.READ) is None:
            return self.none()
        return self.filter(office=officer.organisation, matter__in=Matter.objects.visible_to(officer))


class PublicAnswer(models.Model):
    """One question with its answer in the words in which they may be read by everybody. Changed only while it is not public."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+")
    office = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="公开的机关")
    title = models.CharField("标题", max_length=60)
    question = models.TextField("问题")
    answer = models.TextField("答复")
    answered_by = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", verbose_name="答复机关")
    answered_on = models.DateField("答复日期", null=True)
    content_class = models.ForeignKey(
        ContentClass, models.PROTECT, null=True, related_name="+", verbose_name="内容分类"
    )
    place = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", help_text="a county at the least"
    )
    tokens = ArrayField(models.TextField(), default=list, help_text="search.words.tokens of title, question and answer")
    prepared_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    prepared_at = models.DateTimeField(null=True)
    handed_in_at = models.DateTimeField(null=True, help_text="waits for the second person")
    approved_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    returned_note = models.CharField("退回意见", max_length=200, blank=True)
    withdrawn_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField("撤下的原因", max_length=200, blank=True)
    consent_withdrawn_at = models.DateTimeField(null=True, help_text="the citizen: final for this matter")
    revision = models.IntegerField(default=0)

    objects = PublicAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="public_answer_once_a_matter", fields=["matter"]),
            # The person who approves is not the one who wrote it; the user is compared when it is done, the post here.
            models.CheckConstraint(
                name="public_answer_second_person",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("prepared_by")),
            ),
        ]
        indexes = [
            GinIndex(fields=["tokens"], name="public_answer_tokens"),
            models.Index(fields=["-id"], condition=Q(approved_at__isnull=False), name="public_answer_newest"),
            models.Index(fields=["office", "-id"], name="public_answer_office"),
        ]

    @property
    def area(self) -> str:
        """Where it was, as people say it: 南浦县."""
        return self.place.name.removesuffix("人民政府").removesuffix("行政公署") if self.place else ""

    @property
    def state(self) -> str:
        """draft, waiting, public or withdrawn: how the row stands; `public()` also asks the matter."""
        if self.consent_withdrawn_at or self.withdrawn_at:
            return "withdrawn"
        if self.approved_at:
            return "public"
        return "waiting" if self.handed_in_at else "draft"
