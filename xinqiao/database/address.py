"""A `DATABASE_URL` read and written without another library."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from xinqiao.database.limits import Limits


class BadAddress(ValueError):
    """The address of the database cannot be read. The message is for the operator."""


@dataclass(frozen=True)
class Address:
    """Where a PostgreSQL database is and who opens it. `host` may be the folder of a Unix socket."""

    user: str
    password: str = field(repr=False)
    host: str
    port: str
    name: str
    options: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, url: str) -> "Address":
        """Read `postgresql://user:password@host:port/name?sslmode=…`; a socket folder stands in `?host=`."""
        parts = urlsplit(url)
        if parts.scheme not in ("postgresql", "postgres"):
            raise BadAddress("DATABASE_URL 应以 postgresql:// 开头。DATABASE_URL must start with postgresql://.")
        name = unquote(parts.path.lstrip("/"))
        if not name:
            raise BadAddress("DATABASE_URL 中缺少数据库名。DATABASE_URL names no database.")
        try:
            port = str(parts.port or "")
        except ValueError as error:
            raise BadAddress("DATABASE_URL 中的端口不是数字。The port in DATABASE_URL is not a number.") from error
        options = dict(parse_qsl(parts.query))
        host = options.pop("host", "") or unquote(parts.hostname or "")
        port = options.pop("port", "") or port
        return cls(unquote(parts.username or ""), unquote(parts.password or ""), host, port, name, options)

    @property
    def url(self) -> str:
        """The same address as one line, for the environment of a child process."""
        who = quote(self.user, safe="") + (f":{quote(self.password, safe='')}" if self.password else "")
        query = dict(self.options)
        place = ""
        if self.host.startswith("/"):
            query = {"host": self.host, **query}
        else:
            place = f"[{self.host}]" if ":" in self.host else self.host
        if self.port:
            place += f":{self.port}"
        tail = f"?{urlencode(query)}" if query else ""
        return f"postgresql://{who}@{place}/{quote(self.name, safe='')}{tail}"

    def connection(self) -> dict[str, str]:
        """Keyword arguments for `psycopg.connect`."""
        named = {"user": self.user, "password": self.password, "host": self.host, "port": self.port}
        return {key: value for key, value in named.items() if value} | {"dbname": self.name, **self.options}

    def django(self, *, limits: Limits, keep_seconds: int, pooled: bool = False, read_only: bool = False) -> dict:
        """One entry of `settings.DATABASES`, with the limits set on every connection.

        `pooled`: behind a pooler that gives each transaction another connection to the server. Then nothing may be said once for a whole
        session: the limits stand at the role (`Limits.keep`), no cursor outlives its transaction, and no statement is prepared.
        `read_only`: a copy of the database, whose absence must be noticed soon.
        """
        options = {"connect_timeout": "2" if read_only else "10", **self.options}
        if pooled:
            options.pop("options", None)
            options["prepare_threshold"] = None
        else:
            options["options"] = f"{options.get('options', '')} {limits.as_options()}".strip()
        if read_only:
            options["options"] += " -c default_transaction_read_only=on"
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password,
            "HOST": self.host,
            "PORT": self.port,
            "CONN_MAX_AGE": keep_seconds,
            "CONN_HEALTH_CHECKS": True,
            "DISABLE_SERVER_SIDE_CURSORS": pooled,
            "OPTIONS": options,
        }
