"""What lists ask of every row, made cheap: the accused set as a function, and an index over what nobody has opened by its limit.

The function is asked for the few rows of `matters_accused` that a list meets. As text inside each list and each count it was read
and planned anew each time, 0.5 ms for each of a dozen counts, whether there was such a row or not (secrecy.ShutOut).
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

# C-01, C-02 (rules.confidentiality.is_in_accused_set): `place` stands at or below the organisation named, or one where the person named
# has a post now; unless the discipline liaison let in an organisation at or above it that is below the accused one.
KEEPS_OUT = """
CREATE FUNCTION accused_keeps_out(matter bigint, organisation bigint, accused bigint, place integer, person bigint)
RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    head integer;
BEGIN
    IF accused = person THEN
        RETURN true;
    END IF;
    SELECT named.lft INTO head FROM organisations_organisation named
    WHERE named.id = organisation AND named.lft <= place AND named.rgt >= place;
    IF FOUND AND NOT accused_lets_in(matter, head, place) THEN
        RETURN true;
    END IF;
    IF accused IS NULL THEN
        RETURN false;
    END IF;
    FOR head IN
        SELECT named.lft FROM organisations_officer post JOIN organisations_organisation named ON named.id = post.organisation_id
        WHERE post.user_id = accused AND post.active AND named.lft <= place AND named.rgt >= place
    LOOP
        IF NOT accused_lets_in(matter, head, place) THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END $$;
"""
LETS_IN = """
CREATE FUNCTION accused_lets_in(matter bigint, head integer, place integer) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (
        SELECT 1 FROM matters_clearance cleared JOIN organisations_organisation free ON free.id = cleared.organisation_id
        WHERE cleared.matter_id = matter AND cleared.lifted_at IS NULL
        AND free.lft <= place AND free.rgt >= place AND free.lft > head
    );
END $$;
"""
DROP = """
DROP FUNCTION accused_keeps_out(bigint, bigint, bigint, integer, bigint);
DROP FUNCTION accused_lets_in(bigint, integer, integer);
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("matters", "0014_closed_in_order")]

    operations = [
        migrations.RunSQL([LETS_IN, KEEPS_OUT], DROP),
        AddIndexConcurrently(
            "referral",
            models.Index(fields=["org_lft", "due_on", "id"], condition=Q(is_open=True, unread=True), name="desk_unread_due"),
        ),
    ]
