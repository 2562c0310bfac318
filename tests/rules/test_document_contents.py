"""Mandatory content of the official documents (F.1, FD-1 to FD-5, GT-1, GT-6, MD-7)."""

import copy

import pytest

from tests.documents.samples import MATTER, REQUESTS, SAMPLES
from xinqiao.rules.document_contents import (
    ABOUT_NO_SINGLE_MATTER,
    DOCUMENTS,
    ITEM_KEYS,
    KEYS,
    SealKind,
    UnknownDocument,
    document_kind,
    faults,
    missing,
    remedy_text,
    title_of,
)

REQUIRED = [(kind.id, key) for kind in DOCUMENTS.values() for key in kind.required]
CONDITIONAL = [(kind.id, rule) for kind in DOCUMENTS.values() for rule in kind.conditional]


class TestTheTable:
    def test_has_every_document_of_the_main_line(self):
        numbers = [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20, 21, 25, 29, 30, 31, 36]
        assert {f"F-{number:02d}" for number in numbers} <= set(DOCUMENTS)

    def test_uses_only_keys_that_are_in_the_dictionary(self):
        assert {key for kind in DOCUMENTS.values() for key in kind.keys} <= set(KEYS)
        assert set(ITEM_KEYS) <= set(KEYS)

    def test_no_two_documents_of_an_organ_share_a_type_word(self):
        words = [kind.type_word for kind in DOCUMENTS.values() if kind.type_word]
        assert len(words) == len(set(words))

    def test_every_numbered_document_names_organ_and_matter_and_is_sealed(self):
        for kind in DOCUMENTS.values():
            if kind.type_word and kind.id != "F-05":
                named = {"org_name"} if kind.id in ABOUT_NO_SINGLE_MATTER else {"org_name", "matter_number"}
                assert named <= set(kind.required), kind.id
            if kind.form == "letter":
                assert {"addressee", "issued_on", "handler_name", "handler_phone"} <= set(kind.required), kind.id
                assert kind.seal is not SealKind.NONE, kind.id

    def test_the_sealed_list_says_nothing_of_the_content(self):
        assert not {"matter_title", "facts", "requests", "summary", "petitioner", "body"} & set(DOCUMENTS["F-05"].keys)

    def test_an_unknown_document_is_an_error(self):
        with pytest.raises(UnknownDocument):
            document_kind("F-99")


class TestMissing:
    @pytest.mark.parametrize("document_id", sorted(DOCUMENTS))
    def test_finds_nothing_missing_in_a_complete_document(self, document_id):
        assert missing(document_id, SAMPLES[document_id]) == []

    @pytest.mark.parametrize(("document_id", "key"), REQUIRED)
    def test_names_each_mandatory_content_that_is_not_there(self, document_id, key):
        label = KEYS[key].label
        for empty in (None, "", "  \n"):
            assert label in missing(document_id, SAMPLES[document_id] | {key: empty})
        assert label in missing(
            document_id, {other: value for other, value in SAMPLES[document_id].items() if other != key}
        )

    @pytest.mark.parametrize(("document_id", "rule"), CONDITIONAL)
    def test_asks_for_what_depends_on_another_answer(self, document_id, rule):
        for value in rule.values:
            data = SAMPLES[document_id] | {rule.given: value, rule.key: None}
            assert KEYS[rule.key].label in missing(document_id, data)

    def test_an_answer_no_and_an_empty_list_of_enclosures_are_answers(self):
        assert missing("F-01", SAMPLES["F-01"] | {"publish_consent": False, "secrecy_request": False}) == []
        assert missing("F-12", SAMPLES["F-12"] | {"enclosures": []}) == []

    def test_a_list_must_be_a_list_and_a_single_part_may_stand_alone(self):
        assert missing("F-16", SAMPLES["F-16"] | {"answers": "已处理"}) == ["逐项答复"]
        assert missing("F-08", SAMPLES["F-08"] | {"requests": ["尽快维修", ""]}) == ["第2项诉求的内容"]

    def test_an_opinion_answers_every_request(self):
        data = copy.deepcopy(SAMPLES["F-16"])
        del data["answers"][1]
        assert missing("F-16", data) == ["第2项诉求的答复"]

    @pytest.mark.parametrize("part", ["outcome", "conclusion", "basis", "execution"])
    def test_each_answer_says_outcome_opinion_basis_and_for_support_the_execution(self, part):
        data = copy.deepcopy(SAMPLES["F-16"])
        data["answers"][0][part] = ""
        assert len(missing("F-16", data)) == 1
        assert missing("F-16", data)[0].startswith("第1项答复的")

    def test_an_explained_request_needs_no_execution(self):
        assert "execution" not in SAMPLES["F-16"]["answers"][2]

    def test_the_highest_organ_names_no_review_organ(self):
        data = SAMPLES["F-16"] | {"review_organs": [], "no_further_instance": True}
        assert missing("F-16", data) == []
        assert "没有上一级机关" in remedy_text("F-16", data)


class TestFaults:
    def test_an_agreement_may_not_waive_the_right_to_petition(self):
        data = SAMPLES["F-25"] | {"terms": ["公司补偿5000元。", "王秀兰承诺息诉罢访。"]}
        assert "息诉罢访" in faults("F-25", data)[0]
        assert faults("F-25", SAMPLES["F-25"]) == []


class TestRemedyText:
    def test_names_thirty_days_organ_address_and_papers(self):
        text = remedy_text("F-18", SAMPLES["F-18"])
        for part in ("30日内", "复核", "示例自治区住房和城乡建设厅", "首府市建设大街9号", "申请书"):
            assert part in text

    def test_leaves_the_choice_between_two_organs_to_the_citizen(self):
        assert "由您选择其中一个" in remedy_text("F-16", SAMPLES["F-16"])

    def test_a_recheck_is_final_and_says_what_stays_possible(self):
        text = remedy_text("F-19", MATTER)
        assert "终结" in text
        assert "新的事实和理由" in text

    @pytest.mark.parametrize("route", ["judicial", "arbitration", "party_appeal", "administrative", "duty_to_act"])
    def test_each_other_route_has_the_remedy_of_its_own_procedure(self, route):
        text = remedy_text("F-09", {"route": route})
        assert text
        assert "复查" not in text  # RT-3

    def test_documents_without_a_remedy_have_no_text(self):
        assert remedy_text("F-08", {"requests": REQUESTS}) == ""


class TestTitle:
    def test_says_which_instance(self):
        assert title_of("F-17", {"instance": "复核"}) == "信访事项复核申请书"
        assert title_of("F-25", {"agreement_kind": "和解"}) == "和解协议书"
        assert title_of("F-31", {}) == ""
