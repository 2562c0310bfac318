"""Proposals: made after the event, once, sealed; given to who may read the text; judged beside what a person decided."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tests.world import World
from xinqiao.analysis import proposals, proposers
from xinqiao.analysis.models import Proposal
from xinqiao.analysis.proposers import Proposer
from xinqiao.analysis.text.proposal import Candidate, Reason
from xinqiao.jobs import worker
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Delivery, Matter
from xinqiao.rules.proposals import READ_AT_MOST, Sort, Verdict, confidence_words, judge
from xinqiao.rules.stages import Kind, Step

pytestmark = pytest.mark.django_db
ROOF = Reason("漏水", 7, 9, weight=1.2)


def quality(reading, matter):
    """What a trained classifier might say of the leaking roof."""
    return [Candidate("03-02", "工程质量", 0.91, (ROOF,)), Candidate("03-01", "物业服务", 0.06)]


def solving(reading, matter):
    return [Candidate("request", "申诉求决", 0.8)]


TWO = (
    Proposer(Sort.CLASS, quality, lambda: "test-1", figures=True),
    Proposer(Sort.KIND, solving, lambda: "test-1", figures=True),
)


@pytest.fixture
def world(monkeypatch):
    monkeypatch.setattr(proposals, "PROPOSERS", TWO)
    return World()


@pytest.fixture
def now():
    """World takes its moments as text; what is analysed must have happened now."""
    return timezone.localtime().strftime("%Y-%m-%d %H:%M")


def kept(matter_id) -> dict[str, Proposal]:
    return {row.sort: row for row in Proposal.objects.filter(matter_id=matter_id)}


class TestRules:
    @pytest.mark.parametrize(
        ("proposed", "decided", "several", "verdict", "why"),
        [
            (["a", "b"], ["a"], False, Verdict.AGREED, "the likeliest one"),
            (["a", "b"], ["b"], False, Verdict.AMONG, "one of the others"),
            (["a", "b"], ["c"], False, Verdict.CHANGED, "something else"),
            (["a"], [], False, Verdict.IGNORED, "nothing was decided about it"),
            (["a", "b"], ["b", "a"], True, Verdict.AGREED, "all lines were taken"),
            (["a", "b"], ["a", "c"], True, Verdict.AMONG, "one of two lines"),
        ],
    )
    def test_a_verdict_is_about_the_proposal(self, proposed, decided, several, verdict, why):
        assert judge(proposed, decided, several=several) == verdict, why

    @pytest.mark.parametrize(
        ("confidence", "words"),
        [(0.95, "很有把握"), (0.7, "较有把握"), (0.41, "把握不大"), (0.0, "只供参考"), (None, "")],
    )
    def test_confidence_is_said_in_words(self, confidence, words):
        assert confidence_words(confidence) == words

    def test_each_sort_has_at_most_one_proposer(self):
        sorts = [row.sort for row in proposers.PROPOSERS]
        assert len(sorts) == len(set(sorts))


class TestMaking:
    def test_the_worker_proposes_once_and_never_while_the_citizen_waits(self, world, now):
        receipt = world.file(now)
        assert kept(receipt.matter_id) == {}
        worker.drain(timezone.now())
        first = {sort: row.pk for sort, row in kept(receipt.matter_id).items()}
        assert set(first) == {"class", "kind"}
        world.take(Step.REGISTER, receipt.matter_id, world.tang_registers, now)
        worker.drain(timezone.now())
        rows = kept(receipt.matter_id)
        assert {sort: row.pk for sort, row in rows.items()} == first
        assert rows["class"].first == "03-02"
        done = Delivery.objects.filter(reaction="analyse").order_by("pk").values_list("state", flat=True)
        assert list(done) == ["done", "skipped"]

    def test_what_is_read_anew_is_only_what_changed(self, world, now, monkeypatch):
        matter = Matter.objects.get(pk=world.file(now).matter_id)
        assert proposals.make(matter, at=timezone.now()) == [Sort.CLASS, Sort.KIND]
        assert proposals.make(matter, at=timezone.now()) == []
        monkeypatch.setattr(
            proposals, "PROPOSERS", (Proposer(Sort.CLASS, quality, lambda: "test-2", figures=True), TWO[1])
        )
        assert proposals.make(matter, at=timezone.now()) == [Sort.CLASS]
        world.take(Step.SUPPLEMENT, matter.pk, Citizen(matter_id=matter.pk), now, text="又漏了一次。")
        assert proposals.make(matter, at=timezone.now()) == [Sort.CLASS, Sort.KIND]

    def test_a_sort_that_fails_takes_no_other_with_it(self, world, now, monkeypatch):
        def fails(reading, matter):
            raise ImportError("No module named 'numpy'")

        monkeypatch.setattr(proposals, "PROPOSERS", (Proposer(Sort.CLASS, fails, lambda: "test-1"), TWO[1]))
        matter = Matter.objects.get(pk=world.file(now).matter_id)
        proposals.make(matter, at=timezone.now())
        assert list(proposals.of(matter, world.tang_registers)) == [Sort.KIND]
        assert kept(matter.pk)["kind"].first == "request"
        monkeypatch.setattr(proposals, "PROPOSERS", TWO)
        assert proposals.make(matter, at=timezone.now()) == [Sort.CLASS]  # tried again at the next event

    def test_a_long_text_is_read_up_to_a_bound(self, world, now, monkeypatch):
        read = []
        monkeypatch.setattr(
            proposals, "PROPOSERS", (Proposer(Sort.KIND, lambda reading, _: read.append(reading) or []),)
        )
        receipt = world.file(now, content="屋顶漏水。" * 7000)
        proposals.make(Matter.objects.get(pk=receipt.matter_id), at=timezone.now())
        assert len(read[0].body) == READ_AT_MOST

    def test_what_was_decided_long_ago_is_left_alone(self, world):
        matter = world.served()
        assert proposals.make(matter, at=timezone.now()) == []
        assert proposals.make_missing(timezone.now()) == 0

    def test_the_duty_makes_up_for_what_waits_and_ends(self, world):
        matter = Matter.objects.get(pk=world.file("2026-03-02").matter_id)  # entered later: no reaction
        assert proposals.make_missing(timezone.now()) == 1
        assert set(kept(matter.pk)) == {"class", "kind"}
        assert proposals.make_missing(timezone.now()) == 0

    def test_a_new_version_proposes_anew_what_still_waits(self, world, monkeypatch):
        matter = Matter.objects.get(pk=world.file("2026-03-02").matter_id)
        proposals.make_missing(timezone.now())
        newer = Proposer(Sort.CLASS, quality, lambda: "test-2", figures=True)
        monkeypatch.setattr(proposals, "PROPOSERS", (newer, TWO[1]))
        assert proposals.make_missing(timezone.now()) == 1
        assert kept(matter.pk)["class"].maker == "test-2"
        assert proposals.make_missing(timezone.now()) == 0

    def test_the_table_holds_no_word_of_the_text(self, world, now):
        matter = Matter.objects.get(pk=world.file(now).matter_id)
        proposals.make(matter, at=timezone.now())
        with connection.cursor() as cursor:
            cursor.execute("SELECT candidates FROM analysis_proposal")
            assert not [row for row in cursor.fetchall() if "漏水" in row[0] or "工程质量" in row[0]]


class TestSwitchedOff:
    def test_nothing_is_owed_made_or_shown_and_the_work_goes_on(self, world, now, settings):
        settings.ANALYSIS = False
        matter = world.signed_in(now)
        worker.drain(timezone.now())
        assert not Delivery.objects.filter(reaction="analyse").exists()
        assert not Proposal.objects.exists()
        assert proposals.make_missing(timezone.now()) == 0
        assert matter.stage == "signed_in"

    def test_what_was_proposed_before_is_not_shown(self, world, now, settings):
        matter = Matter.objects.get(pk=world.file(now).matter_id)
        proposals.make(matter, at=timezone.now())
        assert proposals.of(matter, world.tang_registers)
        settings.ANALYSIS = False
        assert proposals.of(matter, world.tang_registers) == {}


class TestWhoIsGivenThem:
    def test_whoever_reads_the_text(self, world, now):
        matter = Matter.objects.get(pk=world.file(now).matter_id)
        proposals.make(matter, at=timezone.now())
        shown = proposals.of(matter, world.tang_registers)
        assert shown[Sort.CLASS].candidates[0] == Candidate("03-02", "工程质量", 0.91, (ROOF,))
        assert proposals.of(matter, world.xu_handles) == {}  # not on that desk
        assert proposals.of(matter, world.sys_admin) == {}

    def test_a_report_only_for_who_reads_reports(self, world, now):
        matter = Matter.objects.get(pk=world.file(now, purpose="accuse").matter_id)
        proposals.make(matter, at=timezone.now())
        assert matter.sealed
        assert {row.first for row in kept(matter.pk).values()} == {""}  # no value in the clear
        assert proposals.of(matter, world.tang_registers) == {}  # registers it, and does not read it (B.3)
        assert proposals.of(matter, world.sun_supervises) == {}
        assert proposals.of(matter, world.li_triages)


class TestWhatBecameOfThem:
    def proposed(self, world, now) -> int:
        """A registered matter with its proposals."""
        matter = Matter.objects.get(pk=world.file(now).matter_id)
        world.take(Step.REGISTER, matter.pk, world.tang_registers, now)
        proposals.make(matter, at=timezone.now())
        return matter.pk

    def decided_as(self, world, now, kind: Kind) -> dict:
        """Its rows after somebody has decided."""
        matter_id, content_class = self.proposed(world, now), world.housing_class
        world.take(Step.CLASSIFY, matter_id, world.li_triages, now, kind=kind, content_class=content_class, requests=[])
        worker.drain(timezone.now())
        return kept(matter_id)

    def test_the_decision_is_noted_beside_the_proposal(self, world, now):
        rows = self.decided_as(world, now, Kind.SUGGESTION)
        assert rows["class"].verdict == Verdict.AGREED
        assert rows["kind"].verdict == Verdict.CHANGED
        assert timezone.now() - rows["class"].decided_at < timedelta(minutes=5)

    def test_units_are_kept_as_they_were_shown_when_somebody_has_decided(self, world):
        world.in_handling("2026-03-02")  # a precedent
        matter = world.triaged("2026-03-05")
        proposals.make(matter, at=timezone.now())
        assert "unit" not in kept(matter.pk)
        shown = proposals.of(matter, world.li_triages, at=timezone.now())[Sort.UNIT].candidates
        world.take(
            Step.TRANSFER,
            matter.pk,
            world.li_triages,
            "2026-03-05",
            to=world.housing,
            reason="房屋质量监管属于住建部门职责",
        )
        assert proposals.settle(matter.events.filter(step=Step.TRANSFER).get()) == 1
        row = kept(matter.pk)["unit"]
        assert [one["value"] for one in row.candidates] == [one.value for one in shown]
        assert any("同类事项" in why["note"] for one in row.candidates for why in one["why"])
        assert row.verdict == Verdict.AGREED

    def test_it_does_not_say_who_decided(self):
        about_people = {"officer", "user", "by", "decided_by", "organisation"}
        assert not about_people & {column.name for column in Proposal._meta.get_fields()}

    def test_what_is_sealed_then_keeps_no_value_in_the_clear(self, world, now):
        assert {row.first for row in self.decided_as(world, now, Kind.REPORT).values()} == {""}

    def test_what_is_moved_off_line_is_forgotten(self, world, now):
        matter_id = self.proposed(world, now)
        world.take(
            Step.SEAL_OFF_LINE,
            matter_id,
            world.li_triages,
            now,
            receiver="本级保密部门",
            handed_on=date.fromisoformat(now[:10]),
            reason="可能含有国家秘密，按规定转为线下办理",
        )
        worker.drain(timezone.now())
        assert kept(matter_id) == {}
