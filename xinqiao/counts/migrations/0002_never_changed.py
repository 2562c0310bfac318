"""A waiting +1 or -1 can be added and, once folded, taken out; it is never rewritten, so that a sum can be explained by its steps.

Taking out is no loss: the truth stays in the matters and their events, and the sums are proved against it every night. A figure that
somebody falsified by taking deltas out is found there. (Locking for SKIP LOCKED needs the right to UPDATE, hence a trigger.)
"""

from django.db import migrations

FORBID = """
CREATE TRIGGER delta_never_changed BEFORE UPDATE ON counts_delta FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("counts", "0001_initial"), ("matters", "0002_append_only")]
    operations = [migrations.RunSQL(FORBID, "DROP TRIGGER delta_never_changed ON counts_delta")]
