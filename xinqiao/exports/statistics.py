"""A table of the statistics as a file: what the page showed, small cells withheld; no petition and no person is in it (C-14)."""

import io
from datetime import datetime

from xinqiao.documents import tables
from xinqiao.rules.small_cells import AT_LEAST

from . import making
from .models import Export, ExportKind

CELLS = "cells"  # of `Export.facts`: the rows as they were shown when they were asked for


def make_statistics(export: Export, at: datetime) -> making.Made:
    """The rows that the page showed, and on the second sheet what they may not be used for (G.4)."""
    about = [
        *making.about_lines(export, at),
        ("范围", export.facts["filters"]),
        ("口径", export.facts.get("meaning", "件数按信访件现在所在的机关统计；不含检举控告件和其他限制知悉的件。")),
        ("未显示", f"1至{AT_LEAST - 1}件的数字，以及可以由合计推算出来的数字。"),
        ("不得用于", "排名、打分、下指标，或者减少登记、劝阻信访。"),
    ]
    file = io.BytesIO()
    written = tables.write(file, export.form, export.columns, export.facts[CELLS], about=about, title="统计表")
    return making.Made(file.getvalue(), written.rows, [], written.digest, written.algorithm)


making.MAKERS[ExportKind.STATISTICS] = make_statistics
