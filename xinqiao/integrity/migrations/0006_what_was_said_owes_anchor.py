"""What was said, served and rated, and the histories of ledgers, reports, meetings, hot issues: provable and unchangeable too (LG-1).

The event of a rating does not bear its value, because officers may not read it yet (RA-8), nor that of a question its words: without
an anchor of its own such a row could be changed by the owner of the tables, and every chain would still be whole.
"""

from django.db import migrations

# (table, name of the source): rows that are written once
OWING = (
    ("matters_record", "record"), ("matters_rating", "rating"), ("matters_service", "service"), ("matters_accused", "accused"),
    ("ledgers_entry", "ledger_entry"), ("ledgers_evidence", "evidence"),
    ("information_reportversion", "report_said"), ("information_reportevent", "report_act"),
    ("information_taskevent", "task_event"), ("information_meetingevent", "meeting_act"),
    ("analysis_hotact", "hot_act"), ("analysis_link", "link"),
)  # fmt: skip
CLOSED_NOW = ("matters_record", "matters_rating", "matters_service")  # the others were append-only before

OWE = "".join(
    f"""CREATE TRIGGER {source}_owes_anchor AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION owe_anchor('{source}');
INSERT INTO integrity_unanchored (source, row_id) SELECT '{source}', id FROM {table} ORDER BY id;
"""
    for table, source in OWING
)
CLOSE = "".join(
    f"""CREATE TRIGGER {table.removeprefix("matters_")}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER {table.removeprefix("matters_")}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
    for table in CLOSED_NOW
)
FORGET = "".join(f"DROP TRIGGER {source}_owes_anchor ON {table};\n" for table, source in OWING)
OPEN = "".join(
    f"DROP TRIGGER {table.removeprefix('matters_')}_{what} ON {table};\n"
    for table in CLOSED_NOW
    for what in ("append_only", "no_truncate")
)


class Migration(migrations.Migration):
    dependencies = [
        ("integrity", "0005_new_kinds_need_no_migration"),
        ("matters", "0017_waiting"),
        ("ledgers", "0005_rounds_told"),
        ("information", "0003_conference"),
        ("analysis", "0006_classifier"),
    ]
    operations = [migrations.RunSQL(OWE + CLOSE, FORGET + OPEN)]
