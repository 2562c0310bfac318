"""指标: the set with numerator and denominator, scope and small cells, down to the matters; nothing is ranked (G.2, G.4, B.3, C-14)."""

import re
from datetime import date

import pytest
from django.urls import reverse

from tests.reading import words
from tests.reporting import oracle
from tests.world import World, at, client_of
from xinqiao.integrity.models import AuditEntry
from xinqiao.matters.models import Matter, Referral
from xinqiao.reporting.indicators import facts, figures
from xinqiao.reporting.models import Fact, Kept
from xinqiao.rules import indicators
from xinqiao.rules.small_cells import NOT_SHOWN, WITHHELD
from xinqiao.rules.stages import Kind, Role, Stage
from xinqiao.supervision.models import Feedback, Measure, Recommendation, Sample, Sheet

pytestmark = pytest.mark.django_db
PASSWORD, PURPOSE = "不要用在别处的密码1", "向地区联席会议提供一季度情况"
YEAR = "?period=own&from=2026-01&to=2026-12"


@pytest.fixture
def world():
    return World()


def counts(world, unit, code: str, hits: int, of: int, *, month=3, visible=True) -> list[Matter]:
    """`of` matters at a unit, `hits` of them in the numerator: what is told, not how it came about."""
    common = {
        "purpose": "solve",
        "place": unit,
        "received_by": world.office,
        "channel": "web",
        "kind": Kind.REQUEST,
        "stage": Stage.HANDLING,
    }
    day, start = date(2026, month, 9), Matter.objects.count()
    made = Matter.objects.bulk_create(
        Matter(
            number=f"9901{start + n:08}",
            title=f"漏水{start + n}",
            unit=unit,
            received_at=f"2026-{month:02}-09T02:00Z",
            received_on=day,
            **common,
        )
        for n in range(of)
    )
    if visible:
        Referral.objects.bulk_create(
            Referral(
                matter=one,
                organisation=unit,
                org_lft=unit.lft,
                kind="transfer",
                stage=Stage.HANDLING,
                received_at=one.received_at,
            )
            for one in made
        )
    Fact.objects.bulk_create(
        Fact(matter=one, code=code, organisation=unit, day=day, denominator=1, numerator=int(n < hits))
        for n, one in enumerate(made)
    )
    Kept.objects.bulk_create(Kept(matter=one) for one in made)
    facts.rebuild_sums()
    return made


def page(officer, name="indicators", *args, query=YEAR, status=200) -> str:
    answer = client_of(officer).get(reverse(f"workbench:{name}", args=args) + query)
    assert answer.status_code == status
    return answer.content.decode()


def rows(text: str, heading: str) -> list[tuple[str, ...]]:
    """The rows of one table, as words, without the folded definitions."""
    section = text.split(heading, 1)[1].split("</section>", 1)[0]
    section = re.sub(r"<details.*?</details>|<svg.*?</svg>", "", section, flags=re.DOTALL)
    found = re.findall(r"<tr[^>]*>(.*?)</tr>", section.split("<tbody>", 1)[1], re.DOTALL)
    return [tuple(part.strip() for part in re.sub(r"<[^>]+>", "|", row).split("|") if part.strip()) for row in found]


def line(text: str, code: str) -> tuple[str, ...]:
    name = indicators.find(code).name
    return next(row for key in indicators.Side for row in rows(text, f'id="part-{key.value}"') if row[0] == name)


