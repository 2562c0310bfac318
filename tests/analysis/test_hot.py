"""Hot issues: groups keep their identity and what people decided; one sender is no hot issue; a report is in none (H.3, C-01, DU-7)."""

from datetime import date

import pytest

from tests.world import World, at
from xinqiao.analysis.hot import acts, candidates, duty, figures, grouping, sheet
from xinqiao.analysis.hot.centre import Words
from xinqiao.analysis.hot.figures import Window
from xinqiao.analysis.models import HotIssue, HotMember
from xinqiao.matters.models import Matter
from xinqiao.rules.hot import IssueState
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Kind, Role

pytestmark = pytest.mark.django_db
UNTIL = date(2026, 3, 20)
NAMES = ("王秀兰", "李建国", "张美玲", "赵铁柱", "孙晓梅", "周大勇", "吴桂芳", "郑文斌", "冯玉珍")


def by_title(texts):
    """A stand-in for the grouping of texts: the same title is the same matter."""
    labels: dict[str, int] = {}
    return [labels.setdefault(one.title, len(labels)) for one in texts]


class Town(World):
    """The town with an analyst, where the water is brown."""

    def __init__(self):
        super().__init__()
        self.analyst = self.officer("mei", "梅分析", self.office, Role.ANALYST)

    def writes(self, number: int, title="自来水发黄不能喝", when=None, name=None, **changes) -> Matter:
        """Citizen `number` writes, in own words and from an own telephone."""
        person = {
            "name": name or NAMES[number % len(NAMES)],
            "mobile": f"138001{number:05d}"[:11],
            "address": "临江地区和平路",
        }
        content = f"{'我家在巷子' * (number % 3 + 1)}第{number}户，{'水管里放出来的水' * (number % 4 + 1)}是黄的，有铁锈味，{chr(0x4E00 + number)}不能做饭。"
        day = when or f"2026-03-{3 + number % 15:02d}"
        receipt = self.file(day, title=title, content=content, people=[person], **changes)
        return Matter.objects.get(pk=receipt.matter_id)

    def groups(self, until=UNTIL, moment="2026-03-20 20:00", **more):
        return grouping.keep(self.government, until=until, at=at(moment), cluster=by_title, **more)


@pytest.fixture
def town():
    return Town()


@pytest.fixture
def issue(town):
    for number in range(6):
        town.writes(number)
    town.groups()
    return HotIssue.objects.get()


def ids_of(issue, **more):
    return set(HotMember.objects.filter(issue=issue, removed_at=None, **more).values_list("matter_id", flat=True))


class TestGrouping:
    def test_like_matters_are_proposed_and_nothing_is_decided(self, town, issue):
        assert issue.state == IssueState.PROPOSED
        assert len(ids_of(issue)) == 6
        assert issue.acts.get().by is None
        assert not Matter.objects.exclude(joined_to=None).exists()  # DU-7

    def test_few_are_no_issue(self, town):
        for number in range(4):
            town.writes(number)
        town.groups()
        assert not HotIssue.objects.exists()

    def test_a_report_is_in_none(self, town):
        for number in range(5):
            town.writes(number)
        report = town.writes(
            5, purpose="accuse", respondent={"organisation_id": town.housing.pk, "unit": town.housing.name}
        )
        assert report.sealed
        town.groups()
        assert report.pk not in ids_of(HotIssue.objects.get())

    def test_what_becomes_a_report_leaves_the_figures(self, town, issue):
        one = Matter.objects.first()
        Matter.objects.filter(pk=one.pk).update(sealed=True, kind=Kind.REPORT)
        assert figures.of([issue], Window(UNTIL, 30))[issue.pk].matters == 5
        assert one.pk not in acts.members(issue, town.analyst).values_list("matter_id", flat=True)

    def test_a_mixed_matter_waits_until_it_is_split(self, town):
        one = town.writes(1)
        assert candidates.of_area(town.government, date(2026, 3, 1), UNTIL).exists()
        Matter.objects.filter(pk=one.pk).update(mixed=True)
        assert not candidates.of_area(town.government, date(2026, 3, 1), UNTIL).exists()

    def test_an_issue_keeps_its_identity(self, town, issue):
        new = town.writes(7)
        town.groups(moment="2026-03-21 08:00")
        assert HotIssue.objects.get() == issue
        assert new.pk in ids_of(issue, likely=False)

    def test_to_a_confirmed_issue_new_ones_are_only_proposed(self, town, issue):
        acts.confirm(issue.pk, name="和平路自来水发黄", by=town.analyst, at=at("2026-03-20 21:00"))
        new = town.writes(7)
        town.groups(moment="2026-03-21 08:00")
        assert ids_of(issue, likely=True) == {new.pk}
        assert figures.of([issue], Window(UNTIL, 30))[issue.pk].matters == 6
        acts.accept(issue.pk, matter_ids=[new.pk], by=town.analyst, at=at("2026-03-21 09:00"))
        assert figures.of([issue], Window(UNTIL, 30))[issue.pk].matters == 7

    def test_removed_stays_removed(self, town, issue):
        one = min(ids_of(issue))
        acts.remove(
            issue.pk,
            matter_ids=[one],
            reason="这一件说的是水费，不是水质。",
            by=town.analyst,
            at=at("2026-03-20 21:00"),
        )
        town.writes(7)
        town.groups(moment="2026-03-21 08:00")
        assert one not in ids_of(issue)
        assert len(ids_of(issue)) == 6

    def test_dismissed_is_not_proposed_again(self, town, issue):
        acts.dismiss(issue.pk, reason="是水厂检修，已经公告。", by=town.analyst, at=at("2026-03-20 21:00"))
        town.writes(7)
        town.groups(moment="2026-03-21 08:00")
        assert HotIssue.objects.get().state == IssueState.DISMISSED


