"""How the two tables of access are printed: text for people, CSV for a spreadsheet, JSON for programs."""

import csv
import io
import json
import unicodedata

FORMATS = ("text", "csv", "json")


def add_format(parser) -> None:
    """The argument that both commands share."""
    parser.add_argument("--format", choices=FORMATS, default="text", help="输出格式：text（默认）、csv、json")


def written(rows: list[dict], form: str) -> str:
    """The rows, which all have the same keys, in one of FORMATS; ends with a line end."""
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    heads = list(rows[0])
    if form == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, heads, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
        return out.getvalue()
    wide = {head: max(_columns(str(row[head])) for row in [{head: head}, *rows]) for head in heads}
    lines = [dict(zip(heads, heads, strict=True)), *rows]
    return "".join("  ".join(_padded(str(line[head]), wide[head]) for head in heads).rstrip() + "\n" for line in lines)


def _columns(text: str) -> int:
    """Places on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _padded(text: str, wide: int) -> str:
    return text + " " * (wide - _columns(text))
