"""The behaviours of E.3 that need a matter, not only arithmetic: B06 to B10, B13 to B19."""

from datetime import timedelta

import pytest
from django.db import transaction

from tests.world import World, at
from xinqiao.matters import clocks, intake, policy
from xinqiao.matters.actors import SYSTEM, Citizen
from xinqiao.matters.models import Matter, Opinion
from xinqiao.rules import deadlines
from xinqiao.rules.calendar import WorkCalendar, YearNotice
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Kind, Stage, Step

pytestmark = pytest.mark.django_db
IN_PERSON = {"signed_by": "王秀兰", "relation": "self"}


@pytest.fixture
def world(db):
    return World()


def refused(world, step, matter, by, when, **facts) -> str:
    with pytest.raises(StepRefused) as refusal, transaction.atomic():
        world.take(step, matter.pk, by, when, **facts)
    return refusal.value.code


class TestExtension:
    ASK = {"days": 20, "reasons": "需要委托机构鉴定渗漏原因。"}

    def test_after_the_last_day_is_refused_and_the_limit_stands(self, world):  # B02
        matter = world.in_handling("2026-03-02")  # due 2026-05-06: the 60th day is 1 May
        assert matter.clocks.get(term="HANDLE60").due_on == at("2026-05-06").date()
        assert refused(world, Step.EXTEND, matter, world.zhou_leads_unit, "2026-05-07", **self.ASK) == "extension_late"
        assert matter.clocks.get(term="HANDLE60").due_on == at("2026-05-06").date()

    def test_is_given_once_and_counts_from_acceptance_in_one_sum(self, world):  # B03, DL-08
        matter = world.in_handling("2026-03-02")
        world.take(Step.EXTEND, matter.pk, world.zhou_leads_unit, "2026-04-20", **self.ASK)
        clock = matter.clocks.get(term="HANDLE60")
        assert clock.due_on == at("2026-05-21").date(), "2 March + 80 days"
        assert Matter.objects.get(pk=matter.pk).stage == Stage.EXTENDED
        assert refused(world, Step.EXTEND, matter, world.zhou_leads_unit, "2026-04-21", **self.ASK) == "wrong_stage"

    def test_of_31_days_is_refused(self, world):  # B01
        matter = world.in_handling()
        code = refused(world, Step.EXTEND, matter, world.zhou_leads_unit, "2026-03-20", days=31, reasons="太复杂了，要很久。")
        assert code == "extension_too_long"


