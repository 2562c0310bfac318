"""Many rows of one model at once: filled up with the model's own defaults and written by COPY, as text made here.

Every batch of matters has a range of keys of its own in each table, so that several processes fill one database without asking
each other, and a batch that is made again after a break has the same keys.
"""

import json
from collections.abc import Callable
from datetime import date, datetime

from django.db import connection, models
from django.db.models.fields import NOT_PROVIDED

from xinqiao.crypto.fields import SealedJSONField

NULL = r"\N"


class Ready(str):
    """A value that is text for COPY already."""

    __slots__ = ()


def escaped(text: str) -> str:
    """Text for COPY; nearly all texts hold nothing to escape."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text:
        text = text.replace("\n", "\\n")
    if "\t" in text:
        text = text.replace("\t", "\\t")
    return text.replace("\r", "\\r") if "\r" in text else text


def _array(values: list) -> str:
    quoted = ('"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return escaped("{" + ",".join(quoted) + "}")


class _Texts(dict):
    """How a value of each type is written."""

    def __missing__(self, kind: type) -> Callable:
        found = next((write for known, write in self.items() if issubclass(kind, known)), None)
        if found is None:
            raise TypeError(f"no text for {kind}")
        self[kind] = found
        return found


_TEXTS = _Texts(
    {
        Ready: lambda value: value,
        str: escaped,
        bool: lambda value: "t" if value else "f",
        int: str,
        float: str,
        datetime: datetime.isoformat,
        date: date.isoformat,
        type(None): lambda value: NULL,
        list: _array,
        bytes: lambda value: r"\\x" + value.hex(),
    }
)


def text(value) -> str:
    """A value as COPY takes it."""
    return _TEXTS[type(value)](value)


class Rows:
    """Rows of one table that wait to be written. `each`: how many rows one matter can have at most."""

    def __init__(self, model: type[models.Model], each: int = 1):
        self.table = model._meta.db_table
        fields = model._meta.concrete_fields
        self.names = ", ".join(f'"{field.column}"' for field in fields)
        self.defaults = {field.column: Ready(text(_default(field))) for field in fields}
        self.key = model._meta.pk.column if isinstance(model._meta.pk, models.AutoField) else None
        self.each = each
        self.next_key = self.end = 1
        self.waiting: list[str] = []

    def begin(self, first: int, matters: int) -> None:
        """Give the keys of a batch: `first` is how many matters come before it."""
        self.next_key = first * self.each + 1
        self.end = self.next_key + matters * self.each
        self.waiting.clear()

    def reserve(self) -> int:
        """The key of a row that is added later."""
        key = self.next_key
        if key >= self.end:
            raise OverflowError(f"{self.table}: more than {self.each} rows for each matter")
        self.next_key += 1
        return key

    def add(self, **values) -> int | None:
        """One row from its column values; returns its key, if the model gives keys itself."""
        if self.key and self.key not in values:
            values[self.key] = self.reserve()
        row = dict(self.defaults)
        for name, value in values.items():
            row[name] = _TEXTS[type(value)](value)
        if len(row) != len(self.defaults):
            raise KeyError(f"{self.table} has no column {set(row) - set(self.defaults)}")
        self.waiting.append("\t".join(row.values()))
        return values.get(self.key)

    def template(self, *names: str, joined: tuple[str, ...] = ()) -> str:
        """A row as a %-format with a place for each of `names`, in the order of the columns, for rows that are made by the million; the
        neighbouring columns `joined` have one place together. `add_line` takes what it makes."""
        places = [name for name in self.defaults if name in names or name in joined]
        if places != [name for name in places if name in joined or name in names] or len(places) != len(names) + len(joined):
            raise KeyError(f"{self.table} has no column {set(names) - set(places)}")
        row = {name: "%s" if name in places else value.replace("%", "%%") for name, value in self.defaults.items() if name not in joined[1:]}
        return "\t".join(row.values())

    def add_line(self, line: str) -> None:
        """One row as text."""
        self.waiting.append(line)

    def write(self) -> None:
        """COPY what waits."""
        if self.waiting:
            self.waiting.append("")
            with connection.cursor() as cursor, cursor.copy(f"COPY {self.table} ({self.names}) FROM STDIN") as copy:
                copy.write("\n".join(self.waiting).encode())
            self.waiting.clear()

    def hand_over_keys(self) -> None:
        """Let the program go on counting behind the last key: number by number, as the application has no right to set the count."""
        if not self.key:
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [self.table, self.key])
            counter = cursor.fetchone()[0]
            cursor.execute(f"SELECT coalesce(max({self.key}), 0) - (SELECT last_value FROM {counter}) + 1 FROM {self.table}")
            cursor.execute("SELECT count(nextval(%s)) FROM generate_series(1, %s)", [counter, cursor.fetchone()[0]])


def _default(field: models.Field):
    """The value of a column that nobody names."""
    value = field.get_default() if field.default is not NOT_PROVIDED else ("" if _is_text(field) else None)
    if isinstance(field, SealedJSONField):
        return field.get_prep_value(value)  # sealed once, for all rows
    return json.dumps(value, ensure_ascii=False) if isinstance(field, models.JSONField) and value is not None else value


def _is_text(field: models.Field) -> bool:
    return isinstance(field, models.CharField | models.TextField) and not field.null
