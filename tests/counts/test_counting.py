"""The sums are the truth: whatever steps were taken, whoever folds, whenever one is killed."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction

from tests.matters.test_together import together
from tests.matters.test_walks import Walk
from tests.world import World, at
from xinqiao import cli
from xinqiao.counts import folding, reading
from xinqiao.counts.models import Delta, Standing, UnitSum, WideSum
from xinqiao.matters import counted, steps
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Accused, Matter
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.moves import CLOSED
from xinqiao.rules.stages import Channel, Kind, Line, Stage, Step

WALKS, STEPS = 12, 14
NOW = at("2026-03-02")
MONTHS = (date(2026, 1, 1), date(2026, 12, 1))


def town() -> World:
    """The town, with room in its region for hundreds of units more: wide, so that its sums are kept ready."""
    world = World()
    Organisation.objects.filter(pk=world.region_gov.pk).update(rgt=world.region_gov.lft + 2 * counted.WIDE)
    return world


def head(*, wide: bool) -> reading.Head:
    """The whole region."""
    top = Organisation.objects.get(parent=None)
    children = Organisation.objects.filter(parent=top).order_by("lft").values_list("pk", "lft", "rgt")
    return reading.Head(top.pk, *top.interval, list(children), wide=wide)


def of_all(**narrowed) -> reading.Figures:
    """Everything there is, whatever the number of roots."""
    top = Organisation.objects.get(parent=None)
    return reading.read(
        reading.Head(folding.EVERYTHING, 0, top.rgt, [(top.pk, *top.interval)], wide=True), *MONTHS, **narrowed
    )


def own_desks(*, wide: bool) -> dict[str, dict]:
    """What each office has itself, without what lies below it."""
    return {
        office.key: as_dict(reading.read(reading.Head(office.pk, *office.interval, alone=True, wide=wide), *MONTHS))
        for office in Organisation.objects.filter(line=Line.PETITION_OFFICE)
    }


def everything(*, wide: bool = True, **narrowed) -> reading.Figures:
    return reading.read(head(wide=wide), *MONTHS, **narrowed)


def counted_by_hand(**narrowed) -> reading.Figures:
    """The same figures, from the matters one by one."""
    roots = head(wide=False)
    found = reading.Figures()
    for matter in Matter.objects.filter(sealed=False, **narrowed).select_related("unit"):
        if matter.accused.exists():
            continue
        unit = roots.child_at(matter.unit.lft)
        found.units[unit] += 1
        found.still_open[unit] += matter.stage not in CLOSED
        found.stages[matter.stage] += 1
        found.kinds[matter.kind] += 1
        found.classes[matter.content_class_id or 0] += 1
        found.channels[matter.channel] += 1
        found.months[matter.received_on.replace(day=1)] += 1
    return found


def as_dict(figures: reading.Figures) -> dict:
    return {
        name: {k: n for k, n in table.items() if n}
        for name, table in vars(figures).items()
        if isinstance(table, Counter)
    }


def filed(world, count: int, **facts) -> list[Matter]:
    return [Matter.objects.get(pk=world.file("2026-03-02", **facts).matter_id) for _ in range(count)]


class TestSteps:
    def test_after_random_walks_every_figure_is_the_truth(self, db):
        world = town()
        world.posts = list(Officer.objects.select_related("user", "organisation"))
        other = world.file("2026-02-27").matter_id
        counted.rebuild()
        rng = random.Random(4)
        for number in range(WALKS):
            walk = Walk(world, number, other)
            for _ in range(STEPS):
                walk.go_on()
                if rng.random() < 0.2:
                    folding.fold(counted.wide_above, most=rng.randint(1, 9))
            assert counted.check(at=NOW) == (0, []), f"walk {number}: {walk.taken}"
            truth = as_dict(counted_by_hand())
            assert as_dict(everything(wide=True)) == as_dict(everything(wide=False)) == truth
            assert own_desks(wide=True) == own_desks(wide=False)
            assert as_dict(of_all()) | {"units": 0, "still_open": 0} == truth | {"units": 0, "still_open": 0}
        filed(world, 1)
        assert Delta.objects.exists() and UnitSum.objects.exists()
        assert as_dict(everything(wide=True)) == as_dict(everything(wide=False)) == as_dict(counted_by_hand())  # both halves are read
        counted.fold(NOW)
        assert not Delta.objects.exists()
        assert counted.check(at=NOW) == (0, [])
        assert as_dict(everything()) == as_dict(counted_by_hand())

    def test_a_step_that_changes_no_figure_appends_nothing(self, db):
        world = town()
        matter = world.signed_in()
        counted.rebuild()
        steps.FUNCTIONS[Step.SUPPLEMENT](
            matter.pk, by=Citizen(matter_id=matter.pk), at=at("2026-03-05"), text="又拍了照片。"
        )
        assert not Delta.objects.exists()

    def test_a_step_that_fails_leaves_no_trace(self, db):
        world = town()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            filed(world, 1)
            raise ZeroDivisionError
        assert not Delta.objects.exists()

    def test_a_report_and_whoever_names_an_accused_are_in_no_figure(self, db):
        world = town()
        (open_one,) = filed(world, 1)
        world.take(Step.REGISTER, open_one.pk, world.tang_registers, "2026-03-02 11:00")
        filed(world, 2, purpose="accuse")
        counted.rebuild()
        assert everything().total == everything(wide=False).total == 1
        assert reading.reports(*MONTHS) == 2
        world.take(
            Step.CLASSIFY, open_one.pk, world.li_triages, "2026-03-03", kind=Kind.REQUEST, content_class=world.housing_class,
            requests=["修好屋顶"], accused=[world.housing],
        )  # fmt: skip
        assert everything().total == everything(wide=False).total == 0
        assert Accused.objects.filter(matter=open_one).exists()
        counted.fold(NOW)
        assert everything().total == 0 and reading.reports(*MONTHS) == 3
        assert counted.check(at=NOW) == (0, [])

    def test_matters_stored_without_a_step(self, db):
        world = town()
        matters = filed(world, 3)
        Delta.objects.all().delete()
        counted.add_many(matters)
        assert Delta.objects.get().change == 3
        assert counted.check(at=NOW) == (0, [])


class TestFilters:
    @pytest.mark.parametrize("wide", [True, False])
    @pytest.mark.parametrize("folded", [True, False])
    def test_narrowed_to_kind_and_channel(self, db, wide, folded):
        world = town()
        for number, matter in enumerate(filed(world, 6)):
            Matter.objects.filter(pk=matter.pk).update(
                kind=Kind.REQUEST if number % 2 else "", channel=Channel.WEB if number % 3 else Channel.LETTER
            )
        matters = list(Matter.objects.all())
        Delta.objects.all().delete()
        counted.rebuild()
        if not folded:
            UnitSum.objects.all().delete()
            WideSum.objects.all().delete()
            counted.add_many(matters)
        for narrowed in (
            {"kind": Kind.REQUEST},
            {"kind": ""},
            {"channel": Channel.WEB},
            {"kind": "", "channel": Channel.LETTER},
        ):
            assert as_dict(everything(wide=wide, **narrowed)) == as_dict(counted_by_hand(**narrowed)), narrowed
            assert of_all(**narrowed).channels == everything(wide=wide, **narrowed).channels

    def test_months_are_of_the_day_in_shanghai(self, db):
        world = town()
        world.file("2026-03-31 23:30")
        world.file("2026-04-01 00:30")
        counted.rebuild()
        assert everything().months == {date(2026, 3, 1): 1, date(2026, 4, 1): 1}
        assert reading.read(head(wide=True), date(2026, 4, 1), date(2026, 4, 1)).total == 1

    def test_only_the_own_subtree(self, db):
        world = town()
        matter = world.signed_in()  # at the housing bureau
        filed(world, 2)  # at the petition office
        counted.rebuild()
        assert own_desks(wide=True) == own_desks(wide=False)
        assert sum(figures["units"].get(world.office.pk, 0) for figures in own_desks(wide=True).values()) == 2
        own = reading.Head(world.housing.pk, *world.housing.interval)
        assert reading.read(own, *MONTHS).units == {world.housing.pk: 1}
        assert matter.unit_id is not None
        other = reading.Head(world.police.pk, *world.police.interval)
        assert reading.read(other, *MONTHS).total == 0


@pytest.mark.django_db(transaction=True)
class TestFolding:
    def test_writers_and_folders_at_once_lose_nothing_and_double_nothing(self):
        world = town()
        counted.rebuild()

        def write_or_fold(number: int):
            if number % 2:
                return sum(folding.fold(counted.wide_above, most=2) for _ in range(8))
            return [world.file("2026-03-02") for _ in range(4)]

        together(8, write_or_fold)
        while folding.fold(counted.wide_above):
            pass
        assert not Delta.objects.exists()
        assert everything().total == Matter.objects.count() == 16
        assert counted.check(at=NOW) == (0, [])

    def test_a_fold_killed_half_way_is_as_if_it_had_not_begun(self, monkeypatch):
        world = town()
        counted.rebuild()
        filed(world, 3)

        def killed(organisations):
            assert UnitSum.objects.exists()  # the half that was done
            raise SystemExit

        with pytest.raises(SystemExit):
            folding.fold(killed)
        assert not UnitSum.objects.exists() and not WideSum.objects.exists()
        assert everything().total == 3
        assert counted.fold(NOW) == 3  # the next worker catches up
        assert everything().total == 3 and counted.check(at=NOW) == (0, [])

    def test_what_another_folder_has_in_hand_is_passed_over(self):
        world = town()
        counted.rebuild()
        filed(world, 2)
        with transaction.atomic():
            assert folding.fold(counted.wide_above) == 2
            assert together(1, lambda n: folding.fold(counted.wide_above)) == [0]
        assert everything().total == 2

    def test_a_rebuild_while_steps_are_taken(self):
        world = town()

        def work(number: int):
            return [world.file("2026-03-02") for _ in range(5)] if number else [counted.rebuild() for _ in range(5)]

        together(3, work)
        assert counted.check(at=NOW) == (0, [])
        counted.fold(NOW)
        assert everything().total == 10 and counted.check(at=NOW) == (0, [])


class TestCheck:
    def test_a_planted_difference_raises_an_alarm_that_names_the_cell(self, db, caplog):
        world = town()
        filed(world, 2)
        counted.rebuild()
        UnitSum.objects.update(number=5)
        number, found = counted.check(at=NOW)
        assert number > 1  # of the unit, and of the organisations above it
        assert (found[0].kept, found[0].true) == (5, 2)
        assert str(Stage.RECEIVED.value) in str(found[0]) and "2026-03-01" in str(found[0])
        assert [record.levelname for record in caplog.records if record.getMessage() == "counts.differ"] == ["ERROR"]
        assert counted.differing() == number
        counted.rebuild()
        assert counted.differing() == 0 and counted.check(at=NOW) == (0, [])

    def test_the_operator_is_told_and_can_mend_it(self, db, client, capsys):
        world = town()
        filed(world, 2)
        counted.rebuild()
        assert "counts" not in client.get("/readyz").json().get("warnings", {})
        UnitSum.objects.update(number=5)
        assert cli.main(["counts", "--check"]) == cli.FAILED
        assert "5 != 2" in capsys.readouterr().out
        assert "counts --rebuild" in client.get("/readyz").json()["warnings"]["counts"]
        assert cli.main(["counts", "--rebuild"]) == cli.OK
        assert cli.main(["counts", "--check"]) == cli.OK
        assert "counts" not in client.get("/readyz").json().get("warnings", {})

    @pytest.mark.parametrize(
        ("harm", "table"),
        [
            (lambda: UnitSum.objects.all().delete(), "unit"),
            (lambda: Delta.objects.all().delete(), "unit"),
            (lambda: WideSum.objects.filter(face="class").update(number=7), "wide"),
            (lambda: WideSum.objects.filter(face="unit").update(open_number=0), "wide"),
            (lambda: Matter.objects.update(channel=Channel.FAX), "unit"),
        ],
    )
    def test_each_sort_of_harm_is_found(self, db, harm, table):
        world = town()
        filed(world, 2)
        counted.rebuild()
        filed(world, 1)
        harm()
        number, found = counted.check(at=NOW)
        assert number and table in {one.table for one in found}

    def test_once_a_night(self, db):
        town()
        counted.rebuild()
        looked = []
        for hour in range(48):
            before = Standing.objects.get().checked_at
            counted.check_at_night(at("2026-03-02 00:10") + timedelta(hours=hour))
            if Standing.objects.get().checked_at != before:
                looked.append(hour)
        assert looked == [0, 25]  # the first at once, the next in the night


class TestTree:
    def test_a_unit_that_moves_takes_its_figures_along(self, db):
        world = town()
        world.signed_in()
        counted.rebuild()
        moved = world.housing
        world.housing.lft, world.housing.rgt = 90_001, 90_009
        moved.save()
        assert counted.fold(NOW) > 0  # the tree is another one: made anew
        assert set(UnitSum.objects.filter(org_id=moved.pk).values_list("org_lft", flat=True)) == {90_001}
        assert counted.fold(NOW) == 0

    def test_a_unit_founded_in_a_gap_is_counted_by_the_tree_as_it_is(self, db):
        world = town()
        counted.rebuild()
        built = Standing.objects.get().tree_mark
        last = world.township.lft + 1
        new = Organisation.objects.create(
            key="new",
            name="新设机关",
            short="新",
            line="department",
            level=4,
            parent=world.township,
            lft=last,
            rgt=last + 1,
        )
        (matter,) = filed(world, 1)
        Matter.objects.filter(pk=matter.pk).update(unit=new)
        Delta.objects.all().delete()
        counted.add_many([Matter.objects.get(pk=matter.pk)])
        assert counted.fold(NOW) == 1 and Standing.objects.get().tree_mark == built  # not made anew
        assert everything().units == {world.government.pk: 1}
        assert counted.check(at=NOW) == (0, [])

    def test_the_first_turn_of_a_worker_counts_what_was_there_before(self, db):
        world = town()
        filed(world, 2)
        Delta.objects.all().delete()  # as before this package was there
        counted.fold(NOW)
        assert everything().total == 2


class TestRights:
    def test_a_delta_is_never_rewritten(self, db):
        world = town()
        filed(world, 1)
        with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
            Delta.objects.update(change=2)

    def test_a_delta_names_no_matter(self):
        assert not [field.name for field in Delta._meta.get_fields() if "matter" in field.name]

    def test_the_application_may_not_empty_the_tables(self, db):
        for table in ("counts_delta", "counts_unitsum"):
            with connection.cursor() as cursor:
                cursor.execute("SELECT has_table_privilege(current_user, %s, 'TRUNCATE')", [table])
                assert cursor.fetchone() == (False,)
