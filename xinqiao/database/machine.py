"""What the embedded server needs from the operating system: a user of its own, a way in, an end with its parent."""

import ctypes
import functools
import os
import pwd
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psutil

PR_SET_PDEATHSIG = 1  # linux/prctl.h


@functools.cache
def server_user() -> str | None:
    """PostgreSQL refuses to run as root: the user it runs as instead. None when we are not root.

    `XINQIAO_POSTGRES_USER`, default `pgserver`; made where it is missing, else `nobody`.
    """
    if os.geteuid() != 0:
        return None
    name = os.environ.get("XINQIAO_POSTGRES_USER") or "pgserver"
    if not _known(name):
        make = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
        try:
            subprocess.run(make, capture_output=True, check=False)
        except FileNotFoundError:  # a small image without useradd
            return "nobody"
    return name if _known(name) else "nobody"


def _known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def open_the_way(user: str, *targets: Path) -> None:
    """Let `user` pass through (not list) the folders above `targets`; says which it changed.

    Only when the program runs as root from a folder closed to others, such as /root.
    """
    who = pwd.getpwnam(user)
    for target in targets:
        for folder in reversed(target.parents):
            if not _may_pass(folder.stat(), who):
                folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IXOTH)
                print(f"已允许数据库用户 {user} 经过目录 {folder}（chmod o+x）。", file=sys.stderr)


def open_the_tree(folder: Path) -> None:
    """Let everybody read the server's own programs: installed under a strict umask they are root's alone."""
    if (folder / "bin" / "postgres").stat().st_mode & stat.S_IXOTH:
        return
    for path in [folder, *folder.rglob("*")]:
        mode = path.stat().st_mode
        path.chmod(stat.S_IMODE(mode) | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _may_pass(info: os.stat_result, who: pwd.struct_passwd) -> bool:
    if info.st_uid == who.pw_uid:
        return bool(info.st_mode & stat.S_IXUSR)
    if info.st_gid == who.pw_gid:
        return bool(info.st_mode & stat.S_IXGRP)
    return bool(info.st_mode & stat.S_IXOTH)


def is_postgres_of(pid: int, data: Path) -> bool:
    """Whether process `pid` is a live PostgreSQL on the data directory `data`, and not a stranger with its number."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return process.name() == "postgres" and str(data) in process.cmdline()
    except psutil.Error:
        return False


def die_with_parent(how: int = signal.SIGINT):
    """For `preexec_fn`: on Linux the kernel sends `how` to the child when its parent is gone, even by `kill -9`.

    Elsewhere None: the next start ends what was left.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def ask_the_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, how, 0, 0, 0)

    return ask_the_kernel
