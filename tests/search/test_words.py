"""What is a word, by table; and that the pairs with the check find exactly what a LIKE finds, on any text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.search import real_letters
from xinqiao.search.words import TERMS_AT_MOST, fold, terms, tokens

# text, a search, found?, why
FINDS = [
    ("新房漏水没人管", "漏水", True, "two characters are a pair"),
    ("新房漏水没人管", "房漏水没", True, "no word of any dictionary, but it stands there"),
    ("新房漏水没人管", "水漏", False, "the order matters"),
    ("漏水管，水漏了", "漏水漏", False, "all its pairs stand there, it does not: the check"),
    ("漏水。管道", "水管", False, "punctuation separates"),
    ("漏水 管道", "水管", False, "a space separates"),
    ("漏水\n管道", "水管", False, "a line end separates"),
    ("屋頂漏水", "屋顶", True, "traditional text, simplified search"),
    ("屋顶漏水", "屋頂", True, "simplified text, traditional search"),
    ("臺灣同胞", "台湾", True, "variants that are not one for one in Unicode"),
    ("ＡＢＣ公司１２３号", "abc公司123", True, "full width letters and digits are half width"),
    ("ABC公司", "abc", True, "capitals do not matter"),
    ("和平路12号院3号楼", "院3号", True, "digits between characters"),
    ("编号20261118", "2611", True, "a piece of a number"),
    ("编号20261118", "118", True, "the end of a number"),
    ("编号20261118", "2610", False, "another number"),
    ("编号20261118，另有1811", "11182", False, "triples of both numbers, together in neither"),
    ("𠮷野家旁的𪚥水沟", "𠮷野", True, "a character beyond the BMP (extension B)"),
    ("他叫㐂，住𫝆家村", "𫝆家", True, "extensions A and D"),
    ("ئۇيغۇر تىلى", "تىلى", True, "Uyghur letters"),
    ("བོད་ཡིག", "ཡིག", True, "Tibetan: vowel marks belong to the letter"),
    ("e-mail给了局长", "mail给", True, "Latin and Chinese without a space"),
    ("每月２３００元", "2300元", True, "an amount in full width"),
    ("没有解决", "%", False, "a sign is no word"),
    ("没有解决", "_有", False, "one character is too short, whatever stands beside it"),
    ("漏水的房子在和平路", "和平路 漏水", True, "all words, in any order"),
    ("漏水的房子在和平路", "和平路 停电", False, "every word must stand there"),
    ("漏水的房子在和平路", "房 和平路", True, "a single character goes along with a longer word"),
    ("漏水的屋子在和平路", "房 和平路", False, "and is looked at too"),
]  # fmt: skip


def finds(text: str, words: str) -> bool:
    """As the index does it: the tokens first, then the check of each term in the text."""
    folded, asked = fold(text), terms(words)
    have = tokens(folded)
    by_index = all(set(term.tokens) <= have for term in asked)
    return bool(asked) and by_index and all(term.text in folded for term in asked if term.checked or not term.tokens)


class TestWords:
    @pytest.mark.parametrize(("text", "words", "found", "why"), FINDS, ids=[why for *_, why in FINDS])
    def test_finds(self, text, words, found, why):
        assert finds(text, words) is found, why

    @pytest.mark.parametrize(("text", "folded"), [
        ("滷水鋪", "卤水铺"), ("ＡＢｃ，。", "abc，。"), ("㎡", "㎡"), ("a\tb\x00c\nd", "a b c\nd"), ("\ud800", " "), ("①号", "1号"),
    ])  # fmt: skip
    def test_fold(self, text, folded):
        assert fold(text) == folded

    @pytest.mark.parametrize("words", ["", " ", "漏", "，。", "a", "1 2 3", "\u200b"])
    def test_too_short_to_look_up(self, words):
        assert terms(words) == ()

    def test_so_many_words_and_no_more(self):
        assert len(terms(" ".join(f"词语{number:02d}" for number in range(50)))) == TERMS_AT_MOST

    def test_no_token_can_be_taken_for_a_mark(self):
        assert not any(":" in token or token.startswith("=") for token in tokens(fold("o:12 d:5 =ab t:2026 a=b：c＝d")))


ALPHABET = st.text(alphabet="漏水房管顶頂𠮷𪚥路段12０３aBｃ，。 \n·གི", max_size=40)


class TestEqualToLike:
    """The oracle is `LIKE '%term%'` over the folded text, term by term."""

    @settings(max_examples=400, deadline=None)
    @given(text=ALPHABET, words=st.text(alphabet="漏水房管顶頂𠮷𪚥路段12０３aBｃ གི", min_size=2, max_size=8))
    def test_any_text(self, text, words):
        asked = terms(words)
        assert finds(text, words) is (bool(asked) and all(term.text in fold(text) for term in asked))

    @settings(max_examples=200, deadline=None)
    @given(text=ALPHABET, start=st.integers(0, 39), length=st.integers(2, 8))
    def test_any_piece_of_a_text_is_found(self, text, start, length):
        piece = fold(text)[start : start + length]
        if terms(piece):
            assert finds(text, piece)

    @settings(max_examples=300, deadline=None)
    @given(text=st.text(max_size=60))
    def test_folding_keeps_every_place(self, text):
        folded = fold(text)
        assert len(folded) == len(text)
        assert fold(folded) == folded or len(fold(folded)) == len(text)
        assert all(2 <= len(token) <= 3 for token in tokens(folded))

    def test_real_letters(self):
        folded = [fold(text) for text in real_letters.texts(rows=250, characters=600)]
        have = [tokens(text) for text in folded]
        pieces = {text[at : at + size] for at, text in enumerate(folded[:150]) for size in (2, 3, 4, 6) if len(text) > at + size}
        for piece in sorted(pieces):
            for term in terms(piece):
                by_index = {n for n, tok in enumerate(have) if set(term.tokens) <= tok and (not term.checked or term.text in folded[n])}
                if len(term.text) > 1:
                    assert by_index == {n for n, text in enumerate(folded) if term.text in text}, term
