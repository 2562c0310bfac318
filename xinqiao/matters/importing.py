"""历史件导入: rows of another system, made fit to store, each with a reason when it is not (R-21(2)).

Nothing is lost on the way: rows in = stored + known already + rejected, and the three sums are kept with the run.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.utils.timezone import localdate

from xinqiao import crypto
from xinqiao.crypto.canonical import encode_all
from xinqiao.organisations.models import Organisation
from xinqiao.rules import wording
from xinqiao.rules.stages import Channel, Line, Purpose

from . import intake
from .intake import Intake, IntakeInvalid
from .table_files import text_of

BATCH = 1000  # rows in memory, and in one transaction, at a time
CHARACTERS = 8_000_000  # of their texts
SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_YEAR = 1949
# What a column may become. `content` and `received` must be there.
FIELDS = {
    "title": "标题", "content": "内容（必填）", "received": "收到时间（必填）", "reply": "答复", "replied": "答复时间",
    "number": "原系统编号", "name": "姓名", "mobile": "手机号码", "address": "住址", "place_detail": "地点",
}  # fmt: skip
REQUIRED = ("content", "received")


class RowRejected(Exception):
    """One row that is not stored: code for programs, reason for people."""

    def __init__(self, code: str, reason: str):
        self.code, self.reason = code, reason
        super().__init__(reason)


@dataclass(frozen=True)
class Settings:
    """What holds for every row of a file."""

    source: str
    office: Organisation
    mapping: dict[str, str]  # field → column
    channel: Channel = Channel.WEB
    purpose: Purpose = Purpose.OTHER

    @property
    def place(self) -> Organisation:
        """Where it happened, as far as the file says: the area of the office."""
        return self.office.parent or self.office


@dataclass
class Row:
    """One row, clean: what the citizen wrote, when, and what was answered."""

    number: int  # in the file, as a spreadsheet shows it
    intake: Intake
    received_at: datetime  # in Shanghai's time, as `replied_at`: the days of both are theirs
    reply: str
    replied_at: datetime | None
    fingerprint: str  # the same row again has the same
    notes: list[str] = field(default_factory=list)


def read_row(number: int, cells: dict[str, object] | None, settings: Settings, *, at: datetime) -> Row:
    """One row of the file as a Row. Raises RowRejected."""
    if cells is None:
        raise RowRejected("columns", "这一行的格数比标题行多，可能是引号没有成对，或内容里有没加引号的逗号。")
    notes: list[str] = []
    texts = {name: _text(cells.get(column), name, notes) for name, column in settings.mapping.items()}
    received_at = _moment(cells.get(settings.mapping["received"]), "received", at=at)
    if received_at is None:
        raise RowRejected("received_missing", "没有收到时间。")
    replied_at = _moment(cells.get(settings.mapping.get("replied", "")), "replied", at=at)
    reply = texts.get("reply", "")
    if len(reply) > wording.LIMITS["letter"]:
        raise RowRejected("reply_long", f"答复最多{wording.LIMITS['letter']}个字，现在有{len(reply)}个字。")
    if replied_at and replied_at < received_at:
        notes.append("replied_before_received")
    if replied_at and not reply:
        notes.append("reply_text_missing")
    made = _intake(texts, settings, received_at, notes, at=at)
    return Row(number, made, received_at, reply, replied_at, _fingerprint(made, received_at), notes)


def default_office() -> Organisation | None:
    """The petition office at the top of the tree."""
    offices = Organisation.objects.filter(line=Line.PETITION_OFFICE, active=True).select_related("parent")
    return offices.order_by("level", "lft").first()


def batches(rows: Iterator[tuple[int, dict | None]], size: int = BATCH) -> Iterator[list]:
    """Lists of at most `size` rows, and of no more text than fits into memory with ease."""
    batch, characters = [], 0
    for row in rows:
        batch.append(row)
        characters += sum(len(cell) for cell in row[1].values() if isinstance(cell, str)) if row[1] else 0
        if len(batch) == size or characters > CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _intake(texts: dict, settings: Settings, received_at: datetime, notes: list[str], *, at: datetime) -> Intake:
    title, content = texts.get("title", ""), texts["content"]
    if not content.strip():
        raise RowRejected("content_empty", "没有内容。")
    if len(title) > intake.LIMITS["title"]:
        content = f"{title}\n\n{content}"
        title = intake.headline(title, intake.LIMITS["title"])
        notes.append("title_long: whole title kept at the head of the content")
    if len(texts.get("number", "")) > 60:
        raise RowRejected("number_long", "原系统编号最多60个字。")
    person = {name: texts[name] for name in ("name", "mobile", "address") if texts.get(name)}
    named = "name" in person
    raw = {
        "purpose": settings.purpose,
        "channel": settings.channel,
        "title": re.sub(r"\s+", " ", title),
        "content": content,
        "place": settings.place,
        "place_detail": texts.get("place_detail", ""),
        "people": [person] if person else [],
        "anonymous": not named,
        "petition_on": received_at.date(),
        "stated_by": "import",
        "source": settings.source,
        "source_number": texts.get("number", ""),
    }
    try:
        return intake.clean(raw, today=localdate(at))
    except IntakeInvalid as invalid:
        name, reason = next(iter(invalid.errors.items()))
        raise RowRejected(f"{name}_invalid", reason) from None


def _text(cell: object, name: str, notes: list[str]) -> str:
    """A cell as text. Characters that cannot be stored are taken out, and the row says how many."""
    kept, removed = wording.without_unstorable(text_of(cell))
    if removed:
        notes.append(f"{name}: {removed} control characters removed")
    return wording.clean(kept, field=FIELDS[name])


_FORMS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日",
    "%Y年%m月%d日%H时%M分", "%Y%m%d%H%M%S", "%Y%m%d",
)  # fmt: skip


def _moment(cell: object, name: str, *, at: datetime) -> datetime | None:
    """A moment in Shanghai's time, unless the cell says another zone; None for an empty cell. Raises RowRejected."""
    label = FIELDS[name].removesuffix("（必填）")
    if cell is None or cell == "":
        return None
    moment = _read_moment(cell)
    if moment is None:
        raise RowRejected(f"{name}_unreadable", f"{label}“{str(cell)[:40]}”不是时间，请写成 2026-03-02 15:30 的样子。")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=SHANGHAI)
    if moment.year < FIRST_YEAR:
        raise RowRejected(f"{name}_early", f"{label}“{str(cell)[:40]}”早于{FIRST_YEAR}年，请核对。")
    if moment > at:
        raise RowRejected(f"{name}_future", f"{label}“{str(cell)[:40]}”晚于现在，请核对。")
    return moment.astimezone(SHANGHAI)


def _read_moment(cell: object) -> datetime | None:
    if isinstance(cell, datetime):
        return cell
    if hasattr(cell, "isoformat") and hasattr(cell, "year"):  # a day of an Excel sheet
        return datetime.combine(cell, time())
    text = re.sub(r"\s+", " ", wording.halfwidth(str(cell)).strip())
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        text = re.sub(r"^(\d{4})[/.](\d{1,2})[/.](\d{1,2})", r"\1-\2-\3", text)
    for form in _FORMS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def _fingerprint(made: Intake, received_at: datetime) -> str:
    """By which a row is known again: the source's own number, else what was written and when."""
    if made.source_number:
        return f"n:{made.source_number}"
    parts = (made.title, made.content, received_at)
    return "h:" + crypto.digest(encode_all(parts))
