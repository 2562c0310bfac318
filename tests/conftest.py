"""What every test stands on: a data directory and a PostgreSQL of its own, made and removed by this process."""

import atexit
import contextlib
import functools
import gc
import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path

# In memory where the system has room there: every fsync of the tests is then cheap, and still done.
_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) and shutil.disk_usage("/dev/shm").free > 2**31 else None
# Several people may test on one machine at once: nothing here has a fixed name, port or place.
_FOLDER = Path(tempfile.mkdtemp(prefix="xq-", dir=_MEMORY))
_FOLDER.chmod(0o711)  # run as root, the server is another user and must pass through
_KEPT = {
    "XINQIAO_CHROMIUM",
    "XINQIAO_REQUIRE_BROWSER",
    "XINQIAO_SCREENSHOTS",
    "XINQIAO_POSTGRES_USER",
    "XINQIAO_MALFORMED",
}
for _name in [name for name in os.environ if name.startswith("XINQIAO_") and name not in _KEPT]:
    del os.environ[_name]
os.environ.update(
    XINQIAO_VAR=str(_FOLDER),
    XINQIAO_SECRET_KEY="only-for-tests-" * 5,
    XINQIAO_INSECURE_HTTP="1",
    XINQIAO_ALLOWED_HOSTS="127.0.0.1,localhost,testserver",
    XINQIAO_LOG_LEVEL="ERROR",
    XINQIAO_HEALTH_SECONDS="0",  # /readyz looks each time it is asked
    XINQIAO_SECOND_FACTOR="optional",  # the tests of the door set it; all others sign in without
    DJANGO_SETTINGS_MODULE="xinqiao.settings",
)

import pytest  # noqa: E402

from xinqiao import database, folders  # noqa: E402

folders.make()
# Durable like a real one: with fsync off the intake would rightly refuse every petition of the tests.
_server = database.Embedded({"autovacuum": "off"}, sync=False, may_create_databases=True)
os.environ["DATABASE_URL"] = _server.address("xinqiao_owner").url

from django.conf import settings  # noqa: E402

# Read now, after the environment is set: pytest-django then sets Django up in its turn.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.WHITENOISE_AUTOREFRESH = True  # a list of all files is made for every client otherwise

from xinqiao import crypto  # noqa: E402

crypto.SLOWNESS = 2  # one code of a citizen costs 10 ms; tests/crypto takes the real one

import hypothesis  # noqa: E402

from tests import canaries, weights  # noqa: E402

