import re

import pytest

from xinqiao.rules.grounds import (
    FIELDS,
    GROUNDS,
    NEVER_GROUNDS,
    UsedBy,
    no_longer_accepted_checks,
    refusal_allowed,
    require_checks,
)
from xinqiao.rules.packs import Addition, PolicyPack
from xinqiao.rules.refusals import StepRefused

PACK = PolicyPack(
    code="sd",
    name="某省规则包",
    region="370000",
    version="1",
    source="某省信访条例",
    switched_on=frozenset({"NL-2"}),
    grounds=(Addition("local-visit-level", "越级走访", "某省信访条例第二十六条"),),
)


class TestGrounds:
    def test_is_the_closed_list(self):
        assert list(GROUNDS) == ["NA-1", "NA-2", "NA-3", "NA-4", "NA-5", "NL-1", "NL-2", "NL-3"]

    @pytest.mark.parametrize("ground", GROUNDS.values(), ids=list(GROUNDS))
    def test_every_row_is_complete(self, ground):
        assert ground.article
        assert ground.preconditions
        assert ground.notice.endswith("。")
        assert set(re.findall(r"\{(\w+)\}", ground.notice)) <= set(FIELDS)

    @pytest.mark.parametrize("ground", GROUNDS.values(), ids=list(GROUNDS))
    def test_national_grounds_cite_the_regulation(self, ground):
        assert ground.needs_pack or ground.article.startswith("《信访工作条例》第")

    def test_the_old_regulation_is_never_cited(self):
        assert all("《信访条例》" not in g.notice + g.article for g in GROUNDS.values())  # J.2 Q16


class TestRefusalAllowed:
    @pytest.mark.parametrize(
        ("ground", "direct", "office", "pack", "why"),
        [
            ("NA-1", True, False, None, "R-19(3) binds every superior organ"),
            ("NA-1", True, True, None, "also the petition office"),
            ("NA-2", True, False, None, "filed directly with the unit (R-23(1))"),
            ("NA-3", True, False, None, "a review organ"),
            ("NA-3", True, True, None, "a review office that sits in the petition office"),
            ("NA-4", True, True, None, "R-22(2)"),
            ("NA-5", False, False, PACK, "switched on by a pack"),
            ("NL-1", False, False, None, "the only national ground (R-36(3))"),
            ("NL-2", False, True, PACK, "switched on by a pack"),
        ],
    )
    def test_allows(self, ground, direct, office, pack, why):
        row = refusal_allowed(ground, filed_directly=direct, by_petition_office=office, pack=pack)
        assert row.id == ground, why

    @pytest.mark.parametrize(
        ("given", "code", "says", "why"),
        [
            (("NA-2", False, False, None), "objection_instead", "提出异议", "transferred: object instead (R-23(3))"),
            (("NA-2", True, True, None), "not_for_petition_office", "请转送", "a petition office transfers (R-22)"),
            (("NA-2", False, True, None), "not_for_petition_office", "请转送", "also when it was relayed"),
            (("NA-5", True, False, None), "pack_needed", "规则包", "no pack"),
            (("NL-2", True, False, None), "pack_needed", "说明情况", "B15: window missed is no national ground"),
            (("NL-3", True, False, PACK), "pack_needed", "督查", "this pack does not switch it on"),
            (("NA-9", True, False, None), "unknown_ground", "应当受理", "not in the closed list"),
            (("anonymity", True, False, PACK), "never_a_ground", "匿名", "I-11"),
            (("earlier_petitions", True, False, PACK), "never_a_ground", "次数", "D.10"),
        ],
    )
    def test_refuses_and_says_what_to_do(self, given, code, says, why):
        ground, direct, office, pack = given
        with pytest.raises(StepRefused, match=says) as refusal:
            refusal_allowed(ground, filed_directly=direct, by_petition_office=office, pack=pack)
        assert refusal.value.code == code, why

    def test_six_things_are_never_grounds(self):
        assert set(NEVER_GROUNDS) == {"anonymity", "language", "form", "tone", "earlier_petitions", "missing_id"}

    def test_who_may_use_is_a_closed_list(self):
        assert {ground.used_by for ground in GROUNDS.values()} <= set(UsedBy)


class TestNoLongerAccepted:
    FULL = {check.name: "填写" for check in no_longer_accepted_checks()}

    def test_passes_when_all_is_filled_in_by_two(self):
        require_checks(self.FULL, by="何")

    @pytest.mark.parametrize("name", [check.name for check in no_longer_accepted_checks()])
    def test_no_line_may_be_missing(self, name):
        with pytest.raises(StepRefused, match="还没有填完"):
            require_checks({**self.FULL, name: ""}, by="何")

    def test_nobody_confirms_their_own_comparison(self):
        with pytest.raises(StepRefused, match="另一个人"):
            require_checks({**self.FULL, "second_person": "何"}, by="何")
