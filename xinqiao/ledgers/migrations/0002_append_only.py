"""The history and the evidence of an item can be added to, never changed (A-33): enforced by the database."""

from django.db import migrations

FORBID = """
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledgers_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledgers_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_evidence_append_only BEFORE UPDATE OR DELETE ON ledgers_evidence
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_evidence_no_truncate BEFORE TRUNCATE ON ledgers_evidence
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

ALLOW = """
DROP TRIGGER ledger_evidence_no_truncate ON ledgers_evidence;
DROP TRIGGER ledger_evidence_append_only ON ledgers_evidence;
DROP TRIGGER ledger_entry_no_truncate ON ledgers_entry;
DROP TRIGGER ledger_entry_append_only ON ledgers_entry;
"""


class Migration(migrations.Migration):
    dependencies = [("ledgers", "0001_initial")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