# Nothing is timed in a test: the machine may be busy. And what passed once passes again: the same examples every time.
hypothesis.settings.register_profile(
    "untimed", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")

_log = canaries.log_to(_FOLDER)


def pytest_sessionfinish(session) -> None:
    """After the last test: no name, number or word of a citizen lies in any log, spool or file that the suite left."""
    _log.flush()
    session.config.traces = canaries.traces(_FOLDER)
    if session.config.traces and session.exitstatus == 0:
        session.exitstatus = 1


def _clean_up() -> None:
    _server.stop()
    shutil.rmtree(_FOLDER, ignore_errors=True)


atexit.register(_clean_up)


def pytest_unconfigure() -> None:
    _clean_up()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Processes that share the tests read this file themselves, and start a server each; they must not find our settings."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


@contextlib.contextmanager
def passable_folder():
    """For a database of a test's own: run as root, its server is another user, and pytest shuts its folders whenever another run begins."""
    folder = Path(tempfile.mkdtemp(prefix="xq-", dir=_MEMORY))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server():
    """The embedded server of this test run; started by the first test that needs a database."""
    if not _server.alive():
        _server.start()
        with _server._superuser() as connection:
            connection.execute("GRANT SET ON PARAMETER session_replication_role TO xinqiao_owner")
    return _server


@pytest.fixture(scope="session")
def django_db_modify_db_settings(postgres_server):
    """Hook of pytest-django: the server runs before the test database is made."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, postgres_server):
    """The tables are made by their owner; the tests then work as the application, with its rights and no more.

    So a step that would change the history fails here as it would in an office.
    """
    from django.db import connection

    entry = connection.settings_dict
    owner = {"USER": entry["USER"], "PASSWORD": entry["PASSWORD"]}
    application = postgres_server.address("xinqiao_app")
    database.grant(
        postgres_server.address("xinqiao_owner", entry["NAME"]), application.user, settings.XINQIAO_APPEND_ONLY
    )
    with django_db_blocker.unblock():
        connection.close()
    entry.update(USER=application.user, PASSWORD=application.password)
    with _emptying_by_owner(postgres_server.address("xinqiao_owner", entry["NAME"])):
        yield
    with django_db_blocker.unblock():
        connection.close()
    entry.update(owner)


@pytest.fixture(autouse=True)
def checkpoint_folder(settings):
    """Every test has a second place of its own: what another test's database knew is no part of its past."""
    folder = Path(tempfile.mkdtemp(prefix="checkpoints-", dir=_FOLDER))
    settings.XINQIAO_CHECKPOINTS = [folder]
    return folder


_LARGE = 2**20  # bytes: what is larger is cut off, so that no later test's plan counts its empty pages
# What Django itself writes after the migrations, and no test changes.
_KEPT_TABLES = ["django_migrations", "django_content_type", "auth_permission"]


def _empty(owner) -> None:
    """Take out every row that tests wrote.

    The application may not do that, and the database refuses it for the history even to the owner; only here, and
    only for this, the triggers are silent.
    """
    import psycopg
    from psycopg import sql

    with psycopg.connect(**owner.connection()) as connection:
        found = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL (%s)", [_KEPT_TABLES]
        )
        tables = [sql.Identifier(name) for (name,) in found.fetchall()]
        ask = sql.SQL(", ").join(
            sql.SQL("CASE WHEN EXISTS (SELECT 1 FROM {0}) THEN pg_relation_size({1}) END").format(
                table, sql.Literal(table.as_string())
            )
            for table in tables
        )
        sizes = connection.execute(sql.SQL("SELECT {}").format(ask)).fetchone()
        connection.execute("SET session_replication_role = replica")
        for table, size in zip(tables, sizes, strict=True):
            if size is not None and size <= _LARGE:
                connection.execute(sql.SQL("DELETE FROM {}").format(table))
        large = [table for table, size in zip(tables, sizes, strict=True) if size is not None and size > _LARGE]
        if large:
            connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(large)))


# What a process keeps in mind for some minutes, by the module that keeps it.
_KEPT_IN_MIND = {
    "xinqiao.workbench.tally": "_many_open",
    "xinqiao.search.commonness": "_read",
    "xinqiao.analysis.word_scale": "_kept",
}
_READ_NOW_AND_THEN = {
    "xinqiao.workbench.filters": ("_classes", "_class_rows"),
    "xinqiao.workbench.pages.search": ("_classes",),
}


@pytest.fixture(autouse=True)
def nothing_is_remembered():
    """Every town has the same keys: what was kept in mind of another test's says nothing about this one.

    Nor is it read anew in the middle of a test, whenever the minutes are over.
    """
    for name, kept in _KEPT_IN_MIND.items():
        if module := sys.modules.get(name):
            getattr(module, kept).clear()
    for name, functions in _READ_NOW_AND_THEN.items():
        if module := sys.modules.get(name):
            module.CLASSES_FOR = 10**9
            for function in functions:
                getattr(module, function).cache_clear()


@contextlib.contextmanager
def _emptying_by_owner(owner):
    """Tests that really commit (a browser's, two at once) end by emptying the tables that they filled, and so does `flush`."""
    from django.db.backends.postgresql.operations import DatabaseOperations
    from django.test import TransactionTestCase

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _test: _empty(owner))
        patch.setattr(DatabaseOperations, "execute_sql_flush", lambda _operations, _statements: _empty(owner))
        yield


