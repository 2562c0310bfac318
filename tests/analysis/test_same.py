"""Earlier matters on the same matter: found in other words, shown to whom they are open, verdicts remembered and taken back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.world import World, client_of
from xinqiao.analysis import same, word_scale
from xinqiao.analysis.models import Link, WordScale
from xinqiao.integrity.models import AuditEntry
from xinqiao.matters import finding
from xinqiao.matters.models import Matter
from xinqiao.rules.sameness import Verdict
from xinqiao.rules.stages import Kind, Step
from xinqiao.search import commonness, likeness
from xinqiao.search.models import Likeness, SearchEntry

pytestmark = pytest.mark.django_db
LI = [{"name": "李建国", "mobile": "13900139000"}]
SMOKE = {
    "title": "桂香苑小区楼下饭店油烟扰民", "people": LI, "requests": ["请饭店停止排烟"],
    "content": "我家住桂香苑小区三栋，楼下开了几家饭店，烟道就对着窗户，半夜还在炒菜，找过物业和城管，没有人来管，全家人都睡不着觉。",
}  # fmt: skip
ELSEWHERE = SMOKE | {key: SMOKE[key].replace("桂香苑", "海棠里") for key in ("title", "content")}
IN_OTHER_WORDS = {
    "title": "桂香苑餐馆熏得人不敢开窗", "content": "桂香苑一楼做餐饮，没有专用的管道，每天烟熏火燎，孩子一直咳嗽。",
    "people": [{"name": "赵敏", "mobile": "13700137000"}], "requests": ["取缔没有管道的餐馆"],
}  # fmt: skip
NOISE = {
    "title": "马路上的货车太吵", "content": "每天夜里大货车从窗前经过，声音很大。", "requests": ["限制货车夜间通行"],
    "people": [{"name": "孙立", "mobile": "13600136000"}],
}  # fmt: skip


@pytest.fixture
def world(monkeypatch):
    # What PostgreSQL noted of the words of an index that another test filled, which outlives its rows.
    monkeypatch.setattr(commonness, "_read_shares", dict)
    return World()


def seen(matter: Matter, officer) -> list[int]:
    return [one.matter.pk for one in same.earlier(matter, officer)]


def page(matter: Matter) -> str:
    return reverse("workbench:same_matter", args=(matter.number,))


class TestFound:
    def test_much_the_same_text_of_another_person(self, world):
        first = world.signed_in()
        world.signed_in("2026-03-03", **NOISE)
        again = world.triaged("2026-03-05", people=LI, title="新房屋顶漏水，报修三次都没人管")
        assert seen(again, world.li_triages) == [first.pk]

    def test_in_other_words_by_the_name_of_the_place(self, world):
        first = world.signed_in(**SMOKE)
        world.signed_in("2026-03-03", **NOISE)
        again = world.triaged("2026-03-05", **IN_OTHER_WORDS)
        (one,) = same.earlier(again, world.li_triages)
        assert one.matter.pk == first.pk
        assert any("桂香苑" in word for word in (*one.words, *one.places))
        assert one.same_place and not one.same_person and not one.copied

    def test_the_same_text_about_another_place_is_told_apart(self, world):
        world.signed_in(**ELSEWHERE)
        here = world.signed_in("2026-03-03", **SMOKE)
        again = world.triaged("2026-03-05", **SMOKE | {"people": IN_OTHER_WORDS["people"]})
        first, *others = same.earlier(again, world.li_triages)
        assert first.matter.pk == here.pk and not first.apart
        assert all(one.apart for one in others)

    def test_only_earlier_ones(self, world):
        first = world.triaged(**SMOKE)
        world.triaged("2026-03-05", **IN_OTHER_WORDS)
        assert seen(first, world.li_triages) == []

    def test_the_same_person_only_for_who_reads_identities(self, world):
        first = world.signed_in(**NOISE | {"people": LI})
        again = world.triaged("2026-03-05", **SMOKE)
        (one,) = same.earlier(again, world.li_triages)
        assert (one.matter.pk, one.same_person) == (first.pk, True)
        Matter.objects.filter(pk=first.pk).update(secrecy=True)
        assert seen(again, world.li_triages) == []

    def test_of_any_age(self, world):
        first = world.signed_in("2019-03-04", people=LI)
        assert seen(world.triaged("2026-03-05", title="新房屋顶漏水，报修三次都没人管"), world.li_triages) == [first.pk]

    def test_likeness_is_made_again_from_the_entries_alone(self, world):
        """What an older version of the program left without; nothing is made twice. A wide scope begins with it."""
        first = world.signed_in("2019-03-04", people=LI)
        again = world.triaged("2026-03-05")
        own, scope = SearchEntry.objects.get(pk=again.pk).petition, tuple(finding.scope_marks(world.li_triages))
        Likeness.objects.all().delete()
        assert likeness.alike(own, but=again.pk, scope=scope, most=5) == []
        assert [sum(likeness.make_missing()) for _turn in range(2)] == [2, 0]
        assert [pk for pk, _at, _text in likeness.alike(own, but=again.pk, scope=scope, most=5)] == [first.pk]


class TestHidden:
    def test_not_one_that_may_not_be_opened(self, world):
        world.signed_in(people=LI)
        again = world.file("2026-03-05", place=world.county_gov)
        hidden = Matter.objects.get(pk=again.matter_id)
        assert seen(hidden, world.feng_in_county) == []
        response = client_of(world.feng_in_county).get(page(hidden))
        assert response.status_code == 404 or "没有找到" in response.content.decode()

    def test_reports_are_neither_found_nor_looked_for(self, world):
        report = world.triaged(kind=Kind.REPORT, **SMOKE)
        again = world.triaged("2026-03-05", **IN_OTHER_WORDS)
        assert seen(again, world.li_triages) == []
        assert same.earlier(Matter.objects.get(pk=report.pk), world.li_triages) == []
        assert client_of(world.li_triages).get(page(report)).status_code == 404
        sent = {"other": report.pk, "verdict": "same"}
        assert client_of(world.li_triages).post(page(again), sent).status_code == 404
        with pytest.raises(ValueError, match="seal"):
            same.decide(again, Matter.objects.get(pk=report.pk), Verdict.SAME, by=world.li_triages, at=timezone.now())

    def test_a_verdict_opens_nothing(self, world):
        """Another office said that they are the same; who may not open the other one learns nothing of it."""
        first, again = world.signed_in(**SMOKE), world.triaged("2026-03-05", **IN_OTHER_WORDS)
        same.decide(first, again, Verdict.SAME, by=world.li_triages, at=timezone.now())
        Matter.objects.filter(pk=first.pk).update(sealed=True)
        assert seen(again, world.li_triages) == []

    def test_how_much_is_asked_does_not_grow(self, world):
        def asked(matter: Matter) -> int:
            same.earlier(matter, world.li_triages)
            with CaptureQueriesContext(connection) as statements:
                same.earlier(matter, world.li_triages)
            return len(statements)

        world.signed_in(**SMOKE)
        few = asked(world.triaged("2026-03-05", **IN_OTHER_WORDS))
        for day in range(6, 10):
            last = world.triaged(f"2026-03-{day:02d}", **IN_OTHER_WORDS)
        assert asked(last) <= few <= 8


class TestVerdicts:
    @pytest.fixture
    def pair(self, world):
        return world.signed_in(**SMOKE), world.triaged("2026-03-05", **IN_OTHER_WORDS)

    def test_of_another_only_the_words_around_are_shown(self, world):
        told = SMOKE["content"] + "物业说管不了。" * 30 + "家里老人已经住院。"
        first, again = world.signed_in(**SMOKE | {"content": told}), world.triaged("2026-03-05", **IN_OTHER_WORDS)
        text = client_of(world.li_triages).get(page(again)).content.decode()
        assert first.number in text and "家里老人已经住院" not in text, "to read it all is to open it, on record (LG-6)"

    def test_not_the_same_is_remembered_and_taken_back(self, world, pair):
        first, again = pair
        client = client_of(world.li_triages)
        text = client.get(page(again)).content.decode()
        assert first.listed_title in text and "桂香苑" in text
        sent = {"other": first.pk, "verdict": "not_same", "reason": "不是同一家店"}
        text = client.post(page(again), sent, follow=True).content.decode()
        assert "已认定不是同一事项" in text and "不是同一家店" in text and world.li_triages.user.name in text
        assert seen(again, world.li_triages) == []
        client.post(page(again), {"other": first.pk, "verdict": "open"})
        assert seen(again, world.li_triages) == [first.pk]
        assert [row.verdict for row in Link.objects.order_by("pk")] == ["not_same", "open"]

    def test_the_same_joins_nothing(self, world, pair):
        first, again = pair
        events = again.events.count()
        client_of(world.li_triages).post(page(again), {"other": first.pk, "verdict": "same"})
        (one,) = same.earlier(again, world.li_triages)
        assert one.is_agreed
        again.refresh_from_db()
        assert again.joined_to is None and again.events.count() == events
        assert same.decide(again, first, Verdict.SAME, by=world.li_triages, at=timezone.now()) is None

    def test_what_is_sent_wrongly_is_nowhere(self, world, pair):
        first, again = pair
        client = client_of(world.li_triages)
        for sent in (
            {"other": "x", "verdict": "same"},
            {"other": again.pk, "verdict": "same"},
            {"other": first.pk, "verdict": "join"},
        ):
            assert client.post(page(again), sent).status_code == 404
        assert not Link.objects.exists()

    def test_the_page_is_on_record_before_it_is_shown(self, world, pair):
        client_of(world.li_triages).get(page(pair[1]))
        assert AuditEntry.objects.filter(matter_id=pair[1].pk, kind="opened_file").exists()


class TestEntrances:
    def test_registration_and_join_say_why(self, world):
        first = world.signed_in(**SMOKE)
        again = world.file("2026-03-05", **IN_OTHER_WORDS)
        matter = Matter.objects.get(pk=again.matter_id)
        text = (
            client_of(world.tang_registers)
            .get(reverse("workbench:step", args=(matter.number, Step.REGISTER)))
            .content.decode()
        )
        assert first.number in text and "桂香苑" in text and page(matter) in text
        matter = world.triaged("2026-03-06", **IN_OTHER_WORDS)
        text = (
            client_of(world.li_triages)
            .get(reverse("workbench:step", args=(matter.number, Step.JOIN_REPEAT)))
            .content.decode()
        )
        assert first.number in text

    def test_the_case_page_leads_there(self, world):
        again = world.triaged("2026-03-05", **IN_OTHER_WORDS)
        text = client_of(world.li_triages).get(reverse("workbench:case", args=(again.number,))).content.decode()
        assert page(again) in text


class TestScale:
    def test_is_counted_once_a_week_and_without_reports(self, world):
        world.triaged(**SMOKE)
        world.triaged("2026-03-03", **SMOKE | {"people": IN_OTHER_WORDS["people"]})
        world.triaged("2026-03-04", kind=Kind.REPORT, title="检举某某科长受贿", content="受贿的事另附材料。")
        world.triaged("2026-03-05", kind=Kind.REPORT, title="检举某某科长受贿", content="受贿的事另附材料。")
        at = timezone.now()
        assert word_scale.keep(at) == 2
        assert word_scale.keep(at) == 0
        counts = WordScale.objects.get().counts
        assert counts["油烟"] == 2 and "受贿" not in counts

    def test_few_texts_are_filled_up_with_commonplaces(self):
        scale = word_scale.filled_up(2, {"油烟": 2})
        assert scale.weight("请求") < scale.weight("桂香")
