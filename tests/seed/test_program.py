"""The seeded matters are real ones: made by the steps, in every stage, on believable days, the same for the same number (issue 2 section 2)."""

import json
from datetime import date, datetime, time, timedelta
from random import Random

import pytest
from django.db import transaction
from django.utils.timezone import localtime

from tests.reporting import oracle
from xinqiao import crypto, seed
from xinqiao.cli import FAILED, OK, USAGE, main
from xinqiao.matters import files, history
from xinqiao.matters.models import Attachment, Clock, Delivery, Event, Matter, Record, Referral
from xinqiao.matters.secrecy import RetaliationLink
from xinqiao.organisations.models import ContentClass, Officer, Organisation, User
from xinqiao.reporting.indicators import facts as indicator_facts
from xinqiao.reporting.indicators import few, figures
from xinqiao.reporting.models import Fact
from xinqiao.reporting.reports import writing
from xinqiao.reporting.reports.models import Report, Version
from xinqiao.rules import deadlines, indicators
from xinqiao.rules.calendar import WorkCalendar
from xinqiao.rules.moves import MOVES
from xinqiao.rules.stages import Channel, Kind, Line, Role, Stage, Step
from xinqiao.rules.terms import Holder
from xinqiao.seed import demo_logins, program, timetable, ways
from xinqiao.seed.timetable import SHANGHAI, Ago, Due, Gap
from xinqiao.supervision.models import Measure, Recommendation

TODAY = date(2026, 11, 20)  # a Friday
COUNT = len(ways.WAYS) + 5
# No step leads there: history comes by the import, and after the recheck the matter is `ended_recheck` at once.
UNREACHED = {Stage.ENDED_IMPORTED, Stage.RECHECK_SERVED}
BY_THE_OFFICE = {move.step for move in MOVES if not move.roles & {Role.CITIZEN, Role.SYSTEM}}


