from datetime import date

import pytest

from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.service import MANNERS, effective_on
from xinqiao.rules.stages import ServiceManner as M

D = date(2026, 7, 1)
IN_PERSON = {"signed_on": D, "signed_by": "张三", "relation": "self"}
LEFT = {
    "left_on": D,
    "refusal_reason": "不同意结果",
    "witness_one": "王五（柳树村村委会）",
    "witness_two": "赵六（柳树村村委会）",
}
ELECTRONIC = {"consented_on": D, "address": "13812345678", "arrived_on": D}
POST = {"tracking_number": "XA1234", "receipt_on": date(2026, 7, 4)}
THROUGH = {"organ": "某市信访局", "signed_on": D, "signed_by": "张三"}
NOTICE = {
    "published_on": D,
    "published_where": "县政府网站",
    "other_manners_failed": "地址不存在",
    "without_content": True,
}
ALL = {
    M.IN_PERSON: IN_PERSON,
    M.LEFT: LEFT,
    M.ELECTRONIC: ELECTRONIC,
    M.POST: POST,
    M.THROUGH_ORGAN: THROUGH,
    M.PUBLIC_NOTICE: NOTICE,
}


class TestEffectiveOn:
    @pytest.mark.parametrize(
        ("manner", "facts", "expected", "why"),
        [
            (M.IN_PERSON, IN_PERSON, D, "the day signed (88)"),
            (M.IN_PERSON, {**IN_PERSON, "relation": "adult_family"}, D, "adult family member living together (88)"),
            (M.LEFT, LEFT, D, "the day left, two witnesses (89)"),
            (M.LEFT, {"left_on": D, "refusal_reason": "不开门", "recording": "a.jpg"}, D, "a photograph instead (89)"),
            (M.ELECTRONIC, ELECTRONIC, D, "the day it arrived (90)"),
            (M.ELECTRONIC, {**ELECTRONIC, "arrived_on": None}, None, "sent, not arrived: no window (DL-14)"),
            (M.POST, POST, date(2026, 7, 4), "the day on the return receipt (91)"),
            (M.POST, {"tracking_number": "XA1234"}, None, "the receipt is not back: no window (DL-14)"),
            (M.THROUGH_ORGAN, THROUGH, D, "the day signed (91 to 94)"),
            (M.PUBLIC_NOTICE, NOTICE, date(2026, 7, 31), "V36: day 30"),
            (
                M.PUBLIC_NOTICE,
                {**NOTICE, "published_on": date(2026, 9, 1)},
                date(2026, 10, 1),
                "an event does not roll",
            ),
        ],
    )
    def test_counts_from(self, manner, facts, expected, why):
        assert effective_on(manner, facts) == expected, why

    @pytest.mark.parametrize(
        ("manner", "facts", "code", "why"),
        [
            (
                M.ELECTRONIC,
                {"address": "13812345678", "arrived_on": D},
                "consent_missing",
                "B19: SMS only, never agreed",
            ),
            (M.ELECTRONIC, {**ELECTRONIC, "consented_on": date(2026, 7, 2)}, "consent_too_late", "agreed afterwards"),
            (M.LEFT, {**LEFT, "witness_two": ""}, "witness_missing", "one witness"),
            (M.LEFT, {**LEFT, "witness_two": LEFT["witness_one"]}, "witness_missing", "the same witness twice"),
            (M.LEFT, {**LEFT, "refusal_reason": " "}, "proof_missing", "no reason of refusal"),
            (M.IN_PERSON, {**IN_PERSON, "relation": "neighbour"}, "proof_wrong", "a neighbour cannot sign"),
            (M.IN_PERSON, {**IN_PERSON, "signed_on": "2026-07-01"}, "proof_wrong", "a day is a day, not text"),
            (M.POST, {"receipt_on": D}, "proof_missing", "not tracked"),
            (
                M.PUBLIC_NOTICE,
                {**NOTICE, "without_content": False},
                "proof_missing",
                "the notice may not tell the petition",
            ),
            (M.PUBLIC_NOTICE, {**NOTICE, "other_manners_failed": ""}, "proof_missing", "only when nothing else works"),
        ],
    )
    def test_refuses_without_proof(self, manner, facts, code, why):
        with pytest.raises(StepRefused) as refusal:
            effective_on(manner, facts)
        assert refusal.value.code == code, why

    @pytest.mark.parametrize("manner", list(M))
    def test_every_needed_field_is_needed(self, manner):
        for field in MANNERS[manner].fields:
            if field.needed:
                with pytest.raises(StepRefused):
                    effective_on(manner, {**ALL[manner], field.name: None})

    def test_a_proof_from_the_future_is_refused(self):
        with pytest.raises(StepRefused, match="不能晚于今天"):
            effective_on(M.IN_PERSON, IN_PERSON, today=date(2026, 6, 30))


class TestManners:
    def test_each_has_its_row(self):
        assert set(MANNERS) == set(M)
        assert all(row.counts_from and row.article and row.when for row in MANNERS.values())
