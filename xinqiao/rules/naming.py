"""How a text names persons and units (姓名、单位), and by which words it complains of them or turns to them (C-01).

Rows for `analysis/text/names.py`, which proposes who is meant; a person decides (PIPL 24). Only what is complained of feeds a proposal for the
accused set: whoever is addressed (尊敬的张书记) must not be shut out of the matter by a machine.
"""

from .phrases import Phrases
from .signals import MISCONDUCT

# ---- persons ---------------------------------------------------------------------------------------------------------

# The hundred or so commonest, and those that petitions name beside them; one character each.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾萧肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江"
    "尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温易祝左文喻欧詹单柳梅凌管鲁殷毕伍庄尤解岳齐柯甘阳聂童游翁古鲍倪关娄辛苗纪舒项卫成涂焦耿牛柴屈包司"
)
# Surnames that are as often the end of another word before a post: 平江县长 has no 江县长.
ALSO_THE_END_OF_A_WORD = "江石金白方万文管成向任高马田龙关包解左古单"
# Characters after which a surname begins a name all the same: verbs, and a post that stands before.
BEFORE_A_NAME = "的向找请给求让叫由被和与及是记长任员师"
# Characters that are in no given name: small words, places and posts that follow a surname which is none (王家, 方村).
NOT_IN_A_GIVEN_NAME = "的了在是有和与对向不没说把被将要为等及因从到去来我你他她们这那强滥贪受收用违利个家组镇乡县市区村局所办同带也又都就让叫给请您好带领导书记主任等以"

POSTS = (
    Phrases("the party, and the village", "党?委?(?:副)?书记|村支书|支书|支部书记|村主任|村长|会计"),
    Phrases(
        "heads of areas, offices and units, and their deputies",
        "(?:副)?(?:局长|镇长|乡长|县长|区长|市长|州长|厅长|处长|科长|所长|站长|院长|校长|行长|队长|大队长|中队长|支队长|主任|组长|经理|董事长|主席)",
    ),
    Phrases("law and police, cadres", "法官|检察官|民警|交警|警官|干部"),
    Phrases("schools and hospitals", "老师|教师|医生"),
    Phrases("firms", "法定代表人|法人代表|法人|负责人|老板|包工头|开发商|承包商|总经理"),
)  # fmt: skip
# Those that stand behind a name as well, 副 before them or not: 李局长, 张医生.
POSTS_BEHIND = (
    Phrases("the party, and the village", "书记|支书|村长"),
    Phrases(
        "heads of areas, offices and units",
        "局长|镇长|乡长|县长|区长|市长|州长|厅长|处长|科长|所长|站长|院长|校长|行长|队长|主任|组长|经理|董事长|主席",
    ),
    Phrases("law and police", "法官|检察官|警官"),
    Phrases("schools, hospitals, firms", "老师|医生|老板"),
)

# ---- units -----------------------------------------------------------------------------------------------------------

