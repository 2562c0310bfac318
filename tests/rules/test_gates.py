from dataclasses import replace
from datetime import date

import pytest

from xinqiao.rules.gates import (
    Answer,
    Basis,
    OpinionDraft,
    ReviewDraft,
    check,
    check_review,
    is_step_without_result,
    passed,
    repeated_after_revocation,
)
from xinqiao.rules.stages import Outcome, ReviewOutcome

WAGES = Answer(
    1,
    Outcome.SUPPORT,
    "公司拖欠工资3万元。",
    "劳动合同和考勤表可以证明。",
    (Basis("《保障农民工工资支付条例》", "第三条"),),
    "支持您的请求，由公司于2026年12月8日前支付工资3万元。",
    "支付工资3万元",
    "某公司，县人社局监督",
    date(2026, 12, 8),
)
PENSION = replace(WAGES, request_number=2, outcome=Outcome.NOT_SUPPORT, conclusion="不予支持，您的工龄不符合规定。")
DRAFT = OpinionDraft(
    requests=((1, "支付拖欠的工资"), (2, "补缴养老保险")),
    answers=(WAGES, PENSION),
    facts="2025年3月至8月，张某在某公司做工。",
    evidence=("劳动合同", "调查笔录"),
    remedy_organ_name="临河县人民政府",
    remedy_organ_address="临河县人民路1号",
)
REVIEW = ReviewDraft(
    is_recheck=False,
    outcome=ReviewOutcome.UPHOLD,
    facts="原意见认定的事实清楚。",
    reasons="依据充分。",
    basis=(Basis("《信访工作条例》", "第三十五条"),),
    conclusion="维持原处理意见。",
    remedy_organ_name="某市人民政府",
    remedy_organ_address="某市人民路1号",
)


def with_answer(**changes) -> OpinionDraft:
    return replace(DRAFT, answers=(replace(WAGES, **changes), PENSION))


class TestCheck:
    def test_a_full_opinion_passes_all_six(self):
        results = check(DRAFT)
        assert passed(results)
        assert [result.id for result in results] == ["GT-1", "GT-2", "GT-3", "GT-4", "GT-5", "GT-6"]

    @pytest.mark.parametrize(
        ("draft", "gate", "request_number", "says", "why"),
        [
            (replace(DRAFT, answers=(WAGES,)), "GT-1", 2, "还没有答复", "a request is passed over"),
            (replace(DRAFT, answers=(WAGES, WAGES, PENSION)), "GT-1", 1, "2个答复", "answered twice"),
            (replace(DRAFT, requests=((1, "支付拖欠的工资"),)), "GT-1", 2, "没有第2项", "nobody asked"),
            (replace(DRAFT, requests=(), answers=()), "GT-1", None, "逐项列出", "no requests at all"),
            (replace(DRAFT, facts=" "), "GT-2", None, "查明的事实", "no facts"),
            (replace(DRAFT, evidence=("",)), "GT-2", None, "证据", "no evidence"),
            (with_answer(reasons=""), "GT-3", 1, "理由", "no reasons"),
            (with_answer(basis=()), "GT-3", 1, "引用依据", "R-32(1): cites no law"),
            (with_answer(basis=(Basis("《劳动法》", ""),)), "GT-3", 1, "《劳动法》没有写条款", "no article"),
            (with_answer(basis=(Basis("", "第三条"),)), "GT-3", 1, "没有写名称", "no title"),
            (with_answer(conclusion=""), "GT-4", 1, "写明结果", "no conclusion"),
            (with_answer(conclusion="正在研究。"), "GT-4", 1, "没有写结果", "a step instead of a result"),
            (with_answer(outcome=None), "GT-5", 1, "请选择结论", "no outcome"),
            (
                with_answer(until_on=None, by_whom=""),
                "GT-5",
                1,
                "由谁落实、在哪一天以前落实",
                "F-16: what, who, until when",
            ),
            (with_answer(outcome=Outcome.PARTLY, measure=""), "GT-5", 1, "做什么", "partly supported is supported"),
            (replace(DRAFT, remedy_organ_name=""), "GT-6", None, "复查机关", "no remedy"),
            (replace(DRAFT, remedy_organ_address=""), "GT-6", None, "没有地址", "the address is owed as well"),
            (replace(DRAFT, no_further_instance=True), "GT-6", None, "核对", "one contradicts the other"),
        ],
    )
    def test_stops(self, draft, gate, request_number, says, why):
        failures = [result for result in check(draft) if not result.ok]
        assert [(f.id, f.request_number) for f in failures] == [(gate, request_number)], why
        assert says in failures[0].message

    def test_the_highest_organ_needs_no_remedy_organ(self):
        draft = replace(DRAFT, remedy_organ_name="", remedy_organ_address="", no_further_instance=True)
        assert passed(check(draft))

    def test_an_empty_draft_gives_findings_not_an_exception(self):
        assert not passed(check(OpinionDraft(requests=((1, "修路"),))))


