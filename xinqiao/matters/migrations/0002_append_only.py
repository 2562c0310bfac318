"""办理记录 and 信访件 can be added to, never changed: enforced by the database, so that no code path can forget it (LG-1)."""

from django.db import migrations

FORBID_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP;
END $$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON matters_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON matters_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER submission_append_only BEFORE UPDATE OR DELETE ON matters_submission
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER submission_no_truncate BEFORE TRUNCATE ON matters_submission
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

ALLOW_CHANGE = """
DROP TRIGGER event_append_only ON matters_event;
DROP TRIGGER event_no_truncate ON matters_event;
DROP TRIGGER submission_append_only ON matters_submission;
DROP TRIGGER submission_no_truncate ON matters_submission;
DROP FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("matters", "0001_initial")]
    operations = [migrations.RunSQL(FORBID_CHANGE, ALLOW_CHANGE)]  # every migration can go back