UNIT_ENDS = (
    Phrases("firms", "有限责任公司|股份有限公司|有限公司|集团公司|分公司|公司|集团"),
    Phrases("bureaus, with enough before 局 to be a name", "管理局|分局|监督局|[一-龥]{2,6}局"),
    Phrases("committees, and their short names", "委员会|卫健委|发改委"),
    Phrases("offices on the spot", "派出所|国土所|税务所|司法所"),
    Phrases("villages and neighbourhoods", "村委会|居委会|村委|居委"),
    Phrases("governments, sub-districts, zones", "人民政府|[镇乡县区市]政府|街道办事处|街道办|管委会"),
    Phrases("courts, procuratorates, brigades", "法院|检察院|大队|支队|中队"),
    Phrases("schools", "小学|中学|学校|学院|幼儿园"),
    Phrases("hospitals", "医院|卫生院"),
    Phrases("businesses", "物业|合作社|银行|信用社|驾校|化工厂|纸厂|砖厂|加工厂|养殖场|采石场|超市|酒店|酒楼|中介"),
)
# Verbs and small words left of a name, which a search for names takes along; the name begins behind the last of them.
LEFT_OF_A_NAME = (
    Phrases(
        "small words of one character; not 对外, 就业, 再生, which are parts of names",
        "[的了在是与对向找把被给叫称我你他她们这那每当又问何谁再往让从跟及或但而至由就也说将因为某该此其](?![心创济外位阳业生特化])",
    ),
    Phrases("等 ends a list; not 高等, 中等", "(?<![高中上])等"),
    Phrases("complaining of", "投诉|举报|反映|控告|检举|状告|起诉|关于"),
    Phrases("asking", "要求|请求|恳请|希望|呼吁|建议|督促|责令|咨询|质疑|感谢"),
    Phrases("introducing the name", "名为|有关|相关|所谓|通过|针对"),
    Phrases("telling what happened", "原来|遭到|坚决|制止|违规|收取|调任|离职|告知|按照|旗下|得知|摘录|无视|实际上?|计算|价格|超过"),
    Phrases("telling when", "现在|当时|今年|去年|虽然|情况|多次|每天"),
    Phrases(
        "what the sentence is about; seen to stand before names, with no mark between",
        "整修|开学|义务教育|费用|敬礼|入学|端掉|许多|非法",
    ),
    Phrases(
        "和 joins two names; not 和平, 和谐, 信和, parts of names",
        "和(?!平|城乡|社会|改革|信息|旅游|草原|规划|国有|计划|技术|谐|顺|美|泰|信|天|丰|兴|源|盛|家|园)",
    ),
    Phrases("请 and 望 as verbs; not 请托, 望江", "请(?!托)|望(?![江城月岳])"),
    Phrases("how many", "一家|几家|多家|各[个位级]?"),
    Phrases("joining and listing", "同时|以及|还有|包括|例如|比如|如"),
    Phrases("where to, where from, for what reason; not 到位", "到(?!位)|去|没有|由于|作为|属于|来自|位于|就职|任职|委托"),
    Phrases("together with", "勾结|伙同|联合|怀疑|纠正|批转|按"),
)  # fmt: skip
# A unit without a name of its own is nobody in particular.
WITHOUT_A_NAME = Phrases(
    "the end alone, with one character before it at most: 该公司, 市医院",
    "^(?:.?(?:物业|公司|学校|医院|银行|集团|法院|检察院|公安局|派出所|政府|村委会?|居委会?|中介|超市|酒店|分公司|物业公司|开发公司|幼儿园"
    "|中学|小学|学院|委员会|大队|中队|支队|业主委员会|业委会))$",
)
NO_UNIT = (
    Phrases("begins with a figure or a mark", "^[^一-龥A-Z]"),
    Phrases("the owners, who complain", "业主委员会|业委会"),
    Phrases("局 of a situation, not of an office", "格局|结局|布局|大局|当局|时局|全局|僵局|邮局"),
    Phrases("no unit, or all of them", "书记|部门|有关|相关|领导|小区的?$"),
    Phrases("a number", r"^[一二三四五六七八九十\d]+$"),
    Phrases("a sort of firm", "上市公司$|物流公司$|国有(?:企业|公司)$"),
)
AROUND_A_NAME = "（）()· 0123456789、"  # left of a name, when the words there are taken away

# ---- as what ---------------------------------------------------------------------------------------------------------

ADDRESSING = (
    Phrases("尊敬的张书记", "尊敬的?|敬爱的|亲爱的|致|呈"),
    Phrases("请住建局…", "恳请|恳求|请求|请|希望|盼望?|望|期望"),
    Phrases("谢谢住建局", "感谢|谢谢|求|呼吁|拜托"),
    Phrases("向住建局…, 找住建局", "向|找|告诉|寄给|写信给|麻烦"),
    Phrases("要求住建局…", "要求|敦促|督促|建议|责令"),
)
GREETED_AFTER = (
    Phrases("张书记您好", "您好|你好|好[！!，,：:]"),
    Phrases("张书记：", "[：:]|您"),
    Phrases("张书记能给予…", "能(?:够)?|给予|予以"),
    Phrases("张书记尽快解决", "(?:尽快|早日|出面|介入|督促|关注|重视|为民|主持|调查|查处|解决|处理|回复)"),
)
COMPLAINING = Phrases("举报张某", "举报|控告|检举|揭发|投诉|状告|控诉|强烈谴责|曝光|质疑|反映")
# 向住建局投诉: the complaint is brought there, it is not about them.
BROUGHT_TO = Phrases("whom the writer turned to", "向|请|找|到|打")
FAULTS = (
    Phrases("what an official may be punished for (signals.MISCONDUCT)", MISCONDUCT),
    Phrases("does not do its work", "不作为|不履行|推诿|推卸|敷衍|踢皮球"),
    Phrases("takes money, or keeps it", "乱收费|拖欠|克扣|欠薪"),
    Phrases("breaks rules", "违规|违法|违约|非法"),
    Phrases("by force", "强行|强制|强占|强拆|霸占|侵占|侵吞"),
    Phrases("deceives", "欺骗|欺诈|诈骗|骗取|虚假|隐瞒"),
    Phrases("does not give what it owes", "不退|拒不|拒绝|不交房|不办|不发|不给|不管|不处理|恶意"),
    Phrases("harms those who live there", "偷排|排放|污染|扰民|噪音|偷工减料"),
    Phrases("harms persons", "殴打|打人|打伤|威胁|恐吓|辱骂|刁难"),
    Phrases("on its own authority", "收取|私自|擅自|包庇|暗箱|勾结|占用"),
    Phrases("in general", "暴力|跑路|黑心|坑害|态度(?:恶劣|差|蛮横)|一拖再拖|拖延|不合理|不公"),
)
