"""What a good answer to a petition has, as rows: each hint beside a draft with how much it matters, what to do, and where that stands.

Standard library only. The law's own conditions (GT-1 to GT-6) stand in `gates.py` and stop the step; nothing here stops anything. The word lists
find the usual phrases and know nothing of what they mean: a person judges.
"""

import re
from dataclasses import dataclass
from types import MappingProxyType

from xinqiao.rules.stages import Coded


class Severity(Coded):
    """How much a hint matters, in words; never a score."""

    MUST = "must", "应当改"
    LOOK = "look", "请核对"
    HINT = "hint", "可以更好"


class Hint(Coded):
    """Sorts of hints about an answer."""

    UNANSWERED = "unanswered", "每项诉求都有答复"
    NO_GROUND = "no_ground", "写明依据"
    NO_ARTICLE = "no_article", "依据写到条"
    STEP = "step", "写结果，不写过程"
    NO_REMEDY = "no_remedy", "告诉信访人还能怎么办"
    OTHER_MATTER = "other_matter", "答的是这一件事"
    OTHER_PLACE = "other_place", "地点一致"
    OTHER_NUMBER = "other_number", "门牌号一致"
    OTHER_DATE = "other_date", "日期一致"
    PASSED_DATE = "passed_date", "期限没有过去"
    PERSON = "person", "不写别人的姓名和号码"
    GIVES_UP = "gives_up", "不限制信访权利"
    BLAMES = "blames", "不指责、不催促"
    LONG = "long", "句子短"
    OFFICIAL = "official", "说平常话"
    NEGATIONS = "negations", "不用双重否定"
    ABBREVIATION = "abbreviation", "简称先说明"


@dataclass(frozen=True)
class Row:
    """One sort of hint: how much it matters, what to do about it, where that stands."""

    hint: Hint
    severity: Severity
    to_do: str
    source: str


INF = "本系统的做法"
ROWS = MappingProxyType(
    {
        row.hint: row
        for row in (
            Row(
                Hint.UNANSWERED,
                Severity.MUST,
                "请补上这一项的结论和理由；合在一起答的，写明“第几项”。",
                "《信访工作条例》第三十二条第一款",
            ),
            Row(
                Hint.NO_GROUND,
                Severity.MUST,
                "请写明依据的法律、法规、规章或者政策，名称和条款都要有。",
                "《信访工作条例》第三十二条第一款",
            ),
            Row(Hint.NO_ARTICLE, Severity.LOOK, "请写到第几条，让信访人能查到。", "《信访工作条例》第三十二条第一款"),
            Row(
                Hint.STEP,
                Severity.MUST,
                "请写结论：支持、部分支持、不予支持，或者解释说明；能办的，写明谁在哪一天以前办好。",
                "《信访工作条例》第三十二条",
            ),
            Row(
                Hint.NO_REMEDY,
                Severity.MUST,
                "请写明：收到答复之日起30日内，可以向哪个机关请求复查。",
                "《信访工作条例》第三十五条",
            ),
            Row(Hint.OTHER_MATTER, Severity.LOOK, "请核对是不是贴错了别的事项的答复。", INF),
            Row(Hint.OTHER_PLACE, Severity.LOOK, "来信没有提到这个地方，请核对是不是写错了，或者贴错了。", INF),
            Row(Hint.OTHER_NUMBER, Severity.LOOK, "来信写的是另一个门牌号，请核对。", INF),
            Row(Hint.OTHER_DATE, Severity.LOOK, "与登记的信访日期不同，请核对。", INF),
            Row(Hint.PASSED_DATE, Severity.LOOK, "写的期限已经过去。请改成今后的一天；已经办好的，直接写办好了。", INF),
            Row(
                Hint.PERSON,
                Severity.MUST,
                "请删去，或者用“当事人”“施工单位负责人”这样的说法。",
                "《个人信息保护法》第六条、第二十五条",
            ),
            Row(
                Hint.GIVES_UP,
                Severity.MUST,
                "请删去。信访是公民的权利，答复不能以不再信访为条件。",
                "《信访工作条例》第十八条；《宪法》第四十一条",
            ),
            Row(Hint.BLAMES, Severity.HINT, "请换一种平和的说法，只说事实和依据。", INF),
            Row(Hint.LONG, Severity.HINT, "请分成几句，一句说一件事。", INF),
            Row(Hint.OFFICIAL, Severity.HINT, "请换成平常说的话。", INF),
            Row(Hint.NEGATIONS, Severity.HINT, "请直接说是，或者直接说不是。", INF),
            Row(Hint.ABBREVIATION, Severity.HINT, "第一次出现时写全称，后面用括号写简称。", INF),
        )
    }
)

SENTENCE_AT_MOST = 80  # characters between two full stops; a citizen reads it aloud in one breath or two (INF)
HINTS_OF_ONE_SORT = 3  # more of the same sort are only counted: nobody reads thirty lines

# Officialese → what people say.
OFFICIALESE = MappingProxyType(
    {
        "兹": "现在", "来文收悉": "您的来信收到了", "业已": "已经", "之规定": "的规定", "鉴于": "因为", "予以答复": "答复您",
        "特此函复": "", "特此回复": "", "特此答复": "", "届时": "到时候", "酌情": "（写明怎样处理）", "相关部门": "（写明哪个部门）",
        "有关部门": "（写明哪个部门）", "有关规定": "（写明哪部规定第几条）", "相关规定": "（写明哪部规定第几条）", "相关政策": "（写明哪份文件）",
        "按程序": "（写明哪一步、多少天）", "依法依规处理": "（写明怎样处理）", "妥善处理": "（写明怎样处理）", "统筹考虑": "（写明结论）",
        "贵户": "您家", "该信访人": "您", "信访人所述": "您说的", "上述诉求": "您的要求", "此复": "", "为盼": "", "知悉": "知道",
        "严格落实": "（写明做了什么）", "扎实推进": "（写明做了什么）",
    }
)  # fmt: skip

