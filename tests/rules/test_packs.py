"""地方规则包 may only tighten: rule 0-PACK (0.2, B18)."""

import json
from datetime import date

import pytest

from xinqiao.rules import packs
from xinqiao.rules.calendar import WorkCalendar
from xinqiao.rules.packs import PackRefused
from xinqiao.rules.terms import TERMS, Holder

HEAD = {"code": "linhe", "name": "临河规则包", "region": "临河县", "version": "1", "source": "临河信访规定"}
CITED = {"citation": "临河信访规定第十条"}


def load(**rows):
    return packs.load({**HEAD, **rows})


class TestPack:
    def test_may_be_empty_and_changes_nothing(self):
        pack = load()
        assert pack.term("HANDLE60") is TERMS["HANDLE60"] and not pack.changes("HANDLE60")
        assert pack.is_on("SIMPLE3WD") and not pack.is_on("NL-2")
        assert pack.calendar(WorkCalendar.default()) is WorkCalendar.default()

    def test_may_shorten_an_office_limit_with_its_citation(self):
        term = load(terms={"handle60": {"days": 30, **CITED}}).term("HANDLE60")
        assert (term.days, term.article, term.holder) == (30, CITED["citation"], "office")

    def test_may_give_a_citizen_more_time(self):
        assert load(terms={"REVIEW_REQ30": {"days": 60, **CITED}}).term("REVIEW_REQ30").days == 60

    def test_may_add_documents_steps_and_grounds(self):
        row = {"code": "NA-5", "name": "越级走访", **CITED}
        pack = load(grounds=[row], documents=[row], steps=[row])
        assert pack.grounds == pack.documents == pack.steps == (packs.Addition("NA-5", "越级走访", CITED["citation"]),)

    def test_may_switch_on_the_local_grounds_and_switch_off_the_simple_procedure(self):
        pack = load(switch_on=[{"code": "NL-2", **CITED}], switch_off=["SIMPLE3WD"])
        assert pack.is_on("NL-2") and not pack.is_on("NL-3")
        assert not pack.is_on("SIMPLE3WD") and pack.is_on("SIMPLE10WD")

    def test_may_name_regional_holidays(self):
        pack = load(rest_days={"2026-05-27": "古尔邦节"}, rest_days_source="自治区通知")
        calendar = pack.calendar(WorkCalendar.default())
        assert not calendar.is_working_day(date(2026, 5, 27))
        assert pack.calendar(WorkCalendar.default()) is calendar  # a sweep over every clock must not build it anew

    def test_is_read_from_a_file(self, tmp_path):
        path = tmp_path / "pack.json"
        path.write_text(json.dumps({**HEAD, "terms": {"PO15": {"days": 5, **CITED}}}), encoding="utf-8")
        assert packs.load(path).term("PO15").days == packs.load(str(path)).term("PO15").days == 5


class TestRefusal:
    """PackRefused names the rule and the term."""

    def test_b18_handling_in_ninety_days(self):
        with pytest.raises(PackRefused) as refused:
            load(terms={"HANDLE60": {"days": 90, **CITED}})
        assert (refused.value.rule, refused.value.term) == ("0-PACK", "HANDLE60")
        assert "0-PACK" in str(refused.value) and "HANDLE60" in str(refused.value)

    @pytest.mark.parametrize("term", [t for t in TERMS.values() if t.holder is Holder.OFFICE], ids=str)
    def test_no_office_limit_may_be_lengthened(self, term):
        with pytest.raises(PackRefused, match=rf"0-PACK.*不得延长.*{term.code}"):
            load(terms={term.code: {"days": term.days + 1, **CITED}})

    @pytest.mark.parametrize("term", [t for t in TERMS.values() if t.holder is Holder.CITIZEN], ids=str)
    def test_no_window_of_a_citizen_may_be_shortened(self, term):
        with pytest.raises(PackRefused, match=rf"0-PACK.*不得缩短.*{term.code}"):
            load(terms={term.code: {"days": term.days - 1, **CITED}})

    @pytest.mark.parametrize("days", [29, 31])
    def test_the_public_notice_stays_as_it_is(self, days):
        with pytest.raises(PackRefused, match=r"0-PACK.*PUBLIC_NOTICE30"):
            load(terms={"PUBLIC_NOTICE30": {"days": days, **CITED}})

    @pytest.mark.parametrize(
        ("rows", "why"),
        [
            (
                {"terms": {"UNIT15": {"days": 15, "unit": "working", **CITED}}},
                "the same number in working days is longer",
            ),
            ({"terms": {"UNIT15": {"days": 11, "unit": "working", **CITED}}}, "11 working days are more than 15 days"),
            (
                {"terms": {"EXT30": {"days": 10, "unit": "working", **CITED}}},
                "the extension is added in one sum of days",
            ),
            ({"terms": {"HANDLE60": {"days": 30}}}, "no citation"),
            ({"terms": {"HANDLE60": {"days": 0, **CITED}}}, "no time at all"),
            ({"terms": {"HANDLE60": {"days": True, **CITED}}}, "not a count"),
            ({"terms": {"HANDLE60": {"days": "30", **CITED}}}, "not a number"),
            ({"terms": {"HANDLE60": {"days": 30, "unit": "hours", **CITED}}}, "unknown unit"),
            (
                {"terms": {"HANDLE60": {"days": 30, "stops_for": "survey", **CITED}}},
                "nothing else stops a clock (DL-10)",
            ),
            ({"terms": {"HANDLE99": {"days": 30, **CITED}}}, "unknown term"),
            ({"terms": {"HANDLE60": 30}}, "not a row"),
            ({"terms": []}, "not a table"),
            ({"remove_notices": ["acceptance"]}, "a notice removed"),
            ({"notices": {"acceptance": False}}, "a notice switched off"),
            ({"stop_clock": ["survey"]}, "a key that nobody reads"),
            ({"switch_on": ["NL-2"]}, "no citation"),
            ({"switch_on": [{"code": "NL-1", **CITED}]}, "NL-1 is national"),
            ({"switch_off": ["UNIT15"]}, "a notice under another name"),
            ({"grounds": [{"code": "NA-5", "name": "越级走访"}]}, "a ground without citation"),
            ({"grounds": ["NA-5"]}, "not a row"),
            ({"rest_days": {"2026-05-27": "古尔邦节"}}, "no source"),
            ({"rest_days": {"27 May": "古尔邦节"}, "rest_days_source": "通知"}, "not a day"),
            ({"rest_days": {"2026-05-27": ""}, "rest_days_source": "通知"}, "no name"),
            (
                {
                    "rest_days": {f"2026-{m:02}-{d:02}": "假" for m in (6, 7) for d in range(1, 29)},
                    "rest_days_source": "通知",
                },
                "lengthening every limit through the back door",
            ),
            ({"version": ""}, "a pack without version"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_of_whatever_loosens_or_cannot_be_read(self, rows, why):
        with pytest.raises(PackRefused, match="地方规则包不能加载"):
            load(**rows)

    @pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff\xfe", b"[" * 100_000])
    def test_of_a_file_that_is_no_pack(self, tmp_path, content):
        path = tmp_path / "pack.json"
        path.write_bytes(content)
        with pytest.raises(PackRefused, match="JSON"):
            packs.load(path)

    def test_of_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(PackRefused, match="打不开"):
            packs.load(tmp_path / "none.json")
