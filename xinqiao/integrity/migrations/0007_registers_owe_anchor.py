"""The register of sealed pass-through, what followed which complaint, and the versions of analysis reports: provable and unchangeable too."""

from django.db import migrations

# (table, name of the source)
OWING = (("matters_sealedentry", "sealed_entry"), ("matters_retaliationlink", "retaliation"), ("reporting_version", "version"))
CLOSED_NOW = ("sealedentry", "retaliationlink")  # the versions were append-only before

OWE = "".join(
    f"""CREATE TRIGGER {source}_owes_anchor AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION owe_anchor('{source}');
INSERT INTO integrity_unanchored (source, row_id) SELECT '{source}', id FROM {table} ORDER BY id;
"""
    for table, source in OWING
)
CLOSE = "".join(
    f"""CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON matters_{name}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON matters_{name}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
    for name in CLOSED_NOW
)
FORGET = "".join(f"DROP TRIGGER {source}_owes_anchor ON {table};\n" for table, source in OWING)
OPEN = "".join(f"DROP TRIGGER {name}_{what} ON matters_{name};\n" for name in CLOSED_NOW for what in ("append_only", "no_truncate"))


class Migration(migrations.Migration):
    dependencies = [
        ("integrity", "0006_what_was_said_owes_anchor"),
        ("matters", "0017_waiting"),
        ("reporting", "0004_area_sums"),
    ]
    operations = [migrations.RunSQL(OWE + CLOSE, FORGET + OPEN)]
