"""Whether what the database confirms survives a power cut. If not, no petition may be taken."""

import time

import psycopg

# setting -> values under which a confirmed petition is on disk
REQUIRED = {
    "fsync": {"on"},
    "full_page_writes": {"on"},
    "synchronous_commit": {"on", "local", "remote_write", "remote_apply"},
    "data_sync_retry": {"off"},  # after a failed fsync the kernel may have dropped the data: only a restart is honest
}
KEPT_SECONDS = 10
_last: tuple[float, str | None] | None = None


def durability_problem() -> str | None:
    """Why petitions must not be taken now, in words for the operator; None when everything is safe.

    Asked at every intake; the answer is kept for 10 seconds in this process. A database that does not answer is a
    problem too, and is not remembered.
    """
    global _last
    now = time.monotonic()
    if _last is not None and now - _last[0] < KEPT_SECONDS:
        return _last[1]
    problem = _ask()
    _last = (now, problem)
    return problem


def forget() -> None:
    """Ask anew next time."""
    global _last
    _last = None


def _ask() -> str | None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(REQUIRED)])
        return problem_of(dict(cursor.fetchall()))


def problem_of(found: dict[str, str]) -> str | None:
    """The sentence about the settings in `found` that endanger confirmed data; None if there is none."""
    wrong = [f"{name}={found.get(name, '?')}" for name, good in REQUIRED.items() if found.get(name) not in good]
    if not wrong:
        return None
    return f"数据库设置不安全（{'，'.join(wrong)}），断电时已确认的信访件可能丢失，暂停受理登记。请改回安全设置后重启数据库。"


def check_connection(connection: psycopg.Connection) -> str | None:
    """The same for a plain connection, before Django exists."""
    rows = connection.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(REQUIRED)])
    return problem_of(dict(rows.fetchall()))
