"""The closed matters in the order of receipt: search among them begins where they begin, not at those that came last."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

CLOSED = [
    "archived", "ended_agreement", "ended_imported", "ended_joined", "ended_other_route", "ended_recheck", "ended_simple",
    "ended_suggestion", "ended_window", "ended_withdrawn",
]  # fmt: skip


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("matters", "0013_urgent_reports")]

    operations = [
        AddIndexConcurrently(
            "matter",
            models.Index(fields=["-received_at", "-id"], condition=Q(stage__in=CLOSED), name="matter_closed_received"),
        ),
    ]
