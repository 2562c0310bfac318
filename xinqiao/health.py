"""Two pages for machines: is the program alive, and may it take petitions."""

import logging
from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from xinqiao import database
from xinqiao.integrity import checkpoints
from xinqiao.jobs.models import Duty
from xinqiao.matters import counted, virus_scan

logger = logging.getLogger("xinqiao.health")

CLOCK_SECONDS = 5
CHECKPOINT_LATE = timedelta(minutes=10)


@require_safe
@never_cache
def alive(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers; asks nothing of the database."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when a row can be written and confirmed data is safe, else 503 with the checks that failed.

    `warnings` is what does not stop the intake but must be mended soon: checkpoints that are not made or not copied outside, figures
    that did not agree with the matters last night.
    """
    checks = {"database": _answers(), "clock": False, "writable": False, "durable": False}
    if checks["database"]:
        checks["clock"] = _clocks_agree()
        checks["writable"] = _can_write()
        checks["durable"] = _is_durable()
    good = all(checks.values())
    told = {"status": "ready" if good else "not ready", "checks": checks, "virus_scanner": _virus_scanner()}
    if checks["database"] and (warnings := _warnings()):
        told["warnings"] = warnings
    return JsonResponse(told, status=200 if good else 503)


def _warnings() -> dict[str, str]:
    """Petitions are taken all the same: checkpoints wait in the database, and the matters are right where their figures are not."""
    try:
        return _checkpoints() | _counts()
    except DatabaseError:
        return {}


def _counts() -> dict[str, str]:
    if not (number := counted.differing()):
        return {}
    return {"counts": f"{number} figures of the statistics are wrong: see the log, then run `xinqiao counts --rebuild`"}


def _checkpoints() -> dict[str, str]:
    duty, since = Duty.objects.filter(name="checkpoints").first(), checkpoints.waiting_since()
    if duty and duty.error:
        logger.warning("checkpoints failed", extra={"error": duty.error})
        return {"checkpoints": _CHECKPOINT_WORDS.get(duty.error, f"not made: {duty.error}")}
    if since and timezone.now() - since > CHECKPOINT_LATE:
        logger.warning("checkpoints are late")
        return {"checkpoints": "rows wait for a checkpoint for more than 10 minutes: is a worker running?"}
    return {}


_CHECKPOINT_WORDS = {
    "PlaceTrouble": "not copied: a folder of XINQIAO_CHECKPOINTS is missing, cannot be written, or knows another past; see the log",
    "SigningUnavailable": "not made: the signing key cannot be read; see the log",
}


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
