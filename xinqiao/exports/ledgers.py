"""A ledger as a file: the rows that the page showed, made at once; what they say is not kept beside the record (C-11)."""

import io
from collections.abc import Sequence
from datetime import datetime

from xinqiao.documents import tables

from . import making
from .models import Export, ExportKind


def make(
    export: Export, cells: list[Sequence], matter_ids: list[int | None], *, words: str, at: datetime
) -> making.Made:
    """Write the file and note rows, matters and digest on the row. Raises ExportRefused."""

    def write(_export: Export, _at: datetime) -> making.Made:
        about = [*making.about_lines(export, at), ("范围", words), ("口径", "不含检举控告件和其他限制知悉的件。")]
        file = io.BytesIO()
        written = tables.write(file, export.form, export.columns, cells, about=about, title="台账")
        matters = sorted({pk for pk in matter_ids if pk})
        return making.Made(file.getvalue(), written.rows, matters, written.digest, written.algorithm)

    return making.make(export, at=at, maker=write)


def _gone(export: Export, at: datetime) -> making.Made:
    """The worker never makes one: its rows were on the page of whoever asked."""
    raise making.ExportRefused(making.GONE_WORDS)


making.MAKERS[ExportKind.LEDGER] = _gone
