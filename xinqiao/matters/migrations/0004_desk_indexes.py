"""Lists of desks are read off an index in the order in which they are shown, ties included (docs/performance.md)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matters", "0003_sealed")]
    operations = [
        migrations.RemoveIndex(model_name="referral", name="desk_open_by_due"),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("is_open", True)), fields=["due_on", "id", "org_lft"], name="desk_open_due"
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["received_at", "id", "org_lft", "is_open"], name="desk_received"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["org_lft", "received_at", "id", "is_open"], name="desk_of_org_received"),
        ),
    ]
