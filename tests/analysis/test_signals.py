"""Kind, urgency, litigation from sentences of our own. Every row says why."""

import pytest

from tests.analysis import mild_reports as mild
from xinqiao.analysis.text.proposal import Reading
from xinqiao.analysis.text.signals import propose_kind, propose_litigation, propose_urgency
from xinqiao.rules.stages import Kind
from xinqiao.rules.urgent import UrgentGround


def values(found):
    return [one.value for one in found]


KINDS = [
    ("建议在东街加装路灯", "方便大家晚上出行。", Kind.SUGGESTION, "a proposal for all"),
    ("举报村主任冒领补贴", "村主任李某冒领低保金。", Kind.REPORT, "a report on somebody who holds an office (R-30)"),
    ("反映镇干部", "镇里的干部收受贿赂，优亲厚友。", Kind.REPORT, "misconduct of an official, without the word 举报"),
    ("反映副镇长", "副镇长多次带人来吃饭不给钱，年底让我开假发票。", Kind.REPORT, "said mildly, by what he has of it"),
    (
        "招生名额",
        "听说某股长打过招呼，收了礼。请不要让他知道是我说的。",
        Kind.REPORT,
        "who asks that somebody must not know of it",
    ),
    ("居住证怎么办", "请问要带什么材料？", Kind.REQUEST, "a bare question: only a request has a clock to lose"),
    ("感谢送药的干部", "下大雪那晚送来了药，我们全家谢谢他。", Kind.SUGGESTION, "thanks"),
    ("举报砖厂排污", "砖厂夜里偷排废水，请求查处。", Kind.REQUEST, "a report on a company is a request to act (R-31)"),
    ("拖欠工资", "老板拖欠工资，请求劳动部门帮助解决。", Kind.REQUEST, "a solution is asked for"),
    ("问一问", "天气不错。", Kind.REQUEST, "where nothing speaks for another kind"),
    ("希望重视", "没有监督就会产生腐败。请求解决停水问题。", Kind.REQUEST, "a word of anger is no report"),
    ("谢谢书记", "尊敬的书记，感谢您，请求解决出行难。", Kind.REQUEST, "an addressee is not accused"),
]

URGENT = [
    ("他站在楼顶说今天就要跳楼。", [UrgentGround.LIFE], "danger to a life now"),
    ("以前有人说过要跳楼，后来好了。", [], "long past"),
    ("没有人自杀，只是吵架。", [], "denied"),
    ("电梯经常罢工，电动车乱停。", [], "a machine does not strike"),
    ("一旦发生火灾后果不堪设想。", [], "only thought of"),
    ("今天凌晨突然发生山体滑坡，路断了。", [UrgentGround.SUDDEN], "it has just happened"),
    ("以免发生爆炸，请检查管道。", [], "to be avoided"),
    ("商场跳楼价促销骗人。", [], "跳楼价 is a price"),
    ("全镇停水三天，几万居民没水用。", [UrgentGround.MANY], "the basic needs of many"),
    ("我们五个人一起来反映。", [], "the number of people alone is no ground (UR-7)"),
    ("再不解决我们就去北京上访。", [], "going higher up is a right, no ground"),
    ("小区的煤气管道正在漏气，天然气泄漏味道很大。", [UrgentGround.PUBLIC_SAFETY], "gas is leaking"),
]

LITIGATION = [
    ("县法院一审判决我胜诉，但是一直没有执行。", "yes", "a court has decided"),
    ("我已经申请强制执行，执行局说找不到财产。", "yes", "execution runs"),
    ("派出所不予立案，我不服。", "yes", "the police has decided"),
    ("检察院已经批准逮捕。", "yes", "a prosecutor has the case"),
    ("实在不行我准备去法院起诉。", "no", "somebody only thinks of it"),
    ("劳动局让我们自己去打官司。", "no", "somebody is told to"),
    ("请问如何申请公租房？", None, "nothing of the kind"),
    ("我家没钱打官司。", "no", "no case was brought"),
]


class TestKind:
    @pytest.mark.parametrize(("title", "body", "kind", "why"), KINDS)
    def test_likeliest(self, title, body, kind, why):
        assert values(propose_kind(Reading(title, body)))[0] == kind, why

    def test_reasons_point_into_the_text(self):
        reading = Reading("举报村主任冒领补贴", "村主任李某冒领低保金。")
        for reason in propose_kind(reading)[0].why:
            assert reading.text[reason.start : reason.end] == reason.words


# List, how many of it are taken for a report: at least, at most, why.
MILD = [
    (mild.REPORTS, 47, 50, "polite words hide who is reported on no worse than hard ones (C-01)"),
    (mild.COMPLAINTS, 0, 1, "officials, money and relatives make no report of a complaint about a service"),
    (mild.LATER_REPORTS, 17, 20, "other offices and other ways to take something"),
    (mild.LATER_COMPLAINTS, 0, 3, "the same complaint by others"),
    (mild.LAST_REPORTS, 12, 15, "once more others"),
    (mild.LAST_COMPLAINTS, 0, 1, "complaints that ask for nothing in words"),
    (mild.UNSEEN_REPORTS, 6, 12, "texts for which no rule was made: half of them"),
    (mild.UNSEEN_COMPLAINTS, 0, 1, "complaints for which no rule was made"),
]


class TestMildReports:
    @pytest.mark.parametrize(("texts", "least", "most", "why"), MILD)
    def test_as_many_are_found(self, texts, least, most, why):
        found = [title for title, body in texts if values(propose_kind(Reading(title, body)))[0] == Kind.REPORT]
        assert least <= len(found) <= most, (why, found)

    def test_a_clue_far_from_any_post_says_nothing(self):
        body = "镇长来过一次。" + "天气一直很好，大家都在地里忙。" * 8 + "他把一箱好酒给了表哥。"
        assert values(propose_kind(Reading("一点见闻", body)))[0] == Kind.REQUEST


class TestUrgency:
    @pytest.mark.parametrize(("body", "grounds", "why"), URGENT)
    def test_grounds(self, body, grounds, why):
        assert values(propose_urgency(Reading("反映情况", body))) == grounds, why


class TestLitigation:
    @pytest.mark.parametrize(("body", "value", "why"), LITIGATION)
    def test_value(self, body, value, why):
        assert values(propose_litigation(Reading("反映情况", body))) == ([value] if value else []), why
