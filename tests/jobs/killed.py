"""A process that was killed with kill -9 while it worked on rows of the database."""

import time

from django.db import connection


def wait_until_the_server_knows(backend: int) -> None:
    """The server hears of it a moment later. Until then the locks of the dead stand, and whoever passes locked rows over finds nothing."""
    with connection.cursor() as cursor:
        for _ in range(1200):
            cursor.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [backend])
            if cursor.fetchone() is None:
                return
            time.sleep(0.05)
    raise AssertionError("the connection of a killed process does not end")
