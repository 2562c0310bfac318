"""Drafts of the language model as a job: asked for on a page, made by the worker one after the other, shown once they are there.

    ask(matter, officer, Sort.SUMMARY, at=now)      a row that waits; a press more begins anew
    current(matter, officer, Sort.SUMMARY, at=now)  that row, as long as it is kept
    make_waiting(at)                                 the worker: the next ones; forgets what is over

No page waits for the model. Whether the matter may be sent, and still be opened by who asked, is asked again when its turn comes.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from xinqiao.matters import opinions
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer
from xinqiao.rules.drafting import KEPT_MINUTES, WAITS_MINUTES, Sort

from . import drafting
from .models import ModelDraft

logger = logging.getLogger("xinqiao.analysis")

A_TURN = 2  # of the worker: other duties wait no longer than these take
NO_ANSWER = "机器起草的服务没有回应。您可以稍后再试，或者自己写。"
NO_TURN = "等的时间太长，没有轮到。您可以稍后再试，或者自己写。"


def ask(matter: Matter, officer: Officer, sort: Sort, *, at: datetime) -> ModelDraft:
    """A draft that waits for the worker. The caller has put it on record."""
    fresh = {"asked_at": at, "begun_at": None, "done_at": None, "text": "", "trouble": ""}
    row, _made = ModelDraft.objects.update_or_create(matter=matter, officer=officer, sort=sort, defaults=fresh)
    return row


def current(matter: Matter, officer: Officer, sort: Sort, *, at: datetime) -> ModelDraft | None:
    """What this post asked for last, if it is not over."""
    since = at - timedelta(minutes=KEPT_MINUTES)
    row = ModelDraft.objects.filter(matter=matter, officer=officer, sort=sort, asked_at__gt=since).first()
    if row and row.done_at is None and (trouble := _given_up(row, at)):
        row.done_at, row.trouble = at, trouble
    return row


def _given_up(row: ModelDraft, at: datetime) -> str:
    """Why nothing comes of it any more: the worker died while the model was asked, or none had time."""
    if row.begun_at and row.begun_at < at - timedelta(seconds=2 * settings.XINQIAO_LLM_SECONDS):
        return NO_ANSWER
    return NO_TURN if not row.begun_at and row.asked_at < at - timedelta(minutes=WAITS_MINUTES) else ""


def facts_of(matter: Matter, officer: Officer) -> str:
    """What the officer's own organisation has written as found in its draft opinion."""
    desk = matter.referrals.filter(organisation_id=officer.organisation_id).order_by("-is_open", "-pk").first()
    opinion = opinions.current(desk) if desk else None
    return opinion.facts if opinion else ""


# ---- the worker ------------------------------------------------------------------------------------------------------


def make_waiting(at: datetime) -> int:
    """Draft what waits, the oldest first, and forget what is over. Returns how many were made."""
    ModelDraft.objects.filter(asked_at__lte=at - timedelta(minutes=KEPT_MINUTES)).delete()
    done = 0
    while done < A_TURN and (row := _next(at)) is not None:
        text, trouble = _made(row)
        mine = ModelDraft.objects.filter(pk=row.pk, begun_at=row.begun_at)  # pressed again meanwhile: that one counts
        mine.update(text=text, trouble=trouble, done_at=timezone.now())
        done += 1
    return done


def is_waiting() -> bool:
    """Whether somebody waits: then the worker does not rest."""
    return drafting.is_on() and ModelDraft.objects.filter(begun_at=None).exists()


@transaction.atomic
def _next(at: datetime) -> ModelDraft | None:
    """The one that waits longest, marked as begun before the model is asked."""
    waiting = ModelDraft.objects.filter(begun_at=None, asked_at__gt=at - timedelta(minutes=WAITS_MINUTES))
    row = waiting.order_by("asked_at", "pk").select_for_update(skip_locked=True).first()
    if row is not None:
        row.begun_at = at
        row.save(update_fields=["begun_at"])
    return row


def _made(row: ModelDraft) -> tuple[str, str]:
    """(text, why there is none)."""
    officer = Officer.objects.select_related("user", "organisation").get(pk=row.officer_id)
    matter = Matter.objects.visible_to(officer).filter(pk=row.matter_id).first()
    if matter is None:
        return "", "这一件不能用机器起草。"
    facts = facts_of(matter, officer) if row.sort == Sort.REPLY else ""
    try:
        return drafting.draft(matter, Sort(row.sort), facts=facts), ""
    except drafting.NoDraft as error:
        return "", error.args[0]
    except Exception:
        logger.exception("draft.failed", extra={"draft": row.pk})
        return "", NO_ANSWER
