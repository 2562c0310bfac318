"""The classifier as a pure thing: what it learns, what it says, why, and what is in its bytes."""

import pickle

import numpy as np
import pytest

from tests.analysis.texts import petition, petitions
from xinqiao.analysis.text import classifier, features, learning
from xinqiao.analysis.text.proposal import Reading
from xinqiao.rules import keywords

WAYS = {code: (code[:2], code) for code in ("0305", "0306", "0403", "0406", "1301")}
SECRET = "欧阳若兰"


@pytest.fixture(scope="module")
def model() -> classifier.Model:
    readings, labels = petitions(30)
    readings[0] = Reading(readings[0].title, f"{readings[0].body}我叫{SECRET}，电话13912345678。")
    return learning.fit(readings, labels, ways=WAYS, groups=range(len(readings)))


class TestFeatures:
    def test_pieces_stand_where_they_say(self):
        reading = Reading("A市Ａ3区 路灯", "见 https://a.cn/1 ，2019年12月起路灯坏了。ABC小区")
        for piece in features.pieces(reading):
            said = reading.text[piece.start : piece.end]
            if "0" not in piece.key and "\ue000" not in piece.key:
                assert [one for one in said.lower() if one.isalnum()] == [one for one in piece.key if one.isalnum()]

    def test_pieces_and_counts_agree(self):
        reading = Reading("路灯路灯", "路灯坏了。B7县路灯坏了3年")
        counted = {field: {} for field in features.FIELDS}
        for piece in features.pieces(reading):
            counted[piece.field][piece.key] = counted[piece.field].get(piece.key, 0) + 1
        assert counted == features.counts(reading)

    def test_places_and_numbers_of_any_sort_are_one_sign(self):
        one, two = (features.counts(Reading("", f"{place}市{number}号")) for place, number in (("A", 3), ("K12", 5077)))
        assert one == two

    def test_a_text_of_any_length_is_bounded(self):
        counted = features.counts(Reading("长", "路灯" * 100_000))
        assert sum(counted["body"].values()) < 5 * features.READ_AT_MOST


class TestLearning:
    def test_unseen_texts_are_told_apart(self, model):
        readings, labels = petitions(8, seed=77)
        right = [model.propose(one)[0].value == label for one, label in zip(readings, labels, strict=True)]
        assert sum(right) / len(right) > 0.9

    def test_same_texts_and_seed_same_model(self):
        readings, labels = petitions(10)
        assert learning.fit(readings, labels).pack() == learning.fit(readings, labels).pack()

    def test_confidence_goes_down_the_tree(self, model):
        shares = model.shares(Reading("物业费涨了", "开发商迟迟不交房，房产证没有下来"))
        assert shares["03"] == pytest.approx(shares["0305"] + shares["0306"], abs=1e-5)
        assert sum(share for code, share in shares.items() if len(code) == 2) == pytest.approx(1, abs=1e-5)

    def test_a_class_with_too_few_texts_gives_way_to_the_one_above(self):
        readings, labels = petitions(12, codes=("0305", "0403"))
        halves = iter(["0305", "0306"] * 6)
        labels = [next(halves) if code == "0305" else code for code in labels]
        learned = learning.fit(readings, labels, ways=WAYS)
        assert {one.value for one in learned.propose(readings[0])} == {"03", "0403"}

    def test_one_class_is_nothing_to_learn(self):
        readings, labels = petitions(12, codes=("0305",))
        with pytest.raises(learning.TooFew):
            learning.fit(readings, labels)

    def test_near_copies_are_one_group(self):
        text = "河边的工厂夜里偷排废水，河水发黑，鱼都死了，请派人来查一查"
        other = "小区的路灯坏了两个月没有人修，晚上走路很危险，请尽快安排"
        groups = learning.alike(
            [Reading("废水", text), Reading("路灯", other), Reading("废水又来了", f"再次反映：{text}！")]
        )
        assert groups == [0, 1, 0]

    def test_what_one_person_wrote_is_not_in_it(self, model):
        """A name and a number that stand in fewer than PIECE_IN texts leave nothing in the model, whole or in part."""
        packed = model.pack()
        with np.load(__import__("io").BytesIO(packed)) as arrays:
            import json
            import zlib

            pieces = json.loads(zlib.decompress(arrays["head"].tobytes()))["pieces"]
        kept = {piece for field in pieces.values() for piece in field}
        assert not any(SECRET[start : start + 2] in piece for piece in kept for start in range(3))
        assert not any("139" in piece for piece in kept)


