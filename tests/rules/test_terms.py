"""Every time limit is one row: E.1 and the limits named in D.3 to D.17."""

import re

import pytest

from xinqiao.rules import terms
from xinqiao.rules.terms import TERMS, Holder, Unit

# code: (days, unit, holder, evidence), copied from the domain spec by hand
EXPECTED = {
    "PO15": (15, "calendar", "office", "LAW"),
    "UNIT15": (15, "calendar", "office", "LAW"),
    "DIRECT15": (15, "calendar", "office", "LAW"),
    "OBJ5WD": (5, "working", "office", "LAW"),
    "HANDLE60": (60, "calendar", "office", "LAW"),
    "EXT30": (30, "calendar", "office", "LAW"),
    "REVIEW_REQ30": (30, "calendar", "citizen", "LAW"),
    "REVIEW_DEC30": (30, "calendar", "office", "LAW"),
    "RECHECK_REQ30": (30, "calendar", "citizen", "LAW"),
    "RECHECK_DEC30": (30, "calendar", "office", "LAW"),
    "ASSIGN_N": (60, "calendar", "office", "LAW"),
    "SIMPLE3WD": (3, "working", "office", "PRACTICE"),
    "SIMPLE10WD": (10, "working", "office", "PRACTICE"),
    "RELAY1WD": (1, "working", "office", "PRACTICE"),
    "DISC_NAMED15WD": (15, "working", "office", "PRACTICE"),
    "SUGG_FEEDBACK30": (30, "calendar", "office", "PRACTICE"),
    "MED_CONFIRM30": (30, "calendar", "citizen", "LAW"),
    "PUBLIC_NOTICE30": (30, "calendar", "event", "LAW"),
    "SIGN_IN1WD": (1, "working", "office", "INF"),
    "REGISTER1WD": (1, "working", "office", "INF"),
    "OBJ_ANSWER2WD": (2, "working", "office", "INF"),
    "CONTACT5WD": (5, "working", "office", "INF"),
    "SERVE5WD": (5, "working", "office", "INF"),
    "EXEC_CONFIRM15": (15, "calendar", "citizen", "INF"),
    "SUGGESTION60": (60, "calendar", "office", "INF"),
    "SUPERVISE15": (15, "calendar", "office", "INF"),
    "SUPERVISE_ASKED5WD": (5, "working", "office", "INF"),
    "RATING30": (30, "calendar", "citizen", "INF"),
    "WITHDRAW_RESUME30": (30, "calendar", "citizen", "INF"),
    "REVIEW_ACCEPT3WD": (3, "working", "office", "PRACTICE"),
    "REVIEW_REFUSE15": (15, "calendar", "office", "PRACTICE"),
    "JURISDICTION5WD": (5, "working", "office", "INF"),
    "SEALED5WD": (5, "working", "office", "PRACTICE"),
    "RECUSAL3WD": (3, "working", "office", "INF"),
    "FILE5WD": (5, "working", "office", "INF"),
}


class TestTerms:
    def test_are_exactly_those_of_the_spec(self):
        assert {t.code: (t.days, t.unit, t.holder, t.evidence) for t in TERMS.values()} == EXPECTED

    @pytest.mark.parametrize("term", TERMS.values(), ids=str)
    def test_say_what_they_are_where_they_start_and_on_what_they_rest(self, term):
        assert term.name and term.starts.endswith("之日") and term.article
        assert (term.evidence == "INF") == term.article.startswith("本系统默认规则")

    @pytest.mark.parametrize("term", TERMS.values(), ids=str)
    def test_are_cited_without_the_ids_of_our_tables(self, term):
        assert term.citation and not re.search(r"[A-Za-z]", term.citation)

    def test_that_rest_on_an_old_text_can_be_switched_off(self):
        assert [t.code for t in TERMS.values() if t.switchable] == ["SIMPLE3WD", "SIMPLE10WD", "RELAY1WD"]

    def test_have_names_of_their_own(self):
        assert len({t.name for t in TERMS.values()}) == len(TERMS)

    def test_write_their_length_as_the_regulation_does(self):
        assert (TERMS["PO15"].length, TERMS["OBJ5WD"].length) == ("15日", "5个工作日")

    def test_stand_for_their_code_where_text_is_wanted(self):
        assert f"{TERMS['PO15']}" == "PO15"

    def test_are_found_in_any_case_and_by_themselves(self):
        assert terms.find("assign_n") is terms.find(TERMS["ASSIGN_N"]) is TERMS["ASSIGN_N"]

    def test_unknown_ones_are_answered_with_the_list(self):
        with pytest.raises(terms.UnknownTerm) as refused:
            terms.find("HANDLE90")
        assert "HANDLE90" in refused.value.message and "HANDLE60" in refused.value.message

    def test_the_closed_lists_are_plain_words(self):
        assert (Unit.WORKING, Holder.CITIZEN) == ("working", "citizen")

    def test_the_shares_of_a_relay_make_up_the_fifteen_days(self):
        assert sum(days for _, _, days in terms.RELAY_SHARES) == TERMS["PO15"].days
