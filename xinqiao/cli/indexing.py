"""A second process that makes the entries of the search while this one imports: on two cores the search costs no time of its own."""

import contextlib
import os
import select
import signal
from collections.abc import Iterator

IDLE_SECONDS = 0.5


def has_room() -> bool:
    """Whether a second process helps: there is a core for it, and it would see what this one commits."""
    from django.db import connection

    return len(os.sched_getaffinity(0)) > 1 and not connection.in_atomic_block


@contextlib.contextmanager
def beside() -> Iterator[None]:
    """Make owed entries in a process of its own until the block ends, or this process does, however it ends.

    To be entered before this process has asked the database anything: a connection cannot be shared.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writing)
        _work_until_closed(reading)
    os.close(reading)
    try:
        yield
    finally:
        os.close(writing)
        os.waitpid(child, 0)


def _work_until_closed(reading: int) -> None:
    """The life of the second process. What it has in hand when something fails stays owed."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the pipe tells it when the first one has ended
        from xinqiao.matters import entries

        while not select.select([reading], [], [], 0 if entries.make_due() else IDLE_SECONDS)[0]:
            pass
        code = 0
    finally:
        os._exit(code)
