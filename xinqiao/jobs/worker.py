"""One worker: reactions, messages, duties, in a loop. Any number may run at once; any may be killed at any moment.

Owed work lies in tables; the loop asks every second when idle and at once when busy. A kill loses nothing: what was claimed is taken over
after XINQIAO_LEASE_SECONDS, what may have left the house already is said to be unknown (queue.py, notifications/outgoing.py).
"""

import logging
import os
import secrets
import socket
import threading
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone

from xinqiao.notifications import outgoing

from . import duties, queue, reactions
from .models import Worker

logger = logging.getLogger("xinqiao.jobs")

IDLE_SECONDS = 1
TROUBLE_SECONDS = 5  # how long to wait when the database does not answer
HEARTBEAT = timedelta(seconds=15)
MESSAGES = 20  # in one pass, so that a slow carrier does not hold up the limits


def run_forever(stop: threading.Event, *, name: str = "") -> None:
    """Work until `stop` is set; the piece at hand is finished first."""
    name = name or own_name()
    logger.info("worker.started", extra={"worker": name})
    beat_at = None
    while not stop.is_set():
        try:
            close_old_connections()
            at = timezone.now()
            if beat_at is None or at - beat_at >= HEARTBEAT:
                heartbeat(name, at=at)
                beat_at = at
            busy = run_once(at, name=name, stop=stop)
        except (DatabaseError, InterfaceError):
            logger.exception("worker.database")
            connection.close()
            stop.wait(TROUBLE_SECONDS)
            continue
        if not busy:
            stop.wait(IDLE_SECONDS)
    Worker.objects.filter(name=name).delete()
    logger.info("worker.stopped", extra={"worker": name})


def run_once(at: datetime, *, name: str = "", stop: threading.Event | None = None) -> int:
    """One pass: a batch of reactions, a few messages, the duties that are due. Returns how much was done."""
    name = name or own_name()
    done = 0
    for delivery_id in queue.claim(name, at=at):
        if stop is not None and stop.is_set():
            break  # the rest is taken over when its lease ends, or by ourselves after the next start
        done += queue.work_off(delivery_id, name, lambda row: reactions.react(row, at=at), at=at)
    for _ in range(MESSAGES):
        if (stop is not None and stop.is_set()) or outgoing.send_next(name, at=at) is None:
            break
        done += 1
    if stop is None or not stop.is_set():
        done += duties.run_due(at)
    return done


def drain(at: datetime, *, name: str = "", passes: int = 1000) -> int:
    """Work until nothing is owed at `at`; for commands and tests."""
    name, done = name or own_name(), 0
    for _ in range(passes):
        now = run_once(at, name=name)
        if not now:
            break
        done += now
    return done


def heartbeat(name: str, *, at: datetime) -> None:
    """Say that this worker is alive."""
    Worker.objects.update_or_create(
        name=name, defaults={"seen_at": at}, create_defaults={"started_at": at, "seen_at": at}
    )


def alive(at: datetime) -> int:
    """How many workers were seen within three heartbeats."""
    return Worker.objects.filter(seen_at__gt=at - 3 * HEARTBEAT).count()


def own_name() -> str:
    """Unique among all workers there ever were: machine, process, and a little chance."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"
