"""Whether an issued letter still says what it said when it was signed: its words, opened, against its digest (FD-4)."""

import json
from types import SimpleNamespace

from django.db import connection

from xinqiao import crypto
from xinqiao.documents import archive

COLUMNS = (
    "id", "kind", "version", "template_version", "organisation_id", "number", "verification_code", "title", "data", "text",
    "data_digest", "digest_algorithm",
)  # fmt: skip


def why_changed(letter: dict) -> str:
    """What is wrong with a letter (COLUMNS, as they lie in the database); empty when it is as it was issued."""
    try:
        data, text = (
            json.loads(crypto.open_sealed(letter[name], context=f"document.{name}")) for name in ("data", "text")
        )
        made = archive.digest_of_document(SimpleNamespace(**{**letter, "data": data, "text": text}))[0]
    except (crypto.SealBroken, ValueError, TypeError):
        return "what the letter says does not open: it was changed"
    return "" if made == letter["data_digest"] else "the letter was changed after it was issued"


def changed(ids: list[int]) -> list[int]:
    """Those of these letters that do not say what they said."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(COLUMNS)} FROM documents_document WHERE id = ANY(%s)", [ids])
        rows = [dict(zip(COLUMNS, values, strict=True)) for values in cursor.fetchall()]
    return [row["id"] for row in rows if why_changed(row)]
