"""Statistics, reports and exports may read a copy of the database (a streaming replica, `XINQIAO_REPLICA_URL`); nothing else does.

    @reading.from_replica            # a page or a piece of work that only reads, and shows nobody what they have just done
    def statistics_page(request): …

    with reading.replica(): …        # the same for a part; raw SQL inside asks `reading.connection()`

A replica that is behind, gone or not a replica at all is left alone: then the same work reads the primary. What is written inside, the
audit log above all, goes to the primary; so does whatever is read inside a transaction of the primary.
"""

import contextlib
import functools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connections

from xinqiao import metrics

logger = logging.getLogger("xinqiao.database")

PRIMARY, REPLICA = DEFAULT_DB_ALIAS, "replica"
KEPT_SECONDS = 5  # how long an answer about the replica holds in this process
_alias: ContextVar[str] = ContextVar("reading", default=PRIMARY)
_aside: ContextVar[bool] = ContextVar("reading_aside", default=False)


@dataclass(frozen=True)
class Standing:
    """How the replica stands: `why` is "" when it may be read; `seconds` is how far it is behind, None where nobody knows."""

    why: str
    seconds: float | None = None


class Router:
    """Django's question for every query. Named outright, or Django would write a row back to where it was read."""

    def db_for_read(self, model, **hints) -> str:
        own = connections[PRIMARY].in_atomic_block and not _aside.get()
        return PRIMARY if own else _alias.get()

    def db_for_write(self, model, **hints) -> str:
        return PRIMARY

    def allow_relation(self, one, other, **hints) -> bool:
        return True

    def allow_migrate(self, db, app_label, **hints) -> bool:
        return db == PRIMARY


def is_configured() -> bool:
    """Whether there is a replica at all."""
    return REPLICA in settings.DATABASES


@contextlib.contextmanager
def replica(*, aside: bool = False) -> Iterator[bool]:
    """Read the replica inside, if it is fit; says whether it is. A replica that fails inside raises OperationalError.

    `aside`: also within a transaction of the primary, whose own changes are not needed here.
    """
    fit = is_configured() and _is_fit()
    token, beside = _alias.set(REPLICA if fit else PRIMARY), _aside.set(aside)
    try:
        yield fit
    finally:
        _alias.reset(token)
        _aside.reset(beside)


def from_replica(work: Callable, *, aside: bool = False) -> Callable:
    """The whole function reads the replica. If that fails in the middle it is done once more on the primary: it must only read."""

    @functools.wraps(work)
    def done(*args, **kwargs):
        with replica(aside=aside) as fit:
            try:
                return work(*args, **kwargs)
            except (OperationalError, InterfaceError):
                if not fit:
                    raise
                _remember(Standing("gone"))
                connections[REPLICA].close()
        return work(*args, **kwargs)

    return done


def connection():
    """The connection that reads here, for raw SQL."""
    return connections[Router().db_for_read(None)]


def standing() -> Standing:
    """How the replica stands now; for health and metrics."""
    try:
        asked = _ask()
    except (DatabaseError, InterfaceError):
        connections[REPLICA].close()
        asked = Standing("gone")
    return _remember(asked)


# --- Is it fit? -------------------------------------------------------------------------------------------------------

_last: tuple[float, Standing] | None = None
_asking = threading.Lock()


def forget() -> None:
    """Ask anew next time."""
    global _last
    _last = None


def _is_fit() -> bool:
    """The last answer while it is fresh, or while another thread asks; a replica that is gone keeps one thread waiting, not all."""
    seen = _last
    if (seen is None or time.monotonic() - seen[0] > KEPT_SECONDS) and _asking.acquire(blocking=seen is None):
        try:
            standing()
        finally:
            _asking.release()
    why = _last[1].why if _last else "gone"
    if why:
        metrics.replica_refused(why)
    return not why


def _remember(now: Standing) -> Standing:
    global _last
    if now.why and (_last is None or _last[1].why != now.why):
        logger.warning("replica.refused", extra={"why": now.why})
    _last = (time.monotonic(), now)
    return now


def _ask() -> Standing:
    """Behind is what the primary has written and the replica has not replayed: a quiet primary leaves its replica fresh."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn()::text")
        written = cursor.fetchone()[0]
    with connections[REPLICA].cursor() as cursor:
        cursor.execute(
            "SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() >= %s::pg_lsn,"
            " extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())",
            [written],
        )
        follows, caught_up, seconds = cursor.fetchone()
    if not follows:
        return Standing("primary")  # somebody promoted it: from then on it goes its own way
    behind = 0.0 if caught_up else None if seconds is None else max(0.0, float(seconds))
    fit = behind is not None and behind <= settings.XINQIAO_REPLICA_LAG_SECONDS
    return Standing("" if fit else "behind", behind)