class TestObjection:
    WORDS = {"reasons": "房屋由县局监管，不属于本局职权。", "competent_organ": "青石县住建局", "basis": "分工规定"}

    def test_on_working_day_6_is_refused_although_signed_in_late(self, world):  # B06, B09
        matter = world.triaged("2026-03-02")
        world.take(
            Step.TRANSFER, matter.pk, world.li_triages, "2026-03-02", to=world.housing, reason="房屋质量属于住建职责"
        )
        world.take(Step.SIGN_IN, matter.pk, world.qian_receives, "2026-03-09")
        assert refused(world, Step.RAISE_OBJECTION, matter, world.zhou_leads_unit, "2026-03-10", **self.WORDS) == "objection_late"
        world.take(Step.RAISE_OBJECTION, matter.pk, world.zhou_leads_unit, "2026-03-09", **self.WORDS)

    WHY = "分工清单上周才公布，单位收到时还不知道。"

    def _late(self, world):
        """Signed in on 2 March; the five working days ended on the 9th."""
        return world.signed_in("2026-03-02")

    def test_on_working_day_6_is_taken_when_the_offices_leader_allows_it(self, world):  # B06, T-24
        matter = self._late(world)
        world.take(Step.ALLOW_LATE_OBJECTION, matter.pk, world.wang_leads_office, "2026-03-10", reason=self.WHY)
        assert matter.clocks.get(term="UNIT15").due_on == at("2026-03-17").date(), "the 15 days run on"
        world.take(Step.RAISE_OBJECTION, matter.pk, world.zhou_leads_unit, "2026-03-10", **self.WORDS)
        allowed, raised = matter.events.order_by("seq")[matter.events.count() - 2 :]
        assert allowed.facts["reason"] == self.WHY
        assert raised.facts["late"] is True
        assert Matter.objects.get(pk=matter.pk).stage == Stage.OBJECTED

    def test_that_was_allowed_late_is_one_objection(self, world):  # T-24
        matter = self._late(world)
        world.take(Step.ALLOW_LATE_OBJECTION, matter.pk, world.wang_leads_office, "2026-03-10", reason=self.WHY)
        assert (
            refused(world, Step.ALLOW_LATE_OBJECTION, matter, world.wang_leads_office, "2026-03-10", reason=self.WHY)
            == "allowed_already"
        )
        world.take(Step.RAISE_OBJECTION, matter.pk, world.zhou_leads_unit, "2026-03-10", **self.WORDS)
        world.take(Step.ANSWER_OBJECTION_REFUSE, matter.pk, world.li_triages, "2026-03-11", reason="属于地区局监管，不同意。")
        assert refused(world, Step.RAISE_OBJECTION, matter, world.zhou_leads_unit, "2026-03-11", **self.WORDS) == "objection_late"

    @pytest.mark.parametrize(
        ("who", "when", "reason", "code"),
        [
            ("wang_leads_office", "2026-03-10", "同意", "reason_missing"),  # B06: the override needs a reason
            ("wang_leads_office", "2026-03-09", WHY, "still_in_time"),
            ("li_triages", "2026-03-10", WHY, "wrong_role"),  # only the office's leader
            ("zhou_leads_unit", "2026-03-10", WHY, "wrong_stage"),  # never the unit itself
        ],
    )
    def test_is_not_let_in_late_by(self, world, who, when, reason, code):
        matter = self._late(world)
        assert refused(world, Step.ALLOW_LATE_OBJECTION, matter, getattr(world, who), when, reason=reason) == code

    def test_cannot_be_let_in_once_the_unit_accepted(self, world):
        matter = self._late(world)
        world.take(Step.ACCEPT, matter.pk, world.xu_handles, "2026-03-10")
        code = refused(world, Step.ALLOW_LATE_OBJECTION, matter, world.wang_leads_office, "2026-03-10", reason=self.WHY)
        assert code == "no_unit"

    def test_that_is_refused_leaves_the_units_fifteen_days_running_from_arrival(self, world):  # T-23
        matter = world.signed_in("2026-03-02")
        world.take(Step.RAISE_OBJECTION, matter.pk, world.zhou_leads_unit, "2026-03-04", **self.WORDS)
        world.take(
            Step.ANSWER_OBJECTION_REFUSE, matter.pk, world.li_triages, "2026-03-05", reason="属于地区局监管的项目，不同意。"
        )
        clock = matter.clocks.get(term="UNIT15", state="running")
        assert (clock.started_on, clock.due_on) == (at("2026-03-02").date(), at("2026-03-17").date())
        assert Matter.objects.get(pk=matter.pk).stage == Stage.SIGNED_IN


class TestSilence:
    def test_starts_the_sixty_days_from_the_nominal_fifteenth_day(self, world):  # B09, DL-06, V26
        matter = world.triaged("2026-01-05")
        world.take(
            Step.TRANSFER, matter.pk, world.li_triages, "2026-01-05", to=world.housing, reason="房屋质量属于住建职责"
        )
        desk = matter.referrals.get(organisation=world.housing)
        world.take(Step.RECORD_SILENCE, matter.pk, SYSTEM, "2026-01-21", desk_id=desk.pk)
        clock = matter.clocks.get(term="HANDLE60")
        assert (clock.started_on, clock.due_on) == (at("2026-01-20").date(), at("2026-03-23").date())
        world.take(Step.SIGN_IN, matter.pk, world.qian_receives, "2026-01-22")
        world.take(Step.ACCEPT, matter.pk, world.xu_handles, "2026-01-25")
        assert matter.clocks.get(term="HANDLE60").started_on == at("2026-01-20").date(), "late acceptance gains nothing"
        assert matter.clocks.get(term="UNIT15").state == "late"