# --- A real browser ---------------------------------------------------------------------------------------------------

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1366, "height": 768}
ACCESSIBILITY = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_LAUNCH = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _chromium_path() -> str | None:
    """The one without windows first: it draws the same pages with a quarter of the work."""
    found = map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))
    return os.environ.get("XINQIAO_CHROMIUM") or next(filter(None, found), None)


def pytest_collection_modifyitems(config, items) -> None:
    """Whoever asks for the browser is a browser test. Where processes share the files, the longest files come first."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    if os.environ.get("PYTEST_XDIST_WORKER"):
        place = {name: number for number, name in enumerate(weights.LONGEST_FIRST)}
        items.sort(key=lambda item: place.get(str(item.path.relative_to(config.rootpath / "tests")), len(place)))


def pytest_collection_finish() -> None:
    """What the imports left stays for good: the garbage collector need not walk over it thousands of times."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_terminal_summary(terminalreporter) -> None:
    """Say plainly that the pages were not walked, and where words of citizens were found."""
    for trace in getattr(terminalreporter.config, "traces", []):
        terminalreporter.write_line(f"CANARY: {trace}", red=True)
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "browser" in report.keywords]
    if skipped:
        terminalreporter.write_line(
            f"浏览器测试跳过 {len(skipped)} 项：没有找到 Chromium（可用 XINQIAO_CHROMIUM 指定）。"
            f" {len(skipped)} browser tests SKIPPED: no Chromium found.",
            yellow=True,
        )


@pytest.fixture(scope="session")
def chromium():
    """One Chromium for the whole run. Skips without one; fails instead where XINQIAO_REQUIRE_BROWSER is set."""
    path = _chromium_path()
    if path is None:
        reason = "no Chromium found; set XINQIAO_CHROMIUM or install the package chromium"
        pytest.fail(reason) if os.environ.get("XINQIAO_REQUIRE_BROWSER") else pytest.skip(reason)
    from playwright.sync_api import expect, sync_playwright

    # Playwright keeps an event loop in this thread; the tests around it are ordinary synchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright, _clicks_arrive():
        running = playwright.chromium.launch(executable_path=path, args=_LAUNCH)
        yield running
        running.close()


_PATIENCE = 30_000  # milliseconds until a page that does not come is a fault: the machine may be slow


@contextlib.contextmanager
def _clicks_arrive():
    """A click that leads to another page is over when that page stands whole.

    Playwright's own returns when the address has changed: what a test counts or reads at once would then be counted in half a page.
    """
    from playwright.sync_api import Locator, Page

    def arriving(click, page_of):
        @functools.wraps(click)
        def clicked(self, *args, **options):
            click(self, *args, **options)
            page_of(self).wait_for_load_state()

        return clicked

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Page, "click", arriving(Page.click, lambda page: page))
        patch.setattr(Locator, "click", arriving(Locator.click, lambda locator: locator.page))
        yield


class _Requests:
    """The requests that the live site has in its hands: a test is not over, and its rows are not taken out, while there are any."""

    def __init__(self):
        self._open, self._change = 0, threading.Condition()

    def counted(self, run):
        @functools.wraps(run)
        def counting(handler, application):
            self._add(1)
            try:
                return run(handler, application)
            finally:
                self._add(-1)

        return counting

    def _add(self, one: int) -> None:
        with self._change:
            self._open += one
            self._change.notify_all()

    def wait_for_the_last(self) -> None:
        with self._change:
            assert self._change.wait_for(lambda: not self._open, _PATIENCE / 1000), "a request does not come to an end"


@pytest.fixture(scope="session")
def requests_of_browsers():
    from django.core.servers.basehttp import ServerHandler

    requests = _Requests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ServerHandler, "run", requests.counted(ServerHandler.run))
        yield requests


