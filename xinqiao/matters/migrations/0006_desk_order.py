"""Indexes in the order of the lists, ties included, and what the planner cannot guess about desks (docs/performance.md).

`org_lft` and the organisation say the same, and a stage is open or not: without being told, the planner multiplies the two
shares, expects a handful of rows, and sorts thousands.
"""

from django.db import migrations, models

STATISTICS = """
CREATE STATISTICS desk_organisation (dependencies) ON org_lft, organisation_id FROM matters_referral;
CREATE STATISTICS desk_stage (dependencies) ON stage, is_open FROM matters_referral;
"""
NO_STATISTICS = "DROP STATISTICS desk_organisation; DROP STATISTICS desk_stage;"


class Migration(migrations.Migration):
    dependencies = [("matters", "0005_import_run")]
    operations = [
        migrations.RemoveIndex(model_name="referral", name="desk_open_due"),
        migrations.RemoveIndex(model_name="referral", name="desk_by_org"),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["due_on", "id", "org_lft", "is_open"], name="desk_due"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["org_lft", "is_open", "due_on", "id"], name="desk_of_org_due"),
        ),
        migrations.RunSQL(STATISTICS, NO_STATISTICS),
    ]
