"""The figures of 7,142 real messages of other systems: as they come in by the import, and when some of them are handled here."""

from datetime import date

import pytest

from tests.matters.test_import import SHARED
from tests.reporting import oracle
from tests.world import World, at
from xinqiao.matters import import_runs, importing, steps
from xinqiao.matters.models import Matter
from xinqiao.matters.table_files import open_table
from xinqiao.reporting.indicators import facts, figures
from xinqiao.rules.stages import Kind, Stage, Step

FILES = (("fj3_messages", {}), ("fj4_replies", {"reply": "reply", "replied": "reply_time"}))
TODAY = date(2026, 5, 20)


def take(step: Step, matter: Matter, by, day: str, **more) -> None:
    steps.FUNCTIONS[step](matter.pk, by=by, at=at(day), **more)


@pytest.mark.skipif(not SHARED.is_dir(), reason="real messages (../shared/data) are not on this machine")
@pytest.mark.django_db
def test_agree_with_the_oracle():
    """No limit runs for what was imported: only its form of arrival counts. What is done with it here counts from then on."""
    world = World()
    for name, more in FILES:
        mapping = {"title": "title", "content": "body", "received": "time", "number": "msg_id", **more}
        settings = importing.Settings(name, world.office, mapping)
        with open_table(SHARED / f"{name}.csv", wanted=set(mapping.values())) as table:
            import_runs.run(SHARED / f"{name}.csv", table, settings, who="root", now=lambda: at("2026-03-02"))
    unanswered = list(Matter.objects.filter(stage=Stage.REGISTERED, sealed=False).order_by("pk")[:9])
    for number, matter in enumerate(unanswered):
        facts_of = {"kind": Kind.REQUEST, "content_class": world.housing_class, "requests": ["请答复"]}
        take(Step.CLASSIFY, matter, world.li_triages, "2026-03-03", **facts_of)
        take(
            Step.TRANSFER,
            matter,
            world.li_triages,
            "2026-03-04",
            to=world.housing,
            reason="住房问题归住建局办理，请依法受理",
        )
        if number < 6:
            take(Step.SIGN_IN, matter, world.qian_receives, "2026-03-05")
            take(Step.ACCEPT, matter, world.zhou_leads_unit, "2026-03-06" if number else "2026-04-01")
    while facts.keep(at("2026-05-20")):
        pass
    found = {code: oracle.truth(code, TODAY) for code in oracle.STATEMENTS}
    assert {code: oracle.counted(code) for code in found} == found
    told = {one.code: one for one in figures.of(world.government, date(2000, 1, 1), TODAY)}
    assert told["online_share"].told == ("7142", "7142", "100.0%")
    # The sixth was accepted in April: its sixty days still run.
    assert told["answer_in_time"].told == ("0", "5", "0.0%") and told["route_petition"].told[:2] == ("6", "6")
    assert (told["notice_in_time"].denominator, told["notice_in_time"].excluded) == (
        0,
        "9",
    )  # they left no way to be told
    assert all(told[code].is_empty for code in ("transfer_in_time", "days_to_transfer", "repeat_filed", "contacted"))
