"""Persons and units that a text names, and as what: as the one complained of, as the one it is addressed to, or only in passing.

    named(reading) → [Named("unit", "青石县住建局", 3, 9, role="accused", …), Named("person", "村主任李某", …)]

尊敬的张书记，您好 is an addressee, 村支书张某某侵占补偿款 is complained of. Only what is complained of feeds a proposal for the accused set
(C-01). A surname alone is no name: it stays with its post (李局长).
"""

import re
from dataclasses import dataclass

from xinqiao.rules.signals import MISCONDUCT

from .proposal import Reading

ACCUSED, ADDRESSED, PASSING = "accused", "addressed", "passing"

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾萧肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江"
    "尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温易祝左文喻欧詹单柳梅凌管鲁殷毕伍庄尤解岳齐柯甘阳聂童游翁古鲍倪关娄辛苗纪舒项卫成涂焦耿牛柴屈包司"
)
_GIVEN = r"[^\W\d_的了在是有和与对向不没说把被将要为等及因从到去来我你他她们这那强滥贪受收用违利个家组镇乡县市区村局所办同带也又都就让叫给请您好带领导书记主任等以]"
_NAME = rf"(?:欧阳|上官|司马|诸葛|[{_SURNAMES}])(?:某某?|某|[×xX*＊]{{1,2}}|{_GIVEN}{{1,2}})"
_POSTS = (
    r"(?:党?委?(?:副)?书记|村支书|支书|支部书记|村主任|村长|会计|(?:副)?(?:局长|镇长|乡长|县长|区长|市长|州长|厅长|处长|科长|所长|站长|院长|校长|行长|队长|大队长|中队长|支队长|主任|组长|经理|董事长|主席)"
    r"|法官|检察官|民警|交警|警官|干部|老师|教师|医生|法定代表人|法人代表|法人|负责人|老板|包工头|开发商|承包商|总经理)"
)
_POST_THEN_NAME = re.compile(rf"(?P<post>{_POSTS})[：:]?(?P<name>{_NAME})")
_NAME_THEN_POST = re.compile(
    rf"(?P<name>(?:欧阳|[{_SURNAMES}])(?:某某?|{_GIVEN}{{0,2}}?))(?P<post>(?:副)?(?:书记|支书|村长|局长|镇长|乡长|县长|区长|市长|州长|厅长|处长|科长|所长|站长|院长|校长|行长|队长|主任|组长|经理|董事长|主席|法官|检察官|警官|老师|医生|老板))"
)
# 王某, 张某某: somebody whose name the writer holds back
_HELD_BACK = re.compile(rf"[{_SURNAMES}]某某?(?!地|县|市|镇)")

_UNIT_ENDS = (
    r"(?:有限责任公司|股份有限公司|有限公司|集团公司|分公司|公司|集团|管理局|分局|监督局|[一-龥]{2,6}局|委员会|卫健委|发改委|派出所|国土所|税务所|司法所|村委会|居委会|村委|居委"
    r"|人民政府|[镇乡县区市]政府|街道办事处|街道办|管委会|法院|检察院|大队|支队|中队|小学|中学|学校|学院|幼儿园|医院|卫生院|物业|合作社|银行|信用社|驾校|化工厂|纸厂|砖厂|加工厂|养殖场|采石场|超市|酒店|酒楼|中介)"
)
_UNIT = re.compile(rf"(?<![一-龥A-Za-z0-9])?[A-Za-z0-9一-龥（）()·]{{1,22}}?{_UNIT_ENDS}")
# What ends before a name begins: verbs and small words that stand left of it.
_LEFT = re.compile(
    r".*(?:[的了在是与对向找把被给叫称我你他她们这那每当又问何谁再往让从跟及或但而至由就也说将因为某该此其](?![心创济外位阳业生特化])|(?<![高中上])等"
    r"|投诉|举报|反映|控告|检举|状告|起诉|关于|要求|请求|恳请|希望|呼吁|建议|督促|责令|咨询|质疑|感谢|名为|有关|相关|所谓|通过|针对|原来|遭到|坚决|制止|违规|收取|调任|离职|告知|按照|旗下"
    r"|得知|摘录|无视|实际上?|计算|价格|超过|现在|当时|今年|去年|虽然|情况|多次|每天|整修|开学|义务教育|费用|敬礼|入学|端掉|许多|非法|和(?!平|城乡|社会|改革|信息|旅游|草原|规划|国有|计划|技术|谐|顺|美|泰|信|天|丰|兴|源|盛|家|园)|请(?!托)|望(?![江城月岳])"
    r"|一家|几家|多家|各[个位级]?|同时|以及|还有|包括|例如|比如|如|到(?!位)|去|没有|由于|作为|属于|来自|位于|就职|任职|委托|勾结|伙同|联合|怀疑|纠正|批转|按)(?=.)",
    re.S,
)
_GENERIC = re.compile(
    r"^(?:.?(?:物业|公司|学校|医院|银行|集团|法院|检察院|公安局|派出所|政府|村委会?|居委会?|中介|超市|酒店|分公司|物业公司|开发公司|幼儿园|中学|小学|学院|委员会|大队|中队|支队|业主委员会|业委会))$"
)
_NO_UNIT = re.compile(
    r"^[^一-龥A-Z]|业主委员会|业委会|格局|结局|布局|大局|当局|时局|全局|僵局|邮局|书记|部门|有关|相关|领导|小区的?$|^[一二三四五六七八九十\d]+$|上市公司$|物流公司$|国有(?:企业|公司)$"
)

