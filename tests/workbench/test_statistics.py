"""统计: figures of the own subtree only, small cells and reports in none of them, volumes never ranked (B.3, C-01, C-14, G.4)."""

import csv
import io
import re
from datetime import date

import pytest
from django.urls import reverse

from tests.world import World, at, client_of
from xinqiao.counts.models import UnitSum
from xinqiao.integrity.models import AuditEntry
from xinqiao.matters import counted
from xinqiao.matters.models import Matter, Referral
from xinqiao.organisations.models import Organisation
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.small_cells import NOT_SHOWN, WITHHELD
from xinqiao.rules.stages import Channel, Kind, Role, Stage, Step
from xinqiao.workbench.statistics import choices

pytestmark = pytest.mark.django_db
PASSWORD, PURPOSE = "不要用在别处的密码1", "向地区联席会议提供一季度情况"
YEAR = "?period=own&from=2026-01&to=2026-12"


@pytest.fixture
def world():
    return World()


def page(officer, query=YEAR, status=200) -> str:
    answer = client_of(officer).get(reverse("workbench:statistics") + query)
    assert answer.status_code == status
    text = answer.content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"', "", text)


def rows(text: str, key: str) -> list[tuple[str, ...]]:
    """The rows of one table, as words."""
    section = text.split(f'class="card stat {key}"', 1)[1].split("</section>", 1)[0]
    found = re.findall(r"<tr[^>]*>(.*?)</tr>", section.split("<tbody>", 1)[1], re.DOTALL)
    return [tuple(part.strip() for part in re.sub(r"<[^>]+>", "|", row).split("|") if part.strip()) for row in found]


def lies_at(
    world, unit, count: int, *, kind=Kind.REQUEST, channel=Channel.WEB, month="2026-03", stage=Stage.HANDLING
) -> None:
    """Petitions as they may lie there: what is counted, not how they came."""
    when = at(f"{month}-02")
    facts = {
        "unit": unit,
        "kind": kind,
        "channel": channel,
        "stage": stage,
        "received_at": when,
        "received_on": when.date(),
    }
    where = {"purpose": "solve", "place": unit, "received_by": world.office, "title": "屋顶漏水"}
    made = Matter.objects.bulk_create(Matter(number=f"{unit.pk}-{number}", **facts, **where) for number in range(count))
    Referral.objects.bulk_create(
        Referral(matter=one, organisation=unit, org_lft=unit.lft, kind="transfer", stage=stage, received_at=when)
        for one in made
    )
    counted.rebuild()


class TestScope:
    def test_an_office_leader_sees_the_territory_and_nothing_beside_it(self, world):
        lies_at(world, world.housing, 6)
        lies_at(world, world.county_housing, 7)
        lies_at(world, world.region_housing, 9)
        text = page(world.wang_leads_office)
        assert rows(text, "units") == [("临江地区住房和城乡建设局", "6", "6"), ("青石县人民政府", "7", "7")]
        assert world.region_housing.name not in text
        page(world.wang_leads_office, f"?unit={world.region_housing.pk}", status=404)

    def test_down_one_level_and_up_again(self, world):
        lies_at(world, world.county_housing, 7)
        text = page(world.wang_leads_office, f"{YEAR}&unit={world.county_gov.pk}")
        assert rows(text, "units") == [(world.county_housing.name, "7", "7")]
        assert f"unit={world.government.pk}" in text

    def test_a_county_leader_does_not_reach_the_prefecture(self, world):
        lies_at(world, world.housing, 6)
        lies_at(world, world.county_housing, 7)
        assert rows(page(world.feng_in_county), "units") == [(world.county_housing.name, "7", "7")]
        for above in (world.government, world.housing, world.region_gov):
            page(world.feng_in_county, f"?unit={above.pk}", status=404)

    def test_a_unit_leader_sees_the_own_desk_only(self, world):
        lies_at(world, world.housing, 6)
        lies_at(world, world.housing_station, 8)
        text = page(world.zhou_leads_unit)
        assert "<b>6</b>" in text and "stat units" not in text
        page(world.zhou_leads_unit, f"?unit={world.housing_station.pk}", status=404)

    def test_a_leader_counts_everywhere_and_is_led_to_no_list(self, world):
        lies_at(world, world.region_housing, 9)
        leader = world.officer("gao", "高领导", world.government, Role.LEADER)
        text = page(leader)
        assert ("云岭自治区住房和城乡建设厅", "9", "9") in rows(text, "units")
        assert reverse("workbench:queue") + "?shelf=area" not in text

    def test_who_has_no_cell_has_no_page(self, world):
        for officer in (world.xu_handles, world.tang_registers, world.he_archives, world.sys_admin):
            page(officer, status=404)

    @pytest.mark.parametrize("unit", ["abc", "0", "-1", "99999999", "9" * 40, "²", "1;--"])
    def test_a_unit_that_is_not_is_a_404(self, world, unit):
        page(world.wang_leads_office, f"?unit={unit}", status=404)