class TestFlooding:
    def test_five_hundred_of_one_sender_are_no_hot_issue(self, town):
        """Not by steps, which would take minutes: the rows that count."""
        first = town.writes(1)
        person = first.petitioners.get()
        copies = Matter.objects.bulk_create([
            Matter(number=f"X{n}", stage=first.stage, purpose=first.purpose, channel=first.channel, title=first.title, place=first.place,
                   received_at=first.received_at, received_on=first.received_on, received_by=first.received_by, unit=first.unit)
            for n in range(500)
        ])  # fmt: skip
        kind = type(person)
        kind.objects.bulk_create(
            [kind(matter_id=one.pk, position=1, mobile_index=person.mobile_index) for one in copies]
        )
        town.groups()
        assert not HotIssue.objects.exists()
        for number in range(2, 7):
            town.writes(number)
        town.groups(moment="2026-03-21 08:00")
        found = figures.of([HotIssue.objects.get()], Window(UNTIL, 30)).popitem()[1]
        assert (found.matters, found.inputs.matters) == (506, 6)

    def test_one_text_from_many_counts_once(self, town):
        said = "我们这里的自来水发黄，请尽快派人来修水管，谢谢各位领导。"
        for number in range(6):
            person = {"name": NAMES[number], "mobile": f"1390000000{number}", "address": "临江地区"}
            town.file("2026-03-05", title="自来水发黄", content=f"{said}{number}", people=[person])
        town.groups()
        assert not HotIssue.objects.exists()


class TestUnknownPlaces:
    @pytest.fixture
    def imported(self, town):
        """Half of the matters came from another system, which named no place: the area of the office stands in for it."""
        for number in range(6):
            town.writes(
                number,
                **({"stated_by": "import", "place": town.office.parent, "place_detail": ""} if number < 3 else {}),
            )
        town.groups()
        return HotIssue.objects.get()

    def test_make_no_spread_and_are_no_place(self, imported):
        found = figures.of([imported], Window(UNTIL, 30))[imported.pk]
        assert found.inputs.places == 1
        assert [(one.name, one.now) for one in found.places()][-1] == (figures.NOWHERE, 3)
        assert sum(one.now for one in found.places()) == found.matters == 6

    def test_the_sheet_says_how_many(self, imported):
        found = figures.of([imported], Window(UNTIL, 30))[imported.pk]
        said = str(sheet.parts(imported, found, organ="", at=at("2026-03-20")))
        assert f"1个，{figures.NOWHERE}" in said

    def test_what_somebody_decided_about_has_a_place(self, imported):
        Matter.objects.update(kind=Kind.REQUEST)
        found = figures.of([imported], Window(UNTIL, 30))[imported.pk]
        assert figures.NOWHERE not in [one.name for one in found.places()]


