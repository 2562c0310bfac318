"""The three recommendations from the page to the archive: to whom each may go, what it must say, who is told, when it is late (SV-4, SV-5)."""

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from tests.world import World, at, client_of
from xinqiao.documents import letters
from xinqiao.integrity.models import AuditEntry
from xinqiao.jobs import recommended
from xinqiao.matters.models import Accused, Matter
from xinqiao.notifications.models import InAppMessage
from xinqiao.organisations.models import Organisation
from xinqiao.rules import liability
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.recommendations import RECOMMENDATIONS, Adoption, Sort, State, faults, feedback_faults
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Kind, Step
from xinqiao.supervision import recommendations as acts
from xinqiao.supervision.models import Recommendation

FACTS = "今年三月至五月，三件房屋质量信访都没有按期告知是否受理。"
PROPOSAL = "建立收文当日登记制度，明确专人告知，每周核对一次。"


class TestTable:
    def test_the_grounds_of_liability_are_those_of_the_regulation(self):
        count = {}
        for row in liability.LIABILITIES.values():
            count[row.article] = count.get(row.article, 0) + 1
        assert count == {42: 4, 43: 1, 44: 3, 45: 4, 46: 7}, "SV-7"
        assert liability.LIABILITIES["R-46(4)"].basis == "信访工作条例第四十六条第四项"
        assert [code for code, _words in liability.choices(["R-45(1)"])][:2] == ["R-45(1)", "R-42(1)"], (
            "what is chosen is seen"
        )
        assert liability.LIABILITIES["R-43"].basis == "信访工作条例第四十三条"

    @pytest.mark.parametrize(
        ("sort", "left_out", "why"),
        [
            (Sort.IMPROVE, "matters", "it rests on matters"),
            (Sort.POLICY, "provision", "which rule"),
            (Sort.ACCOUNT, "consequence", "R-40(3): only with serious consequences"),
            (Sort.ACCOUNT, "grounds", "SV-7"),
            (Sort.ACCOUNT, "concerned", "whose responsibility"),
            (Sort.IMPROVE, "organisation", "to whom"),
        ],
    )
    def test_each_sort_asks_for_its_own_content(self, sort, left_out, why):
        full = {"facts": FACTS, "proposal": PROPOSAL, "organisation": 1, "matters": 2, "provision": FACTS, "concerned": 1,
                "grounds": ["R-45(1)"], "consequence": "屋面坍塌，两户人家不能居住。"}  # fmt: skip
        assert faults(sort, full) == {}
        assert left_out in faults(sort, full | {left_out: None}), why

    def test_policy_needs_no_matter(self):
        assert "matters" not in RECOMMENDATIONS[Sort.POLICY].needs

    @pytest.mark.parametrize(
        ("adoption", "wrong"),
        [
            (Adoption.ADOPTED, {"measures", "done_by_on"}),
            (Adoption.PARTLY, {"measures", "done_by_on", "reasons"}),
            (Adoption.NOT_ADOPTED, {"reasons"}),
        ],
    )
    def test_a_feedback_says_what_is_done_and_why_not(self, adoption, wrong):
        assert set(feedback_faults(adoption, {})) == wrong


@pytest.fixture
def world():
    return World()


def draft(world, **changes):
    return acts.Draft(
        **{"sort": Sort.IMPROVE, "organisation": world.housing, "facts": FACTS, "proposal": PROPOSAL, **changes}
    )


def issued(world, when="2026-04-01", **changes) -> Recommendation:
    """Signed by the head of the office; rests on one matter of the bureau."""
    matter = world.in_handling("2026-03-02")
    row = acts.save(draft(world, numbers=(matter.number,), **changes), by=world.sun_supervises, at=at(when))
    acts.submit(row.pk, by=world.sun_supervises, at=at(when))
    return acts.sign(row.pk, by=world.wang_leads_office, at=at(when))


def answer(world, row, when, by=None, **changes):
    said = {
        "adoption": Adoption.ADOPTED,
        "measures": "指定专人当日登记、告知。",
        "done_by_on": at("2026-06-30").date(),
        **changes,
    }
    return acts.answer(row.pk, acts.Answer(**said), by=by or world.zhou_leads_unit, at=at(when))


def tallied(world) -> dict[Sort, acts.Tally]:
    """Those signed in April, as they stand in June."""
    return acts.tally(world.office, at("2026-04-01").date(), at("2026-04-30").date(), on=at("2026-06-01").date())


def bells(officer) -> list[str]:
    return list(
        InAppMessage.objects.filter(officer=officer, subject__startswith="recommendation")
        .order_by("pk")
        .values_list("text", flat=True)
    )