class TestReports:
    @pytest.mark.parametrize("who", ["zhou_leads_unit", "wang_leads_office", "feng_in_county", "mo_at_station"])
    def test_no_figure_moves_when_somebody_is_reported(self, world, who):
        """Whoever looks before and after learns nothing, not even that there is something (C-01)."""
        lies_at(world, world.housing, 6)
        lies_at(world, world.county_housing, 7)
        queries = (YEAR, f"{YEAR}&channel=web", f"{YEAR}&kind=undecided", "?period=all")
        before = [page(getattr(world, who), query) for query in queries]
        for _ in range(6):
            world.file("2026-03-02", purpose="accuse", respondent={"unit": world.housing.name, "name": "周负责"})
        after = [page(getattr(world, who), query) for query in queries]
        counted.rebuild()
        folded = [page(getattr(world, who), query) for query in queries]
        for one, two, three in zip(before, after, folded, strict=True):
            assert shown_part(one) == shown_part(two) == shown_part(three)

    def test_a_request_that_names_an_accused_leaves_every_figure(self, world):
        lies_at(world, world.office, 5, kind="", stage=Stage.REGISTERED)
        matter_id = world.file("2026-03-02").matter_id
        world.take(Step.REGISTER, matter_id, world.tang_registers, "2026-03-03")
        assert "<b>6</b>" in page(world.wang_leads_office)
        world.take(
            Step.CLASSIFY, matter_id, world.li_triages, "2026-03-05", kind=Kind.REQUEST, content_class=world.housing_class,
            requests=["修好屋顶"], accused=[world.housing],
        )  # fmt: skip
        assert "<b>5</b>" in page(world.wang_leads_office)

    def test_the_analyst_is_told_one_figure_of_all_and_that_not_when_it_is_small(self, world):
        analyst = world.officer("an", "安分析", world.office, Role.ANALYST)
        lies_at(world, world.housing, 6)
        for _ in range(4):
            world.file("2026-03-02", purpose="accuse", respondent={"unit": world.police.name})
        assert f"<b>{WITHHELD}</b><span>检举控告" in page(analyst)
        world.file("2026-03-02", purpose="accuse", respondent={"unit": world.police.name})
        counted.fold(None)
        assert "<b>5</b><span>检举控告" in page(analyst)
        assert "检举控告等" not in page(world.wang_leads_office)

    def test_reports_are_no_kind_to_choose(self, world):
        assert "report" not in dict(choices.kinds())
        assert choices.read({"kind": "report"}, date(2026, 3, 2)).kind == ""


def shown_part(text: str) -> str:
    """The page without the side bar, whose counts are of lists and tested there."""
    return text.split('<main id="main"', 1)[1]


