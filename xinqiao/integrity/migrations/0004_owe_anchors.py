"""Every row that must be provable owes its anchor from the transaction that wrote it; what is there already owes it too.

Statement triggers with transition tables: an import of ten thousand rows costs one statement more, and a transaction that commits
late is never missed, as it would be by "everything above the last number". Checkpoints and attachments are append-only themselves.
"""

from django.db import migrations

OWE = """
CREATE FUNCTION owe_anchor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO integrity_unanchored (source, row_id) SELECT TG_ARGV[0], id FROM added ORDER BY id;
    RETURN NULL;
END $$;
CREATE TRIGGER event_owes_anchor AFTER INSERT ON matters_event
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION owe_anchor('event');
CREATE TRIGGER submission_owes_anchor AFTER INSERT ON matters_submission
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION owe_anchor('submission');
CREATE TRIGGER attachment_owes_anchor AFTER INSERT ON matters_attachment
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION owe_anchor('attachment');
CREATE TRIGGER audit_owes_anchor AFTER INSERT ON integrity_auditentry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION owe_anchor('audit');

CREATE FUNCTION owe_anchor_of_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> 'draft' AND (TG_OP = 'INSERT' OR OLD.status = 'draft') THEN
        INSERT INTO integrity_unanchored (source, row_id) VALUES ('document', NEW.id);
    END IF;
    IF NEW.status = 'void' AND (TG_OP = 'INSERT' OR OLD.status <> 'void') THEN
        INSERT INTO integrity_unanchored (source, row_id) VALUES ('void', NEW.id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER letter_owes_anchor AFTER INSERT OR UPDATE OF status ON documents_document
    FOR EACH ROW EXECUTE FUNCTION owe_anchor_of_letter();

INSERT INTO integrity_unanchored (source, row_id) SELECT 'event', id FROM matters_event ORDER BY id;
INSERT INTO integrity_unanchored (source, row_id) SELECT 'submission', id FROM matters_submission ORDER BY id;
INSERT INTO integrity_unanchored (source, row_id) SELECT 'attachment', id FROM matters_attachment ORDER BY id;
INSERT INTO integrity_unanchored (source, row_id) SELECT 'audit', id FROM integrity_auditentry ORDER BY id;
INSERT INTO integrity_unanchored (source, row_id) SELECT 'document', id FROM documents_document WHERE status <> 'draft' ORDER BY id;
INSERT INTO integrity_unanchored (source, row_id) SELECT 'void', id FROM documents_document WHERE status = 'void' ORDER BY id;

CREATE TRIGGER checkpoint_append_only BEFORE UPDATE OR DELETE ON integrity_checkpoint
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_no_truncate BEFORE TRUNCATE ON integrity_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER attachment_append_only BEFORE UPDATE OR DELETE ON matters_attachment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER attachment_no_truncate BEFORE TRUNCATE ON matters_attachment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

FORGET = """
DROP TRIGGER event_owes_anchor ON matters_event;
DROP TRIGGER submission_owes_anchor ON matters_submission;
DROP TRIGGER attachment_owes_anchor ON matters_attachment;
DROP TRIGGER audit_owes_anchor ON integrity_auditentry;
DROP TRIGGER letter_owes_anchor ON documents_document;
DROP FUNCTION owe_anchor();
DROP FUNCTION owe_anchor_of_letter();
DROP TRIGGER checkpoint_append_only ON integrity_checkpoint;
DROP TRIGGER checkpoint_no_truncate ON integrity_checkpoint;
DROP TRIGGER attachment_append_only ON matters_attachment;
DROP TRIGGER attachment_no_truncate ON matters_attachment;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("integrity", "0003_checkpoints"),
        ("matters", "0003_desk_statistics"),
        ("documents", "0002_issued_letters_stay"),
    ]
    operations = [migrations.RunSQL(OWE, FORGET)]
