"""Confidentiality is raised, never lowered (B.3, secure-checklist 21): whoever is in the accused set stays in it, a wish for secrecy
stays, and a sealed matter is unsealed only inside the step in which a second person agreed. No other code path can do it."""

from django.db import migrations

FORBID = """
CREATE FUNCTION refuse_lowering() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.secrecy AND NOT NEW.secrecy OR OLD.anonymous AND NOT NEW.anonymous
       OR coalesce(current_setting('xinqiao.unsealing', true), '') <> OLD.id::text THEN
        RAISE EXCEPTION 'confidentiality of matter % is never lowered', OLD.id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER matter_never_lowered BEFORE UPDATE ON matters_matter FOR EACH ROW
    WHEN (OLD.sealed AND NOT NEW.sealed OR OLD.secrecy AND NOT NEW.secrecy OR OLD.anonymous AND NOT NEW.anonymous)
    EXECUTE FUNCTION refuse_lowering();
CREATE TRIGGER accused_append_only BEFORE UPDATE OR DELETE ON matters_accused
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER accused_no_truncate BEFORE TRUNCATE ON matters_accused
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

ALLOW = """
DROP TRIGGER accused_no_truncate ON matters_accused;
DROP TRIGGER accused_append_only ON matters_accused;
DROP TRIGGER matter_never_lowered ON matters_matter;
DROP FUNCTION refuse_lowering();
"""


class Migration(migrations.Migration):
    dependencies = [("matters", "0004_reports_and_recusal"), ("matters", "0002_append_only")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
