"""Ten million matters: some hundred thousand drawn ones, and copies of those that are closed, made inside PostgreSQL.

A copy has what lists, search and counts read: the matter, its number (with a true check character), its desks and a short search entry. It has
a key, a number, days, a title and a code of its own. What it lacks: petitioner, submission and requests, letters, opinions, clocks, records,
events, a query code, the digest of its marks, and its number among the words of its entry (a number is looked up in the table of numbers).
So whatever opens one matter is measured at drawn ones, the first FULL of which lack nothing, and no chain of a copy can be verified.

Round after round copies all models, some days earlier than they were received, so that the same two years hold ever more.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import psycopg
from django.db import connection, models

from bench import filling, found
from bench.progress import Progress
from bench.synthetic import BATCH, DESKS_AT_MOST, Plan
from xinqiao.database import Address
from xinqiao.matters.models import Matter, MatterNumber, Referral
from xinqiao.rules.numbering import sequence_text
from xinqiao.search import likeness
from xinqiao.search.entries import COLUMNS, VERSION
from xinqiao.search.marks import day_marks
from xinqiao.seed import region
from xinqiao.seed.petitions import draw_petitions

LARGE = 2_000_000  # from this size on, most matters are copies
FULL = 10_000  # drawn matters that lack nothing, when most are copies
DRAWN, DRAWN_OPEN = 1 / 25, 0.5  # share of drawn matters, and how many of them are open: 2 % of all
SLICE = 20 * BATCH  # models looked through in one transaction
SENTENCES = 4000
LONGEST = 42  # characters of the sentence; with title and code about eighty
BYTES_OF_EACH = 3_200  # on the disk, indexes included
SESSIONS = 2

SCHEMA = """
CREATE TABLE IF NOT EXISTS bench.copied (round integer, slice integer, matters integer NOT NULL, PRIMARY KEY (round, slice));
CREATE TABLE IF NOT EXISTS bench.sentence (id integer PRIMARY KEY, title text NOT NULL, folded text NOT NULL, body text NOT NULL, words tsvector NOT NULL, bands integer[] NOT NULL);
CREATE TABLE IF NOT EXISTS bench.day (day date PRIMARY KEY, words tsvector NOT NULL);
CREATE TABLE IF NOT EXISTS bench.head (series text PRIMARY KEY, product smallint NOT NULL);
CREATE TABLE IF NOT EXISTS bench.tail (product smallint, sequence integer, tail text NOT NULL, PRIMARY KEY (product, sequence));
"""
CHOOSE = """
CREATE TEMP TABLE chosen ON COMMIT DROP AS
SELECT m.id AS model, m.id + %(matters)s AS id, h.series || t.tail AS number, t.sequence, h.series,
    (m.id * 7919 + %(round)s::bigint * 104729) %% %(sentences)s AS sentence,
    'k' || lpad(to_hex(((m.id + %(matters)s) * 2654435761) %% 68719476736), 9, '0') AS code