class TestSmallCells:
    def test_fewer_than_five_and_what_would_give_them_away(self, world):
        for unit, count in ((world.housing, 6), (world.police, 3), (world.environment, 8), (world.court, 9)):
            lies_at(world, unit, count)
        text = page(world.wang_leads_office)
        assert dict(row[:2] for row in rows(text, "units")) == {
            world.housing.name: NOT_SHOWN, world.police.name: NOT_SHOWN, world.environment.name: "8", world.court.name: "9",
        }  # fmt: skip
        assert "<b>26</b>" in text

    def test_open_ones_are_withheld_where_few_have_ended(self, world):
        """8 received and 6 open would say that 2 have ended."""
        lies_at(world, world.housing, 6)
        lies_at(world, world.housing, 2, stage=Stage.ARCHIVED)
        lies_at(world, world.police, 6)
        text = page(world.wang_leads_office)
        assert rows(text, "units")[0] == (world.housing.name, "8", NOT_SHOWN)
        assert '<b class="stat-word">' + NOT_SHOWN in text

    def test_a_handful_in_all_has_no_tables(self, world):
        lies_at(world, world.housing, 3)
        text = page(world.wang_leads_office)
        assert f"<b>{WITHHELD}</b>" in text and "stat-grid" not in text

    def test_a_part_of_the_procedure_and_its_stages(self, world):
        lies_at(world, world.housing, 6, stage=Stage.HANDLING)
        lies_at(world, world.housing, 2, stage=Stage.SIGNED_IN)
        found = rows(page(world.wang_leads_office), "stages")
        assert found == [("转送、办理", "8"), (Stage.SIGNED_IN.label, NOT_SHOWN), (Stage.HANDLING.label, NOT_SHOWN)]

    def test_withheld_bars_are_all_alike(self, world):
        for unit, count in ((world.housing, 1), (world.police, 4), (world.environment, 8)):
            lies_at(world, unit, count)
        drawn = re.findall(r'<rect class="withheld"[^>]*/>', page(world.wang_leads_office))
        assert len(set(drawn)) == 1


class TestFigures:
    def test_every_table_and_its_filters(self, world):
        lies_at(world, world.housing, 6, channel=Channel.WEB, month="2026-02")
        lies_at(world, world.housing, 7, channel=Channel.LETTER, kind="", month="2026-04")
        text = page(world.wang_leads_office)
        assert rows(text, "channels") == [("来信", "7"), ("网上信访", "6")]
        assert rows(text, "kinds") == [("申诉求决类", "6"), ("还没有定类别", "7")]
        assert rows(text, "months") == [("2026年2月", "6"), ("2026年3月", "0"), ("2026年4月", "7")]
        assert rows(text, "classes") == [("还没有分类", "13")]
        assert "<b>7</b>" in page(world.wang_leads_office, f"{YEAR}&channel=letter")
        assert "<b>6</b>" in page(world.wang_leads_office, f"{YEAR}&kind=request")
        assert "<b>7</b>" in page(world.wang_leads_office, f"{YEAR}&kind=undecided")
        assert "<b>6</b>" in page(world.wang_leads_office, "?period=own&from=2026-01&to=2026-03")

    def test_what_a_step_did_is_told_at_once(self, world):
        lies_at(world, world.office, 5, kind="", stage=Stage.RECEIVED)
        world.file("2026-03-09")
        assert "<b>6</b>" in page(world.wang_leads_office)

    def test_a_figure_leads_to_the_list_that_it_counts(self, world):
        lies_at(world, world.housing, 6, month="2026-02")
        lies_at(world, world.county_housing, 7)
        lies_at(world, world.police, 8, channel=Channel.PHONE)
        text = page(world.wang_leads_office)
        links = re.findall(r'<a href="(/desk/\?shelf=area[^"]+)">(\d+)</a>', text)
        assert len(links) > 8
        client = client_of(world.wang_leads_office)
        for url, told in links:
            listed = client.get(url.replace("&amp;", "&")).content.decode()
            assert f"共 {told} 件" in listed, url

    def test_order_is_that_of_the_tree_whatever_the_figures(self, world):
        """G.4: no ranking by volume."""
        units = [world.police, world.housing, world.environment, world.court]
        for count, unit in enumerate(units, 5):
            lies_at(world, unit, count)
        names = [row[0] for row in rows(page(world.wang_leads_office), "units")]
        tree = list(
            Organisation.objects.filter(pk__in=[one.pk for one in units]).order_by("lft").values_list("name", flat=True)
        )
        assert names == tree
        text = page(world.wang_leads_office)
        assert "不得用来排名、打分、下指标" in text and 'class="kpi bad' not in text

    def test_a_difference_that_was_found_is_said(self, world):
        lies_at(world, world.housing, 6)
        UnitSum.objects.update(number=9)
        counted.check(at=None)
        assert "重做以前请不要使用这里的数字" in page(world.wang_leads_office)
        users = client_of(world.sys_admin).get(reverse("workbench:admin")).content.decode()
        assert "xinqiao counts --rebuild" in users
        counted.rebuild()
        assert "counts --rebuild" not in client_of(world.sys_admin).get(reverse("workbench:admin")).content.decode()

    def test_nothing_at_all(self, world):
        assert "这段时间没有信访件" in page(world.wang_leads_office)


