"""Start everything on this machine with a fictional region: database, web server, background work. Ctrl-C stops all.

演示：启动数据库、网站和后台任务，首次运行时生成一个虚构地区。环境变量：PORT、XINQIAO_VAR、DATABASE_URL。
"""

import argparse
import importlib.util
import json
import os
import sys
from collections.abc import MutableMapping

from xinqiao import cli, database, folders
from xinqiao.cli import processes
from xinqiao.cli.web_server import WebServer

HELP = "在本机演示 · start everything here with a fictional region"
SEED, MATTERS = 1, 300
DEMONSTRATION = {
    "XINQIAO_INSECURE_HTTP": "1",  # 127.0.0.1 has no certificate
    "XINQIAO_DEMO": "1",
    "XINQIAO_SECOND_FACTOR": "optional",  # two commands are enough to look around; the pages say so
    "XINQIAO_SITE_NAME": "澜江地区网上信访",
    "XINQIAO_HELP_PHONE": "0980-5551045",  # of the seeded prefecture's petition office, and its hours
    "XINQIAO_HELP_HOURS": "工作日 9:30–13:00、15:30–18:30 有人接听",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=SEED, help=f"number the region is made from ({SEED})")
    parser.add_argument("--matters", type=int, default=MATTERS, help=f"how many matters ({MATTERS})")
    parser.add_argument("--fill-only", action="store_true", help=argparse.SUPPRESS)  # the child that seeds


def run(args: argparse.Namespace) -> int:
    """0 when asked to stop, 3 when the port is taken or the database does not start."""
    if args.fill_only:
        return _fill(args)
    _say_it_is_a_demonstration(os.environ)
    server = WebServer.from_environment()
    processes.require_free_port()
    code = cli.OK

    def work() -> None:
        nonlocal code
        print("正在启动数据库 … Starting the database …", flush=True)
        with processes.Household() as house:
            _forget_half_a_region(house)
            if house.command("migrate", "--quiet").returncode:
                code = cli.ENVIRONMENT
                return
            filled = house.command(
                "demo", "--fill-only", f"--seed={args.seed}", f"--matters={args.matters}", capture=True
            )
            if filled.returncode:
                print(
                    "演示地区没有生成，原因见上。下次启动会重新生成。\n"
                    "The region could not be made, see above. The next start begins it again.",
                    file=sys.stderr,
                )
                code = cli.FAILED
                return
            house.add_web(server)
            house.add_metrics()
            house.add_worker()
            house.wait_until_ready()
            _welcome(json.loads(filled.stdout.splitlines()[-1]))
            house.live()

    processes.run(work)
    return code


def _say_it_is_a_demonstration(environment: MutableMapping[str, str]) -> None:
    """For all children: the seeded region's name and telephone. What the operator set stays, the empty word too."""
    for name, value in DEMONSTRATION.items():
        environment.setdefault(name, value)


def _mark():
    """The file that exists while the region is being made."""
    return folders.var() / "seeding"


def _forget_half_a_region(house: processes.Household) -> None:
    """A first start that was interrupted leaves half a region, made by us and used by nobody: begin again."""
    if _mark().exists() and house.server is not None:
        house.server.empty_database()
        _mark().unlink()


def _fill(args: argparse.Namespace) -> int:
    """Make the region if there is no organisation yet; the last line printed is the log-ins as JSON."""
    cli.start_django()
    logins = []
    if importlib.util.find_spec("xinqiao.seed") is not None:
        from xinqiao import seed
        from xinqiao.organisations.models import Organisation

        if not Organisation.objects.exists():
            _mark().touch()
            seed.run(seed=args.seed, count=args.matters, progress=True)
            _mark().unlink()
        logins = seed.logins()
    print(json.dumps(logins, ensure_ascii=False))
    return cli.OK


def _welcome(logins: list) -> None:
    site = processes.site_address()
    print(f"\n心桥已启动 Xinqiao is running\n  群众端 citizens: {site}\n  工作台 officers: {site}desk/")
    if logins:
        print("\n演示账号（仅限本机演示）log-ins for this demonstration:")
    for login in logins:
        print("  " + "  ".join(str(part) for part in (login.values() if isinstance(login, dict) else login)))
    if database.is_outside():
        print("\n使用 DATABASE_URL 指定的数据库。The database is the one of DATABASE_URL.")
    print("\n按 Ctrl-C 停止。Press Ctrl-C to stop.", flush=True)
