"""Reading the draft of an answer: what is missing, what is no result, what cannot be understood; and whether it belongs to the question."""

from datetime import date

import pytest

from xinqiao.analysis.text import answers, belonging
from xinqiao.analysis.text.proposal import Reading
from xinqiao.rules.answers import HINTS_OF_ONE_SORT, ROWS, Hint

TODAY = date(2026, 4, 10)
QUESTION = Reading(
    "和平路12号院3号楼屋顶漏水，三次报修没人管",
    "我家住在和平路12号院3号楼，去年交的新房，今年一下雨屋顶就漏。开发商推给物业，物业推给开发商。",
    date(2026, 3, 2),
    ("修好漏水的屋顶", "赔偿泡坏的家具2300元"),
)
GOOD = (
    "您反映和平路12号院3号楼屋顶漏水的事，我们到现场看过。屋面防水层有缺陷，还在保修期内。\n"
    "一、关于修好漏水的屋顶，予以支持。依据《房屋建筑工程质量保修办法》第七条，屋面防水保修五年。开发企业在2026年6月30日前更换防水层。\n"
    "二、关于赔偿泡坏的家具，部分支持。开发企业在2026年5月30日前赔偿1800元，另外500元没有票据，不予支持。\n"
    "不同意本答复的，可以自收到之日起30日内，向临江地区行政公署请求复查。"
)


def sorts(answer: str, question: Reading = QUESTION, **more) -> list[Hint]:
    return [one.hint for one in answers.check(question, question.demands, answer, today=TODAY, **more)]


class TestGoodAnswer:
    def test_nothing_is_found_in_it(self):
        assert answers.check(QUESTION, QUESTION.demands, GOOD, today=TODAY) == []

    def test_an_empty_text_is_left_to_the_check_list(self):
        assert answers.check(QUESTION, QUESTION.demands, " \n", today=TODAY) == []


# (what is written instead in the good answer, by what, what is found, why)
CHANGES = [
    ("二、关于赔偿泡坏的家具，部分支持。开发企业在2026年5月30日前赔偿1800元，另外500元没有票据，不予支持。\n", "", Hint.UNANSWERED, "the second demand is left out"),
    ("第七条", "", Hint.NO_ARTICLE, "a law without its article"),
    ("依据《房屋建筑工程质量保修办法》第七条，", "", Hint.NO_GROUND, "no ground at all"),
    ("自收到之日起30日内，", "", Hint.NO_REMEDY, "until when is not said"),
    ("向临江地区行政公署请求复查", "请求复查", Hint.NO_REMEDY, "to whom is not said"),
    ("和平路12号院", "和平路15号院", Hint.OTHER_NUMBER, "another house"),
    ("2026年6月30日前", "2025年6月30日前", Hint.PASSED_DATE, "a last day that has passed"),
    ("您反映", "您于2026年1月5日来信反映", Hint.OTHER_DATE, "another day than the petition has"),
    ("2026年5月30日", "2026年2月30日", Hint.OTHER_DATE, "no such day"),
    ("我们到现场看过", "邻居李国强称漏了一年", Hint.PERSON, "the name of a third person"),
    ("我们到现场看过", "请打13912345678联系", Hint.PERSON, "somebody's mobile"),
    ("我们到现场看过", "当事人身份证号110101199003070011", Hint.PERSON, "a resident ID"),
    ("我们到现场看过", "您承诺不再信访", Hint.GIVES_UP, "a promise to petition no more"),
    ("我们到现场看过", "请您不要再来反映", Hint.GIVES_UP, "stopping somebody"),
    ("我们到现场看过", "请理性对待", Hint.BLAMES, "a reproach"),
    ("我们到现场看过", "业已查看", Hint.OFFICIAL, "nobody speaks like this"),
    ("我们到现场看过", "施工单位不是没有责任", Hint.NEGATIONS, "twice no"),
    ("我们到现场看过", "已经交给PPP项目公司", Hint.ABBREVIATION, "letters that nobody explained"),
    ("我们到现场看过。", "我们到现场看过，" + "屋面坡度不够，排水口堵塞，" * 8 + "都要改。", Hint.LONG, "nobody reads this aloud"),
]  # fmt: skip


class TestOneThingWrong:
    @pytest.mark.parametrize(("old", "new", "found", "why"), CHANGES, ids=[row[3] for row in CHANGES])
    def test_it_is_found_and_nothing_else(self, old, new, found, why):
        assert old in GOOD
        text = GOOD.replace(old, new)
        assert set(sorts(text)) == {found}, why

    @pytest.mark.parametrize(("old", "new", "found", "why"), CHANGES, ids=[row[3] for row in CHANGES])
    def test_its_words_stand_where_it_says(self, old, new, found, why):
        text = GOOD.replace(old, new)
        for one in answers.check(QUESTION, QUESTION.demands, text, today=TODAY):
            assert one.start is None or text[one.start : one.end] == one.words

    def test_every_sort_says_what_to_do_and_where_that_stands(self):
        assert set(ROWS) == set(Hint)
        assert all(row.to_do.endswith("。") and row.source for row in ROWS.values())


