"""The audit log can be added to, never changed: refused by the database itself (LG-1, LG-4)."""

from django.db import migrations

FORBID_CHANGE = """
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON integrity_auditentry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON integrity_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

ALLOW_CHANGE = """
DROP TRIGGER audit_append_only ON integrity_auditentry;
DROP TRIGGER audit_no_truncate ON integrity_auditentry;
"""


class Migration(migrations.Migration):
    # refuse_change() is made beside the first tables that need it
    dependencies = [("integrity", "0001_initial"), ("matters", "0002_append_only")]
    operations = [migrations.RunSQL(FORBID_CHANGE, ALLOW_CHANGE)]
