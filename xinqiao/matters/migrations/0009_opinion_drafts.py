"""An index over the drafts of opinions: few among many, and asked for with every side bar (what came back from approval)."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("matters", "0008_desks_few_among_many")]

    operations = [
        AddIndexConcurrently(
            "opinion", models.Index(fields=["matter", "referral_id"], condition=Q(state="draft"), name="opinion_draft")
        )
    ]