STEPS = [
    ("我们高度重视，正在积极协调，将进一步督促落实，敬请谅解。", True, "nothing is decided"),
    ("您的问题已经转交城管局处理，请耐心等待。", True, "passed on"),
    ("正在进一步核实。经查属实，决定在5月30日前修好。", False, "a result stands behind the step"),
    ("不予支持，因为没有合同。", False, "a refusal is a result"),
    ("已于4月2日修好，我们将继续加强巡查。", False, "done; what will be done besides does no harm"),
]


class TestSteps:
    @pytest.mark.parametrize(("text", "found", "why"), STEPS, ids=[row[2] for row in STEPS])
    def test_only_an_answer_without_a_result(self, text, found, why):
        assert (Hint.STEP in sorts(text)) is found, why


LAWS = [
    ("《物业管理条例》第三十五条规定……", [], "with article"),
    ("《物业管理条例》规定", ["《物业管理条例》"], "without"),
    ("《关于调整最低工资标准的通知》（云人社发〔2025〕12号）", [], "a policy by its number"),
    ("依据《民法典》第二百七十八条。又依《民法典》", [], "said once is enough"),
    ("见《问政平台》《我的来信》", [], "no law"),
]  # fmt: skip


class TestGrounds:
    @pytest.mark.parametrize(("text", "found", "why"), LAWS, ids=[row[2] for row in LAWS])
    def test_law_without_article(self, text, found, why):
        assert [one.words for one in answers.grounds(text) if one.hint is Hint.NO_ARTICLE] == found, why


class TestDemands:
    def test_each_is_looked_for_in_its_own_part(self):
        parts = {1: "屋面防水层由开发企业更换，修好漏水的屋顶。", 2: "同上，已修好屋顶。"}
        found = answers.check(QUESTION, QUESTION.demands, "\n".join(parts.values()), today=TODAY, parts=parts)
        assert [one.demand for one in found if one.hint is Hint.UNANSWERED] == [2]

    def test_a_part_that_is_not_written_yet_is_left_to_the_check_list(self):
        parts = {1: "修好漏水的屋顶，予以支持。", 2: ""}
        found = answers.check(QUESTION, QUESTION.demands, parts[1], today=TODAY, parts=parts)
        assert Hint.UNANSWERED not in [one.hint for one in found]

    def test_the_passage_that_answers_is_found(self):
        passages = answers.sentences(GOOD)
        best, share = answers.best_passage("赔偿泡坏的家具2300元", passages, common=belonging.Common().share)
        assert "家具" in best.text
        assert share > answers.ANSWERED


class TestPlaces:
    def test_a_place_that_is_not_of_the_matter(self):
        text = GOOD.replace("我们到现场看过", "白水县派人看过")
        assert sorts(text, other_places=("白水县", "青石县")) == [Hint.OTHER_PLACE]

    def test_one_that_the_petition_names_itself(self):
        named = Reading(QUESTION.title, QUESTION.body + "以前住在白水县。", QUESTION.said_on, QUESTION.demands)
        assert Hint.OTHER_PLACE not in sorts(GOOD + "白水县", question=named, other_places=("白水县",))


class TestMany:
    def test_many_of_one_sort_are_counted(self):
        found = answers.check(QUESTION, QUESTION.demands, GOOD + "业主张建国称漏水。" * 6, today=TODAY)
        people = [one for one in found if one.hint is Hint.PERSON]
        assert len(people) == HINTS_OF_ONE_SORT
        assert "还有3处" in people[-1].message

    def test_what_should_be_changed_comes_first(self):
        found = answers.check(QUESTION, QUESTION.demands, "兹有贵户来信，正在研究。", today=TODAY)
        severities = [list(type(one.severity)).index(one.severity) for one in found]
        assert severities == sorted(severities)


OTHER = "关于您咨询的养老保险转移，请携带身份证到参保地社保经办机构窗口申请，十五个工作日内办结。缴费年限合并计算，个人账户储存额全部转移。"


class TestBelonging:
    share = staticmethod(belonging.Common().share)

    def test_the_own_answer_before_another(self):
        assert (
            belonging.belongs(QUESTION, GOOD, common=self.share)
            > 0
            > belonging.belongs(QUESTION, OTHER, common=self.share)
        )

    def test_an_answer_that_says_nothing_is_neither(self):
        assert belonging.belongs(QUESTION, "网友您好，您的留言已收悉。", common=self.share) == 0

    def test_marks_of_programs_and_dates_are_no_evidence(self):
        question = Reading("网友A00012345的留言", "2026年3月2日，UU0081234。")
        assert belonging.belongs(question, "“UU0081234”您好，A00012345。2026年3月2日", common=self.share) == 0

    def test_a_wrong_answer_is_pointed_at(self):
        assert Hint.OTHER_MATTER in sorts(OTHER)
