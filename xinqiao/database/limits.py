"""What bounds every statement of ours: a longest time, a longest wait for a row, one processor, no compiler.

A page asks small questions: parallel workers and compiled plans cost more than they save (docs/performance.md).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from xinqiao.database.address import Address


@dataclass(frozen=True)
class Limits:
    """Milliseconds; 0 is no limit."""

    statement_ms: int = 15_000
    lock_ms: int = 5_000

    def settings(self) -> dict[str, str]:
        """PostgreSQL's own names and values."""
        return {
            "statement_timeout": str(self.statement_ms),
            "lock_timeout": str(self.lock_ms),
            "max_parallel_workers_per_gather": "0",
            "jit": "off",
            "gin_pending_list_limit": "512",  # kB; every search reads the whole waiting list of the index
        }

    def as_options(self) -> str:
        """For the start of a connection; a pooler of transactions refuses it."""
        return " ".join(f"-c {name}={value}" for name, value in self.settings().items())

    def keep(self, address: "Address") -> None:
        """Write them down at the role of `address`, for its connections to this database that cannot say them at their start."""
        with psycopg.connect(**address.connection(), connect_timeout=10) as connection:
            for name, value in self.settings().items():
                connection.execute(
                    sql.SQL("ALTER ROLE CURRENT_USER IN DATABASE {} SET {} = {}").format(
                        sql.Identifier(address.name), sql.Identifier(name), sql.Literal(value)
                    )
                )
