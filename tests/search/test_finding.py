"""Finding by words in the database: as much as a LIKE, no more than `visible_to`, with every step in step with its entry."""

from datetime import date, datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from tests.world import World
from xinqiao.matters import entries, finding
from xinqiao.matters.models import Clearance, Matter
from xinqiao.organisations.models import Officer
from xinqiao.rules.stages import Kind, Purpose, Role, Step
from xinqiao.search import commonness, likeness, marks, newest, query, words
from xinqiao.search.entries import Entry, write
from xinqiao.search.models import EntryDue, SearchEntry
from xinqiao.search.words import fold, terms

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def found(officer: Officer, words: str, **wanted) -> set[int]:
    return set(finding.by_words(officer, finding.Wanted(terms(words), **wanted)).ids)


def officers(world) -> list[Officer]:
    return [one for one in vars(world).values() if isinstance(one, Officer)]


SYLLABLES = "房屋漏水停电修路噪声拆迁补偿工资社保养老医疗学校小区物业电梯垃圾河道噪音扰民违建12号3楼ABc"


class TestEqualToLike:
    """A generated corpus; the truth is a LIKE over the folded text."""

    @pytest.fixture
    def corpus(self):
        rng, day = Random(7), datetime(2026, 11, 1, tzinfo=timezone.get_current_timezone())
        texts = {}
        for pk in range(1, 401):
            texts[pk] = fold("，".join("".join(rng.choices(SYLLABLES, k=rng.randint(3, 20))) for _ in range(6)))
        write(
            Entry(pk, at, text if pk % 3 else "", "" if pk % 3 else text, frozenset({"o:1", *marks.day_marks(timezone.localdate(at))}))
            for pk, text in texts.items()
            for at in [day - timedelta(hours=53 * pk)]
        )
        return texts

    @pytest.mark.parametrize("answers", [True, False])
    def test_recall_and_precision(self, corpus, answers):
        rng = Random(8)
        pieces = {text[at : at + rng.randint(2, 5)] for text in corpus.values() for at in rng.sample(range(40), 2)}
        looked = 0
        for piece in sorted(pieces)[:300]:
            asked = terms(piece)
            if not asked:
                continue
            matching = query.entries(query.Asked(asked, (("o:1",),), answers))
            like = Q()
            for term in asked:
                inside = Q(petition__contains=term.text)
                like &= inside | Q(answer__contains=term.text) if answers else inside
            assert set(matching.values_list("pk", flat=True)) == set(SearchEntry.objects.filter(like).values_list("pk", flat=True)), piece
            looked += 1
        assert looked > 150

    @pytest.mark.parametrize("walked", [5, 60, 2000])
    @pytest.mark.parametrize("common", ["nothing", "the scope", "half", "everything"])
    def test_whatever_is_believed_to_be_common_the_same_is_found(self, corpus, monkeypatch, common, walked):
        """Words that are common are looked for in the texts in place of the index, a wide scope is walked first, then windows follow."""
        rng = Random(9)
        every = {token for text in corpus.values() for token in words.tokens(text)}
        believed = {"nothing": [], "the scope": ["o:1"], "half": [*rng.sample(sorted(every), len(every) // 2), "o:1"], "everything": [*every, "o:1"]}
        monkeypatch.setattr(commonness, "shares", lambda: dict.fromkeys(believed[common], 0.5))
        monkeypatch.setattr(commonness, "pace", lambda: commonness.Pace(date(2024, 6, 1), date(2026, 11, 1), 100))
        monkeypatch.setattr(newest, "WALKED", walked)
        monkeypatch.setattr(newest, "READ_AT_MOST", walked)
        pieces = sorted({text[at : at + rng.randint(2, 4)] for text in corpus.values() for at in rng.sample(range(40), 1)})
        for piece in rng.sample(pieces, 25):
            if asked := terms(piece):
                found = newest.newest(query.Asked(asked, (), True, scope=("o:1",)), enough=1000)
                like = Q()
                for term in asked:
                    like &= Q(petition__contains=term.text) | Q(answer__contains=term.text)
                newest_first = SearchEntry.objects.filter(like).order_by("-received_at").values_list("pk", flat=True)
                assert ([pk for pk, _at in found.rows], found.complete) == (list(newest_first), True), piece

    @pytest.mark.parametrize("days", [1, 3, 20, 400, 4000])
    @pytest.mark.parametrize("filters", [{}, {"first": date(2025, 3, 4)}, {"last": date(2026, 1, 4)}, {"first": date(2024, 12, 31), "last": date(2026, 2, 1)}])
    def test_pages_are_complete_without_doubles(self, corpus, monkeypatch, days, filters):
        """However wide the windows are, and whatever they believe of the first and the last day."""
        pace = commonness.Pace(date(2025, 1, 1), date(2026, 10, 1), days)
        monkeypatch.setattr(commonness, "pace", lambda: pace)
        asked = query.Asked(terms("漏水"), (), True, **filters)
        every = query.entries(asked).order_by("-received_at", "-pk").values_list("pk", "received_at")
        first, last = filters.get("first", date.min), filters.get("last", date.max)
        wanted = [pk for pk, at in every if first <= timezone.localdate(at) <= last]
        assert len(wanted) > 2
        rows, after = [], None
        while True:
            page = newest.newest(asked, enough=3, after=after)
            rows += [pk for pk, _at in page.rows]
            if page.complete:
                break
            after = page.position(page.rows[-1][0])
        assert rows == wanted

class TestVisibility:
    def test_everybody_finds_exactly_what_they_may_open(self, world):
        world.signed_in()
        world.triaged("2026-03-03")
        world.file("2026-03-04")
        world.triaged("2026-03-05", kind=Kind.REPORT, purpose=Purpose.ACCUSE.value)
        world.file("2026-03-06", purpose=Purpose.ACCUSE.value)
        world.file("2026-03-07", by=world.tang_registers, channel="visit")
        for officer in officers(world):
            expected = set(Matter.objects.visible_to(officer).values_list("pk", flat=True))
            assert found(officer, "漏水") == expected, officer
            assert finding.by_words(officer, finding.Wanted(terms("漏水"))).count == len(expected)
            assert set(finding.best_by_words(officer, finding.Wanted(terms("漏水"))).ids) == expected

    @pytest.mark.parametrize("walked", [1, 2, 1000])
    def test_filters_find_the_same_walked_or_not(self, world, monkeypatch, walked):
        """Who sees most of everything is answered from the rows of the matters themselves: the same as by the marks."""
        for name in ("WALKED", "WALKED_BESIDE"):
            monkeypatch.setattr(newest, name, walked)
        world.signed_in()
        world.triaged("2026-03-03", kind=Kind.SUGGESTION, purpose=Purpose.SUGGEST.value, channel="letter")
        closed = Matter.objects.filter(pk=world.file("2026-03-04").matter_id)
        closed.update(stage="ended_suggestion")
        entries.make(closed)
        world.file("2026-03-06", channel="letter")
        wanted = [{"group": group} for group in entries.GROUPS] + [{"kind": "request"}, {"kind": "undecided"}, {"channel": "letter"}]
        wanted += [{"channel": "letter", "kind": "suggestion", "group": "intake"}, {"unit": world.housing.pk}, {"group": "closed", "channel": "web"}]
        by_marks = [found(world.li_triages, "漏水", **one) for one in wanted]
        wide = dict.fromkeys(finding.scope_marks(world.li_triages), 0.9)
        monkeypatch.setattr(commonness, "shares", lambda: wide)
        assert [found(world.li_triages, "漏水", **one) for one in wanted] == by_marks
        assert {len(ids) for ids in by_marks} > {0, 1}

    def test_the_accused_learn_nothing_by_any_word(self, world):
        matter = world.triaged(kind=Kind.REPORT, purpose=Purpose.ACCUSE.value)
        self._accuse(matter, world.office)
        for officer in officers(world):
            if officer.organisation_id == world.office.pk:
                assert found(officer, "漏水") == set()
                assert finding.by_words(officer, finding.Wanted(terms("漏水"))).count == 0

    def test_an_accused_unit_does_not_find_an_unsealed_matter_either(self, world):
        matter = world.signed_in()
        assert found(world.xu_handles, "漏水") == {matter.pk}
        self._accuse(matter, world.housing)
        assert found(world.xu_handles, "漏水") == set()

    def _accuse(self, matter, organisation):
        matter.accused.create(organisation=organisation, org_lft=organisation.lft, org_rgt=organisation.rgt)

    def test_who_is_let_in_later_finds_it(self, world):
        matter = world.signed_in()
        self._accuse(matter, world.government)
        assert found(world.xu_handles, "漏水") == set()
        Clearance.objects.create(
            matter=matter, organisation=world.housing, by=world.dai_liaises, at=timezone.now(), reason="与本案无关的下级单位"
        )
        assert found(world.xu_handles, "漏水") == {matter.pk}

    @pytest.mark.parametrize("hidden", [(), (0, 1, 2, 3), (5, 6, 7), (2, 4, 6), tuple(range(8)), tuple(range(1, 8))])
    def test_neither_count_nor_pages_tell_of_hidden_ones(self, world, monkeypatch, hidden):
        """However many candidates may not be opened, and wherever they stand in the order."""
        monkeypatch.setattr(finding, "PAGE_ROWS", 2)
        monkeypatch.setattr(finding, "SPARE", 1)
        monkeypatch.setattr(query, "COUNTED_TO", 4)
        matters = [Matter.objects.get(pk=world.file(f"2026-03-{day:02d}").matter_id) for day in range(2, 10)]
        for place in hidden:
            self._accuse(matters[place], world.office)
        shown = [matter.pk for place, matter in reversed(list(enumerate(matters))) if place not in hidden]
        first = finding.by_words(world.li_triages, finding.Wanted(terms("漏水")))
        assert first.count == min(len(shown), 5)
        ids, result = first.ids, first
        while result.after:
            result = finding.by_words(world.li_triages, finding.Wanted(terms("漏水")), after=result.after)
            assert result.ids, "an empty page would tell that something is hidden"
            ids += result.ids
        assert ids == shown

    @pytest.mark.parametrize("words", ["王秀兰", "秀兰", "13800138000", "0013", "8000", "3号楼501"])
    def test_identity_is_not_found_by_words(self, world, words):
        world.signed_in(content="我叫王秀兰，电话138 0013 8000、13800138000，住临江地区和平路12号院3号楼501，屋顶漏水。")
        assert found(world.tang_registers, words) == set(), SearchEntry.objects.get().petition

    def test_opinions_are_found_by_those_who_read_them(self, world):
        matter = world.signed_in()
        entry = SearchEntry.objects.get(pk=matter.pk)
        write([Entry(matter.pk, matter.received_at, entry.petition, "经查，防水层施工不合格。", entries._marks([matter])[matter.pk])])
        assert found(world.xu_handles, "防水层") == {matter.pk}
        mediator = world.officer("med", "梅调解", world.housing, Role.MEDIATOR)
        Matter.objects.get(pk=matter.pk).referrals.filter(organisation=world.housing).update(handler=mediator)
        entries.make([Matter.objects.get(pk=matter.pk)])
        write([Entry(matter.pk, matter.received_at, entry.petition, "经查，防水层施工不合格。", entries._marks([matter])[matter.pk])])
        assert found(mediator, "屋顶") == {matter.pk}
        assert found(mediator, "防水层") == set()


class TestEntriesFollow:
    """Whatever steps do, an entry is what it would be if it were made now."""

    def assert_fresh(self):
        before = list(SearchEntry.objects.order_by("pk").values())
        entries.make(Matter.objects.all())
        assert list(SearchEntry.objects.order_by("pk").values()) == before
        assert len(before) == Matter.objects.count()

    def test_from_receipt_to_the_unit(self, world):
        matter = world.triaged()
        self.assert_fresh()
        world.take(Step.TRANSFER, matter.pk, world.li_triages, "2026-03-02", to=world.housing, reason="房屋质量监管属于住建部门职责")
        self.assert_fresh()
        world.take(Step.SIGN_IN, matter.pk, world.qian_receives, "2026-03-02")
        self.assert_fresh()

    def test_a_report(self, world):
        world.triaged(kind=Kind.REPORT, purpose=Purpose.ACCUSE.value)
        self.assert_fresh()

    def test_a_step_that_changes_nothing_of_it_writes_nothing(self, world, django_assert_num_queries):
        matter = world.signed_in()
        with django_assert_num_queries(2):
            entries.keep(matter, Step.RECORD_CONTACT)

    def test_what_is_owed_is_made_newest_first(self, world):
        receipts = [world.file(f"2026-03-{day:02d}") for day in (2, 3, 4)]
        SearchEntry.objects.all().delete()
        rows = Matter.objects.values_list("pk", "received_at")
        EntryDue.objects.bulk_create(EntryDue(matter_id=pk, received_at=at) for pk, at in rows)
        assert entries.make_due(most=1) == [Matter.objects.get(pk=receipts[-1].matter_id).received_at]
        assert SearchEntry.objects.get().pk == receipts[-1].matter_id
        assert entries.fill(timezone.now()) == 2
        assert not EntryDue.objects.exists()

    def test_what_is_owed_of_a_matter_that_is_gone_is_owed_no_more(self, world):
        EntryDue.objects.create(matter_id=10**9, received_at=timezone.now())
        assert entries.make_due() == []
        assert not EntryDue.objects.exists()

    def test_reindex_makes_what_is_missing_old_or_everything(self, world):
        for day in (2, 3, 4):
            world.file(f"2026-03-{day:02d}")
        SearchEntry.objects.order_by("pk").first().delete()
        SearchEntry.objects.filter(pk=SearchEntry.objects.order_by("pk").first().pk).update(version=0)
        assert [(one.made, one.left) for one in entries.make_again(only_missing=True)] == [(1, 0)]
        assert [(one.made, one.left) for one in entries.make_again()] == [(1, 0)]
        assert [(one.made, one.left) for one in entries.make_again()] == []
        assert [(one.made, one.left) for one in entries.make_again(everything=True)] == [(3, 0)]

    def test_many_entries_are_the_same_as_one_by_one(self, world):
        for day in range(2, 14):
            world.file(f"2026-03-{day:02d}", content=f"第{day}次反映，'引号'和\\反斜线\t制表，𠮷野路。")
        many = list(SearchEntry.objects.order_by("pk").values())
        entries.make(Matter.objects.all())
        assert list(SearchEntry.objects.order_by("pk").values()) == many

    def test_an_organisation_elsewhere_in_the_tree_owes_the_entries_of_all_below_it(self, world):
        inside, outside = world.signed_in(), world.file("2026-03-05", place=world.county_gov)
        assert entries.owe_organisations([world.housing.pk]) == 1
        assert EntryDue.objects.get().pk == inside.pk
        assert entries.owe_organisations([world.government.pk]) == Matter.objects.count() - 1
        assert EntryDue.objects.filter(pk=outside.matter_id).exists()
        entries.fill(timezone.now())
        self.assert_fresh()


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    """Two processes that make what is owed share it: nobody waits, nothing is made twice, nothing is left."""

    def test_each_takes_what_the_other_has_not(self, world):
        receipts = [world.file(f"2026-03-{day:02d}") for day in (2, 3, 4, 5)]
        entries.owe_again(everything=True)
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("BEGIN")
                cursor.execute("SELECT 1 FROM search_entrydue WHERE matter_id = %s FOR UPDATE", [receipts[3].matter_id])
                cursor.execute("SELECT 1 FROM matters_matter WHERE id = %s FOR UPDATE", [receipts[1].matter_id])
                assert len(entries.make_due()) == 2
                assert set(EntryDue.objects.values_list("pk", flat=True)) == {receipts[1].matter_id, receipts[3].matter_id}
                cursor.execute("ROLLBACK")
        finally:
            other.close()
        assert entries.fill(timezone.now()) == 2
        assert not EntryDue.objects.exists()


class TestLikeness:
    """Pure: two texts of which so many words are the same."""

    @staticmethod
    def hits(common: float, length: int = 150) -> float:
        rng, hits = Random(11), 0
        for turn in range(200):
            same = round(2 * length * common / (1 + common))
            shared = [f"s{turn}-{word}" for word in range(same)]
            one, other = ([*shared, *(f"{which}{rng.random()}" for _ in range(length - same))] for which in "ab")
            hits += bool({*likeness.bands(one)} & {*likeness.bands(other)})
        return hits / 200

    def test_texts_that_share_most_of_their_words_agree(self):
        assert self.hits(0.75) > 0.97
        assert self.hits(0.6) > 0.8
        assert self.hits(0.75, length=30) > 0.97

    def test_others_do_not(self):
        assert self.hits(0.1) < 0.03

    def test_the_order_of_words_is_nothing_and_a_few_words_are_like_nothing(self):
        text = [f"w{number}" for number in range(40)]
        assert likeness.bands(text) == likeness.bands(reversed(text))
        assert len(likeness.bands(text)) == likeness.BANDS
        assert likeness.bands(text[: likeness.WORDS_AT_LEAST - 1]) == []

    def test_the_numbers_of_a_text_are_those_of_years_ago(self):
        """They are stored: other ones would find none of the texts that are there. A short text, so that some boxes are empty."""
        text = words.fold("和平路的路灯坏了一个月，夜里看不见路，老人摔倒过两次，请尽快派人修好。")
        assert likeness.bands(words.tokens(text)) == [
            32271444, -1137539911, -160200329, -1929743710, -1287856010, 1988347038, -618773856, -745687655,
            -165526859, -323985246, 1881972958, -1330530451, 2042507451, -1724636836, 1868529406, 1789858040,
        ]  # fmt: skip
