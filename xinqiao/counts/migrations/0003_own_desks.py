"""The sums of the own desks of petition offices, from the cells that are there. A worker makes all sums anew in its next turn."""

from django.db import migrations

from xinqiao.rules.moves import CLOSED

FILL = """
WITH cell AS (
    SELECT unit.*, CASE WHEN unit.stage = ANY(%s) THEN 0 ELSE unit.number END AS open_number
    FROM counts_unitsum unit JOIN organisations_organisation office ON office.id = unit.org_id AND office.line = 'petition_office'
    WHERE NOT unit.protected
), told AS (
    SELECT -org_id AS org_id, face.face, face.value, filter.kind, filter.channel, month, number, open_number
    FROM cell CROSS JOIN LATERAL (VALUES
        ('unit', org_id::text, true), ('stage', stage, true), ('class', class_id::text, true),
        ('kind', kind, false), ('channel', channel, false)
    ) face (face, value, narrowed)
    CROSS JOIN LATERAL (VALUES ('*', '*', true), (cell.kind, cell.channel, face.narrowed)) filter (kind, channel, holds)
    WHERE filter.holds
)
INSERT INTO counts_widesum (org_id, face, value, kind, channel, month, number, open_number)
SELECT org_id, face, value, kind, channel, month, sum(number), sum(open_number) FROM told GROUP BY 1, 2, 3, 4, 5, 6
"""


class Migration(migrations.Migration):
    dependencies = [("counts", "0002_never_changed"), ("organisations", "0001_initial")]
    operations = [
        migrations.RunSQL(
            [(FILL, [sorted(stage.value for stage in CLOSED)])], "DELETE FROM counts_widesum WHERE org_id < 0"
        )
    ]