FROM bench.marks k JOIN matters_matter m ON m.id = k.matter_id
JOIN bench.head h ON h.series = left(m.number, 6) || to_char(m.received_on - %(days)s, 'YYYYMMDD')
JOIN bench.tail t ON t.product = h.product AND t.sequence = substr(m.number, 15, 4)::integer + %(round)s::integer * %(stride)s
WHERE k.matter_id BETWEEN %(first)s AND %(last)s ORDER BY m.id LIMIT %(most)s
"""
_CODE_WORDS = ", ".join(f"substr(c.code, {start}, {length})" for length in (2, 3) for start in range(1, 12 - length))
MATTER = {
    "id": "c.id", "number": "c.number", "title": "s.title", "received_at": "m.received_at - %(back)s", "received_on": "m.received_on - %(days)s",
    "registered_at": "m.registered_at - %(back)s", "accepted_on": "m.accepted_on - %(days)s", "unit_since": "m.unit_since - %(back)s",
    "query_code_hash": "''", "version": "0", "event_count": "0", "chain_head": "''",
}  # fmt: skip
DESK = {
    "id": "r.id + %(desks)s", "matter_id": "c.id", "received_at": "r.received_at - %(back)s", "signed_in_at": "r.signed_in_at - %(back)s",
    "closed_at": "r.closed_at - %(back)s", "sender_referral_id": "r.sender_referral_id + %(desks)s",
    # rules.numbering.place_in_order
    "number_order": "((to_date(substr(c.series, 7, 8), 'YYYYMMDD') - date '1990-01-01')::bigint * 1000000 + c.sequence) * 1000000"
                    " + left(c.series, 6)::bigint",
}  # fmt: skip
ENTRY = {
    "matter_id": "c.id",
    "received_at": "m.received_at - %(back)s",
    "petition": "s.folded || E'\\n' || lower(c.number) || E'\\n' || s.body || E'\\n（材料编号' || c.code || '）'",
    "answer": "''",
    "words": f"s.words || k.words || d.words || array_to_tsvector(ARRAY['材料', '料编', '编号', '号k', {_CODE_WORDS}])",
    "marks": "left(md5(c.code), 16)",
    "version": str(VERSION),
}

_QUARTER = "(extract(year FROM {day})::integer * 4 + (extract(month FROM {day})::integer - 1) / 3)".format(day="(m.received_on - %(days)s)")
ALIKE = f"ARRAY(SELECT number # ({_QUARTER} * {likeness.SPREAD}) FROM unnest(s.bands) AS number)"


def plan_of(matters: int, **options) -> Plan:
    """What a database of so many matters holds."""
    if matters < LARGE:
        return Plan(matters, **options)
    drawn = round(matters * DRAWN)
    return Plan(drawn, **options | {"open_share": DRAWN_OPEN}, lean_from=FULL, copies=matters - drawn)


def grow(plan: Plan) -> None:
    """Add `plan.copies` copies to the drawn matters, slice by slice, each in a transaction of its own. The tables have no indexes now."""
    if not plan.copies:
        return
    with connection.cursor() as cursor:
        cursor.execute(SCHEMA)
    stride = _prepare(plan)
    filling.check_room((plan.copies - _there()) * BYTES_OF_EACH, "copying")
    with Progress("copies", plan.copies) as bar:
        bar.reach(_there())
        for turn in range(1, plan.copies):
            slices = _missing(plan, turn)
            last = _there() + plan.matters >= plan.copies  # one after the other then, so that there are not too many
            with ThreadPoolExecutor(1 if last else SESSIONS) as workers:
                list(workers.map(lambda part, turn=turn: _copy(plan, turn, part, stride, bar), slices))
            connection.close()
            if _there() >= plan.copies:
                return


def rounds(plan: Plan) -> int:
    """How often all models are copied, at most."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM bench.marks")
        return -(-plan.copies // max(cursor.fetchone()[0], 1)) + 1


def days_back(turn: int) -> int:
    return 1 + turn * 7 % 31


def _there() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(matters), 0) FROM bench.copied")
        return cursor.fetchone()[0]


