"""What was reported, screened and decided can be added to, never changed: enforced by the database."""

from django.db import migrations

TABLES = ("reportversion", "reportevent", "taskevent", "meetingevent")

FORBID = "\n".join(
    f"""CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON information_{name}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON information_{name}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();"""
    for name in TABLES
)
ALLOW = "\n".join(
    f"DROP TRIGGER {name}_append_only ON information_{name}; DROP TRIGGER {name}_no_truncate ON information_{name};"
    for name in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("information", "0001_initial"), ("matters", "0002_append_only")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
