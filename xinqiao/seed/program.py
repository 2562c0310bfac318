"""The seeding program: the region as rows, then its matters by the real steps with a moved clock, one after the other."""

from datetime import date, datetime, time
from random import Random

from django.db import transaction
from django.utils.timezone import localdate
from tqdm import tqdm

from xinqiao.matters.models import Delivery, Event, Matter
from xinqiao.rules.patrol import WATCHED_STEPS
from xinqiao.rules.stages import Stage
from xinqiao.supervision import patrol

from . import (
    demo_logins,
    hot_beats,
    information_beats,
    ledger_beats,
    load_region,
    plan,
    published_beats,
    recommendation_beats,
    report_drafts,
    sweep,
)
from .case import Case
from .timetable import SHANGHAI
from .ways import FOLLOWED, beat

LEFT_TO_THE_WORKER = 5  # the newest matters, so that the worker has something real to do
SKIPPED = "演示数据，不发送"


class AlreadySeeded(Exception):
    """The database has an organisation tree or matters already; nothing was changed."""


def run(*, seed: int = 1, count: int = 300, today: date | None = None, progress=None) -> dict:
    """Fill an empty database; returns how much there is. The same `seed`, `count` and `today` give the same matters.

    Raises AlreadySeeded when the region or any matter is there.
    """
    if load_region.is_loaded() or Matter.objects.exists():
        raise AlreadySeeded("数据库里已经有机构或信访件，没有再生成演示数据。")
    town = load_region.load()
    cases = plan.make(town, Random(seed), count, today or localdate())
    horizon = datetime.combine(today or localdate(), time(0, 0), SHANGHAI)
    for position, case in enumerate(_shown(cases, progress)):
        _live(case, horizon, keep_messages=position >= len(cases) - LEFT_TO_THE_WORKER)
    patrol.keep_watch(horizon)
    recommendation_beats.recommend(horizon)
    information_beats.tell(town, horizon.date())
    ledger_beats.keep(town, horizon)
    published_beats.publish(horizon)
    hot_beats.find(town, horizon)
    report_drafts.write(town, horizon.date())
    demo_logins.keep(_followed(cases))
    return {
        "seed": seed,
        "organisations": len(town.organs),
        "officers": sum(map(len, town.posts.values())),
        "matters": Matter.objects.count(),
    }


def _shown(cases: list[Case], progress):
    """With a progress bar where a person watches."""
    return tqdm(cases, desc="生成演示信访件", unit="件", disable=None if progress else True)


@transaction.atomic
def _live(case: Case, horizon: datetime, *, keep_messages: bool) -> None:
    """One matter's whole way up to today."""
    made = {}
    for name, moment in case.beats:
        case.at = moment
        beat(name)(case)
        made[case.matter_id] = None
    for matter_id in made:
        sweep.until(matter_id, horizon)
        sweep.warn(matter_id, horizon)
    for event in Event.objects.filter(matter_id__in=made, step__in=WATCHED_STEPS).order_by("at", "pk"):
        patrol.look(event, at=event.at)
    if not keep_messages:
        owed = Delivery.objects.filter(matter_id__in=made, state="pending")
        owed.update(state="skipped", result=SKIPPED, done_at=horizon)


def _followed(cases: list[Case]) -> list[dict]:
    """Number and query code of the matters that a visitor may follow as the citizen."""
    found = []
    for way, key in FOLLOWED:
        case = next((one for one in cases if one.way == way and key in ("", one.petition.key)), None)
        if case is not None:
            matter = Matter.objects.get(pk=case.matter_id)
            found.append(
                {
                    "role": "信访人",
                    "name": case.petition.petitioners[0].name,
                    "organisation": f"{matter.title}（{Stage(matter.stage).label}）",
                    "number": case.receipt.number,
                    "query_code": case.receipt.query_code,
                }
            )
    return found