class TestStepWithoutResult:
    @pytest.mark.parametrize(
        "text",
        [
            "正在研究。",
            "您反映的问题正在调查核实中。",
            "已转交县住建局处理。",
            "已将您的诉求转送相关部门。",
            "我局将进一步核实有关情况。",
            "已责成物业公司处理。",
            "责成乡政府尽快整改落实。",
            "我们高度重视，将会同有关部门研究解决。",
            "待资金到位后再研究解决。",
            "已列入明年工作计划，敬请耐心等待。",
            "建议您向县人社局咨询。",
            "决定进一步核实。",
            "请您理解，我们会继续跟踪。",
        ],
    )
    def test_finds(self, text):
        assert is_step_without_result(text)

    @pytest.mark.parametrize(
        "text",
        [
            "支持您的请求，由某公司于2026年12月8日前支付工资3万元。",
            "不予支持。您的房屋不在征收范围内，没有补偿依据。",
            "您反映的情况属实，违法建筑已于2026年11月1日拆除。",
            "经查，反映的问题不属实。",
            "责成物业公司于2026年12月8日前修复电梯。",
            "路灯已经修复，我们将继续加强巡查。",
            "您的请求合理，但缺乏政策依据。",
            "已补发2025年高龄津贴1200元。",
            "同意为您办理登记。",
        ],
    )
    def test_lets_a_result_pass(self, text):
        assert not is_step_without_result(text)


class TestCheckReview:
    def test_a_full_review_opinion_passes(self):
        assert passed(check_review(REVIEW))

    @pytest.mark.parametrize(
        ("draft", "gate", "why"),
        [
            (replace(REVIEW, facts=""), "RV-1", "F-18: facts found"),
            (replace(REVIEW, outcome=None), "RV-2", "uphold, change or revoke"),
            (replace(REVIEW, outcome=ReviewOutcome.REVOKE), "RV-2", "revoked: within a set date"),
            (replace(REVIEW, basis=()), "RV-3", "F-18: basis"),
            (replace(REVIEW, conclusion="将进一步核实。"), "RV-4", "a step instead of a result"),
            (replace(REVIEW, outcome=ReviewOutcome.CHANGE), "RV-5", "not to the worse"),
            (replace(REVIEW, remedy_organ_name=""), "RV-6", "recheck organ owed"),
        ],
    )
    def test_stops(self, draft, gate, why):
        assert [result.id for result in check_review(draft) if not result.ok] == [gate], why

    def test_a_recheck_is_final(self):
        assert passed(check_review(replace(REVIEW, is_recheck=True, remedy_organ_name="", remedy_organ_address="")))


class TestRepeatedAfterRevocation:
    def test_finds_the_same_result_on_the_same_facts_and_reasons(self):
        again = replace(WAGES, reasons=WAGES.reasons + " ", conclusion="换一种说法，结果相同。")
        assert [found.request_number for found in repeated_after_revocation([WAGES], [again])] == [1]

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"outcome": Outcome.PARTLY}, "another result"),
            ({"facts": "公司拖欠工资2万元。"}, "other facts"),
            ({"reasons": "重新调取了银行流水。"}, "other reasons"),
            ({"request_number": 3}, "another request"),
        ],
    )
    def test_lets_a_new_answer_pass(self, changes, why):
        assert repeated_after_revocation([WAGES], [replace(WAGES, **changes)]) == [], why
