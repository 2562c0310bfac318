"""信息上报: up the levels with approval at each, versions kept, history that only grows, nobody named (A-36)."""

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction
from django.urls import reverse

from tests.information.town import town
from tests.world import at, client_of
from xinqiao.information import reports, screening
from xinqiao.information.models import InformationReport, ReportEvent
from xinqiao.integrity.models import AuditEntry
from xinqiao.notifications.models import InAppMessage
from xinqiao.organisations.models import Organisation
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.information import ReportAct, ReportKind, ReportState, check_text
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Line, Role

pytestmark = pytest.mark.django_db
A, S = ReportAct, ReportState


@pytest.fixture
def world():
    return town()


def said(**changes) -> reports.Said:
    return reports.Said(
        **{
            "kind": ReportKind.DISPUTE,
            "title": "东沟村灌溉用水起争执",
            "text": "三户因轮灌次序起争执，已劝解。",
            **changes,
        }
    )


def written(by, **changes) -> InformationReport:
    return reports.write(said(**changes), by=by, at=at("2026-03-03"))


def take(what, report, by, note="", **facts) -> InformationReport:
    return reports.act(what, report.pk, by=by, at=at("2026-03-03 15:00"), note=note, **facts)


class TestWay:
    def test_from_the_village_to_the_prefecture_with_approval_at_each_level(self, world):
        report = written(world.zhu_in_village)
        report = take(A.SUBMIT, report, world.zhu_in_village)
        assert (report.state, report.holder) == (S.SENT, world.township), (
            "a village without a leader reports straight up"
        )
        report = take(A.RECEIVE, report, world.fang_in_township)
        report = take(A.FORWARD, report, world.fang_in_township)
        assert (report.state, report.holder) == (S.PROPOSED, world.township)
        report = take(A.APPROVE, report, world.luo_leads_township)
        assert (report.state, report.holder) == (S.SENT, world.county_office)
        report = take(A.RECEIVE, report, world.feng_in_county)
        report = take(A.FORWARD, report, world.feng_in_county)
        assert (report.state, report.holder) == (S.SENT, world.office), "who approves sends it in one act"
        report = take(A.RECEIVE, report, world.tang_registers)
        report = take(A.SETTLE, report, world.tang_registers, "已列入本月研判会议题。")
        assert report.state == S.SETTLED
        assert [event.act for event in report.events.order_by("seq")] == [
            "write", "submit", "receive", "forward", "approve", "receive", "forward", "receive", "settle",
        ]  # fmt: skip
        assert AuditEntry.objects.filter(kind=AuditKind.INFORMATION_REPORTED).count() == 9

    def test_waits_for_the_own_leader(self, world):
        report = take(A.SUBMIT, written(world.fang_in_township), world.fang_in_township)
        assert report.state == S.SUBMITTED
        with pytest.raises(StepRefused):
            take(A.APPROVE, report, world.fang_in_township)
        report = take(A.REJECT, report, world.luo_leads_township, "请写清楚是哪一条渠。")
        assert report.state == S.RETURNED

    def test_what_cannot_wait_goes_up_at_once(self, world):
        report = take(A.SUBMIT, written(world.fang_in_township, kind=ReportKind.SUDDEN), world.fang_in_township)
        assert (report.state, report.holder) == (S.SENT, world.county_office)

    def test_sent_back_to_who_sent_it_and_changed_there(self, world):
        report = take(A.SUBMIT, written(world.zhu_in_village), world.zhu_in_village)
        report = take(A.SEND_BACK, report, world.fang_in_township, "请补充涉及几户、多少亩。")
        assert (report.state, report.holder) == (S.RETURNED, world.village)
        again = reports.change(report.pk, said(text="三户，十二亩。"), by=world.zhu_in_village, at=at("2026-03-04"))
        assert again.version == 2 and [row.said["text"][:3] for row in again.versions.order_by("version")] == [
            "三户因",
            "三户，",
        ]
        assert take(A.SUBMIT, again, world.zhu_in_village).state == S.SENT

    def test_sent_back_to_the_level_between_is_decided_there(self, world):
        report = take(A.SUBMIT, written(world.zhu_in_village), world.zhu_in_village)
        report = take(A.FORWARD, take(A.RECEIVE, report, world.luo_leads_township), world.luo_leads_township)
        report = take(A.SEND_BACK, report, world.feng_in_county, "这件事请镇里先调解。")
        assert (report.state, report.holder) == (S.RECEIVED, world.township)

    @pytest.mark.parametrize(
        ("what", "who", "why"),
        [
            (A.RECEIVE, "zhu_in_village", "the unit that sent it does not sign it in"),
            (A.APPROVE, "luo_leads_township", "nothing waits for approval"),
            (A.SETTLE, "fang_in_township", "not signed in yet"),
        ],
    )
    def test_only_what_the_table_allows(self, world, what, who, why):
        report = take(A.SUBMIT, written(world.zhu_in_village), world.zhu_in_village)
        with pytest.raises(StepRefused):
            take(what, report, getattr(world, who), "写得足够长的理由")
            pytest.fail(why)

    def test_a_reason_is_asked_for_and_an_older_page_is_told(self, world):
        report = take(A.SUBMIT, written(world.zhu_in_village), world.zhu_in_village)
        with pytest.raises(StepRefused, match="至少5个字"):
            take(A.SEND_BACK, report, world.fang_in_township, "再写")
        with pytest.raises(StepRefused, match="有了变化"):
            take(A.RECEIVE, report, world.fang_in_township, seq=report.seq - 1)


