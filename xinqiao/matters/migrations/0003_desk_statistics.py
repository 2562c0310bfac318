"""What the planner cannot guess about desks (docs/performance.md).

`org_lft` and the organisation say the same, and a stage is open or not: without being told, the planner multiplies the two
shares, expects a handful of rows, and sorts thousands.
"""

from django.db import migrations

STATISTICS = """
CREATE STATISTICS desk_organisation (dependencies) ON org_lft, organisation_id FROM matters_referral;
CREATE STATISTICS desk_stage (dependencies) ON stage, is_open FROM matters_referral;
"""
NO_STATISTICS = "DROP STATISTICS desk_organisation; DROP STATISTICS desk_stage;"


class Migration(migrations.Migration):
    dependencies = [("matters", "0002_append_only")]
    operations = [migrations.RunSQL(STATISTICS, NO_STATISTICS)]
