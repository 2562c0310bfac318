"""Many rows of one model at once: filled up with the model's own defaults and written by COPY."""

import json

from django.db import connection, models
from django.db.models.fields import NOT_PROVIDED

from xinqiao.crypto.fields import SealedJSONField


class Rows:
    """Rows of one table that wait to be written. Keys are given here, so that children can name their parents at once."""

    def __init__(self, model: type[models.Model]):
        self.table = model._meta.db_table
        fields = model._meta.concrete_fields
        self.columns = [field.column for field in fields]
        self.defaults = {field.column: _default(field) for field in fields}
        self.key = model._meta.pk.column if isinstance(model._meta.pk, models.AutoField) else None
        self.last_key = _last_key(model) if self.key else 0
        self.waiting: list[list] = []

    def reserve(self) -> int:
        """The key of a row that is added later."""
        self.last_key += 1
        return self.last_key

    def add(self, **values) -> int | None:
        """One row from its column values; returns its key, if the model gives keys itself."""
        if self.key and self.key not in values:
            values[self.key] = self.reserve()
        row = {**self.defaults, **values}
        if len(row) != len(self.columns):
            raise KeyError(f"{self.table} has no column {set(row) - set(self.columns)}")
        self.waiting.append(list(row.values()))
        return values.get(self.key)

    def write(self) -> None:
        """COPY what waits."""
        if not self.waiting:
            return
        names = ", ".join(f'"{name}"' for name in self.columns)
        with connection.cursor() as cursor, cursor.copy(f"COPY {self.table} ({names}) FROM STDIN") as copy:
            for row in self.waiting:
                copy.write_row(row)
        self.waiting.clear()

    def hand_over_keys(self) -> None:
        """Let the program go on counting behind the last key."""
        if self.key and self.last_key:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [self.table, self.key, self.last_key]
                )


def _default(field: models.Field):
    """The value of a column that nobody names, as COPY takes it."""
    value = field.get_default() if field.default is not NOT_PROVIDED else ("" if _is_text(field) else None)
    if isinstance(field, SealedJSONField):
        return field.get_prep_value(value)  # sealed once, for all rows
    return json.dumps(value, ensure_ascii=False) if isinstance(field, models.JSONField) and value is not None else value


def _is_text(field: models.Field) -> bool:
    return isinstance(field, models.CharField | models.TextField) and not field.null


def _last_key(model: type[models.Model]) -> int:
    return model.objects.aggregate(last=models.Max("pk"))["last"] or 0
