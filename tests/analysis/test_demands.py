"""Requests of a text, in the citizen's own words. Every row says why."""

import pytest

from xinqiao.analysis.text.demands import propose_demands
from xinqiao.analysis.text.proposal import Reading

ROWS = [
    ("您好！房子漏水两年。请求：1、修好屋顶；2、赔偿泡坏的家具。谢谢！", ["修好屋顶", "赔偿泡坏的家具"], "a numbered list after its heading"),
    ("诉求如下：（1）退还押金（2）公开账目。此致敬礼", ["退还押金", "公开账目"], "brackets as numbers, courtesy left out"),
    ("我的诉求有三点：一是修好屋顶；二是赔偿家具；三是公开账目。", ["修好屋顶", "赔偿家具", "公开账目"], "items in words behind what they are"),
    ("路面坏了两年。请求一是修补路面，二是装上路灯。", ["修补路面", "装上路灯"], "the same without a colon"),
    ("出事的原因一是路窄，二是车多。请求拓宽道路。", ["请求拓宽道路"], "causes in a row are no requests"),
    ("楼下烧烤店天天冒烟，恳请城管部门查处油烟，还我们一个安静的家。", ["恳请城管部门查处油烟，还我们一个安静的家"], "from the word that asks to the end"),
    ("学校要求我们每人交三百元，希望教育局查清楚这笔钱。", ["希望教育局查清楚这笔钱"], "what the school demands is no request"),
    ("物业不管，还有没有王法？难道要等出事吗？请责令物业修好电梯。", ["请责令物业修好电梯"], "questions that ask for no answer"),
    ("请问办理居住证需要什么材料？", ["请问办理居住证需要什么材料？"], "a question that asks for one"),
    ("希望领导解决。请求退还定金两万元。", ["请求退还定金两万元"], "the general one falls away beside a special one"),
    ("事情拖了三年，请领导解决。", ["请领导解决"], "the general one alone stays"),
    ("我建议在路口装红绿灯。我还建议画斑马线。", ["我建议在路口装红绿灯", "我还建议画斑马线"], "two sentences, two requests"),
    ("我们曾多次到镇里反映，申请公开账目，未果。要求公开三年来的账目。", ["要求公开三年来的账目"], "what was asked before is told, not asked"),
    ("希望小学的操场积水，下雨没法上课。", [], "希望小学 is a name"),
    ("请求修路。请求修路！", ["请求修路"], "each once"),
    ("谢谢领导！祝您工作顺利！盼复", [], "thanks and wishes"),
]  # fmt: skip


class TestDemands:
    @pytest.mark.parametrize(("body", "lines", "why"), ROWS)
    def test_lines(self, body, lines, why):
        assert [one.value for one in propose_demands(Reading("反映情况", body))] == lines, why

    def test_spans_point_at_the_words(self):
        reading = Reading("漏水", "你好。请求：一、修好屋顶；二、赔偿家具。")
        for one in propose_demands(reading):
            assert reading.text[one.why[0].start : one.why[0].end] == one.value

    def test_title_asks_where_the_text_does_not(self):
        found = propose_demands(Reading("请求修好村口的桥", "桥板烂了两年，孩子上学要绕路。"))
        assert [one.value for one in found] == ["请求修好村口的桥"]

    def test_what_stands_in_the_form_is_left_out(self):
        reading = Reading("漏水", "请求：1、修好屋顶；2、赔偿家具。", demands=("修好屋顶。",))
        assert [one.value for one in propose_demands(reading)] == ["赔偿家具"]

    def test_nothing_from_an_empty_text(self):
        assert propose_demands(Reading("", "")) == []