OF_THE_SIZE = ["target-size", "scrollable-region-focusable"]
# The page without its words, addresses and numbers; rows that follow each other and are built alike count once.
AS_BUILT = r"""() => {
  const worded = /^(href|src|value|action|content|nonce|datetime|title|placeholder|d|points)$/;
  const built = (one) => {
    const names = [...one.attributes].filter((a) => !worded.test(a.name)).map((a) => a.name + "=" + a.value.replace(/\d+/g, "#"));
    const inside = [];
    for (const child of one.children) {
      const next = built(child);
      if (next !== inside.at(-1)) inside.push(next);
    }
    const words = [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    return `${one.tagName} ${names.sort().join(" ")} ${words}(${inside.join()})`;
  };
  return built(document.documentElement);
}"""


class Browser:
    """A person at a browser, on a phone unless said otherwise; `page` is Playwright's."""

    checked: set = set()  # how the accessible pages of this run were built; and that together with how wide they were

    def __init__(self, chromium, site: str):
        self.chromium = chromium
        self.site = site
        self.troubles: list[str] = []
        self.context = self.page = None
        self.begin(PHONE)

    def begin(self, size: dict, *, javascript: bool = True) -> None:
        """Somebody else sits down: no cookies, this window size, with or without JavaScript."""
        self.close()
        self.context = self.chromium.new_context(
            viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", java_script_enabled=javascript
        )
        self.context.set_default_timeout(_PATIENCE)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        self.page.on("console", self._hear)
        self.page.on("response", self._see)

    def open(self, path: str) -> None:
        self.page.goto(self.site + path)

    def sign_in(self, user) -> None:
        """Give this browser a session of `user` without the form."""
        from django.test import Client

        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        self.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.site}])

    def assert_accessible(self) -> None:
        """No violation of WCAG 2.2 AA that a machine can find (axe).

        A page built as one that was checked before - the same elements, classes and names, whatever the words - is only asked what
        depends on the size of the window, and nothing where it had this size too.
        """
        from axe_playwright_python.base import AXE_SCRIPT

        self.page.wait_for_load_state()  # a click returns when the next page has begun, perhaps before its first element
        built = hash(self.page.evaluate(AS_BUILT))
        sized = (built, self.page.viewport_size["width"])
        if sized in self.checked:
            return
        rules = (
            {"type": "rule", "values": OF_THE_SIZE}
            if built in self.checked
            else {"type": "tag", "values": ACCESSIBILITY}
        )
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        options = {"runOnly": rules, "resultTypes": ["violations"]}
        violations = self.page.evaluate("async (options) => (await axe.run(document, options)).violations", options)
        lines = [
            f"{broken['id']}: {broken['help']} - {[node['target'] for node in broken['nodes']][:5]}"
            for broken in violations
        ]
        assert not lines, f"{self.page.url}\n" + "\n".join(lines)
        self.checked.update((built, sized))

    def look(self, name: str) -> None:
        """Accessible and nothing to scroll sideways: on a phone, then on a desk, where the story goes on."""
        for size in (PHONE, DESK):
            self.page.set_viewport_size(size)
            self.assert_accessible()
            wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{self.page.url} is {wide} px too wide for {size['width']}"
            self.screenshot(f"{name}-{size['width']}")

    def screenshot(self, name: str) -> None:
        """var/screenshots/NAME.png, if XINQIAO_SCREENSHOTS is set."""
        if os.environ.get("XINQIAO_SCREENSHOTS"):
            folder = Path(__file__).resolve().parents[1] / "var" / "screenshots"
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=folder / f"{name}.png", full_page=True)

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None

    def _hear(self, message) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.troubles.append(f"console: {message.text}")

    def _see(self, response) -> None:
        """A page may rightly be 404 or 422; a style sheet or script may not."""
        if response.status >= 500 or (response.status >= 400 and response.request.resource_type != "document"):
            self.troubles.append(f"{response.status} {response.url}")


@pytest.fixture
def browser(chromium, live_server, requests_of_browsers):
    """A `Browser` on the live site. The test fails if the console shows an error or the CSP blocked something."""
    person = Browser(chromium, live_server.url)
    with contextlib.closing(person):
        yield person
    requests_of_browsers.wait_for_the_last()
    assert not person.troubles, "\n".join(person.troubles)
