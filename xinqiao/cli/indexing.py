"""Processes beside this one that make the entries of the search while it imports: one for each further core, three at most."""

import contextlib
import os
import select
import signal
from collections.abc import Iterator

IDLE_SECONDS = 0.5
MOST = 3  # more wait for each other in the index


def room() -> int:
    """How many processes beside this one help: there is a core for each, and they would see what this one commits."""
    from django.db import connection

    return 0 if connection.in_atomic_block else min(len(os.sched_getaffinity(0)) - 1, MOST)


@contextlib.contextmanager
def beside(processes: int) -> Iterator[None]:
    """Make owed entries in so many processes of their own until the block ends, or this process does, however it ends.

    To be entered before this process has asked the database anything: a connection cannot be shared.
    """
    reading, writing = os.pipe()
    children = []
    for _number in range(processes):
        child = os.fork()
        if child == 0:
            os.close(writing)
            _work_until_closed(reading)
        children.append(child)
    os.close(reading)
    try:
        yield
    finally:
        os.close(writing)
        for child in children:
            os.waitpid(child, 0)


def _work_until_closed(reading: int) -> None:
    """The life of such a process. What it has in hand when something fails stays owed."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the pipe tells it when the first one has ended
        from xinqiao.matters import entries

        while not select.select([reading], [], [], 0 if entries.make_due() else IDLE_SECONDS)[0]:
            pass
        code = 0
    finally:
        os._exit(code)