class TestService:
    def issued(self, world, when="2026-03-02", issued="2026-04-28"):
        matter = world.in_handling(when)
        world.draft(matter, issued)
        world.take(Step.SUBMIT_OPINION, matter.pk, world.xu_handles, issued)
        world.take(Step.ISSUE_OPINION, matter.pk, world.zhou_leads_unit, issued)
        return matter

    def test_after_the_due_day_is_late_and_the_window_starts_on_the_service_day(self, world):  # B07
        matter = self.issued(world)
        proof = {**IN_PERSON, "signed_on": at("2026-05-08").date()}
        world.take(Step.SERVE_OPINION, matter.pk, world.xu_handles, "2026-05-08", manner="in_person", proof=proof)
        assert matter.clocks.get(term="HANDLE60").state == "late"
        assert matter.clocks.get(term="REVIEW_REQ30").started_on == at("2026-05-08").date()

    def test_electronically_without_consent_is_not_service(self, world):  # B19
        matter = world.in_handling(electronic_service=False)
        world.draft(matter, "2026-04-01")
        world.take(Step.SUBMIT_OPINION, matter.pk, world.xu_handles, "2026-04-01")
        world.take(Step.ISSUE_OPINION, matter.pk, world.zhou_leads_unit, "2026-04-01")
        proof = {"consented_on": at("2026-03-02").date(), "address": "13800138000", "arrived_on": at("2026-04-02").date()}
        code = refused(world, Step.SERVE_OPINION, matter, world.xu_handles, "2026-04-02", manner="electronic", proof=proof)
        assert code == "no_consent"
        assert not matter.clocks.filter(term="REVIEW_REQ30").exists()

    def test_without_a_review_organ_in_the_letter_starts_no_window(self, world):  # B08
        world.housing.vertically_managed = True
        world.housing.parent_line = None
        world.housing.further_instance = False
        world.housing.save()
        world.xu_handles.organisation.refresh_from_db()
        world.zhou_leads_unit.organisation.refresh_from_db()
        matter = self.issued(world)
        proof = {**IN_PERSON, "signed_on": at("2026-04-29").date()}
        world.take(Step.SERVE_OPINION, matter.pk, world.xu_handles, "2026-04-29", manner="in_person", proof=proof)
        assert not matter.clocks.filter(term="REVIEW_REQ30").exists()


class TestRepeat:
    def test_on_day_40_joins_without_a_new_clock(self, world):  # B10, DU-3
        first = world.in_handling("2026-03-02")
        again = world.triaged("2026-04-11")
        due = first.clocks.get(term="HANDLE60").due_on
        world.take(Step.JOIN_REPEAT, world.file("2026-04-11").matter_id, world.tang_registers, "2026-04-11", earlier_id=first.pk)
        assert Matter.objects.get(pk=again.pk).repeat, "found by blind index, registered all the same"
        assert first.clocks.get(term="HANDLE60").due_on == due
        joined = Matter.objects.get(joined_to=first.pk)
        assert joined.stage == Stage.ENDED_JOINED
        assert not joined.clocks.filter(state="running").exists()


class TestSimpleProcedure:
    def test_that_cannot_support_must_convert_and_counts_from_acceptance(self, world):  # B13
        matter = world.signed_in("2026-03-02")
        world.take(Step.ACCEPT_SIMPLE, matter.pk, world.zhou_leads_unit, "2026-03-03")
        handler = {"handler": world.xu_handles, "no_interest": True}
        world.take(Step.START_HANDLING, matter.pk, world.zhou_leads_unit, "2026-03-03", **handler)
        world.draft(matter, "2026-03-13")  # its second answer does not support
        world.take(Step.SUBMIT_OPINION, matter.pk, world.xu_handles, "2026-03-13")
        assert refused(world, Step.ISSUE_OPINION, matter, world.zhou_leads_unit, "2026-03-13") == "convert_first"
        world.take(Step.RETURN_OPINION, matter.pk, world.zhou_leads_unit, "2026-03-13", note="先转普通程序")
        world.take(Step.CONVERT_TO_ORDINARY, matter.pk, world.zhou_leads_unit, "2026-03-13", reason="有一项诉求不能支持，转普通程序。")
        clock = matter.clocks.get(term="HANDLE60")
        assert (clock.started_on, clock.due_on) == (at("2026-03-03").date(), at("2026-05-06").date())


class TestConfidentiality:
    def test_a_report_never_goes_to_the_accused_unit_or_below_it(self, world):  # B17, C-01, C-02
        matter = world.triaged(
            kind=Kind.REPORT, purpose="accuse", respondent={"unit": "住建局", "organisation_id": world.housing.pk}
        )
        code = refused(world, Step.TRANSFER, matter, world.li_triages, "2026-03-02", to=world.housing, reason="属于住建部门职责范围")
        assert code == "outside", "the same words as for any organ out of reach: they betray nothing"
        for officer in (world.qian_receives, world.xu_handles, world.zhou_leads_unit, world.sun_supervises):
            assert not Matter.objects.visible_to(officer).filter(pk=matter.pk).exists()
        assert Matter.objects.visible_to(world.li_triages).filter(pk=matter.pk).exists()

    def test_a_report_on_the_petition_office_goes_to_the_office_above(self, world):
        receipt = world.file(purpose="accuse", respondent={"organisation_id": world.office.pk})
        assert receipt.office == world.region_office.name
        assert not Matter.objects.visible_to(world.li_triages).filter(pk=receipt.matter_id).exists()

    def test_administrators_read_no_petition(self, world):
        matter = world.triaged()
        assert not Matter.objects.visible_to(world.sys_admin).filter(pk=matter.pk).exists()


