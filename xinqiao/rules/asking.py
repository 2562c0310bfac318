"""How a citizen asks for something (诉求): the words of asking, and what looks like asking and is none.

Rows for `analysis/text/demands.py`, which proposes what stands in a text as a request; a person decides (PIPL 24). A row without `(?!…)`
counts wherever it stands.
"""

from .phrases import Phrases

# ---- lists of requests -----------------------------------------------------------------------------------------------

ITEMS = (
    Phrases("（1） （二）; not (2)栋, the number of a house", r"[（(]\s{0,3}(?:\d{1,2}|[一二三四五六七八九十]{1,2})\s{0,3}[)）]、?(?![栋号楼期区村组])"),
    Phrases("a number in a circle", "[①②③④⑤⑥⑦⑧⑨⑩]"),
    Phrases("一是, also right behind the word of asking; not 周一是, 唯一是", "(?<![统唯之万周期初])一是"),
)  # fmt: skip
ITEMS_AT_A_BEGINNING = (
    Phrases("1、 2. 3）; not 1.5, an amount", r"\d{1,2}\s{0,3}(?:[、．:：)）]|\.(?!\d))"),
    Phrases("一、", "[一二三四五六七八九十]{1,2}、"),
    Phrases("第一，其二：", "(?:第[一二三四五六七八九十]|其[一二三四五])[、，,：:是]?"),
    Phrases("二是", "[二三四五六七八九]是"),
)
_FOLLOWS = r"(?:以下|如下|下列)[^，。：:]{0,8}"
# What stands behind one of these and a colon are requests, whatever words they use.
HEADINGS = (
    Phrases(
        "诉求如下： 业主的请求：",
        "(?:我们?|本人|业主|村民|居民|大家)?的?(?:诉求|请求事项|请求|要求|恳请|希望|建议)(?:如下|有|是|包括)?",
    ),
    Phrases("提出以下意见：", rf"(?:提出|有){_FOLLOWS}"),
    Phrases("请求领导解决以下问题：", rf"(?:诉求|要求|请求|建议|恳请|希望)[^，。：:]{{0,10}}{_FOLLOWS}"),
)

# So are items that begin in words right behind a word of asking: 请求一是…, 诉求有三点：一是…. A figure there may be anything.
LEADING_TO_ITEMS = Phrases("诉求有三点", "(?:诉求|请求|要求|恳请|希望|建议)[^，。：:]{0,10}")
FIRST_ITEM = Phrases("the first item in words", "一是|第一[、，,：:是]|其一[、，,：:是]")

# ---- asking ----------------------------------------------------------------------------------------------------------

# Who writes may stand before the word of asking; anybody else there asks for something of his own.
WRITERS = (
    Phrases("one or several who write", "我们?|本人|我家|我村|我校|大家"),
    Phrases("全体业主, 广大村民", "全体[^，。]{0,6}|广大[^，。]{0,6}"),
    Phrases("whom they count themselves among", "业主们?|村民们?|居民们?|市民|家长们?|职工|工人|百姓|群众|老百姓"),
)
BEFORE_ASKING = (
    Phrases("formal", "特此|特|现在?"),
    Phrases("how strongly, how many", "强烈|坚决|再次|一致|郑重|联名|共同"),
    Phrases("therefore, only, also", "故|因此|所以|在此|只是?|就|还|也|更"),
    Phrases("from the heart", "诚挚|诚恳|真诚|衷心|迫切|急切|真心|多么|非常|十分|真的"),
    Phrases("what joins it to the sentence before", "都|最后|另外|同时|首先|其次|并|且|但"),
    Phrases("earnestly, by law", "恳切|特别|依法|深切|由衷|殷切"),
)
ASKS = (
    Phrases("the plain words", "请求|恳请|恳求|请您"),
    Phrases("请修…; not 请问, 请教, 请假, 请客, 请柬, 请示, 请帖, 请吃", "请[^问教假客求柬示帖吃]"),
    Phrases("politely", "敬请|烦请|还请|想请"),
    Phrases("望解决; not 望着, 望见, nor a place (望江, 望城, 望湖)", "望(?!着|见|远|月|去|了|子|岳|城|江|到|而|湖|不)"),
    Phrases("希望; not the school or works of that name", "希望(?!小学|工程|中学)|期望|期盼|盼望"),
    Phrases("盼早日…; not 盼了三年", "盼(?=早|能|复|解|政|领)|渴望"),
    Phrases("publicly", "呼吁|建议|要求"),
    Phrases("申请修…; not the form, the person, nor what was applied for before", "申请(?!表|书|人|材|过|了|的|时|后|到|单)"),
    Phrases("求助, 求领导; not 要求, 追求", "求(?=助|领导|政府|书记|解决|你|您|给|帮|有关)"),
    Phrases("as a question", "能否|可否|能不能|可不可以|是否(?:可以|能够?|应该?)"),
    Phrases("what must be done at once", "应该?(?:尽快|立即|及时)|必须(?:尽快|立即)"),
)  # fmt: skip

# ---- what looks like asking ------------------------------------------------------------------------------------------

