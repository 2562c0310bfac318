import pytest

from xinqiao.rules.routes import QUESTIONS, ROUTES, route_notice, suggest
from xinqiao.rules.stages import Route

OTHERS = [route for route in Route if route is not Route.PETITION]


class TestRoutes:
    def test_all_six_have_a_row(self):
        assert set(ROUTES) == set(Route)

    @pytest.mark.parametrize("route", list(Route))
    def test_only_the_sixth_has_the_petition_clock_and_review(self, route):
        row = ROUTES[route]
        assert row.has_petition_clock is (route is Route.PETITION)
        assert row.has_review is (route is Route.PETITION)  # RT-3

    @pytest.mark.parametrize(
        ("route", "says", "why"),
        [
            (Route.JUDICIAL, "3个月内", "procuratorate practice P10"),
            (Route.ARBITRATION, "一年", "Labour Dispute Mediation and Arbitration Law 27"),
            (Route.PARTY_APPEAL, "1个月内", "Supervision Law 56"),
            (Route.ADMINISTRATIVE, "60日内申请", "Administrative Reconsideration Law 20"),
            (Route.DUTY_TO_ACT, "两个月内", "Administrative Litigation Law 47"),
            (Route.PETITION, "60日内", "R-34"),
        ],
    )
    def test_shows_the_clock_of_its_procedure(self, route, says, why):
        assert says in ROUTES[route].clock, why


class TestRouteNotice:
    @pytest.mark.parametrize("route", OTHERS)
    def test_says_how_to_apply_when_not_opened(self, route):
        text = route_notice(route, organ="县人社局", procedure="行政复议程序")
        assert "县人社局" in text
        assert "不能代替" in text
        assert "{" not in text

    def test_gives_the_number_when_opened_by_the_unit(self):
        text = route_notice(
            Route.DUTY_TO_ACT, organ="县公安局", opened_number="临公受〔2026〕3号", opened_on="2026年11月20日"
        )
        assert "已经为您启动（2026年11月20日），编号：临公受〔2026〕3号" in text

    def test_the_petition_route_has_an_acceptance_notice_instead(self):
        with pytest.raises(ValueError, match="受理告知书"):
            route_notice(Route.PETITION, organ="县住建局")


class TestSuggest:
    @pytest.mark.parametrize(
        ("answers", "first_phone", "why"),
        [
            ({"danger": True}, "110", "life first"),
            ({"in_court": "yes"}, "12368", "a form sends text"),
            ({"labour": "是"}, "12333", "wages"),
            ({"discipline": True}, "12388", "reports"),
            ({"decision": True}, "12348", "reconsideration: legal aid"),
        ],
    )
    def test_points_to_a_telephone(self, answers, first_phone, why):
        assert suggest(answers)[0].phones[0].number == first_phone, why

    def test_what_is_urgent_comes_first(self):
        rows = suggest({"labour": True, "in_court": True, "danger": True})
        assert rows[0].urgent
        assert len(rows) == 3

    @pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
    def test_every_question_has_an_answer_that_does_not_block(self, question):
        (row,) = suggest({question.name: True})
        assert row.advice.endswith("您仍然可以继续提交，我们会登记并告诉您去向。")

    @pytest.mark.parametrize(
        "answers", [{}, {"danger": False}, {"danger": "no"}, {"unknown": True}, {"danger": "False"}]
    )
    def test_says_nothing_without_a_yes(self, answers):
        assert suggest(answers) == []
