"""What the application role may do: read and write rows, never change the schema, never rewrite history."""

import psycopg
from psycopg import sql

from xinqiao.database.address import Address


def grant(owner: Address, role: str, append_only: list[str]) -> None:
    """Give `role` its rights on every table of `owner`; run after each migration.

    Tables in `append_only` keep INSERT and SELECT only (decision 7). TRUNCATE is never given.
    """
    who = sql.Identifier(role)
    everything = [
        "GRANT USAGE ON SCHEMA public TO {}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
        "REVOKE UPDATE ON ALL SEQUENCES IN SCHEMA public FROM {}",  # nobody counts back: every new row would collide
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE UPDATE ON SEQUENCES FROM {}",
    ]
    with psycopg.connect(**owner.connection(), connect_timeout=10) as connection:
        for statement in everything:
            connection.execute(sql.SQL(statement).format(who))
        for table in _existing(connection, append_only):
            connection.execute(
                sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(sql.Identifier(table), who)
            )
        for table in _existing(connection, ["django_migrations"]):
            connection.execute(
                sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), who)
            )


def _existing(connection: psycopg.Connection, tables: list[str]) -> list[str]:
    rows = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename = ANY(%s)", [tables]
    )
    return [row[0] for row in rows.fetchall()]
