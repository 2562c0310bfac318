"""Pure: which texts speak of the same matter, and which come together."""

import csv
from datetime import datetime, timedelta

import pytest

from xinqiao import cli
from xinqiao.analysis.text import grouping, sameness
from xinqiao.analysis.text.sameness import Comparison, Message, Scale
from xinqiao.analysis.text.sites import sites
from xinqiao.search.words import fold

START = datetime(2026, 3, 2, 9)
SMOKE = "{}一楼的几家餐馆每天从早到晚往外排油烟，住户不敢开窗，老人孩子咳嗽，找过物业和城管，至今没有人来管，请领导派人看看。"
# What an office has besides: without it every word would be as rare as a name.
OTHERS = [
    ("柳树湾小区电梯三个月没修好", "电梯坏了三个月，老人下不了楼，物业说没有钱，请有关部门督促维修。"),
    ("建新路路灯不亮", "晚上下班走建新路，两公里的路灯全不亮，摔过人，希望尽快维修。"),
    ("咨询医保报销的比例", "退休以后住院，医保报销的比例是多少，需要带什么材料，请领导答复。"),
    ("工地拖欠农民工工资", "我们十五个人在城东的工地干了半年，老板不见了，工资一分没有拿到，请求解决。"),
    ("东风中学门口堵车", "每天早上东风中学门口堵得走不动，希望交警来疏导，孩子上学总是迟到。"),
    ("希望增加公交车的班次", "早上等公交车要四十分钟，上班总是迟到，请求增加班次，方便居民出行。"),
    ("小区停水没有通知", "停水两天没有人通知，电话打不通，居民没有办法做饭，请求解决供水的问题。"),
    ("请求解决房产证的问题", "交房三年还没有房产证，开发商说在办，孩子上学要用，请领导过问。"),
]  # fmt: skip


def messages(*texts: tuple[str, str], days: float = 1) -> list[Message]:
    """Texts in the order in which they came, the other ones before them."""
    both = [*OTHERS, *texts]
    return [Message(n, title, body, START + timedelta(days=n * days)) for n, (title, body) in enumerate(both)]


def groups_of(*texts: tuple[str, str]) -> list[int]:
    return grouping.clusters(messages(*texts))[len(OTHERS) :]


class TestSites:
    @pytest.mark.parametrize(
        ("title", "names", "why"),
        [
            ("A5区滨河东路桂香之苑小区底层餐馆油烟扰民", ["滨河东路", "桂香之苑小区"], "a road, then an estate, after a division"),
            ("关于青石村的水渠", ["青石村"], "a village"),
            ("关于明德职业技术学院强制实习的投诉", ["明德职业技术学院"], "a school, without the words before it"),
            ("咨询退休金怎么算", [], "no name"),
        ],
    )  # fmt: skip
    def test_names_by_how_they_end(self, title, names, why):
        assert set(names) <= {str(site) for site in sites(fold(title))} if names else sites(fold(title)) == (), why

    def test_a_name_written_from_memory_is_the_same_name(self):
        one, other, third = (sites(fold(title))[0] for title in ("兴盛驾校不退费", "盛兴驾校不退费", "平安驾校不退费"))
        assert one.is_like(other)
        assert not one.is_like(third)


class TestSameText:
    COPIES = (
        ("桂香苑小区餐馆油烟扰民", SMOKE.format("桂香苑小区")),
        ("海棠里小区餐馆油烟扰民", SMOKE.format("海棠里小区")),
        ("桂香苑小区楼下餐馆油烟扰民", SMOKE.format("桂香苑小区")),
    )

    def test_about_two_places_is_two_matters(self):
        one, other, again = groups_of(*self.COPIES)
        assert one == again != other

    def test_is_told_from_a_copy_about_the_same_place(self):
        among = Comparison(messages(*self.COPIES))
        first = len(OTHERS)
        elsewhere, here = among.sameness(first, first + 1), among.sameness(first, first + 2)
        assert elsewhere.apart and elsewhere.copied and not here.apart
        assert here.odds > elsewhere.odds + 5

    def test_a_line_that_mentions_the_other_place_is_not_set_apart(self):
        """One title names the road, the other the estate; the text says both."""
        texts = (
            ("滨江西路餐馆油烟扰民", SMOKE.format("滨江西路桂香苑小区")),
            ("桂香苑小区餐馆油烟扰民", SMOKE.format("桂香苑小区")),
        )
        one, other = groups_of(*texts)
        assert one == other


