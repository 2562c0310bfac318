"""What was done with a hot issue can be added to, never changed: enforced by the database."""

from django.db import migrations

FORBID = """
CREATE TRIGGER hot_act_append_only BEFORE UPDATE OR DELETE ON analysis_hotact
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER hot_act_no_truncate BEFORE TRUNCATE ON analysis_hotact
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
ALLOW = "DROP TRIGGER hot_act_append_only ON analysis_hotact; DROP TRIGGER hot_act_no_truncate ON analysis_hotact;"


class Migration(migrations.Migration):
    dependencies = [("analysis", "0002_hot"), ("matters", "0002_append_only")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
