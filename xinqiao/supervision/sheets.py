"""抽查: a sample of matters drawn by chance, and the sheet of each (G.2 “registration quality”)."""

from django.db import models

from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.sampling import SampleSort


class Sample(models.Model):
    """One sample: what is looked at, of which organs and days, how many of how many, with the seed that draws it again."""

    office = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="抽查机关")
    sort = models.CharField(max_length=20, choices=SampleSort.choices())
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="范围")
    from_on = models.DateField("从")
    to_on = models.DateField("到")
    size = models.IntegerField("抽取件数")
    population = models.IntegerField("范围内件数")
    seed = models.BigIntegerField("随机种子")
    drawn_by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["office", "-id"], name="sample_of_office")]


class Sheet(models.Model):
    """One matter of a sample: the answers to the questions, what is wrong. `organisation`: whose work it is."""

    sample = models.ForeignKey(Sample, models.PROTECT, related_name="sheets")
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    org_lft = models.IntegerField()
    answers = models.JSONField(default=dict)
    note = models.TextField("哪里不对", blank=True)
    checked_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="sheet_once", fields=["sample", "matter", "organisation"])]
        indexes = [models.Index(fields=["org_lft", "checked_at"], name="sheet_checked")]
