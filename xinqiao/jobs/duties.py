"""What the workers do by the clock. Due is decided from what is stored, never from "since I was started" (secure-checklist 34)."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import connection, models

from xinqiao import metrics
from xinqiao.analysis import draft_jobs, proposals, training, word_scale
from xinqiao.analysis.hot import duty as hot
from xinqiao.api import uploads
from xinqiao.bulk import taking
from xinqiao.exports import keeping, making
from xinqiao.matters import counted, entries, files
from xinqiao.matters.models import Delivery
from xinqiao.matters.steps import receive
from xinqiao.notifications import inbox, outgoing
from xinqiao.people import accounts, limits
from xinqiao.portal import drafts
from xinqiao.reporting.indicators import facts as indicators
from xinqiao.reporting.reports import drafting
from xinqiao.supervision import patrol

from . import (
    anchored_rows,
    deadlines,
    exported,
    hot_issues,
    ledger_bells,
    meetings_held,
    rating_windows,
    recommended,
    roundups,
    screenings,
    urgent_alarms,
)
from .models import Duty, Worker

logger = logging.getLogger("xinqiao.jobs")

LOCKS = 7_310_425  # first half of the advisory locks of duties; the second is the row of the table
FORGET_BATCH = 1000
KEY_DAYS = 7  # how long the same idempotency key gives the same receipt; its answer holds the query code
DELIVERY_DAYS = 90  # how long it can be asked what a reaction did


@dataclass(frozen=True)
class Task:
    """One duty: how often, and what it does; `run` returns how many rows it touched. `early`: do not wait for the hour."""

    name: str
    every: timedelta
    run: Callable[[datetime], int]
    early: Callable[[], bool] = lambda: False


def forget(at: datetime) -> int:
    """Drop what nobody may need any more: sessions, codes, counts, old drafts and their files, answers to old keys, old messages."""
    old = [
        (Session.objects.filter(expire_date__lt=at), "session_key"),
        (Worker.objects.filter(seen_at__lt=at - timedelta(days=7)), "pk"),
        (Delivery.objects.filter(state__in=("done", "skipped"), done_at__lt=at - timedelta(days=DELIVERY_DAYS)), "pk"),
    ]
    gone = sum(_drop(rows, key) for rows, key in old)
    gone += receive.forget_receipts(at - timedelta(days=KEY_DAYS), most=FORGET_BATCH)
    uploads.forget(at)
    return gone + sum(
        part(at)
        for part in (
            accounts.forget_before,
            limits.forget_before,
            drafts.forget_old_drafts,
            outgoing.forget_before,
            inbox.forget_before,
            keeping.forget,
            taking.forget_before,
        )
    )


def _drop(rows: models.QuerySet, key: str) -> int:
    ids = list(rows.values_list(key, flat=True)[:FORGET_BATCH])
    return rows.model.objects.filter(pk__in=ids).delete()[0] if ids else 0


TASKS = (
    Task("exports", timedelta(seconds=2), exported.make, early=making.is_waiting),
    Task("withdrawals", timedelta(minutes=1), deadlines.complete_withdrawals),
    Task("deadlines", timedelta(minutes=1), deadlines.sweep),
    Task("patrol", timedelta(minutes=1), patrol.keep_watch),
    Task("rating_windows", timedelta(minutes=10), rating_windows.keep),
    Task("urgent_alarms", timedelta(seconds=30), urgent_alarms.ring_due),
    Task("provisional", timedelta(hours=6), deadlines.recompute_provisional),
    Task("screening", timedelta(minutes=10), screenings.make_rounds),
    Task("screening_alerts", timedelta(minutes=10), screenings.alert),
    Task("roundups", timedelta(minutes=1), roundups.send),
    Task("recommendations", timedelta(minutes=1), recommended.tell, early=recommended.is_waiting),
    Task("rescan", timedelta(minutes=1), files.rescan),
    Task("forget", timedelta(minutes=10), forget),
    Task("search", timedelta(seconds=10), entries.fill, early=entries.some_due),
    Task("counts", timedelta(seconds=10), counted.fold),
    Task("counts_check", timedelta(minutes=20), counted.check_at_night),
    Task("proposals", timedelta(seconds=30), proposals.make_missing, early=proposals.more_are_missing),
    Task("classifier", timedelta(minutes=30), training.keep),
    Task("indicators", timedelta(seconds=10), indicators.keep, early=indicators.some_wait),
    Task("indicators_check", timedelta(minutes=20), indicators.check_at_night),
    Task("model_drafts", timedelta(seconds=2), draft_jobs.make_waiting, early=draft_jobs.is_waiting),
    Task("reports", timedelta(seconds=2), drafting.draft_waiting, early=drafting.is_waiting),
    Task("ledgers", timedelta(minutes=1), ledger_bells.ring),
    Task("word_scale", timedelta(hours=6), word_scale.keep),
    Task("hot_issues", timedelta(minutes=10), hot.keep),
    Task("hot_surges", timedelta(minutes=10), hot_issues.watch),
    Task("checkpoints", timedelta(minutes=1), anchored_rows.anchor, early=anchored_rows.many_wait),
    Task("meetings", timedelta(hours=6), meetings_held.remind),
)


def run_due(at: datetime) -> int:
    """Do each duty that is due and that no other worker is doing just now. Returns how many rows were touched."""
    touched = 0
    for number, task in enumerate(TASKS):
        if not _is_due(task, at):
            continue
        with _alone(number) as alone:
            if alone and _is_due(task, at):
                touched += _do(task, at)
    return touched


def _is_due(task: Task, at: datetime) -> bool:
    known = Duty.objects.filter(name=task.name).values_list("next_at", "error").first()
    if known is None or known[0] <= at:
        return True
    return not known[1] and task.early()  # what failed is not tried again every second


def _do(task: Task, at: datetime) -> int:
    count, error, began = 0, "", time.perf_counter()
    try:
        count = task.run(at)
    except Exception as raised:
        logger.exception("duty.failed", extra={"duty": task.name})
        error = type(raised).__name__
    metrics.duty(task.name, "failed" if error else "done", time.perf_counter() - began)
    said = {"next_at": at + task.every, "done_count": count, "error": error}
    Duty.objects.update_or_create(name=task.name, defaults={**said, **({} if error else {"done_at": at})})
    return count


@contextmanager
def _alone(number: int) -> Iterator[bool]:
    """A lock of this database connection: the server lets go of it when the worker dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, number])
        got = cursor.fetchone()[0]
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, number])
