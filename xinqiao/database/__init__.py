"""The database of this installation: an outside one named by `DATABASE_URL`, or our own PostgreSQL in `XINQIAO_VAR`.

    with database.available():          # a command that needs the database, for as long as it runs
        ...
    database.durability_problem()       # None, or why no petition may be taken now

Nothing here needs Django's settings; they are read by the settings themselves.
"""

import contextlib
import os
import time
from collections.abc import Iterator

import psycopg

from xinqiao import folders
from xinqiao.database.address import Address, BadAddress
from xinqiao.database.durability import check_connection, durability_problem
from xinqiao.database.embedded import (
    APPLICATION,
    OWNER,
    START_SECONDS,
    AlreadyRunning,
    DatabaseTrouble,
    Embedded,
    binaries,
)
from xinqiao.database.rights import grant

__all__ = [
    "Address",
    "AlreadyRunning",
    "BadAddress",
    "DatabaseTrouble",
    "Embedded",
    "address_of_application",
    "address_of_owner",
    "available",
    "binaries",
    "durability_problem",
    "grant",
    "is_outside",
    "wait_for_answer",
    "warn_if_not_durable",
]


def is_outside() -> bool:
    """Whether the operator runs the database (`DATABASE_URL`); then we start and stop nothing."""
    return bool(os.environ.get("DATABASE_URL"))


def address_of_application() -> Address:
    """How web, worker and commands reach the database."""
    if url := os.environ.get("DATABASE_URL"):
        return Address.parse(url)
    return Embedded().address(APPLICATION)


def address_of_owner() -> Address:
    """How `migrate` reaches it: `XINQIAO_OWNER_DATABASE_URL`, else our own owner role, else `DATABASE_URL`."""
    if url := os.environ.get("XINQIAO_OWNER_DATABASE_URL"):
        return Address.parse(url)
    return address_of_application() if is_outside() else Embedded().address(OWNER)


@contextlib.contextmanager
def available() -> Iterator[None]:
    """The database answers inside this block: an outside one, one that a running demo owns, or our own for the moment.

    Raises DatabaseTrouble, whose text is for the person at the terminal.
    """
    folders.make()
    folders.ensure_secret_key()
    if is_outside():
        wait_for_answer(address_of_application(), seconds=10)
        yield
        return
    server = Embedded()
    try:
        server.start()
    except AlreadyRunning:
        wait_for_answer(address_of_application(), seconds=START_SECONDS)
        yield
        return
    try:
        yield
    finally:
        server.stop()


def warn_if_not_durable(complain) -> None:
    """Tell the operator at the start that no petition will be taken, and why."""
    with psycopg.connect(**address_of_application().connection(), connect_timeout=10) as connection:
        if problem := check_connection(connection):
            complain(problem)


def wait_for_answer(address: Address, *, seconds: float) -> None:
    """Return once a SELECT 1 comes back; raises DatabaseTrouble after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        try:
            with psycopg.connect(**address.connection(), connect_timeout=5) as connection:
                connection.execute("SELECT 1")
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > end:
                raise DatabaseTrouble(
                    "数据库没有响应，请检查 DATABASE_URL 和数据库是否运行。\n"
                    f"The database does not answer. Check DATABASE_URL and the server. {error}"
                ) from None
            time.sleep(0.3)
