"""Indexes over the few that came back: petitions whose filing was objected to, and drafts of opinions by the organ that writes them."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("matters", "0009_opinion_drafts")]

    operations = [
        AddIndexConcurrently(
            "matter", models.Index(fields=["id"], condition=Q(filing_objected=True), name="matter_filing_objected")
        ),
        AddIndexConcurrently(
            "opinion",
            models.Index(fields=["organisation", "referral_id"], condition=Q(state="draft"), name="opinion_draft_of_organ"),
        ),
        RemoveIndexConcurrently("opinion", "opinion_draft"),
    ]