class TestTheSet:
    def test_shows_each_rate_with_its_numerator_and_denominator(self, world):
        counts(world, world.housing, "answer_in_time", 30, 40)
        assert line(page(world.wang_leads_office), "answer_in_time") == ("按期答复率", "75.0%", "30", "40")

    def test_says_what_is_defined_and_not_computed(self, world):
        assert "没有达成协议的调解没有登记" in page(world.wang_leads_office)

    def test_hides_small_cells_and_says_only_what_they_leave_open(self, world):
        counts(world, world.housing, "answer_in_time", 38, 40)
        counts(world, world.housing, "refused", 1, 3)
        text = page(world.wang_leads_office)
        assert line(text, "answer_in_time")[1:] == ("90.0%以上", NOT_SHOWN, "40")
        told = line(text, "refused")
        assert told[-3:] == (NOT_SHOWN, NOT_SHOWN, WITHHELD)

    def test_a_part_that_could_be_reckoned_is_withheld_with_the_small_one(self, world):
        made = counts(world, world.housing, "satisfied_unit_fully", 20, 33)
        for n, one in enumerate(made):
            for code, hit in (("satisfied_unit_basically", 20 <= n < 31), ("dissatisfied_unit", n >= 31)):
                Fact.objects.create(
                    matter=one,
                    code=code,
                    organisation=world.housing,
                    day=date(2026, 3, 9),
                    denominator=1,
                    numerator=int(hit),
                )
        facts.rebuild_sums()
        text = page(world.wang_leads_office)
        assert line(text, "satisfied_unit_basically")[-2:] == (NOT_SHOWN, "33")
        assert line(text, "satisfied_unit_fully")[-3:] == ("60.6%", "20", "33")

    def test_of_few_it_says_that_nothing_can_be_concluded(self, world):
        counts(world, world.housing, "answer_in_time", 5, 10)
        assert "一件的差别就会使比率变动10个百分点" in page(world.wang_leads_office)

    def test_the_five_legalisations_are_another_arrangement_of_the_same_figures(self, world):
        counts(world, world.housing, "answer_in_time", 30, 40)
        text = page(world.wang_leads_office, query=f"{YEAR}&view=five")
        assert ("按期答复率", "75.0%", "30", "40") in rows(text, 'id="part-handling"')
        assert "五个法治化" in text and "平台不登记、不统计人的行为" in text


class TestScope:
    def test_a_unit_leader_sees_the_own_organ_only(self, world):
        counts(world, world.housing, "answer_in_time", 30, 40)
        counts(world, world.county_housing, "answer_in_time", 10, 20)
        assert line(page(world.zhou_leads_unit), "answer_in_time")[1:] == ("75.0%", "30", "40")
        assert line(page(world.wang_leads_office), "answer_in_time")[1:] == ("66.7%", "40", "60")
        page(world.wang_leads_office, query=f"?unit={world.region_housing.pk}", status=404)

    def test_handlers_have_no_figures(self, world):
        page(world.xu_handles, status=404)


class TestOneIndicator:
    def test_units_stand_in_the_order_of_the_tree_and_months_in_that_of_time(self, world):
        counts(world, world.housing, "answer_in_time", 10, 40)
        counts(world, world.county_housing, "answer_in_time", 30, 40, month=5)
        text = page(world.wang_leads_office, "indicator", "answer_in_time")
        assert rows(text, 'id="stat-units"') == [
            ("临江地区住房和城乡建设局", "25.0%", "10", "40"),
            ("青石县人民政府", "75.0%", "30", "40"),
        ]
        assert [row[:2] for row in rows(text, 'id="stat-months"')[:3]] == [
            ("2026年3月", "25.0%"),
            ("2026年4月", "—"),
            ("2026年5月", "75.0%"),
        ]

    def test_a_unit_that_could_be_reckoned_from_the_total_is_withheld(self, world):
        counts(world, world.housing, "answer_in_time", 38, 40)
        counts(world, world.county_housing, "answer_in_time", 10, 20)
        text = page(world.wang_leads_office, "indicator", "answer_in_time")
        assert [row[1] for row in rows(text, 'id="stat-units"')] == [NOT_SHOWN, NOT_SHOWN]
        counts(world, world.housing, "supervised", 3, 3)
        counts(world, world.county_housing, "supervised", 9, 9)
        text = page(world.wang_leads_office, "indicator", "supervised")
        assert [row[1] for row in rows(text, 'id="stat-units"')] == [NOT_SHOWN, NOT_SHOWN]

    def test_what_is_not_computed_has_no_page(self, world):
        page(world.wang_leads_office, "indicator", "mediated", status=404)
        page(world.wang_leads_office, "indicator", "nothing", status=404)

    def test_stands_beside_what_guards_it(self, world):
        text = page(world.wang_leads_office, "indicator", "answer_in_time")
        beside = [row[0] for row in rows(text, 'id="beside"')]
        assert {"不予受理、不再受理的比率", "意见被撤销的比率", "满意率（对承办单位）"} <= set(beside)