# At the place of the word of asking.
NOUNS_AND_TALES = (
    Phrases("请了律师: somebody was invited", "请(?:了|过|来|人|他|她)"),
    Phrases("要求的, 要求太高: a noun, or what one asks of somebody else", "要求(?:的|是|很|太|过|他|她|我们?(?!的))"),
    Phrases("希望渺茫: a noun", "希望(?:的|是|很|渺|破|落)"),
    Phrases("建议书: a noun", "建议(?:的|书)"),
    Phrases("申请了三次: told, not asked", "申请(?:了|过)"),
    Phrases("请原谅: courtesy", "请(?:各位)?(?:原谅|谅解|见谅|理解)"),
)
ASKED_OF_THE_WRITER = Phrases(
    "要求学生…, 要求我们交…: somebody demands it of those who write",
    "要求(?:我们?|学生|家长|业主|员工|职工|村民|每|住户|交|缴|老师|教师|孩子|必须)",
)
OTHERS_WHO_DEMAND = (
    Phrases("rules and those who make them", "教育[部局]|国家|文件|规定|通知"),
    Phrases("schools, firms, units", "学校|老师|校方|公司|开发商|物业|银行|单位|社区|医院"),
    Phrases("in whose name", "合同|三令五申|名义|政策|对方|老板"),
)
ALSO_SAID_OF_OTHERS = frozenset({"要求", "请求", "申请", "建议"})
EARLIER = Phrases(
    "曾多次申请: the writer asked before, and tells of it", "曾|已经?|当时|多次|之前|当初|去年|前年|回复|答复"
)

# ---- questions -------------------------------------------------------------------------------------------------------

ENQUIRIES = Phrases("想咨询…: begins a question to the office", "想要?(?:问|咨询|知道|了解)")
PUT_AS_A_QUESTION = (
    Phrases("a question mark at the end, or 请问", "[？?]$|请问"),
    Phrases("an enquiry announced", "(?:想要?|特此?|现|来|向(?:您|领导)|需要?)(?:问|咨询|知道|了解)|问一下|了解一下"),
)
# A question is a request only where one of these asks for something that the office can answer …
ANSWERABLE = (
    Phrases("when", "何时|什么时候|啥时候|多久"),
    Phrases("how much, how", "多少|怎么(?:办理|申请|处理|解决|补)|如何"),
    Phrases("whether", "是否|能否|可否|能不能|可不可以|有没有"),
    Phrases("where, which, whether it takes", "哪里|哪个|哪些|需要|还是|是不是"),
    Phrases("what, why, who", "什么|为何|谁|几"),
    Phrases("a particle at the end", "[吗么呢][？?]?$"),
)
# … and none of these says that the writer knows the answer.
RHETORICAL = (
    Phrases("wait for what? is it really so?", "更待何时|真(?:的|有)?(?:那么|这么)[^，。]{0,6}吗|难道"),
    Phrases("is there still law, conscience?", "还有(?:没有)?(?:王法|天理|良心)|天理|良心|何在"),
    Phrases("by what right? who will answer for it?", "凭什么|算什么|谁来(?:管|负责)|谁给|岂|何必"),
    Phrases("why; but 为什么不能 asks", "为什么(?!不能|没有)|怎么能|怎能"),
    Phrases("is it not so?", "不是.{0,12}吗|你说|对得起|情何以堪|于心何忍"),
)
# A question in passing is none of these; beside plain requests it is left out.
PLAIN_QUESTIONS = (
    Phrases("asked straight out", "请问|能否|可否|能不能"),
    Phrases("when, how long", "何时|什么时候|啥时候|多久"),
    Phrases("whether one may; what one would like to know", "是否(?:可以|能|会)|想(?:要?)(?:问|咨询|了解|知道)"),
)

# ---- courtesy --------------------------------------------------------------------------------------------------------

COURTESIES = (
    Phrases("尊敬的领导", "^(?:尊敬的|敬爱的|亲爱的)"),
    Phrases("张书记您好", "^[^，。]{0,10}(?:您好|你好|您们好|你们好)"),
    Phrases("thanks and wishes", "谢谢|感谢|感激|祝(?:您|你|愿|福)|此致|敬礼|致敬"),
    Phrases("盼领导回复 at the end", "(?:盼|望|请)(?:[^，。]{0,6})(?:回复|答复|复)$|^盼复"),
    Phrases("thanks on one's knees", "跪谢|拜谢|多谢|万分"),
)
SOMETHING_TO_DO = Phrases("with one of these even a courteous line asks for something", "解决|处理|查处|修|赔|退")
_PLEASE = "请|望|希望|恳请|盼|请求"
# Asks for nothing but to be read: 请领导尽快回复, 望百忙之中….
ONLY_TO_BE_READ = Phrases(
    "a word of asking, perhaps whom and how soon, and then an answer or attention",
    rf"^(?:{_PLEASE}|敬请|还望)(?:[^，。]{{0,12}}?)(?:尽快|早日|予以|给予|能够?|及时|认真|高度|以)?"
    r"(?:回复|答复|重视|关注|批评|指正|谅解|理解|解答|告知|答疑|百忙[^，。]*)[^，。]{0,6}$",
)
# Asks that somebody look into it (请领导调查处理): a request only where the text names nothing more.
GENERAL = Phrases(
    "a word of asking, perhaps whom, and then to deal with it, whatever it is",
    rf"^(?:我们?|本人)?(?:{_PLEASE}|要求|强烈要求|敬请|呼吁|恳求)[^，。]{{0,24}}"
    r"(?:解决|处理|调查|查处|过问|管一?管|重视|关注|介入|协调|查实|核实|督促|督办|答复|回复|解答|改善|作为|主持公道|做主|帮助|帮忙|明察|彻查)"
    r"(?:此事|一下|这一?(?:件事|问题|情况)|该?问题)?$",
)
THANKS_AT_THE_END = Phrases("where the request ends and thanks begin", r"祝|谢谢|感谢|不胜感|多谢|万分感|本人不胜|此致")
