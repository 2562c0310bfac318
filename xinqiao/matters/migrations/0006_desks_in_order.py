"""What a desk repeats of its matter, so that lists are found and sorted by index: its place by number, sealed, ended (docs/performance.md).

Each batch is a transaction of its own and each index is built beside the running office, so that ten million desks can be
migrated while people work. Run again after a break, it goes on: a batch writes only what differs.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

BATCH = 50_000
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DIGIT = f"(strpos('{ALPHABET}', substr(m.number, %d, 1)) - 1)"
# rules.numbering.place_in_order, said in SQL: tests/matters/test_desks.py compares the two.
SEQUENCE = f"""CASE WHEN substr(m.number, 15, 1) BETWEEN '0' AND '9' THEN
    {DIGIT % 15} * 1000 + {DIGIT % 16} * 100 + {DIGIT % 17} * 10 + {DIGIT % 18}
    ELSE 10000 + ({DIGIT % 15} - 10) * 32768 + {DIGIT % 16} * 1024 + {DIGIT % 17} * 32 + {DIGIT % 18} END"""
PLACE = f"""CASE WHEN m.number ~ '^[0-9]{{14}}[{ALPHABET}]{{4}}' THEN
    ((to_date(substr(m.number, 7, 8), 'YYYYMMDD') - date '1990-01-01')::bigint * 1000000 + {SEQUENCE}) * 1000000
    + substr(m.number, 1, 6)::bigint ELSE 0 END"""
ENDED = (
    "ended_window", "ended_recheck", "ended_agreement", "ended_other_route", "ended_withdrawn", "ended_suggestion", "ended_simple",
    "ended_joined", "ended_imported",
)  # fmt: skip
FILL = f"""UPDATE matters_referral d SET number_order = {PLACE}, sealed = m.sealed, to_archive = m.stage = ANY(%s)
    FROM matters_matter m WHERE m.id = d.matter_id AND d.id > %s AND d.id <= %s
    AND (d.number_order, d.sealed, d.to_archive) IS DISTINCT FROM ({PLACE}, m.sealed, m.stage = ANY(%s))"""


def fill(apps, schema_editor) -> None:
    """Write the copies of desks that are there already."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM matters_referral")
        last = cursor.fetchone()[0] or 0
        for start in range(0, last, BATCH):
            cursor.execute(FILL, [list(ENDED), start, start + BATCH, list(ENDED)])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("matters", "0005_never_lowered")]

    operations = [
        migrations.AddField(
            "referral",
            "number_order",
            models.BigIntegerField(db_default=0, default=0, help_text="rules.numbering.place_in_order"),
        ),
        migrations.AddField("referral", "sealed", models.BooleanField(db_default=False, default=False)),
        migrations.AddField(
            "referral",
            "to_archive",
            models.BooleanField(db_default=False, default=False, help_text="the matter has ended, its file is open"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, atomic=False),
        *(
            AddIndexConcurrently("referral", models.Index(fields=fields, name=name, condition=condition))
            for name, fields, condition in (
                ("desk_number", ["number_order", "id", "org_lft", "is_open"], None),
                ("desk_of_org_number", ["org_lft", "number_order", "id", "is_open"], None),
                ("open_desk_received", ["received_at", "id", "org_lft"], Q(is_open=True)),
                ("open_desk_number", ["number_order", "id", "org_lft"], Q(is_open=True)),
                ("open_desk_of_org_received", ["org_lft", "received_at", "id"], Q(is_open=True)),
                ("open_desk_of_org_number", ["org_lft", "number_order", "id"], Q(is_open=True)),
                ("desk_to_archive", ["org_lft", "received_at", "id"], Q(to_archive=True)),
                ("desk_sealed", ["org_lft", "is_open", "due_on", "id"], Q(sealed=True)),
            )
        ),
    ]
