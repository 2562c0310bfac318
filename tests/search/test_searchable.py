"""What is found by words, part by part, as an officer types it; and that the texts of other places are found as a LIKE finds them."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from tests.search import real_letters
from tests.world import World, client_of
from xinqiao.matters import finding
from xinqiao.matters.actors import Citizen
from xinqiao.rules.stages import Step
from xinqiao.search import newest, query
from xinqiao.search.entries import Entry, write
from xinqiao.search.models import SearchEntry
from xinqiao.search.words import fold, terms

pytestmark = pytest.mark.django_db
TEXT = "𠮷野路的𪚥井盖丢了，公司叫ＡＢＣ-2000，賠償１２００元，车牌宁A·88X66，找过12345。"

# what is typed, found?, why
TYPED = [
    ("井盖", True, "two characters"), ("盖", False, "one character is too short"), ("𪚥井", True, "a character beyond the BMP"),
    ("𠮷野路", True, "and a street of such a name"), ("abc", True, "Latin, full width there, half width here"), ("ABC-2000", True, "with a sign between"),
    ("2000", True, "digits"), ("赔偿1200元", True, "traditional and full width there"), ("賠償", True, "and here"), ("88x66", True, "letters and digits"),
    ("12345", True, "a service line is nobody's number"), ("井盖 赔偿", True, "both words"), ("井盖 没有的词", False, "each word must stand there"),
    ("盖井", False, "the order matters"), ("路丢了", False, "not together"), ("临江", True, "the place, from the list"),
    ("和平路12号", True, "the place, as it was written"), ("门前井盖", True, "the title"), ("换新井盖", True, "a request"), ("半夜有人摔伤", True, "what was said later"),
]  # fmt: skip


@pytest.fixture
def world():
    return World()


@pytest.fixture
def matter(world):
    made = world.signed_in(title="门前井盖丢失", content=TEXT, requests=["换新井盖"])
    world.take(Step.SUPPLEMENT, made.pk, Citizen(matter_id=made.pk), "2026-03-05", text="昨天半夜有人摔伤。")
    return made


class TestTyped:
    def test_each_part(self, world, matter):
        for typed, found, why in TYPED:
            asked = terms(typed)
            ids = finding.by_words(world.xu_handles, finding.Wanted(asked)).ids if asked else []
            assert (matter.pk in ids) is found, f"{typed}: {why}"

    def test_a_number_whole_in_groups_or_its_end(self, world, matter):
        number, client = matter.number, client_of(world.xu_handles)
        for typed in (number, f"{number[:6]} {number[6:14]} {number[14:18]} {number[18]}", number.translate(_WIDE), number.lower()):
            answer = client.get("/desk/search/", {"q": typed})
            assert (answer.status_code, answer.url) == (302, f"/desk/cases/{number}/"), typed
        for typed in (number[-5:], number[-4:], number[:14], number[6:14]):
            assert number in client.get("/desk/search/", {"q": typed}).content.decode(), typed

    def test_the_number_of_a_matter_that_may_not_be_opened_is_no_number(self, world, matter):
        answer = client_of(world.wu_at_police).get("/desk/search/", {"q": matter.number})
        assert answer.status_code == 200
        assert "没有找到" in answer.content.decode()


_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


class TestEqualToLikeInTheDatabase:
    """The truth is `LIKE` over the folded text, in PostgreSQL; every piece of a text is a search."""

    def assert_equal(self, texts: list[str], seed: int, searches: int):
        rng, at = Random(seed), datetime(2026, 3, 1, tzinfo=UTC)
        write(Entry(pk, at - timedelta(hours=pk), text, "", frozenset({"o:1"})) for pk, text in enumerate(texts, 1))
        looked = 0
        for _ in range(searches):
            text = fold(rng.choice(texts))
            begin = rng.randrange(max(len(text) - 2, 1))
            piece = text[begin : begin + rng.choice((2, 2, 3, 4, 6, 9))]
            asked = terms(piece)
            if not asked:
                continue
            like = SearchEntry.objects.all()
            for term in asked:
                like = like.filter(petition__contains=term.text)
            found = newest.newest(query.Asked(asked, (("o:1",),)), enough=len(texts))
            assert found.complete
            assert [pk for pk, _at in found.rows] == list(like.order_by("-received_at").values_list("pk", flat=True)), piece
            looked += 1
        assert looked > searches / 2

    def test_any_characters(self):
        rng = Random(3)
        alphabet = "漏水房管顶頂𠮷𪚥㐂𫝆路段12０３aBｃ，。 \nགིتى%_\\'\""
        self.assert_equal(["".join(rng.choices(alphabet, k=rng.randint(5, 60))) for _ in range(150)], 4, 200)

    def test_real_letters(self):
        self.assert_equal(real_letters.texts(rows=80, characters=800), 5, 150)