class TestOtherWords:
    def test_the_same_named_place_is_found(self):
        asked = (
            "桂香苑楼下饭店把人熏得睡不着",
            "我家住桂香苑三栋，楼下开了饭店，烟道就对着窗户，半夜还在炒菜，城管来了也没用。",
        )
        found = {one.id: ranked for one, ranked in sameness.ranked(messages(TestSameText.COPIES[0], asked))}
        best, same = found[len(OTHERS) + 1][0]
        assert best.title == TestSameText.COPIES[0][0]
        assert any("香苑" in word for word in same.shared)

    def test_another_trouble_of_another_place_is_no_group(self):
        assert (
            len(
                set(
                    groups_of(
                        TestSameText.COPIES[0], ("海棠里小区门口没有路灯", "晚上从海棠里小区出来一片漆黑，请装路灯。")
                    )
                )
            )
            == 2
        )


class TestRanked:
    def test_only_earlier_ones(self):
        given = [
            *messages(TestSameText.COPIES[0]),
            Message("twin", *TestSameText.COPIES[2], START + timedelta(days=len(OTHERS))),
        ]
        sent = {one.id: one.at for one in given}
        for asked, found in sameness.ranked(given):
            assert all(sent[one.id] < sent[asked.id] for one, _same in found)

    def test_does_not_depend_on_the_order_of_the_file(self):
        given = messages(*TestSameText.COPIES)
        forth, back = (
            {q.id: [one.id for one, _same in found] for q, found in sameness.ranked(way)}
            for way in (given, given[::-1])
        )
        assert forth == back


class TestGroups:
    def test_every_text_has_one(self):
        assert len(grouping.clusters(messages())) == len(OTHERS)
        assert grouping.clusters([]) == []

    def test_more_pairs_may_be_less_sure(self):
        assert grouping.enough(1) > grouping.enough(4) >= grouping.enough(1000) == grouping.LEAST_ENOUGH

    def test_nobody_is_asked_who_sent_it(self):
        assert "user" not in Message.__dataclass_fields__

    def test_a_word_that_few_have_weighs_more(self):
        scale = Scale.of(messages())
        assert scale.weight("香苑") > scale.weight("请求")


class TestCommands:
    @pytest.fixture
    def file(self, tmp_path):
        path = tmp_path / "letters.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            table = csv.writer(out)
            table.writerow(["msg_id", "title", "body", "time"])
            table.writerows(
                [one.id, one.title, one.body, f"{one.at:%Y/%m/%d %H:%M}"] for one in messages(*TestSameText.COPIES)
            )
        return path

    def rows(self, path) -> list[dict]:
        with path.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    def test_similar(self, file, tmp_path):
        assert cli.main(["similar", str(file), "--out", str(tmp_path / "out.csv")]) == cli.OK
        last = [row for row in self.rows(tmp_path / "out.csv") if row["query_id"] == str(len(OTHERS) + 2)]
        assert list(last[0]) == ["query_id", "rank", "msg_id", "score"]
        assert (last[0]["rank"], last[0]["msg_id"]) == ("1", str(len(OTHERS)))

    def test_cluster(self, file, tmp_path):
        assert cli.main(["cluster", str(file), "--out", str(tmp_path / "out.csv")]) == cli.OK
        rows = self.rows(tmp_path / "out.csv")
        assert [row["msg_id"] for row in rows] == [str(n) for n in range(len(OTHERS) + 3)]
        assert all(row["cluster"].isdigit() for row in rows)

    @pytest.mark.parametrize("text", ["msg_id,title\n1,路灯\n", "msg_id,title,body,time\n1,路灯,不亮,昨天\n"])
    def test_a_file_that_is_none_is_said_so(self, tmp_path, capsys, text):
        (tmp_path / "in.csv").write_text(text, encoding="utf-8")
        assert cli.main(["cluster", str(tmp_path / "in.csv"), "--out", str(tmp_path / "out.csv")]) == cli.USAGE
        assert "不能读取" in capsys.readouterr().err
