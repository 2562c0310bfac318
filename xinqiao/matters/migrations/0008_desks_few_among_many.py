"""Indexes for the lists that hold few desks among many: unread ones, reports; and open ones of a territory, which never hold a report."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("matters", "0007_import_goes_on")]

    operations = [
        *(
            AddIndexConcurrently("referral", models.Index(fields=fields, name=name, condition=condition))
            for name, fields, condition in (
                ("open_desk_by_received", ["received_at", "id", "org_lft"], Q(is_open=True, sealed=False)),
                ("open_desk_by_number", ["number_order", "id", "org_lft"], Q(is_open=True, sealed=False)),
                ("desk_unread", ["org_lft", "received_at", "id"], Q(is_open=True, unread=True)),
                ("desk_sealed_received", ["org_lft", "received_at", "id"], Q(sealed=True)),
            )
        ),
        RemoveIndexConcurrently("referral", "open_desk_received"),
        RemoveIndexConcurrently("referral", "open_desk_number"),
    ]
