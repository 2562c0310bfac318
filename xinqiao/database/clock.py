"""The database's own clock: no client, worker or form sets the time at which something was written (checklist 31)."""

from datetime import datetime

from django.db import connection
from django.db.models import DateTimeField, Func


class ClockNow(Func):
    """clock_timestamp(): the time at this very row, not at the start of the transaction."""

    function = "CLOCK_TIMESTAMP"
    template = "%(function)s()"
    output_field = DateTimeField()


def database_now() -> datetime:
    """The same, asked by itself."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {ClockNow.function}()")
        return cursor.fetchone()[0]
