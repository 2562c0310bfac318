"""A tree that is numbered anew takes along what repeats the place of a unit: findings, samples, ratings, urgent reports, drafts (architecture 3)."""

import pytest
from django.db.models import F

from tests.world import World, at
from xinqiao.matters import tree_changes as of_matters
from xinqiao.matters.models import UrgentReport
from xinqiao.organisations.models import Organisation
from xinqiao.reporting import tree_changes as of_reports
from xinqiao.reporting.reports.models import Report
from xinqiao.rules.patrol import TRIGGERS
from xinqiao.supervision import tree_changes as of_supervision
from xinqiao.supervision.models import AlikeRatings, Finding, Sample, Sheet

DAY = at("2026-03-20")


@pytest.mark.django_db
def test_takes_along_what_repeats_the_place_of_a_unit():
    world = World()
    unit, office, matter = world.housing, world.office, world.in_handling("2026-03-02")
    common = {"organisation": unit, "org_lft": unit.lft}
    Finding.objects.create(
        matter=matter, trigger=next(iter(TRIGGERS)), subject="clock:1", since_on=DAY.date(), found_at=DAY, **common
    )
    sample = Sample.objects.create(office=office, sort="opinion", organisation=unit, from_on=DAY.date(), to_on=DAY.date(), size=1,
                                   population=1, seed=1, drawn_by=world.sun_supervises, drawn_at=DAY)  # fmt: skip
    Sheet.objects.create(sample=sample, matter=matter, **common)
    AlikeRatings.objects.create(sort="minute", on=DAY.date(), count=5, found_at=DAY, **common)
    UrgentReport.objects.create(matter=matter, marked_by=world.xu_handles, marked_at=DAY, **common)
    about = {"sort": "monthly", "office": office, "start_on": DAY.date(), "end_on": DAY.date(), "written_by": world.li_triages, "asked_at": DAY,
             "about_lft": office.territory[0], "about_rgt": office.territory[1]}  # fmt: skip
    Report.objects.create(title="草稿", state="draft", **about)
    Report.objects.create(title="已签发", state="issued", **about)
    before = office.territory
    moved = {name: F(name) + 1000 for name in ("lft", "rgt", "territory_lft", "territory_rgt")}
    Organisation.objects.update(**moved)
    units = list(Organisation.objects.values_list("pk", flat=True))
    for rewrite in (of_matters, of_supervision, of_reports):
        assert rewrite.rewrite_copies(units) > 0
        assert rewrite.rewrite_copies(units) == rewrite.rewrite_copies([]) == 0
    unit.refresh_from_db()
    office.refresh_from_db()
    for model in (Finding, Sheet, AlikeRatings, UrgentReport):
        assert model.objects.get().org_lft == unit.lft, model
    assert Report.objects.get(state="draft").about == office.territory != before
    assert Report.objects.get(state="issued").about == before  # frozen: what it says was said