class TestChoices:
    @pytest.mark.parametrize(
        ("asked", "first", "last"),
        [
            ({}, date(2026, 1, 1), date(2026, 3, 1)),
            ({"period": "month"}, date(2026, 3, 1), date(2026, 3, 1)),
            ({"period": "last_month"}, date(2026, 2, 1), date(2026, 2, 1)),
            ({"period": "quarter"}, date(2026, 1, 1), date(2026, 3, 1)),
            ({"period": "twelve"}, date(2025, 4, 1), date(2026, 3, 1)),
            ({"period": "last_year"}, date(2025, 1, 1), date(2025, 12, 1)),
            ({"period": "own"}, date(2026, 1, 1), date(2026, 3, 1)),
            ({"period": "own", "from": "2025-11", "to": "2026-02"}, date(2025, 11, 1), date(2026, 2, 1)),
        ],
    )
    def test_months(self, asked, first, last):
        chosen = choices.read(asked, date(2026, 3, 31))
        assert (chosen.first, chosen.last, chosen.problem) == (first, last, "")

    @pytest.mark.parametrize(
        ("first", "last"),
        [
            ("", "2026-01"),
            ("2026-13", "2026-14"),
            ("abc", "2026-01"),
            ("2026-05", "2026-01"),
            ("0000-01", "9999-12"),
            ("²026-01", "2026-02"),
        ],
    )
    def test_what_cannot_be_read_is_said_and_this_year_shown(self, world, first, last):
        text = page(world.wang_leads_office, f"?period=own&from={first}&to={last}")
        assert "现在显示的是今年" in text and 'role="alert"' in text

    @pytest.mark.parametrize(
        "query", ["?period=x&kind=y&channel=z", "?kind=%00", "?period=own&from=2199-12&to=2199-12", "?table=x"]
    )
    def test_nonsense_is_never_a_failure(self, world, query):
        page(world.wang_leads_office, query)


class TestFile:
    def get(self, officer, query, **changes):
        sent = {"purpose": PURPOSE, "form": "csv", "password": PASSWORD, **changes}
        return client_of(officer).post(reverse("workbench:statistics_export") + query, sent)

    def test_the_table_as_it_is_shown_after_the_record(self, world):
        for unit, count in ((world.housing, 6), (world.police, 3), (world.environment, 8)):
            lies_at(world, unit, count)
        answer = self.get(world.wang_leads_office, f"{YEAR}&table=units")
        lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        assert lines[0] == ["机关", "件数", "其中在办"]
        shown = [list(row) for row in rows(page(world.wang_leads_office), "units")]
        assert lines[1:4] == shown and [world.police.name, NOT_SHOWN, NOT_SHOWN] in shown
        assert any("排名" in cell for line in lines for cell in line)
        entry = AuditEntry.objects.get(kind=AuditKind.EXPORTED)
        assert entry.reason == PURPOSE and '"table":"units"' in entry.detail_text.replace(" ", "")

    def test_not_without_purpose_or_password(self, world):
        lies_at(world, world.housing, 6)
        for wrong in ({"purpose": "看"}, {"password": "错的密码"}, {"form": "exe"}):
            assert self.get(world.wang_leads_office, f"{YEAR}&table=units", **wrong).status_code == 422
        assert not AuditEntry.objects.filter(kind=AuditKind.EXPORTED).exists()

    def test_not_for_posts_that_only_look(self, world):
        lies_at(world, world.office, 6)
        assert "stat-get" not in page(world.li_triages)
        assert self.get(world.li_triages, f"{YEAR}&table=stages").status_code == 404

    @pytest.mark.parametrize("table", ["", "nonsense", "units"])
    def test_no_such_table(self, world, table):
        lies_at(world, world.housing, 3)  # too few to be told
        assert self.get(world.wang_leads_office, f"{YEAR}&table={table}").status_code == 404