class TestRepresentatives:
    def test_six_are_refused_and_the_number_of_people_is_not(self, world):  # B16, R-20(3)
        people = [{"name": name, "representative": True} for name in ("甲一", "乙二", "丙三", "丁四", "戊五", "己六")]
        with pytest.raises(intake.IntakeInvalid) as invalid:
            intake.clean(world.raw(people=people, headcount=60), today=at("2026-03-02").date())
        assert "representatives" in invalid.value.errors
        assert intake.clean(world.raw(people=people[:5], headcount=60), today=at("2026-03-02").date()).headcount == 60


class TestRevocation:
    def test_sends_the_matter_back_and_the_same_result_again_is_refused(self, world):  # D.9
        matter = world.served()
        citizen = Citizen(matter_id=matter.pk)
        world.take(
            Step.REQUEST_REVIEW, matter.pk, citizen, "2026-04-10", organ_id=world.government.pk, request="撤销", facts="没查家具"
        )
        world.draft(
            matter, "2026-04-20", by=world.shen_reviews, answers=[], facts="复查查明，家具损失有照片为证。",
            reasons="原意见认定事实不清，应当撤销。", basis=[{"title": "信访工作条例", "article": "第三十五条"}],
            body="撤销原处理意见，责令重新作出。", outcome="revoke", not_worse=True, redo_by_on=at("2026-05-20").date(),
        )  # fmt: skip
        world.take(Step.ISSUE_REVIEW_OPINION, matter.pk, world.shen_reviews, "2026-04-20")
        proof = {**IN_PERSON, "signed_on": at("2026-04-21").date()}
        world.take(Step.SERVE_REVIEW_OPINION, matter.pk, world.shen_reviews, "2026-04-21", manner="in_person", proof=proof)

        matter = Matter.objects.get(pk=matter.pk)
        assert (matter.stage, matter.unit) == (Stage.HANDLING, world.housing)
        assert not matter.clocks.filter(term="RECHECK_REQ30").exists(), "the new opinion opens its own windows"
        world.draft(matter, "2026-05-06")
        assert refused(world, Step.SUBMIT_OPINION, matter, world.xu_handles, "2026-05-06") == "same_again"
        assert Opinion.objects.filter(matter=matter, instance="handling").count() == 2


class TestWithdrawal:
    def test_rests_after_24_hours_and_resumes_with_its_clock(self, world):  # WD-3, WD-5
        matter = world.signed_in("2026-03-02")
        citizen = Citizen(matter_id=matter.pk)
        world.take(Step.REQUEST_WITHDRAWAL, matter.pk, citizen, "2026-03-03", free_will=True, promise_or_threat="没有")
        assert refused(world, Step.COMPLETE_WITHDRAWAL, matter, SYSTEM, "2026-03-04 09:59") == "too_early"
        world.take(Step.COMPLETE_WITHDRAWAL, matter.pk, SYSTEM, "2026-03-04 10:00")
        assert not matter.referrals.filter(is_open=True).exists()
        world.take(Step.RESUME, matter.pk, citizen, "2026-03-20")
        assert Matter.objects.get(pk=matter.pk).stage == Stage.SIGNED_IN
        assert matter.clocks.get(term="UNIT15").due_on == at("2026-03-17").date(), "the limit ran on"
        assert matter.referrals.filter(organisation=world.housing, is_open=True).exists()

    def test_needs_a_free_will(self, world):  # WD-2
        matter = world.signed_in()
        citizen = Citizen(matter_id=matter.pk)
        code = refused(
            world, Step.REQUEST_WITHDRAWAL, matter, citizen, "2026-03-03", free_will=False, promise_or_threat="村里让我撤"
        )
        assert code == "not_free"