@pytest.fixture(scope="module")
def database(django_db_setup, django_db_blocker):
    """The database, for all tests of this file at once; every test leaves it as it was."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def twice(database):
    """What number 7 makes the first and the second time."""
    return [_made(seed_number=7, count=8) for _turn in range(2)]


@pytest.fixture(scope="module")
def seeded(twice):
    """One seeded region, taken back at the end."""
    with transaction.atomic():
        yield program.run(seed=1, count=COUNT, today=TODAY)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def counted(seeded):
    """How many matters of it the indicators looked at."""
    return indicator_facts.rebuild(today=TODAY)


def _matters() -> list[tuple]:
    return list(Matter.objects.order_by("pk").values_list("number", "title", "stage", "channel", "due_on", "unit__key"))


def _made(seed_number: int, count: int) -> list[tuple]:
    with transaction.atomic():
        program.run(seed=seed_number, count=count, today=TODAY)
        found = _matters()
        found += Event.objects.order_by("pk").values_list("step", "at", "officer__user__username", "to_stage")
        transaction.set_rollback(True)
    return found


@pytest.mark.django_db  # also what makes pytest set up the database for this file
def test_an_empty_database_is_not_seeded():
    assert not seed.is_seeded()


class TestRegion:
    def test_is_the_whole_tree_with_its_people(self, seeded):
        assert seeded["organisations"] == Organisation.objects.count() > 300
        assert seeded["officers"] == Officer.objects.count() > 900
        assert ContentClass.objects.filter(level=1).count() == 17
        assert not Organisation.objects.filter(lft=0).exists()

    def test_has_superiors_of_both_kinds(self, seeded):
        housing = Organisation.objects.get(key="lanjiang-housing")
        assert (housing.parent.key, housing.parent_line.key) == ("lanjiang-gov", "yunling-housing")
        assert Organisation.objects.get(key="lanjiang-bus").parent_line.key == "lanjiang-sasac"

    def test_can_be_found_by_typing(self, seeded):
        assert Organisation.objects.get(key="lanjiang-petition").pinyin == "ljdqxfj"

    def test_lets_only_the_demonstration_sign_in(self, seeded):
        with_password = {user.username for user in User.objects.all() if user.has_usable_password()}
        assert with_password == {login["username"] for login in seed.logins() if "username" in login}


class TestMatters:
    def test_number_as_many_as_asked_for_and_what_came_of_them(self, seeded):
        parts = Matter.objects.exclude(split_from=None).count()
        complaints = RetaliationLink.objects.count()
        assert parts >= 1
        assert complaints >= 2
        assert seeded["matters"] == Matter.objects.count() == COUNT + parts + complaints

    @pytest.mark.parametrize("stage", [stage for stage in Stage if stage not in UNREACHED])
    def test_stand_in_every_stage(self, seeded, stage):
        at_matter = Matter.objects.filter(stage=stage).exists()
        assert at_matter or Referral.objects.filter(stage=stage).exists()

    def test_no_step_leads_to_the_stages_left_out(self):
        assert not UNREACHED & {move.to for move in MOVES if move.step is not Step.IMPORT_HISTORY}

    def test_take_every_step_of_the_table(self, seeded):
        taken = set(Event.objects.values_list("step", flat=True))
        elsewhere = {Step.IMPORT_HISTORY, Step.RECOMPUTE_LIMIT}  # the import; a year whose holidays were not known
        assert {move.step for move in MOVES} - taken == elsewhere

    @pytest.mark.parametrize("channel", Channel)
    def test_come_by_every_channel(self, seeded, channel):
        assert Matter.objects.filter(channel=channel).exists()

    def test_are_of_all_three_kinds(self, seeded):
        assert set(Matter.objects.values_list("kind", flat=True)) == {"", *Kind}

    def test_begin_with_their_receipt(self, seeded):
        first = Event.objects.filter(seq=1)
        assert set(first.values_list("step", flat=True)) == {Step.RECEIVE}
        assert first.count() == Matter.objects.count()

    def test_have_an_unbroken_history(self, seeded):
        assert not list(history.broken_links(Event.objects.order_by("matter_id", "seq")))
        last = Event.objects.order_by("matter_id", "-seq").distinct("matter_id")
        assert dict(Matter.objects.values_list("pk", "chain_head")) == {event.matter_id: event.hash for event in last}

    def test_keep_reports_from_the_accused(self, seeded):
        """C-01: no organ in the accused set, nor one below it, has a desk."""
        for matter in Matter.objects.filter(kind=Kind.REPORT):
            for accused in matter.accused.all():
                assert not matter.referrals.filter(org_lft__range=(accused.org_lft, accused.org_rgt)).exists()

    def test_give_the_demonstrated_bureau_something_to_do(self, seeded):
        assert Referral.objects.filter(organisation__key="lanjiang-housing", is_open=True).count() >= 5

    def test_have_contacts_questions_supplements_and_ratings(self, seeded):
        assert {"contact", "question", "answer", "supplement", "agreement", "hearing"} <= set(
            Record.objects.values_list("sort", flat=True)
        )
        assert Matter.objects.exclude(ratings=None).exists()

    def test_lead_to_recommendations_of_which_one_was_not_heeded(self, seeded):
        assert {"issued", "closed"} <= set(Recommendation.objects.values_list("state", flat=True))
        assert Measure.objects.get().recommendation.state == "issued", "listed because nobody answered"

    def test_come_with_pictures_and_scans_that_can_be_opened(self, seeded):
        found = Attachment.objects.all()
        assert set(found.values_list("media_type", flat=True)) == {"image/png", "application/pdf"}
        for attachment in found:
            with files.open_stored(attachment.stored_name) as content:
                assert crypto.digest(content.read(), attachment.hash_algorithm) == attachment.digest

    def test_are_mostly_first_petitions(self, seeded):
        assert 0 < Matter.objects.filter(repeat=True).count() < COUNT / 10


class TestDays:
    def test_never_lie_in_the_future(self, seeded):
        midnight = datetime.combine(TODAY, time(0, 0), SHANGHAI)
        assert not Event.objects.filter(at__gte=midnight).exists()

    def test_never_go_back_within_a_matter(self, seeded):
        before = {}
        for event in Event.objects.order_by("matter_id", "seq"):
            assert event.at >= before.get(event.matter_id, event.at), (event.matter_id, event.step)
            before[event.matter_id] = event.at

    def test_are_office_hours_for_the_office(self, seeded):
        """Save what the citizen and the platform do."""
        calendar = WorkCalendar.default()
        acted = Event.objects.filter(actor_kind="officer", step__in=BY_THE_OFFICE)
        for moment, step in acted.values_list("at", "step"):
            here = localtime(moment, SHANGHAI)
            assert calendar.is_working_day(here.date()) and 8 <= here.hour < 18, (step, here)

    def test_leave_some_due_in_three_days(self, seeded):
        due = Clock.objects.filter(state="running", due_on=TODAY + timedelta(days=3))
        assert {"HANDLE60", "PO15", "UNIT15"} <= set(due.values_list("term", flat=True))
        # a window rolls over the weekend, so that not every day can be its last
        soon = Clock.objects.filter(state="running", due_on__range=(TODAY, TODAY + timedelta(days=3)))
        assert "REVIEW_REQ30" in set(soon.values_list("term", flat=True))

    def test_leave_some_overdue_and_say_so_in_the_history(self, seeded):
        overdue = Clock.objects.filter(state="running", holder=Holder.OFFICE, level="overdue")
        assert {"HANDLE60", "PO15", "UNIT15"} <= set(overdue.values_list("term", flat=True))
        for clock in overdue:
            assert clock.due_on < TODAY
            said = Event.objects.filter(matter_id=clock.matter_id, step__in=(Step.RECORD_OVERDUE, Step.RECORD_SILENCE))
            assert any(event.facts["term"] == clock.term for event in said)

    def test_record_a_silence_on_the_day_after_the_limit(self, seeded):
        silences = list(Event.objects.filter(step=Step.RECORD_SILENCE))
        assert silences
        for event in silences:
            due_on = date.fromisoformat(event.facts["due_on"])
            assert localtime(event.at, SHANGHAI).date() == due_on + timedelta(days=1)

    def test_are_mostly_within_the_limits(self, seeded):
        ended = Clock.objects.filter(holder=Holder.OFFICE, state__in=("met", "late"))
        assert ended.filter(state="late").count() < ended.count() / 10


class TestMessages:
    def test_are_not_sent_to_invented_people(self, seeded):
        states = set(Delivery.objects.values_list("state", "result"))
        assert states == {("skipped", program.SKIPPED), ("pending", "")}

    def test_of_the_newest_matters_are_left_to_the_worker(self, seeded):
        pending = Delivery.objects.filter(state="pending").values("matter_id").distinct()
        assert pending.count() == program.LEFT_TO_THE_WORKER


class TestIndicators:
    """Each figure of G.2 against one plain SQL statement (tests/reporting/oracle.py): here, where a whole region stands already."""

    def test_every_matter_is_looked_at_and_every_indicator_has_an_oracle(self, counted):
        assert counted == Matter.objects.count()
        assert set(oracle.STATEMENTS) == set(indicators.COMPUTED)

    @pytest.mark.parametrize("code", oracle.STATEMENTS)
    def test_agree_with_the_oracle_by_organ_and_day(self, counted, code):
        assert oracle.counted(code) == oracle.truth(code, TODAY)

    def test_count_something_in_nearly_every_row(self, counted):
        empty = {code for code in oracle.STATEMENTS if not oracle.truth(code, TODAY)}
        assert not {code for code in empty - few.CODES if not code.startswith("supervised_")}

    def test_promises_are_kept_in_time_more_often_than_not(self, counted):
        numbers = [*oracle.truth("executed_in_time", TODAY).values()]
        whole, kept = sum(one[0] for one in numbers), sum(one[1] for one in numbers)
        assert whole / 2 < kept < whole

    def test_sums_of_months_are_those_of_the_days(self, counted):
        root = Organisation.objects.filter(parent=None).order_by("lft").first()
        for figure in figures.of((0, root.rgt), date(2025, 1, 1), TODAY, set(oracle.STATEMENTS) - few.CODES):
            numbers = oracle.truth(figure.code, TODAY).values()
            whole = tuple(map(sum, zip(*numbers, strict=True))) or (0, 0, 0, 0)
            assert figure.denominator in (None, whole[0]), figure.code
            assert figure.numerator in (None, whole[2] if figure.indicator.measure == "days" else whole[1], whole[0]), (
                figure.code
            )

    def test_count_no_report_and_nothing_that_names_an_accused(self, counted):
        hidden = (
            Matter.objects.filter(sealed=True)
            | Matter.objects.filter(kind=Kind.REPORT)
            | Matter.objects.exclude(accused=None)
        )
        assert hidden.exists() and not Fact.objects.filter(matter__in=hidden.values("pk")).exists()

    def test_come_of_themselves_when_the_worker_turns_and_stay_the_same(self, counted):
        assert indicator_facts.check(at=datetime.combine(TODAY, time(3), SHANGHAI)) == 0


class TestReports:
    def test_the_prefecture_office_issued_one_and_writes_another(self, seeded):
        issued, in_writing = Report.objects.select_related("office").order_by("pk")
        assert {one.office.key for one in (issued, in_writing)} == {"lanjiang-petition"}
        assert (issued.sort, issued.state, issued.start_on) == ("monthly", "issued", date(2026, 10, 1))
        assert issued.number and issued.copies.count() > 1 and not writing.identity_lines(str(issued.blocks))
        assert (in_writing.sort, in_writing.state, in_writing.start_on) == ("special", "draft", date(2026, 10, 1))
        told = [one for one in issued.blocks if one["section"] == "time" and one["kind"] == "table"]
        assert told and told[0]["rows"], "with the figures of the indicators"

    def test_in_office_hours_before_today(self, seeded):
        calendar = WorkCalendar.default()
        for moment in Version.objects.values_list("at", flat=True):
            here = localtime(moment, SHANGHAI)
            assert here.date() < TODAY and calendar.is_working_day(here.date()) and 8 <= here.hour < 18, here


class TestSameNumber:
    def test_makes_the_same_matters_and_another_number_others(self, twice, seeded):
        first, again = twice
        assert first == again
        assert not set(first) & set(_matters()), "number 1"
        assert len(first) > 20


class TestLogIns:
    def test_name_a_person_for_every_role_of_the_story(self, seeded):
        officers = [login for login in seed.logins() if "username" in login]
        said = "、".join(login["role"] for login in officers)
        for role in (
            Role.REGISTRAR,
            Role.TRIAGE,
            Role.OFFICE_LEADER,
            Role.HANDLER,
            Role.UNIT_LEADER,
            Role.REVIEWER,
            Role.ARCHIVIST,
        ):
            assert role.label in said
        assert any(login["organisation"] == "澜江地区住房和城乡建设局" for login in officers)
        user = User.objects.get(username=officers[0]["username"])
        assert user.check_password(officers[0]["password"])

    def test_let_a_visitor_follow_three_matters_as_the_citizen(self, seeded):
        citizens = [login for login in seed.logins() if "query_code" in login]
        matters = [Matter.objects.get(number=login["number"]) for login in citizens]
        assert [matter.stage for matter in matters] == [Stage.HANDLING, Stage.OPINION_SERVED, Stage.RECEIVED]
        for login, matter in zip(citizens, matters, strict=True):
            assert crypto.slow_hash_matches(login["query_code"].replace("-", ""), matter.query_code_hash) or (
                crypto.slow_hash_matches(login["query_code"], matter.query_code_hash)
            )

    def test_the_story_lies_with_the_demonstrated_bureau(self, seeded):
        story = next(login for login in seed.logins() if "query_code" in login)
        matter = Matter.objects.get(number=story["number"])
        assert matter.unit.key == "lanjiang-housing"
        assert "漏雨" in matter.title

    def test_are_kept_from_other_users_of_the_machine(self, seeded):
        from xinqiao import folders

        assert (folders.var() / demo_logins.FILE).stat().st_mode & 0o077 == 0


class TestCommand:
    def test_refuses_a_database_in_use(self, seeded, capsys):
        before = Event.objects.count()
        assert seed.is_seeded()
        assert main(["seed", "--count", "3"]) == FAILED
        assert "没有再生成" in capsys.readouterr().err
        assert Event.objects.count() == before

    def test_may_be_told_that_this_is_fine(self, seeded, capsys):
        assert main(["seed", "--if-empty", "--json"]) == OK
        assert json.loads(capsys.readouterr().out) == {"matters": 0}

    def test_says_what_count_it_takes(self, capsys):
        assert main(["seed", "--count", "0"]) == USAGE
        assert "1到10000" in capsys.readouterr().err


class TestTable:
    @pytest.mark.parametrize("way", ways.WAYS, ids=lambda way: way.name)
    def test_names_beats_that_exist(self, way):
        for word in way.beats.split():
            for name in ways.TOGETHER.get(word.rstrip("?"), (word.rstrip("?").partition("@")[0],)):
                assert ways.beat(name) and name in ways.GAPS

    def test_names_each_way_once(self):
        names = [way.name for way in ways.WAYS]
        assert len(set(names)) == len(names)
        assert set(names) >= ways.HOSTS and {name for name, _ in ways.FOLLOWED} <= set(names)

    def test_does_not_know_a_beat_that_nobody_wrote(self):
        with pytest.raises(LookupError):
            ways.beat("applaud")


class TestTimetable:
    def test_counts_back_from_the_anchor(self):
        gaps = [Gap(0, 0, False), Gap(1, 1), Gap(2, 2)]
        found = timetable.days(gaps, [0, 1, 2], 2, date(2026, 11, 18), date(2026, 11, 19))
        assert found == [date(2026, 11, 15), date(2026, 11, 16), date(2026, 11, 18)]

    def test_goes_on_after_the_anchor_but_never_past_the_last_day(self):
        gaps = [Gap(0, 0, False), Gap(5, 5), Gap(5, 5)]
        found = timetable.days(gaps, [0, 5, 5], 0, date(2026, 11, 13), date(2026, 11, 22))
        assert found == [date(2026, 11, 13), date(2026, 11, 20), date(2026, 11, 20)]

    @pytest.mark.parametrize("term", ["PO15", "UNIT15", "HANDLE60", "SIMPLE10WD", "REVIEW_REQ30"])
    @pytest.mark.parametrize("today", [date(2026, 11, 20), date(2026, 11, 22), date(2026, 2, 14), date(2026, 10, 1)])
    def test_finds_the_day_from_which_a_limit_ends_in_three_days(self, term, today):
        """The last working day from which it does not end later: around a holiday that may be a little early."""
        calendar = WorkCalendar.default()
        wanted = calendar.on_or_after(today + timedelta(days=3))
        day = Due(term, "x", 3).day(Random(1), today, True)
        assert calendar.is_working_day(day) and day < today
        assert deadlines.compute(term, day).due <= wanted
        after = calendar.add_working_days(day, 1)
        assert after >= today or deadlines.compute(term, after).due > wanted

    def test_an_anchor_in_the_past_is_a_working_day_for_the_office(self):
        assert Ago(1, 1).day(Random(1), date(2026, 11, 16), True) == date(2026, 11, 13)
        assert Ago(1, 1).day(Random(1), date(2026, 11, 16), False) == date(2026, 11, 15)


def test_every_organ_of_the_region_that_receives_has_a_receiver(seeded):
    """A matter that nobody may sign for would lie there for ever."""
    lines = set(Line) - {Line.PETITION_OFFICE, Line.JOINT_CONFERENCE, Line.VILLAGE, Line.CPPCC}
    staffed = set(
        Officer.objects.filter(roles__contains=[Role.UNIT_RECEIVER.value]).values_list("organisation__key", flat=True)
    )
    waiting = Referral.objects.filter(stage=Stage.AWAITING_SIGN_IN, organisation__line__in=lines)
    assert set(waiting.values_list("organisation__key", flat=True)) <= staffed