@pytest.mark.django_db
class TestAddressees:
    def test_policy_goes_to_the_own_level_and_accountability_to_who_manages_cadres(self, world):
        names = lambda sort: set(acts.addressees(world.sun_supervises, sort).values_list("key", flat=True))  # noqa: E731
        assert names(Sort.POLICY) == {"pref-gov"}
        assert names(Sort.ACCOUNT) == {"pref-disc", "region-disc"}
        assert {"pref-housing", "county-gov"} <= names(Sort.IMPROVE)
        assert not {"pref-po", "region-housing", "pref-gov"} & names(Sort.IMPROVE)

    def test_an_organ_is_not_asked_to_pursue_itself_or_what_stands_above_it(self, world):
        given = {"sort": Sort.ACCOUNT, "grounds": ("R-45(1)",), "consequence": "屋面坍塌，两户人家不能居住。"}
        with pytest.raises(acts.Incomplete, match="没有管理权限"):
            acts.save(
                draft(world, organisation=world.discipline, concerned=world.discipline, **given),
                by=world.sun_supervises,
                at=at("2026-04-01"),
            )
        acts.save(
            draft(world, organisation=world.discipline, concerned=world.housing, **given),
            by=world.sun_supervises,
            at=at("2026-04-01"),
        )

    def test_a_report_is_never_relied_on_and_says_no_more_than_a_missing_number(self, world):
        report = world.triaged(
            "2026-03-02",
            kind=Kind.REPORT,
            respondent={"unit": world.police.name, "organisation_id": world.police.pk, "name": "某"},
        )
        for number in (report.number, "9901002026030299990"):
            with pytest.raises(acts.Incomplete) as refused:
                acts.save(draft(world, numbers=(number,)), by=world.sun_supervises, at=at("2026-04-01"))
            assert "没有找到编号" in refused.value.message
        assert not Recommendation.objects.exists()


@pytest.mark.django_db
class TestWay:
    def test_drafted_signed_answered_closed(self, world):
        row = issued(world)
        assert row.state == State.ISSUED and str(row.feedback_by_on) == "2026-05-06", (
            "30 days, the last of which is a holiday"
        )
        letter = letters.by_id(row.document_id, matter_id=letters.NO_MATTER)
        said = str(letter.text)
        assert (
            letter.number == "临信信建〔2026〕1号"
            and FACTS in said
            and "王秀兰" not in said
            and not letter.visible_to_citizen
        )
        prepared = answer(world, row, "2026-04-10", by=world.xu_handles)
        row.refresh_from_db()
        assert prepared.signed_at is None and row.state == State.ISSUED, "the head answers for the organ"
        signed = answer(world, row, "2026-04-11")
        assert (signed.written_by, signed.signed_by) == (world.xu_handles, world.zhou_leads_unit)
        acts.send_feedback_back(
            row.pk,
            reason="没有写由谁负责、哪天完成。",
            feedback_by_on=None,
            by=world.sun_supervises,
            at=at("2026-04-15"),
        )
        row.refresh_from_db()
        assert (row.state, row.rounds, str(row.feedback_by_on)) == (State.ISSUED, 2, "2026-05-15")
        answer(world, row, "2026-04-20", adoption=Adoption.PARTLY, reasons="增加编制要由编制部门批准。")
        acts.close(row.pk, outcome="到单位看过登记簿，当日登记、告知。", by=world.sun_supervises, at=at("2026-04-25"))
        row.refresh_from_db()
        assert tallied(world)[Sort.IMPROVE] == acts.Tally(
            issued=1, adopted=0, partly=1, not_adopted=0, waiting=0, late=0
        ), "the last word counts"
        matter = row.matters.get()
        for hide, why in (
            (lambda: Matter.objects.filter(pk=matter.pk).update(sealed=True), "sealed"),
            (lambda: Matter.objects.filter(pk=matter.pk).update(kind=Kind.REPORT), "a report"),
            (lambda: Accused.objects.create(matter=matter, org_lft=1, org_rgt=2), "an accused set"),
        ):
            with transaction.atomic():
                hide()
                assert tallied(world)[Sort.IMPROVE].issued == 0, f"C-01: {why} is in no figure"
                transaction.set_rollback(True)
        assert tallied(world)[Sort.IMPROVE].issued == 1
        assert row.state == State.CLOSED and [one.round for one in row.feedback.order_by("round")] == [1, 2]
        states = [
            json.loads(entry.detail_text)["state"]
            for entry in AuditEntry.objects.filter(kind=AuditKind.RECOMMENDED).order_by("pk")
        ]
        assert states == [
            "drafted",
            "submitted",
            "issued",
            "feedback_prepared",
            "answered",
            "issued",
            "answered",
            "closed",
        ]

    def test_the_head_sends_a_draft_back_and_nobody_outside_saw_it(self, world):
        matter = world.in_handling("2026-03-02")
        row = acts.save(draft(world, numbers=(matter.number,)), by=world.sun_supervises, at=at("2026-04-01"))
        acts.submit(row.pk, by=world.sun_supervises, at=at("2026-04-01"))
        acts.send_back(row.pk, note="事实部分请写明三件的日期。", by=world.wang_leads_office, at=at("2026-04-02"))
        assert Recommendation.objects.visible_to(world.sun_supervises).get().state == State.DRAFTED
        for other in (world.zhou_leads_unit, world.niu_at_region_office):
            assert not Recommendation.objects.visible_to(other).exists()

    @pytest.mark.parametrize(
        ("who", "what"),
        [
            ("sun_supervises", lambda pk, by: acts.sign(pk, by=by, at=at("2026-04-02"))),
            (
                "zhou_leads_unit",
                lambda pk, by: acts.close(pk, outcome="已经办好了，没有问题。", by=by, at=at("2026-04-02")),
            ),
        ],
    )
    def test_everybody_keeps_to_their_own_part(self, world, who, what):
        row = issued(world)
        with pytest.raises(StepRefused):
            what(row.pk, getattr(world, who))
        with pytest.raises(StepRefused, match="由收到建议的"):
            answer(world, row, "2026-04-10", by=world.wang_leads_office)

    def test_the_same_supervision_gives_no_second_open_one(self, world):
        matter = world.in_handling("2026-03-02")
        world.take(
            Step.PROPOSE_SUPERVISION, matter.pk, world.sun_supervises, "2026-04-01", to=world.housing, ground="not_handled", means="letter",
            broken="超过期限没有答复信访人。", demand="五日内书面答复信访人。", improvement="建立期限提醒制度，专人核对。", answer_by_on=at("2026-04-15").date(),
        )  # fmt: skip
        one = matter.supervisions.get()
        acts.save(draft(world, supervision=one), by=world.sun_supervises, at=at("2026-04-02"))
        with pytest.raises(StepRefused, match="已经就这一项起草过"):
            acts.save(draft(world, supervision=one), by=world.sun_supervises, at=at("2026-04-03"))