class TestSecrecy:
    def test_others_do_not_see_it(self, world):
        report = take(A.SUBMIT, written(world.zhu_in_village), world.zhu_in_village)
        seen = [
            world.zhu_in_village,
            world.fang_in_township,
            world.feng_in_county,
            world.wang_leads_office,
            world.sun_supervises,
        ]
        for officer in seen:
            assert InformationReport.objects.visible_to(officer).filter(pk=report.pk).exists(), officer
        for officer in (world.zhou_leads_unit, world.tang_registers, world.shen_reviews, world.sys_admin):
            assert not InformationReport.objects.visible_to(officer).filter(pk=report.pk).exists(), officer

    def test_a_draft_is_the_units_own(self, world):
        report = written(world.zhu_in_village)
        assert not InformationReport.objects.visible_to(world.wang_leads_office).filter(pk=report.pk).exists()

    def test_numbers_of_people_are_never_stored(self, world):
        report = written(
            world.zhu_in_village, text="联系 13800138000，\n证件 110101199003074514。", title="电话13800138000"
        )
        kept = f"{report.title}{report.text}{report.versions.get().said}"
        assert "13800138000" not in kept and "110101199003074514" not in kept and "138******00" in kept

    def test_says_in_which_line(self):
        assert check_text("一切正常\n电话 138 0013 8000\n完").lines == (2,)
        assert check_text("共12亩，2026年3月3日").lines == ()

    def test_history_only_grows(self, world):
        report = written(world.zhu_in_village)
        for statement in ("UPDATE information_reportevent SET note = 'x'", "DELETE FROM information_reportversion"):
            with pytest.raises((InternalError, ProgrammingError)), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        assert ReportEvent.objects.filter(report=report).count() == 1


