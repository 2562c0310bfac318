"""Versions are only added to, and an issued report does not change: enforced by the database (H.5)."""

from django.db import migrations

FORBID = """
CREATE TRIGGER version_append_only BEFORE UPDATE OR DELETE ON reporting_version
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER version_no_truncate BEFORE TRUNCATE ON reporting_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER report_frozen BEFORE UPDATE OR DELETE ON reporting_report
    FOR EACH ROW WHEN (OLD.state = 'issued') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER report_no_truncate BEFORE TRUNCATE ON reporting_report
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
ALLOW = """
DROP TRIGGER version_append_only ON reporting_version;
DROP TRIGGER version_no_truncate ON reporting_version;
DROP TRIGGER report_frozen ON reporting_report;
DROP TRIGGER report_no_truncate ON reporting_report;
"""


class Migration(migrations.Migration):
    dependencies = [("reporting", "0002_reports"), ("matters", "0002_append_only")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