@pytest.mark.django_db
class TestTold:
    def test_each_state_is_told_once_and_lateness_found_once_however_long_nobody_looked(self, world):
        row = issued(world)
        for _turn in range(3):
            recommended.tell(at("2026-04-01 10:05"))
        assert (
            bells(world.zhou_leads_unit) == bells(world.xu_handles) == ["收到信访部门的建议，请按期书面反馈采纳情况。"]
        )
        assert bells(world.wang_leads_office) == bells(world.gu_at_environment) == []
        recommended.tell(at("2026-05-06"))  # the last day itself
        assert bells(world.zhou_leads_unit)[-1] == "建议的反馈期限快到了，请抓紧。"
        for moment in ("2026-05-09", "2026-05-09 10:01", "2026-05-10"):  # the worker stood still for a week
            recommended.tell(at(moment))
        assert bells(world.zhou_leads_unit)[2:] == ["建议逾期没有反馈，请马上办理。"]
        assert bells(world.sun_supervises) == ["有建议逾期没有反馈，请督促。"]
        row.refresh_from_db()
        assert row.late_at == at("2026-05-09")
        answer(world, row, "2026-05-11")
        recommended.tell(at("2026-05-11"))
        assert bells(world.sun_supervises)[-1] == "收到建议的采纳情况反馈，请核对。"