class TestPages:
    FORM = {"kind": "dispute", "title": "东沟村灌溉用水起争执", "text": "三户因轮灌次序起争执。", "then": "submit"}

    def test_village_officer_hands_in_and_the_township_is_told(self, world):
        answer = client_of(world.zhu_in_village).post(reverse("workbench:information_new"), self.FORM)
        report = InformationReport.objects.get()
        assert answer.status_code == 302 and report.state == S.SENT
        assert InAppMessage.objects.filter(
            officer=world.fang_in_township, subject=f"information:{report.pk}:2"
        ).exists()
        township = client_of(world.fang_in_township)
        assert report.title in township.get(reverse("workbench:information")).content.decode()
        assert "请签收" in township.get(reverse("workbench:messages")).content.decode()
        page = reverse("workbench:information_report", args=[report.pk])
        assert "签收" in township.get(page).content.decode()
        act = reverse("workbench:information_act", args=[report.pk, "receive"])
        assert township.post(act, {"seq": report.seq}).status_code == 302
        settle = reverse("workbench:information_act", args=[report.pk, "settle"])
        assert township.get(settle).status_code == 200
        short = township.post(settle, {"note": "好"})
        assert short.status_code == 422 and "至少5个字" in short.content.decode()

    def test_numbers_are_found_before_anything_is_stored_and_masked_when_asked(self, world):
        client = client_of(world.zhu_in_village)
        form = {**self.FORM, "text": "当事人电话13800138000"}
        answer = client.post(reverse("workbench:information_new"), form)
        body = answer.content.decode()
        assert answer.status_code == 422 and "遮盖这些号码后保存" in body and "13800138000" in body, (
            "nothing typed is lost"
        )
        assert not InformationReport.objects.exists()
        assert client.post(reverse("workbench:information_new"), {**form, "mask_numbers": "on"}).status_code == 302
        assert InformationReport.objects.get().text == "当事人电话138******00"

    def test_hidden_and_missing_look_the_same(self, world):
        report = take(A.SUBMIT, written(world.zhu_in_village), world.zhu_in_village)
        stranger = client_of(world.zhou_leads_unit)
        for pk in (report.pk, 999999):
            assert stranger.get(reverse("workbench:information_report", args=[pk])).status_code == 404
            assert stranger.post(reverse("workbench:information_act", args=[pk, "receive"])).status_code == 404
        assert client_of(world.sys_admin).get(reverse("workbench:information")).status_code == 404

    @pytest.mark.parametrize(
        "query",
        [
            "?show=x&kind=y",
            "?show=area",
            "?after=1.1&before=..",
            "?show=came&kind=work",
            "?show=area&unit=999&year=9999999",
        ],
    )
    def test_odd_choices_are_no_error(self, world, query):
        assert client_of(world.feng_in_county).get(reverse("workbench:information") + query).status_code == 200


class TestConference:
    def test_important_information_goes_to_the_office_of_the_joint_conference(self, world):
        report = take(A.SUBMIT, written(world.li_triages), world.li_triages)
        report = take(A.RECEIVE, take(A.APPROVE, report, world.wang_leads_office), world.niu_at_region_office)
        with pytest.raises(StepRefused, match="没有启用"):
            take(A.TO_CONFERENCE, report, world.niu_at_region_office)
        gov = world.region_gov
        office = Organisation.objects.create(
            key="region-jc", name="云岭自治区联席办", short="云联", line=Line.JOINT_CONFERENCE, level=1, parent=gov, division_code="990000",
            lft=gov.rgt + 1, rgt=gov.rgt + 2, territory_lft=gov.lft, territory_rgt=gov.rgt,
        )  # fmt: skip
        tian = world.officer("tian", "田联席", office, Role.JOINT_CONFERENCE)
        report = take(A.TO_CONFERENCE, report, world.niu_at_region_office)
        assert (report.state, report.holder) == (S.SENT, office)
        assert take(A.RECEIVE, report, tian).state == S.RECEIVED


def test_the_figure_of_disputes_leads_to_the_reports_behind_it(world):
    report = take(A.SUBMIT, written(world.zhu_in_village), world.zhu_in_village)
    reports.write(said(), by=world.zhu_in_village, at=at("2026-03-03"))
    assert screening.disputes(world.township, 2026) == screening.Disputes(2026, 1, 0), "a draft is the unit's own"
    query = f"?show=area&kind=dispute&unit={world.township.pk}&year=2026"
    body = client_of(world.feng_in_county).get(reverse("workbench:information") + query).content.decode()
    assert body.count(reverse("workbench:information_report", args=[report.pk])) == 1 and world.township.name in body