class TestTheMattersBehind:
    @pytest.mark.parametrize("gathered", [figures.GATHERED, 0], ids=["few: gathered", "many: walked from the newest"])
    def test_are_those_of_the_part_that_the_officer_may_open(self, world, monkeypatch, gathered):
        monkeypatch.setattr(figures, "GATHERED", gathered)
        made = counts(world, world.housing, "answer_in_time", 1, 3)
        counts(world, world.housing, "answer_in_time", 1, 2, visible=False)
        text = page(world.wang_leads_office, "indicator_matters", "answer_in_time", query=f"{YEAR}&part=numerator")
        assert made[0].title in text and made[1].title not in text
        text = page(world.wang_leads_office, "indicator_matters", "answer_in_time", query=f"{YEAR}&part=rest")
        assert len(re.findall('<tr class="row">', text)) == 2

    def test_of_ratings_are_not_for_those_who_see_them_added_up(self, world):
        analyst = world.officer("an", "安分析", world.office, Role.ANALYST)
        counts(world, world.housing, "satisfied_unit", 8, 20)
        page(analyst, "indicator", "satisfied_unit")
        page(analyst, "indicator_matters", "satisfied_unit", status=404)
        page(world.wang_leads_office, "indicator_matters", "satisfied_unit")


class TestExport:
    def test_leaves_with_a_purpose_and_on_record(self, world):
        counts(world, world.housing, "answer_in_time", 30, 40)
        client = client_of(world.wang_leads_office)
        address = reverse("workbench:indicators_export") + YEAR
        before = AuditEntry.objects.count()
        answer = client.post(address, {"purpose": PURPOSE, "form": "csv", "password": PASSWORD})
        assert answer.status_code == 200, answer.content.decode()[:3000]
        text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode("utf-8-sig")
        assert '"按期答复率","75.0%",30,40' in text
        assert AuditEntry.objects.count() > before
        assert client.get(f"{address}&code=answer_in_time&table=months").status_code == 200
        assert client.get(f"{address}&code=answer_in_time&table=persons").status_code == 404


class TestWhatThereIsFewOf:
    """Samples, recommendations and measures are read from their own tables; what rests on a report is in no figure (C-01)."""

    DAY = at("2026-03-09")
    SPAN = (date(2026, 1, 1), date(2026, 12, 31))

    def told(self, world, code: str) -> tuple:
        return figures.of(world.government, *self.SPAN, [code])[0].told

    def test_a_sheet_counts_by_what_it_says_of_the_organ(self, world):
        matters = counts(world, world.housing, "online_share", 0, 13)
        sample = Sample.objects.create(
            office=world.office, sort="registration", organisation=world.government, from_on=self.SPAN[0], to_on=self.SPAN[1], size=13,
            population=13, seed=1, drawn_by=world.sun_supervises, drawn_at=self.DAY,
        )  # fmt: skip
        for number, matter in enumerate(matters):
            said = "na" if number > 11 else "no" if number < 6 else "yes"
            Sheet.objects.create(sample=sample, matter=matter, organisation=world.housing, org_lft=world.housing.lft, answers={"kind": said},
                                 checked_at=self.DAY)  # fmt: skip
        assert self.told(world, "wrong_kind") == ("6", "12", "50.0%")
        Matter.objects.filter(pk=matters[0].pk).update(sealed=True)
        assert self.told(world, "wrong_kind") == ("5", "11", "45.5%")
        behind = figures.behind(
            "wrong_kind", world.government, *self.SPAN, officer=world.wang_leads_office, part=figures.NUMERATOR
        )
        assert set(behind) == set(matters[1:6])
        assert oracle.counted("wrong_kind") == oracle.truth("wrong_kind", date(2026, 3, 31)) != {}

    def test_recommendations_and_measures_count_when_they_are_out(self, world):
        common = {"office": world.office, "organisation": world.housing}
        for number in range(7):
            made = Recommendation.objects.create(
                sort="improve", drafted_by=world.sun_supervises, drafted_at=self.DAY, issued_at=None if number == 6 else self.DAY,
                feedback_by_on=date(2026, 4, 8), **common,
            )  # fmt: skip
            if number < 5:
                Feedback.objects.create(
                    recommendation=made,
                    adoption="partly",
                    written_by=world.zhou_leads_unit,
                    written_at=self.DAY,
                    signed_at=self.DAY,
                )
            Measure.objects.create(sort="talk", proposed_by=world.sun_supervises, proposed_at=self.DAY, decided_on=date(2026, 3, 9), **common,
                                   state="dropped" if number == 6 else "in_force")  # fmt: skip
        assert self.told(world, "recommended_improve")[2] == self.told(world, "talks")[2] == "6"
        assert self.told(world, "recommendations_adopted") == (
            NOT_SHOWN,
            "6",
            "33.3%以上",
        )  # one is over its day without a word
        months = figures.by_month("talks", world.government, *self.SPAN)
        assert [one.told[2] for month, one in months if month == date(2026, 3, 1)] == ["6"]
        for code in ("recommended_improve", "recommendations_adopted", "talks"):
            assert oracle.counted(code) == oracle.truth(code, date(2026, 3, 31)) != {}


