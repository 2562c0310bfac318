"""What an organ signed, and that somebody asked for secrecy, is provable; an issued opinion is refused any other words (LG-1, B.3).

From then on only the course of things may be written beside an opinion: its letter, its service, that a review revoked it.
"""

from django.db import migrations

SAID = (
    "matter_id", "instance", "round", "referral_id", "organisation_id", "facts", "evidence", "answers", "body", "outcome", "basis", "reasons",
    "redo_by_on", "not_worse", "drafted_by_id", "signed_by_id", "remedy_organ_id", "issued_at",
)  # fmt: skip
DRAFTS = "('draft', 'in_approval')"

OWE = f"""
CREATE FUNCTION owe_anchor_of_opinion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' OR OLD.state IN {DRAFTS} THEN
        INSERT INTO integrity_unanchored (source, row_id) VALUES ('opinion', NEW.id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER opinion_owes_its_anchor AFTER INSERT OR UPDATE OF state ON matters_opinion
    FOR EACH ROW WHEN (NEW.state NOT IN {DRAFTS}) EXECUTE FUNCTION owe_anchor_of_opinion();

CREATE FUNCTION refuse_change_of_opinion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'opinion % is issued: % refused', OLD.id, TG_OP;
END $$;
CREATE TRIGGER issued_opinion_stays BEFORE UPDATE ON matters_opinion FOR EACH ROW
    WHEN (OLD.state NOT IN {DRAFTS} AND (NEW.state IN {DRAFTS}
        OR ({", ".join(f"OLD.{name}" for name in SAID)}) IS DISTINCT FROM ({", ".join(f"NEW.{name}" for name in SAID)})))
    EXECUTE FUNCTION refuse_change_of_opinion();
CREATE TRIGGER issued_opinion_is_kept BEFORE DELETE ON matters_opinion FOR EACH ROW
    WHEN (OLD.state NOT IN {DRAFTS}) EXECUTE FUNCTION refuse_change_of_opinion();

CREATE FUNCTION owe_anchor_of_wish() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.secrecy AND (TG_OP = 'INSERT' OR NOT OLD.secrecy) THEN
        INSERT INTO integrity_unanchored (source, row_id) VALUES ('secrecy', NEW.id);
    END IF;
    IF NEW.anonymous AND (TG_OP = 'INSERT' OR NOT OLD.anonymous) THEN
        INSERT INTO integrity_unanchored (source, row_id) VALUES ('anonymous', NEW.id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER wish_owes_anchor AFTER INSERT OR UPDATE OF secrecy, anonymous ON matters_matter
    FOR EACH ROW WHEN (NEW.secrecy OR NEW.anonymous) EXECUTE FUNCTION owe_anchor_of_wish();

INSERT INTO integrity_unanchored (source, row_id) SELECT 'opinion', id FROM matters_opinion WHERE state NOT IN {DRAFTS} ORDER BY id;
INSERT INTO integrity_unanchored (source, row_id) SELECT 'secrecy', id FROM matters_matter WHERE secrecy ORDER BY id;
INSERT INTO integrity_unanchored (source, row_id) SELECT 'anonymous', id FROM matters_matter WHERE anonymous ORDER BY id;
"""

FORGET = """
DROP TRIGGER opinion_owes_its_anchor ON matters_opinion;
DROP TRIGGER issued_opinion_stays ON matters_opinion;
DROP TRIGGER issued_opinion_is_kept ON matters_opinion;
DROP TRIGGER wish_owes_anchor ON matters_matter;
DROP FUNCTION owe_anchor_of_opinion();
DROP FUNCTION refuse_change_of_opinion();
DROP FUNCTION owe_anchor_of_wish();
"""


class Migration(migrations.Migration):
    dependencies = [("integrity", "0007_registers_owe_anchor"), ("matters", "0017_waiting")]
    operations = [migrations.RunSQL(OWE, FORGET)]