_ADDRESS_BEFORE = re.compile(
    r"(?:尊敬的?|敬爱的|亲爱的|致|呈|恳请|恳求|请求|请|希望|盼望?|望|期望|感谢|谢谢|求|呼吁|拜托|向|找|告诉|寄给|写信给|麻烦|要求|敦促|督促|建议|责令)[^，。；！？\n]{0,10}\Z"
)
_ADDRESS_AFTER = re.compile(
    r"^[^，。；！？：:\n]{0,6}(?:您好|你好|好[！!，,：:]|[：:]|您|能(?:够)?|给予|予以|(?:尽快|早日|出面|介入|督促|关注|重视|为民|主持|调查|查处|解决|处理|回复))"
)
_COMPLAINT_BEFORE = re.compile(
    r"(?:举报|控告|检举|揭发|投诉|状告|控诉|强烈谴责|曝光|质疑|反映)[^，。；！？\n]{0,14}\Z|被\Z"
)
_FAULT_AFTER = re.compile(
    rf"^[^，。；！？\n]{{0,14}}(?P<fault>{MISCONDUCT}|不作为|不履行|推诿|推卸|敷衍|踢皮球|乱收费|拖欠|克扣|欠薪|违规|违法|违约|非法|强行|强制|强占|强拆|霸占|侵占|侵吞|欺骗|欺诈|诈骗|骗取|虚假|隐瞒|"
    r"不退|拒不|拒绝|不交房|不办|不发|不给|不管|不处理|恶意|偷排|排放|污染|扰民|噪音|偷工减料|殴打|打人|打伤|威胁|恐吓|辱骂|刁难|收取|私自|擅自|包庇|暗箱|勾结|占用|暴力|跑路|黑心|坑害|态度(?:恶劣|差|蛮横)|一拖再拖|拖延|不合理|不公)"
)


@dataclass(frozen=True)
class Named:
    """A person or a unit in the text. `name` and `post` of a person; `role` accused, addressed or passing; `note`: why."""

    sort: str  # person or unit
    words: str
    start: int
    end: int
    role: str
    note: str = ""
    name: str = ""
    post: str = ""


def named(reading: Reading) -> list[Named]:
    """Everybody named, in the order of the text; no two for the same place."""
    text = reading.text
    found = [*_people(text), *_units(text)]
    found.sort(key=lambda one: (one.start, one.start - one.end))
    kept, end = [], -1
    for one in found:
        if one.start >= end:
            kept.append(one)
            end = one.end
    return kept


def accused(reading: Reading) -> list[Named]:
    """Those complained of, each once: the first place that says so. Who is also addressed in the same words is not one of them."""
    everybody = named(reading)
    addressed = {one.words for one in everybody if one.role == ADDRESSED and one.sort == "person"}
    first: dict[str, Named] = {}
    for one in everybody:
        if one.role == ACCUSED and one.words not in addressed:
            first.setdefault(one.words, one)
    return list(first.values())


# ---- persons ------------------------------------------------------------------------------------------------------------


def _people(text: str):
    for one in _POST_THEN_NAME.finditer(text):
        yield _named("person", text, *one.span(), name=one["name"], post=one["post"])
    for one in _NAME_THEN_POST.finditer(text):
        if not _swallowed(text, one.start()):
            yield _named("person", text, *one.span(), name=one["name"], post=one["post"])
    for one in _HELD_BACK.finditer(text):
        yield _named("person", text, *one.span(), name=one.group())


def _swallowed(text: str, start: int) -> bool:
    """平江县长 has no 江县长: a surname that is a part of the word before it."""
    return (
        bool(re.search(r"[一-龥](?<![的向找请给求让叫由被和与及是记长任员师])$", text[max(0, start - 2) : start]))
        and text[start] in "江石金白方万文管成向任高马田龙关包解左古单"
    )


# ---- units --------------------------------------------------------------------------------------------------------------


def _units(text: str):
    for one in _UNIT.finditer(text):
        start, end = _without_left(text, *one.span())
        words = text[start:end]
        if 3 <= len(words) <= 26 and not _GENERIC.match(words) and not _NO_UNIT.search(words):
            yield _named("unit", text, start, end)


def _without_left(text: str, start: int, end: int) -> tuple[int, int]:
    """The name without the verbs and small words that stand left of it."""
    if left := _LEFT.match(text, start, end - 2):
        start = left.end()
    while start < end and text[start] in "（()）· 0123456789、":
        start += 1
    return start, end


# ---- as what ------------------------------------------------------------------------------------------------------------


def _named(sort: str, text: str, start: int, end: int, *, name: str = "", post: str = "") -> Named:
    role, note = _role(sort, text, start, end)
    return Named(sort, text[start:end], start, end, role, note, name, post)


def _role(sort: str, text: str, start: int, end: int) -> tuple[str, str]:
    before, after = text[max(0, start - 18) : start], text[end : end + 34]
    complaint = _COMPLAINT_BEFORE.search(before)
    if complaint and not re.search(r"(?:向|请|找|到|打)[^，。；！？\n]{0,8}\Z", before):
        return ACCUSED, f"前面写了“{complaint.group()[:2]}”"
    if _ADDRESS_BEFORE.search(before) or (sort == "person" and _ADDRESS_AFTER.match(after)):
        return ADDRESSED, "收信人，或者请其处理"
    if fault := _FAULT_AFTER.match(after):
        return ACCUSED, f"后面写了“{fault['fault']}”"
    return PASSING, ""