def _missing(plan: Plan, turn: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT slice FROM bench.copied WHERE round = %s", [turn])
        done = {part for (part,) in cursor.fetchall()}
    return [part for part in range(-(-plan.matters // SLICE)) if part not in done]


def _copy(plan: Plan, turn: int, part: int, stride: int, bar: Progress) -> None:
    """The copies of one slice of the models in one round."""
    filling.check_room(0, "copying")
    days, first = days_back(turn), part * SLICE
    values = {
        "round": turn, "matters": turn * plan.matters, "desks": turn * plan.matters * DESKS_AT_MOST, "days": days, "back": timedelta(days=days),
        "stride": stride, "sentences": SENTENCES, "first": first + 1, "last": first + SLICE,
        "first_desk": first * DESKS_AT_MOST + 1, "last_desk": (first + SLICE) * DESKS_AT_MOST,
    }  # fmt: skip
    with psycopg.connect(**Address.parse(os.environ["DATABASE_URL"]).connection()) as session:
        session.execute("SET LOCAL work_mem = '64MB'")
        left = plan.copies - session.execute("SELECT coalesce(sum(matters), 0) FROM bench.copied").fetchone()[0]
        session.execute(CHOOSE, values | {"most": max(left, 0)})
        count = session.execute("SELECT count(*) FROM chosen").fetchone()[0]
        for statement in _statements():
            session.execute(statement, values)
        session.execute("INSERT INTO bench.copied VALUES (%s, %s, %s)", [turn, part, count])
    bar.add(count)


def _statements() -> Iterator[str]:
    sentence = "JOIN bench.sentence s ON s.id = c.sentence"
    yield _insert(Matter, "m", MATTER) + f" FROM chosen c JOIN matters_matter m ON m.id = c.model {sentence}"
    yield f"INSERT INTO {MatterNumber._meta.db_table} (number, matter_id) SELECT number, id FROM chosen"
    yield (
        _insert(Referral, "r", DESK)
        + " FROM matters_referral r JOIN chosen c ON c.model = r.matter_id WHERE r.id BETWEEN %(first_desk)s AND %(last_desk)s"
    )
    yield (
        f"INSERT INTO {found.TABLE} ({', '.join(COLUMNS)}) SELECT {', '.join(ENTRY[name] for name in COLUMNS)} FROM chosen c"
        f" JOIN matters_matter m ON m.id = c.model JOIN bench.marks k ON k.matter_id = c.model {sentence}"
        " JOIN bench.day d ON d.day = m.received_on - %(days)s"
    )


    yield (
        f"INSERT INTO {found.WHERE_ALIKE} SELECT c.id, m.received_at - %(back)s, {ALIKE}"
        f" FROM chosen c JOIN matters_matter m ON m.id = c.model {sentence}"
    )


def _insert(model: type[models.Model], row: str, changed: dict[str, str]) -> str:
    """All columns of the model's table as they stand in `row`, but for those that are changed."""
    columns = [field.column for field in model._meta.concrete_fields]
    values = [changed.get(name, f'{row}."{name}"') for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(values)}"


# ---- what copies are put together from -----------------------------------------------------------------------------------


def _prepare(plan: Plan) -> int:
    """Sentences, days and the parts of numbers; returns how far apart the sequences of two rounds lie."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(substr(number, 15, 4)::integer), min(received_on) - 40, max(received_on) FROM matters_matter WHERE id <= %s", [plan.matters])
        stride, first, last = cursor.fetchone()
        cursor.execute("SELECT EXISTS (SELECT 1 FROM bench.marks)")
        if not cursor.fetchone()[0]:
            raise LookupError("no closed matter to copy")
        cursor.execute("SELECT DISTINCT left(number, 6) FROM matters_matter WHERE id <= %s", [plan.matters])
        divisions = [division for (division,) in cursor.fetchall()]
        days = [first + timedelta(days=count) for count in range((last - first).days + 1)]
        _write(cursor, "sentence", _sentences(plan.seed))
        _write(cursor, "day", ((day, _words(day_marks(day))) for day in days))
        heads = {f"{division}{day:%Y%m%d}": 0 for division in divisions for day in days}
        _write(cursor, "head", ((series, _product(series)) for series in heads))
        _write(cursor, "tail", _tails((rounds(plan) + 1) * stride))
    return stride


def _write(cursor, table: str, rows) -> None:
    cursor.execute(f"TRUNCATE bench.{table}")
    with cursor.copy(f"COPY bench.{table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"ANALYZE bench.{table}")


def _words(words) -> str:
    return "'" + "' '".join(words) + "'"


def _sentences(seed: int) -> Iterator[tuple]:
    drawn = draw_petitions(Random(seed + 1), region.load(), SENTENCES)
    for number, petition in enumerate(drawn):
        title, body = found.piece(petition.title[:100]), found.piece(petition.content[:LONGEST].partition("\n")[0])
        alike = likeness.bands(title.words | body.words)  # but for the code
        yield number, petition.title[:100], title.text, body.text, _words(title.words | body.words), found.array(alike)


_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # the check character: ISO 7064 MOD 37,36, as in rules.numbering


def _product(text: str, product: int = 36) -> int:
    """What the check character of a longer number is reckoned from."""
    for char in text:
        product = ((product + _ALPHANUMERIC.index(char)) % 36 or 36) * 2 % 37
    return product


def _tails(last: int) -> Iterator[tuple[int, int, str]]:
    """The last five characters of a number, by what the first fourteen come to and by the sequence."""
    for sequence in range(1, last + 1):
        text = sequence_text(sequence)
        for product in range(1, 37):
            yield product, sequence, text + _ALPHANUMERIC[(37 - _product(text, product)) % 36]
