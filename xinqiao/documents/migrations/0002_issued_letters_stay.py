"""An issued letter stays as it was issued: refused by the database itself (FD-4, LG-1).

What may still happen to it: it is declared void, and its printed copy is kept on disk. Not even a rotation of keys writes it again:
what it says is sealed with a data key (ADR 0005).
"""

from django.db import migrations

STAY = """
CREATE FUNCTION refuse_change_of_issued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'documents_document %: an issued letter is not deleted', OLD.id;
    END IF;
    IF (NEW.id, NEW.matter_id, NEW.organisation_id, NEW.kind, NEW.version, NEW.title, NEW.number, NEW.year, NEW.sequence,
        NEW.template_version, NEW.verification_code, NEW.data_digest, NEW.digest_algorithm, NEW.drafted_at, NEW.issued_at,
        NEW.created_by_id, NEW.visible_to_citizen, NEW.data, NEW.text)
       IS DISTINCT FROM
       (OLD.id, OLD.matter_id, OLD.organisation_id, OLD.kind, OLD.version, OLD.title, OLD.number, OLD.year, OLD.sequence,
        OLD.template_version, OLD.verification_code, OLD.data_digest, OLD.digest_algorithm, OLD.drafted_at, OLD.issued_at,
        OLD.created_by_id, OLD.visible_to_citizen, OLD.data, OLD.text) THEN
        RAISE EXCEPTION 'documents_document %: an issued letter is not changed', OLD.id;
    END IF;
    IF (NEW.status, NEW.voided_at, NEW.void_reason) IS DISTINCT FROM (OLD.status, OLD.voided_at, OLD.void_reason)
       AND NOT (OLD.status = 'issued' AND NEW.status = 'void') THEN
        RAISE EXCEPTION 'documents_document %: an issued letter can only be declared void', OLD.id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER issued_letter_stays BEFORE UPDATE OR DELETE ON documents_document
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_issued();
CREATE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never emptied', TG_TABLE_NAME;
END $$;
CREATE TRIGGER letters_no_truncate BEFORE TRUNCATE ON documents_document
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
"""

ALLOW = """
DROP TRIGGER issued_letter_stays ON documents_document;
DROP TRIGGER letters_no_truncate ON documents_document;
DROP FUNCTION refuse_change_of_issued();
DROP FUNCTION refuse_truncate();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]
    operations = [migrations.RunSQL(STAY, ALLOW)]
