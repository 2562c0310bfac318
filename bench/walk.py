"""`python -m bench.walk`: an officer's morning with the keyboard alone, in a real browser, before a filled database.

    xinqiao bench --matters 100000 --fill-only
    python -m bench.walk --matters 100000 --pictures /tmp/walk

The program runs as in an office (`xinqiao serve`); Chromium is driven by key presses only, never by a click or a script. Each step prints how
long it took from the key to the finished page, on the wall; the pictures are for looking at. Ends with 1 when a step did not lead where it should.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path

from bench.command import OURS, folder

SIZES = {"desk": {"width": 1366, "height": 900}, "phone": {"width": 390, "height": 844}}
COMMON, RARE, NOWHERE = "反映", "暖气", "甲乙丙丁戊己"
MOST_TABS = 200


class Lost(Exception):
    """A key did not lead where it should."""


def main() -> int:
    """0 when every step arrived, 1 when one did not."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.walk", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--matters", type=int, default=100_000, metavar="N", help="the filled size to walk in (100,000)"
    )
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="keep a picture of each step")
    parser.add_argument("--width", choices=SIZES, default="desk")
    args = parser.parse_args()
    with _served(args.matters) as site:
        steps, error = walk(site, args)
    print(
        json.dumps(
            {"matters": args.matters, "width": args.width, "steps": steps, "lost": error}, ensure_ascii=False, indent=1
        )
    )
    return 1 if error else 0


@contextmanager
def _served(matters: int):
    """`xinqiao serve` on the filled database of this size; its address."""
    place = folder() / str(matters)
    if not (place / "filled.json").exists():
        raise SystemExit(f"not filled yet: xinqiao bench --matters {matters} --fill-only")
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XINQIAO_", "DATABASE_"))}
    environment |= {
        "XINQIAO_VAR": str(place),
        "XINQIAO_INSECURE_HTTP": "1",
        "XINQIAO_SECOND_FACTOR": "optional",
        "PORT": str(port),
    }
    environment |= {"XINQIAO_ALLOWED_HOSTS": "localhost,127.0.0.1", "XINQIAO_LOG_LEVEL": "ERROR"}
    server = subprocess.Popen(
        [sys.executable, "-m", "xinqiao", "serve", "--migrate"], env=environment, cwd=OURS, stdout=sys.stderr
    )
    try:
        _wait_for(f"http://localhost:{port}/healthz")
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(timeout=60)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(address: str, seconds: int = 120) -> None:
    for _ in range(seconds * 2):
        try:
            urllib.request.urlopen(address, timeout=5)
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit(f"no answer from {address}")


def walk(site: str, args: argparse.Namespace) -> tuple[list[dict], str]:
    """Every step with its time; and what went wrong, if something did."""
    from playwright.sync_api import Error, sync_playwright

    path = os.environ.get("XINQIAO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(viewport=SIZES[args.width], locale="zh-CN").new_page()
        officer = Officer(page, args.pictures)
        try:
            officer.morning(site)
            return officer.steps, ""
        except (Lost, Error) as error:
            return officer.steps, str(error)
        finally:
            browser.close()


class Officer:
    """Somebody at the keyboard. `press` waits until the page has settled and notes how long that took."""

    def __init__(self, page, pictures: Path | None):
        self.page, self.pictures, self.steps = page, pictures, []
        if pictures:
            pictures.mkdir(parents=True, exist_ok=True)

    def morning(self, site: str) -> None:
        """Sign in, go down the queue, open and leave a case, page on, select, read the keys, search and open what was found."""
        page = self.page
        page.goto(f"{site}/desk/login/")
        self.tab_to("input[name=username]")
        page.keyboard.type(self._user())
        self.tab_to("input[type=password]")
        page.keyboard.type(self._password())
        self.press("Enter", "sign in", "table[data-list] tr.row")
        self.press("j", "to the first row", "tr.row.cur")
        for _ in range(4):
            page.keyboard.press("j")
        self.press("Enter", "open the fifth case", ".casehead")
        self.tab_to(".crumb a")
        self.press("Enter", "back to the queue", "table[data-list] tr.row")
        self.press("x", "select a case", "tr.row input:checked")
        self.press("Escape", "select nothing", "table[data-list]")
        self.press("?", "sheet of keys", "dialog[open]")
        self.press("Escape", "close the sheet", "table[data-list]")
        self.tab_to("a[rel=next]")
        self.press("Enter", "next page", "table[data-list] tr.row")
        self.search(COMMON, "search, a common word")
        self.press("j", "to the first hit", ".row.cur")
        self.press("Enter", "open it", ".casehead")
        self.search(RARE, "search, a rare word")
        self.search(NOWHERE, "search, nothing found", hits="main .empty")

    def search(self, words: str, step: str, hits: str = "[data-list] .row") -> None:
        """`/`, the words, Enter."""
        self.page.keyboard.press("/")
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(words)  # what an input method hands over
        self.press("Enter", step, hits)

    def press(self, key: str, step: str, then: str) -> None:
        """Press a key and wait until `then` is there. Raises Lost."""
        started = time.monotonic()
        self.page.keyboard.press(key)
        self.page.wait_for_load_state("load")
        self.page.wait_for_selector(then, timeout=20_000)
        self.steps.append({"step": step, "key": key, "ms": round((time.monotonic() - started) * 1000)})
        if self.pictures:
            self.page.screenshot(path=self.pictures / f"{len(self.steps):02}.png")

    def tab_to(self, selector: str) -> None:
        """Walk by Tab until the element has the focus."""
        for _ in range(MOST_TABS):
            if self.page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
                return
            self.page.keyboard.press("Tab")
        raise Lost(f"not reached by Tab: {selector}")

    @staticmethod
    def _user() -> str:
        from xinqiao.rules.stages import Role
        from xinqiao.seed import region

        return next(
            officer.username
            for officer in region.load().officers
            if officer.demo_login and Role.TRIAGE in officer.roles
        )

    @staticmethod
    def _password() -> str:
        from xinqiao.seed import demo_logins

        return demo_logins.PASSWORD


if __name__ == "__main__":
    sys.exit(main())
