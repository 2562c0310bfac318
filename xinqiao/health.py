"""Two pages for machines: is the program alive, and may it take petitions."""

import logging
import threading
import time

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from xinqiao import database
from xinqiao.jobs import condition
from xinqiao.matters import virus_scan

logger = logging.getLogger("xinqiao.health")

CLOCK_SECONDS = 5


@require_safe
@never_cache
def alive(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers; asks nothing of the database."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when a row can be written and confirmed data is safe, else 503 with the checks that failed.

    `warnings` is what does not stop the intake but must be mended soon (`jobs.condition`). One look serves all who ask within
    XINQIAO_HEALTH_SECONDS: a load balancer, or somebody outside, may ask as often as they like.
    """
    told, good = _looked()
    return JsonResponse(told, status=200 if good else 503)


_last: tuple[float, dict, bool] | None = None
_looking = threading.Lock()


def _looked() -> tuple[dict, bool]:
    """The last look while it is fresh. Those who come together wait for one."""
    global _last
    with _looking:
        if _last is None or time.monotonic() - _last[0] >= settings.XINQIAO_HEALTH_SECONDS:
            _last = (time.monotonic(), *_look())
        return _last[1], _last[2]


_logged: dict[str, str] = {}


def _log(warnings: dict[str, str]) -> None:
    """One line when a trouble begins, none while it lasts."""
    global _logged
    for name in warnings.keys() - _logged.keys():
        logger.warning("condition", extra={"part": name, "words": warnings[name]})
    _logged = warnings


def _look() -> tuple[dict, bool]:
    checks = {"database": _answers(), "clock": False, "writable": False, "durable": False}
    if checks["database"]:
        checks["clock"] = _clocks_agree()
        checks["writable"] = _can_write()
        checks["durable"] = _is_durable()
    good = all(checks.values())
    told = {"status": "ready" if good else "not ready", "checks": checks, "virus_scanner": _virus_scanner()}
    if checks["database"] and (warnings := condition.warnings(timezone.now())):
        told["warnings"] = warnings
    _log(told.get("warnings", {}))
    return told, good


def _virus_scanner() -> str:
    """`off`: files are kept unscanned. `silent`: they are kept and held back from everybody until it answers."""
    if not virus_scan.is_configured():
        return "off"
    return "answers" if virus_scan.answers() else "silent"


def _answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        logger.warning("database does not answer")
        return False


def _clocks_agree() -> bool:
    """Terms are counted from moments: the database's clock and ours may differ by 5 seconds at most."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            difference = abs((cursor.fetchone()[0] - timezone.now()).total_seconds())
    except DatabaseError:
        return False
    if difference > CLOCK_SECONDS:
        logger.warning("clocks differ", extra={"seconds": int(difference)})
    return difference <= CLOCK_SECONDS


def _can_write() -> bool:
    """Write a session row and take it back: a standby, a full disk or missing rights refuse already the write."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO django_session (session_key, session_data, expire_date)"
                    " VALUES ('readyz-' || pg_backend_pid(), '', now())"
                )
            transaction.set_rollback(True)
    except DatabaseError:
        logger.warning("database refuses to write")
        return False
    return True


def _is_durable() -> bool:
    try:
        return database.durability_problem() is None
    except DatabaseError:
        return False