@pytest.mark.django_db
class TestPages:
    def test_a_supervision_begins_a_recommendation_with_its_own_words(self, world):
        matter = world.in_handling("2026-03-02")
        world.take(
            Step.PROPOSE_SUPERVISION, matter.pk, world.sun_supervises, "2026-04-01", to=world.housing, ground="not_handled", means="letter",
            broken="超过期限没有答复信访人。", demand="五日内书面答复信访人。", improvement="建立期限提醒制度，专人核对。", answer_by_on=at("2026-04-15").date(),
        )  # fmt: skip
        world.take(Step.ISSUE_SUPERVISION, matter.pk, world.wang_leads_office, "2026-04-01")
        one, client = matter.supervisions.get(), client_of(world.sun_supervises)
        page = client.get(reverse("workbench:supervision", args=[one.pk]))
        assert client.get(reverse("workbench:letter", args=[one.document_id, "pdf"])).status_code == 200, (
            "F-26 names nobody"
        )
        assert f"?supervision={one.pk}" in page.content.decode()
        address = reverse("workbench:recommendation_draft", args=["improve"]) + f"?supervision={one.pk}"
        first = client.get(address).content.decode()
        assert (
            "超过期限没有答复信访人。" in first and "建立期限提醒制度，专人核对。" in first and "不必另写一份" in first
        )
        bad = {"facts": FACTS, "proposal": PROPOSAL, "numbers": "123", "organisation": world.housing.pk, "do": "save"}
        answer = client.post(address, bad)
        assert (
            answer.status_code == 422 and FACTS in answer.content.decode() and "没有找到编号" in answer.content.decode()
        )
        assert client.post(address, bad | {"numbers": matter.number}).status_code == 302
        row = Recommendation.objects.get()
        assert (row.supervision, list(row.matters.all())) == (one, [matter])
        assert "改进工作" in client.get(reverse("workbench:supervision", args=[one.pk])).content.decode()

    def test_sent_signed_and_answered_by_the_page(self, world):
        matter = world.in_handling("2026-03-02")
        row = acts.save(draft(world, numbers=(matter.number,)), by=world.sun_supervises, at=timezone.now())
        page, printed = (
            reverse("workbench:recommendation", args=[row.pk]),
            reverse("workbench:recommendation_letter", args=[row.pk, "letter", "pdf"]),
        )
        supervisor, head, unit = map(client_of, (world.sun_supervises, world.wang_leads_office, world.zhou_leads_unit))
        assert supervisor.get(printed).content[:5] == b"%PDF-", "the draft can be looked at"
        assert supervisor.post(page, {"do": "submit"}).status_code == 302
        assert supervisor.post(page, {"do": "sign"}).status_code == 422 and unit.get(page).status_code == 404
        day = localdate() + timedelta(days=400)
        assert (
            "反馈日期要在5天到90天之间"
            in head.post(page, {"do": "sign", "feedback_by_on": day.isoformat()}).content.decode()
        )
        assert (
            head.post(
                page, {"do": "sign", "feedback_by_on": (localdate() + timedelta(days=20)).isoformat()}
            ).status_code
            == 302
        )
        refused = unit.post(page, {"do": "answer", "adoption": "not_adopted", "reasons": "不行"})
        assert (
            refused.status_code == 422
            and "请写明理由" in refused.content.decode()
            and "不行" in refused.content.decode()
        )
        reasons = {"do": "answer", "adoption": "not_adopted", "reasons": "已有同样的制度，本月已经检查整改。"}
        assert unit.post(page, reasons).status_code == 302
        assert (
            unit.get(reverse("workbench:recommendation_letter", args=[row.pk, "feedback-1", "pdf"])).content[:5]
            == b"%PDF-"
        )
        listed = supervisor.get(
            reverse("workbench:recommendations"), {"show": "turn", "sort": "improve"}
        ).content.decode()
        assert reverse("workbench:recommendation", args=[row.pk]) in listed
        assert (
            "没有符合条件的建议"
            in supervisor.get(reverse("workbench:recommendations"), {"show": "open", "overdue": "1"}).content.decode()
        )

    @pytest.mark.parametrize(
        "who", ["tang_registers", "han_at_county_housing", "wu_at_police", "feng_in_county", "sys_admin"]
    )
    def test_nobody_else_finds_it(self, world, who):
        row, client = issued(world), client_of(getattr(world, who))
        for address in (
            reverse("workbench:recommendation", args=[row.pk]),
            reverse("workbench:recommendation_letter", args=[row.pk, "letter", "pdf"]),
        ):
            assert client.get(address).status_code == 404

    def test_a_liaison_sees_what_is_addressed_to_the_own_organ_and_nothing_of_the_office_where_it_sits(self, world):
        given = {
            "sort": Sort.ACCOUNT,
            "organisation": world.discipline,
            "concerned": world.housing,
            "grounds": ("R-45(1)",),
        }
        row = issued(world, consequence="屋面坍塌，两户人家不能居住。", **given)
        assert Recommendation.objects.visible_to(world.yang_at_discipline).get() == row and acts.signs_feedback(
            world.yang_at_discipline
        )
        assert not Recommendation.objects.visible_to(world.dai_liaises).exists() and not acts.may_draft(
            world.dai_liaises
        )
        assert not Recommendation.objects.visible_to(world.zhou_leads_unit).exists(), "not the organ that it is about"

    def test_who_is_accused_in_a_matter_it_rests_on_loses_sight_of_it(self, world):
        row = issued(world)
        assert Recommendation.objects.visible_to(world.zhou_leads_unit).exists()
        matter = row.matters.get()
        housing = Organisation.objects.get(pk=world.housing.pk)
        matter.accused.create(organisation=housing, org_lft=housing.lft, org_rgt=housing.rgt)
        assert not Recommendation.objects.visible_to(world.zhou_leads_unit).exists(), "C-01"
        assert Recommendation.objects.visible_to(world.sun_supervises).exists()