class TestThePublicPage:
    """H.8: each organ by itself, finished quarters only, plain words, nothing small."""

    @pytest.fixture(autouse=True)
    def in_june(self, monkeypatch):
        monkeypatch.setattr("xinqiao.portal.performance.timezone.localdate", lambda: date(2026, 6, 9))

    def of(self, client, unit, query="", status=200) -> str:
        answer = client.get(reverse("portal:performance_of", args=[unit.key]) + query)
        assert answer.status_code == status
        return answer.content.decode()

    def test_tells_a_finished_quarter_in_plain_words(self, world, client):
        counts(world, world.housing, "answer_in_time", 30, 40)
        counts(world, world.housing, "answer_in_time", 7, 50, month=5)
        counts(world, world.housing, "contacted", 33, 35)
        text = self.of(client, world.housing)
        assert "2026年第一季度" in text and "40件里有30件，75.0%。" in text and "有没有在法定期限内答复" in text
        assert "一共35件，88.6%以上。" in text
        assert "2026年第二季度" not in text  # it is not over
        self.of(client, world.housing, "?quarter=2026-2", status=404)

    def test_hides_what_is_small_and_adds_no_organ_below(self, world, client):
        counts(world, world.housing, "answer_in_time", 2, 3)
        counts(world, world.county_housing, "answer_in_time", 30, 40)
        assert "不足5件，不显示。" in self.of(client, world.housing)
        text = self.of(client, world.county_gov)
        assert "40件" not in text and "没有可以公开的数字" in text
        assert world.county_housing.name in text

    def test_lists_organs_in_the_order_of_the_tree_without_a_figure(self, world, client):
        counts(world, world.housing, "answer_in_time", 30, 40)
        text = words(client.get(reverse("portal:performance")))
        assert world.region_gov.name in text and not re.search(r"\d", text)
        text = self.of(client, world.government)
        inside = sorted((world.office, world.housing, world.county_gov), key=lambda one: one.lft)
        places = [text.index(one.name) for one in inside]
        assert places == sorted(places)

    def test_an_unknown_organ_is_not_found(self, world, client):
        assert client.get(reverse("portal:performance_of", args=["no-such-organ"])).status_code == 404


class TestInTheBrowser:
    @pytest.mark.django_db(transaction=True)
    def test_fits_phone_and_desk(self, browser, world):
        from tests.conftest import DESK, PHONE

        for month in range(1, 11):
            counts(world, world.housing, "answer_in_time", 25 + month, 40, month=month)
            counts(world, world.county_housing, "answer_in_time", 30, 45, month=month)
        for number, size in (("phone", PHONE), ("desk", DESK)):
            browser.begin(size)
            browser.sign_in(world.wang_leads_office.user)
            for name, path in (
                ("set", reverse("workbench:indicators") + YEAR),
                ("five", reverse("workbench:indicators") + f"{YEAR}&view=five"),
                ("one", reverse("workbench:indicator", args=["answer_in_time"]) + YEAR),
                ("matters", reverse("workbench:indicator_matters", args=["answer_in_time"]) + YEAR),
            ):
                browser.open(path)
                browser.assert_accessible()
                wide = browser.page.evaluate("document.documentElement.scrollWidth")
                assert wide <= size["width"], (name, wide)
                browser.screenshot(f"indicators-{name}-{number}")
            browser.open(reverse("portal:performance_of", args=[world.housing.key]))
            browser.assert_accessible()
            assert browser.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
            browser.screenshot(f"indicators-public-{number}")