class TestProvisionalLimit:
    def test_is_marked_and_computed_for_good_when_the_notice_comes(self, world, monkeypatch):  # B12, DL-17
        matter = world.in_handling("2026-12-01")
        clock = matter.clocks.get(term="HANDLE60")
        assert (clock.due_on, clock.provisional) == (at("2027-02-01").date(), True)
        assert clocks.no_longer_provisional() == []
        rows = [
            ("元旦", "2027-01-01", "2027-01-03", []),
            ("春节", "2027-02-05", "2027-02-11", ["2027-01-30"]),
            ("清明节", "2027-04-03", "2027-04-05", []),
            ("劳动节", "2027-05-01", "2027-05-05", []),
            ("端午节", "2027-06-09", "2027-06-09", []),
            ("中秋节", "2027-09-15", "2027-09-15", []),
            ("国庆节", "2027-10-01", "2027-10-07", []),
        ]
        known = WorkCalendar.default().with_year(YearNotice.from_rows(2027, "测试用的通知", "1", rows))
        monkeypatch.setattr(policy, "calendar", lambda: known)
        monkeypatch.setattr(
            policy, "limit", lambda term, start, **inputs: deadlines.compute(term, start, calendar=known, **inputs)
        )
        assert [one.pk for one in clocks.no_longer_provisional() if one.term == "HANDLE60"] == [clock.pk]
        world.take(Step.RECOMPUTE_LIMIT, matter.pk, SYSTEM, "2026-12-10", clock_id=clock.pk)
        clock.refresh_from_db()
        assert (clock.due_on, clock.provisional) == (at("2027-01-30").date(), False), "that Saturday is worked"


class TestReviewByLetter:
    """For whoever is not online: the postmark decides whether it is in time, the arrival starts the clock (DL-12, V31)."""

    def test_posted_in_time_and_arrived_late_is_in_time(self, world):
        matter = world.served("2026-05-11", issued="2026-06-10", served="2026-06-11")  # the window: until 13 July
        world.take(
            Step.REQUEST_REVIEW, matter.pk, world.tang_registers, "2026-07-14", organ_id=world.government.pk,
            request="撤销原意见", facts="家具确实泡坏了", posted_on=at("2026-07-10").date(),
        )  # fmt: skip
        assert matter.clocks.get(term="REVIEW_REQ30").state == "met"
        decision = matter.clocks.get(term="REVIEW_DEC30")
        assert (decision.started_on, decision.due_on) == (at("2026-07-14").date(), at("2026-08-13").date())
        assert matter.referrals.get(kind="review").organisation == world.government

    def test_cannot_be_dated_before_the_opinion_was_received_or_tomorrow(self, world):
        matter = world.served("2026-03-02")
        facts = {"organ_id": world.government.pk, "request": "撤销", "facts": ""}
        for day in ("2026-04-01", "2026-04-21"):
            code = refused(
                world, Step.REQUEST_REVIEW, matter, world.tang_registers, "2026-04-20", posted_on=at(day).date(), **facts
            )
            assert code == "posted_on"


class TestExecution:
    def test_confirmed_when_no_window_is_open_any_more_ends_the_matter(self, world):
        matter = world.served("2026-03-02")
        world.take(Step.START_EXECUTION, matter.pk, world.xu_handles, "2026-04-03", plan="四月底前进场维修屋面")
        matter.clocks.filter(term="REVIEW_REQ30").update(state="lapsed")
        world.take(Step.REPORT_EXECUTION, matter.pk, world.xu_handles, "2026-05-20", text="屋面防水层已经更换并试水。")
        world.take(Step.CONFIRM_EXECUTION, matter.pk, Citizen(matter_id=matter.pk), "2026-05-21")
        matter.refresh_from_db()
        assert matter.stage == Stage.ENDED_WINDOW
        assert not matter.referrals.filter(is_open=True).exists()


class TestAgreement:
    def test_with_a_waiver_of_the_right_to_petition_is_refused(self, world):  # MD-7
        matter = world.in_handling()
        terms = ["公司赔偿2000元", "王秀兰息诉罢访，不再信访"]
        code = refused(
            world, Step.SETTLE, matter, world.xu_handles, "2026-04-01", sort="和解", dispute="漏水赔偿",
            parties=[{"name": "王秀兰"}, {"name": "宏远公司"}], terms=terms, performance="五月底前付清",
            effective_on=at("2026-04-01").date(),
        )  # fmt: skip
        assert code == "waiver"


def test_a_citizens_window_is_never_shortened_by_the_clock_of_an_hour(db):
    """DL-11: the last day lasts until midnight."""
    world = World()
    matter = world.served("2026-03-02", issued="2026-04-01", served="2026-04-02")
    window = matter.clocks.get(term="REVIEW_REQ30")
    last_minute = f"{window.due_on} 23:59"
    world.take(
        Step.REQUEST_REVIEW, matter.pk, Citizen(matter_id=matter.pk), last_minute,
        organ_id=world.government.pk, request="撤销原意见", facts="",
    )  # fmt: skip
    assert matter.clocks.get(term="REVIEW_REQ30").state == "met"
    assert window.due_on - window.started_on >= timedelta(days=30)
