"""Run the web server, for production with DATABASE_URL; without it, with the embedded database.

启动网站。表结构须先用 xinqiao migrate 更新；后台任务用 xinqiao worker 启动，或加 --with-worker。
"""

import argparse
import sys

from xinqiao import cli
from xinqiao.cli import processes
from xinqiao.cli.web_server import WebServer

HELP = "启动网站 · run the web server"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workers", type=int, help="processes (XINQIAO_WORKERS, 2)")
    parser.add_argument("--threads", type=int, help="threads in each process (XINQIAO_THREADS, 4)")
    parser.add_argument("--with-worker", action="store_true", help="do the background work too")
    parser.add_argument("--migrate", action="store_true", help="bring the tables up to this version first")


def run(args: argparse.Namespace) -> int:
    """0 when asked to stop, 3 when the tables do not fit this version or the port is taken."""
    server = WebServer.from_environment(workers=args.workers, threads=args.threads)
    processes.require_free_port()
    code = cli.OK

    def work() -> None:
        nonlocal code
        with processes.Household() as house:
            if house.command("migrate", "--quiet", *([] if args.migrate else ["--check"])).returncode:
                code = cli.ENVIRONMENT
                return
            house.add_web(server)
            house.add_metrics()
            if args.with_worker:
                house.add_worker()
            house.wait_until_ready()
            if processes.is_exposed():
                print(
                    "注意：网站直接对外提供服务，前面没有反向代理。慢速连接会占满线程，请按 docs/operations.md 配置 nginx。\n"
                    "The site is reachable without a proxy in front; slow connections can hold every thread. See docs/operations.md.",
                    file=sys.stderr,
                )
            print(f"心桥已启动：{processes.site_address()}", file=sys.stderr, flush=True)
            house.live()

    processes.run(work)
    return code
