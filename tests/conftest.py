"""What every test stands on: a data directory and a PostgreSQL of its own, made and removed by this process."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# Several people may test on one machine at once: nothing here has a fixed name, port or place.
_FOLDER = Path(tempfile.mkdtemp(prefix="xq-"))
_FOLDER.chmod(0o711)  # run as root, the server is another user and must pass through
_KEPT = {"XINQIAO_CHROMIUM", "XINQIAO_REQUIRE_BROWSER", "XINQIAO_SCREENSHOTS", "XINQIAO_POSTGRES_USER"}
for _name in [name for name in os.environ if name.startswith("XINQIAO_") and name not in _KEPT]:
    del os.environ[_name]
os.environ.update(
    XINQIAO_VAR=str(_FOLDER),
    XINQIAO_SECRET_KEY="only-for-tests-" * 5,
    XINQIAO_INSECURE_HTTP="1",
    XINQIAO_ALLOWED_HOSTS="127.0.0.1,localhost,testserver",
    XINQIAO_LOG_LEVEL="ERROR",
    DJANGO_SETTINGS_MODULE="xinqiao.settings",
)

import pytest  # noqa: E402

from xinqiao import database  # noqa: E402

# Durable like a real one: with fsync off the intake would rightly refuse every petition of the tests.
_server = database.Embedded({"autovacuum": "off"}, sync=False, may_create_databases=True)
os.environ["DATABASE_URL"] = _server.address("xinqiao_owner").url

from django.conf import settings  # noqa: E402

# Read now, after the environment is set: pytest-django then sets Django up in its turn.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _clean_up() -> None:
    _server.stop()
    shutil.rmtree(_FOLDER, ignore_errors=True)


atexit.register(_clean_up)


def pytest_unconfigure() -> None:
    _clean_up()


@pytest.fixture(scope="session")
def postgres_server():
    """The embedded server of this test run; started by the first test that needs a database."""
    if not _server.alive():
        _server.start()
    return _server


@pytest.fixture(scope="session")
def django_db_modify_db_settings(postgres_server):
    """Hook of pytest-django: the server runs before the test database is made."""