class TestReasons:
    def test_point_at_real_spans(self, model):
        reading = petition("1301", __import__("random").Random(5))
        first = model.propose(reading)[0]
        assert first.why
        for reason in first.why:
            assert reading.text[reason.start : reason.end] == reason.words
            assert reason.weight > 0

    def test_the_words_of_the_class_are_among_them(self, model):
        words = [one.words for one in model.propose(Reading("拖欠工资", "老板拖欠三个月工资，小区的路也不好"))[0].why]
        assert any("工资" in word or "拖欠" in word for word in words)

    def test_nothing_to_read_nothing_proposed(self, model):
        assert model.propose(Reading("", "")) == []
        assert model.propose(Reading("！！", "……")) == []


class TestPacking:
    def test_same_answers_after(self, model):
        again = classifier.Model.unpack(model.pack())
        for reading in petitions(3, seed=9)[0]:
            before, after = model.shares(reading), again.shares(reading)
            assert after == pytest.approx(before, abs=0.01)
            assert max(before, key=before.get)[:2] == max(after, key=after.get)[:2]

    def test_no_pickle_is_ever_opened(self, tmp_path):
        class Bomb:
            def __reduce__(self):
                return (tmp_path.joinpath("opened").touch, ())

        import io

        harmful = io.BytesIO()
        np.savez(harmful, head=np.array([Bomb()], dtype=object))
        for packed in (harmful.getvalue(), pickle.dumps(Bomb()), b"", b"PK\x03\x04"):
            with pytest.raises(classifier.NotAModel):
                classifier.Model.unpack(packed)
        assert not (tmp_path / "opened").exists()


class TestKeywords:
    """A start without any decided petition."""

    @pytest.mark.parametrize(
        ("title", "body", "code"),
        [
            ("拖欠工资", "工地老板欠薪半年，找劳动监察也没有用", "040302"),
            ("养殖场臭气", "猪场粪便直排，水质发黑", "1301"),
            ("违章搭建", "楼上私搭乱建，属于违建", "030403"),
            ("办理低保", "生活困难，想申请低保", "0701"),
            ("红绿灯坏了", "路口红绿灯不亮，交警也不来", "1001"),
            ("村账不公开", "村委会从来不公布账目，财务公开只是说说", "0101"),
            ("法院判决执行难", "判决三年了，申请执行没有结果", "0801"),
        ],
    )
    def test_say_the_class(self, title, body, code):
        assert keywords.look(title, body)[0].code.startswith(code)

    def test_words_stand_where_they_say(self):
        text = "工资\n厂里拖欠工资"
        for found in keywords.look("工资", "厂里拖欠工资"):
            for word, start, end, _ in found.words:
                assert text[start:end] == word

    def test_nothing_known_nothing_said(self):
        assert keywords.look("你好", "今天天气不错") == []
        assert keywords.look("", "") == []

    def test_every_row_is_a_class_of_the_taxonomy(self):
        import json
        from pathlib import Path

        import xinqiao

        taxonomy = json.loads(
            (Path(xinqiao.__file__).parent / "organisations/data/taxonomy.json").read_text(encoding="utf-8")
        )
        codes, rows = set(), list(taxonomy["classes"])
        while rows:
            row = rows.pop()
            codes.add(row["code"])
            rows += row.get("children", [])
        assert set(keywords.KEYWORDS) <= codes
        assert {code for code in codes if len(code) == 4} <= set(keywords.KEYWORDS)