_NOT = "不|没有|并非|未|无"
DOUBLE_NEGATION = re.compile(
    rf"(?:{_NOT})(?:能|是|会|可|得)?(?:不|无|没有)(?!论|管|仅|但|过|久|足|同|符|当|良|动产|满|服|属|予|合|再)[一-龥]{{0,6}}|不无|无不|未尝不|不得不|不能不|并非没有|不是没有"
)
BLAMING = re.compile(
    r"无理取闹|胡搅蛮缠|缠访|闹访|无理要求|无理诉求|(?:应|需|要)(?:当)?摆正心态|(?:应|需|要)(?:当)?端正态度|"
    r"(?:请|望)(?:您|你)?(?:自重|好自为之|理性对待)|后果自负|(?:您|你)(?:自己)?(?:没有|未)(?:认真|仔细)(?:看|阅读|了解)|(?:早)?已(?:多次)?(?:明确)?告知(?:过)?(?:您|你)[^。]{0,10}(?:不要|不得)|"
    r"(?:必须|务必|赶快|马上)(?:配合|签字|签收|撤回|结案)"
)
# A promise to petition no more has no place in an answer (G.4); beside `document_contents.WAIVERS`, which speaks of agreements.
GIVING_UP = re.compile(
    r"(?:请|望|要求|承诺|保证)[^。；，]{0,8}(?:不再|不要再|停止|放弃)[^。；，]{0,6}(?:信访|上访|投诉|反映|申诉)|息诉罢访|息访罢诉|停访|罢访|息访"
)

# Letters and short names that a citizen need not know. Those written out nearby in brackets are explained.
ABBREVIATION = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2,6}(?![A-Za-z0-9])")
KNOWN_ABBREVIATIONS = frozenset({"APP", "QQ", "PDF", "GPS", "ATM", "KTV", "VIP", "DNA", "PM", "ETC", "GB", "CT"})
SHORT_NAMES = MappingProxyType(
    {
        "国土局": "", "城管办": "", "两违办": "", "指挥部": "", "征拆办": "", "整治办": "", "创建办": "", "双控": "", "一卡通": "", "三资": "", "五方主体": "",
        "三供一业": "", "四议两公开": "", "放管服": "", "一事一议": "",
    }
)  # fmt: skip

REMEDY_TERM = re.compile(r"(?<![月0-9])(?:30|三十|３０)\s*(?:个)?(?:日|天)")
REMEDY_ACT = re.compile(r"(?:申请|请求|提出)[^。；]{0,12}(?:复查|复核|行政复议|诉讼)|复查(?:请求|申请)")
REMEDY_ORGAN = re.compile(r"向[^。；，]{2,40}(?:请求|申请|提出|提起)")

# A law by its name; the article may follow at once or after the next words of the same sentence.
LAW = re.compile(
    r"《(?P<quoted>[^《》]{2,60}(?:法|条例|规定|办法|规则|细则|意见|通知|决定|方案|标准|规范|规程|纲要|目录|公告|解释)(?:（[^（）]{1,20}）)?)》"
    r"|(?P<plain>(?:中华人民共和国)?[一-龥]{2,12}?(?:管理法|保护法|处罚法|许可法|合同法|诉讼法|复议法|保险法|监察法|民法典|刑法|土地法|城乡规划法|物业管理条例|信访工作条例))"
)
ARTICLE = re.compile(r"第\s*[一二三四五六七八九十百零〇0-9]{1,7}\s*(?:条|款|项|章|节)")
# Policies without articles are cited by their number (国办发〔2020〕45号); that is as good.
DOCUMENT_NUMBER = re.compile(r"[〔\[（(]\s*(?:19|20)[0-9]{2}\s*[〕\]）)]\s*(?:第)?\s*[0-9]{1,4}\s*号")
NEAR = 60  # characters behind the name of a law in which its article is looked for

# What offices write whatever the matter is: it tells nothing of what an answer is about.
COMMONPLACE = (
    "网友您好 网友你好 网民朋友 您的来信 您的来访 您的留言 您的信件 您的帖子 你的来信 你的留言 来信收悉 来电收悉 留言收悉 留言已收悉 信件已收悉 来信已收悉 已收悉 收悉 "
    "您反映的问题 您反映的情况 你反映的问题 您所反映的问题 所反映的情况 您提出的 您咨询的 您在平台 平台栏目 栏目留言 留言反映 来信反映 反映的问题已收悉 "
    "现将有关情况回复如下 现将情况答复如下 现回复如下 现答复如下 回复如下 答复如下 情况说明如下 现就有关问题 就您反映的 针对您反映的 关于您反映的 "
    "感谢您对我们工作的关心 关心支持 支持理解与监督 理解和支持 监督与支持 感谢您的留言 感谢您的来信 再次感谢 谢谢您的 衷心感谢 "
    "特此回复 特此答复 专此回复 经调查核实 经核实 经了解 经查 调查了解 高度重视 领导高度重视 立即组织 立即安排 第一时间 工作人员 相关工作人员 进行了调查 调查处理 "
    "我局 我办 我单位 我们 相关部门 有关部门 相关单位 责任单位 转交 转送 转相关部门 转交相关部门 办理 处理 敬请关注 关注后续 后续回复 敬请谅解 "
    "如有疑问 请致电 联系电话 欢迎来电咨询 咨询电话 祝您生活愉快 工作顺利 书记 县长 市长 领导 信访人 信访事项 处理意见 一是 二是 三是 首先 其次 同时"
)
