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
from xinqiao.database.limits import Limits
from xinqiao.database.rights import grant

__all__ = [
    "Address",
    "AlreadyRunning",
    "BadAddress",
    "DatabaseTrouble",
    "Embedded",
    "Limits",
    "address_of_application",
    "address_of_owner",
    "available",
    "binaries",
    "durability_problem",
    "grant",
    "is_outside",
    "is_pooled",
    "serve_pages",
    "wait_for_answer",
    "warn_if_not_durable",
]


def is_outside() -> bool:
    """Whether the operator runs the database (`DATABASE_URL`); then we start and stop nothing."""
    return bool(os.environ.get("DATABASE_URL"))


_serves_pages = False


def serve_pages() -> None:
    """This process is the web server (xinqiao.wsgi): it, and nothing else, may reach the database through a pooler."""
    global _serves_pages
    _serves_pages = True


def is_pooled() -> bool:
    """Whether each transaction of this process may get another connection to the server (`XINQIAO_POOLING=transaction`).

    Raises BadAddress where that cannot work: worker and commands keep locks, cursors and long snapshots for a whole session.
    """
    said = os.environ.get("XINQIAO_POOLING", "").strip().lower() or "off"
    if said not in ("off", "transaction"):
        raise BadAddress(f"XINQIAO_POOLING 只能是 off、transaction。XINQIAO_POOLING must be off or transaction, not {said}.")
    if said == "transaction" and not os.environ.get("XINQIAO_DIRECT_DATABASE_URL"):
        raise BadAddress(
            "XINQIAO_POOLING=transaction 时，还须用 XINQIAO_DIRECT_DATABASE_URL 指定不经过连接池的数据库地址，供后台任务和命令使用。\n"
            "XINQIAO_POOLING=transaction needs XINQIAO_DIRECT_DATABASE_URL too: the address of the database itself, for "
            "worker and commands."
        )
    return said == "transaction" and _serves_pages


def address_of_application() -> Address:
    """How this process reaches the database: pages by `DATABASE_URL`, worker and commands past the pooler, if there is one."""
    direct = os.environ.get("XINQIAO_DIRECT_DATABASE_URL")
    if url := (None if _serves_pages else direct) or os.environ.get("DATABASE_URL"):
        return Address.parse(url)
    return Embedded().address(APPLICATION)


def address_of_owner() -> Address:
    """How `migrate` reaches it: `XINQIAO_OWNER_DATABASE_URL`, else our own owner role, else the application's."""
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