class TestActs:
    def test_a_split_keeps_every_matter(self, town, issue):
        before = ids_of(issue)
        chosen = sorted(before)[:2]
        new = acts.split(
            issue.pk, matter_ids=chosen, name="另一条巷子的水压", by=town.analyst, at=at("2026-03-20 21:00")
        )
        assert (ids_of(issue), ids_of(new)) == (before - set(chosen), set(chosen))
        town.groups(moment="2026-03-21 08:00")
        assert ids_of(new) == set(chosen)

    def test_a_merge_keeps_every_matter_and_ends_one(self, town, issue):
        for number in range(6, 12):
            town.writes(number, title="水压不够")
        town.groups(moment="2026-03-21 08:00")
        other = HotIssue.objects.exclude(pk=issue.pk).get()
        every = ids_of(issue) | ids_of(other)
        acts.merge(issue.pk, into_id=other.pk, by=town.analyst, at=at("2026-03-21 09:00"))
        assert ids_of(other) == every
        assert HotIssue.objects.get(pk=issue.pk).state == IssueState.MERGED

    def test_a_report_cannot_be_put_in(self, town, issue):
        report = town.writes(
            8, purpose="accuse", respondent={"organisation_id": town.police.pk, "unit": town.police.name}
        )
        with pytest.raises(StepRefused):
            acts.add(issue.pk, numbers=[report.number], by=town.analyst, at=at("2026-03-20 21:00"))

    def test_an_older_page_is_told(self, town, issue):
        acts.rename(issue.pk, name="水发黄", by=town.analyst, at=at("2026-03-20 21:00"))
        with pytest.raises(StepRefused, match="刚刚"):
            acts.confirm(issue.pk, name="水", by=town.analyst, at=at("2026-03-20 21:01"), version=issue.version)

    def test_who_reads_a_proposal(self, town, issue):
        """Of a prefecture's desks: nobody in a county below, nobody at a unit."""
        table = {
            "analyst": True,
            "wang_leads_office": True,
            "sun_supervises": True,
            "xu_handles": False,
            "zhou_leads_unit": False,
            "feng_in_county": False,
        }
        found = {who: HotIssue.objects.visible_to(getattr(town, who)).exists() for who in table}
        assert found == table

    def test_whoever_works_on_it_may_open_each_matter(self, town, issue):
        for who in (town.analyst, town.wang_leads_office, town.sun_supervises):
            assert acts.members(issue, who).count() == figures.of([issue], Window(UNTIL, 30))[issue.pk].matters

    def test_the_sheet_names_nobody(self, town, issue):
        acts.confirm(issue.pk, name="和平路自来水发黄", by=town.analyst, at=at("2026-03-20 21:00"))
        said = dict(
            facts="和平路一带自来水发黄，居民反映集中。",
            cause="管网老化，多年没有更换。",
            law="城市供水条例第二十条。",
            options="分段更换管网，每周公布水质。",
        )
        for wrong in ("和平路一带，王秀兰等户自来水发黄。", "联系电话13800138000，自来水发黄。"):
            with pytest.raises(StepRefused, match="请删去"):
                acts.write_sheet(
                    issue.pk, **{**said, "facts": wrong}, lead=town.housing, by=town.analyst, at=at("2026-03-20 21:05")
                )
        acts.write_sheet(issue.pk, **said, lead=town.housing, by=town.analyst, at=at("2026-03-20 21:05"))

    def test_proposals_that_grow_together_become_one(self, town, issue):
        """Nobody has touched either; what an analyst has looked at is merged by nobody else."""
        for number in range(6, 11):
            town.writes(number, title="水压不够")
        town.groups(moment="2026-03-21 08:00")
        other = HotIssue.objects.exclude(pk=issue.pk).get()
        grouping.keep(town.government, until=UNTIL, at=at("2026-03-21 15:00"), cluster=lambda texts: [0] * len(texts))
        assert HotIssue.objects.get(pk=other.pk).state == IssueState.MERGED
        assert len(ids_of(issue)) == 11


class TestDuty:
    def test_looks_only_where_something_is_new(self, town, issue, settings):
        """One area at a time, some hours apart; switched off it does nothing."""
        later = at("2026-03-21 08:00")
        assert duty.keep(later, by_title) == 0
        town.writes(7)
        assert duty.keep(at("2026-03-20 22:00"), by_title) == 0
        settings.ANALYSIS = False
        assert duty.keep(later, by_title) == 0
        settings.ANALYSIS = True
        assert duty.keep(later, by_title) == 1
        assert len(ids_of(issue)) == 7


class TestNames:
    def test_a_word_of_one_voice_stands_in_no_name(self, town):
        """However often it is written: a proposed name is made of what many say."""
        words = Words(
            {n: f"牛德贵家门口的垃圾站太臭{n}\n垃圾站臭味大，请搬走垃圾站。" for n in range(8)} | {9: "路灯不亮"}
        )
        assert words.shared(range(8), dict.fromkeys(range(8), 1)) == []
        many = words.shared(range(8), {n: n for n in range(8)})
        assert "垃圾站" in "".join(many)
        assert "牛德贵" not in "".join(many)

    def test_a_large_group_gathers_its_like_but_no_copies(self):
        body = "搅拌站噪音灰尘污染严重，影响居民健康，请求拆除搅拌站"
        texts = {
            n: f"搅拌站扰民\n{body}，第{n}次反映，{'晚上施工睡不着' if n % 2 else '白天粉尘很大'}" for n in range(12)
        }
        texts |= {
            20: "搅拌站灰尘\n搅拌站污染严重，请求环保局拆除，学校师生咳嗽，体检费用自理",
            21: "路灯不亮\n路口路灯坏了三个月，没有人来修理",
        }
        found = Words(texts).gathered([set(range(12)), {20}, {21}])
        assert found[0] >= set(range(12))
        assert {21} in found
