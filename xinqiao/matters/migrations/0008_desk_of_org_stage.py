"""Counting what waits in certain stages read every open desk of an office, most of all where nothing waits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matters", "0007_matter_split_from")]
    operations = [
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("is_open", True)), fields=["org_lft", "stage"], name="desk_of_org_stage"
            ),
        ),
    ]
