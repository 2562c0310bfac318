"""The six routes of R-31 (依法分类处理): D.8. And where to turn: plain questions before filing, that never block it.

Only the sixth route has the petition clock (60 + 30 days) and review under R-35 (RT-3). Choosing another route for a
matter of the sixth counts as "not accepted though competent" (RT-6, R-44(二)).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xinqiao.rules.stages import Route


@dataclass(frozen=True)
class RouteRow:
    """One route. `notice` and `clock` are printed in 处理途径和程序告知书 (F-09)."""

    route: Route
    article: str
    examples: str
    notice: str
    legal_basis: str
    clock: str
    remedy: str
    unit_opens: bool  # RT-2: the unit opens the procedure itself where it can, and gives its number
    own_application: str  # when the law needs the citizen's own application: what to say
    has_petition_clock: bool = False
    has_review: bool = False


_REGULATION = "《信访工作条例》第三十一条"

ROUTES = MappingProxyType(
    {
        row.route: row
        for row in (
            RouteRow(
                Route.JUDICIAL,
                _REGULATION + "第一项",
                "应当通过审判机关诉讼程序或者复议程序、检察机关刑事立案程序或者法律监督程序、公安机关法律程序处理的",
                "您反映的事项应当通过{procedure}处理，由{organ}依照法律规定的程序办理。",
                "《刑事诉讼法》《民事诉讼法》《行政诉讼法》等",
                "期限按该程序的法律规定计算。检察机关一般在7日内答复程序，3个月内答复办理过程或者结果。",
                "对处理结果不服的，按该程序的规定上诉、申诉或者申请监督。",
                True,
                "来信已经转给{organ}。需要起诉、控告、申诉的，请您本人向{organ}提出。",
            ),
            RouteRow(
                Route.ARBITRATION,
                _REGULATION + "第二项",
                "应当通过仲裁解决的，例如劳动争议、人事争议、农村土地承包经营纠纷",
                "您反映的事项应当通过仲裁解决，由{organ}受理。",
                "《劳动争议调解仲裁法》第二十七条、第二十九条、第四十三条等",
                "劳动争议申请仲裁的时效是一年。仲裁委员会收到申请后5日内决定是否受理，"
                "受理后45日内裁决，案情复杂的可以延长15日。",
                "对仲裁裁决不服的，可以依法向人民法院起诉或者申请撤销。",
                False,
                "仲裁要您本人申请。请带上申请书、身份证明和证据，到{organ}提交。",
            ),
            RouteRow(
                Route.PARTY_APPEAL,
                _REGULATION + "第三项",
                "党员申诉、申请复审，公务员、监察对象对处分不服",
                "您反映的事项应当按党员申诉、申请复审等规定办理，由{organ}受理。",
                "党内有关规定；《监察法》第五十六条；《公务员法》第九十五条、第九十六条",
                "监察：收到处理决定之日起1个月内申请复审，1个月内作出；不服的，1个月内申请复核。"
                "公务员：知道处理之日起30日内申请复核，复核30日内作出；之后15日内可以申诉，"
                "申诉60日内作出，复杂的可以延长30日。",
                "对复审、复核、申诉结果不服的，按该程序的规定向上一级机关提出。",
                False,
                "申诉、复审要您本人提出。请向{organ}递交书面申请。",
            ),
            RouteRow(
                Route.ADMINISTRATIVE,
                _REGULATION + "第四项",
                "可以通过行政复议、行政裁决、行政确认、行政许可、行政处罚等行政程序解决的",
                "您反映的事项应当通过{procedure}解决，由{organ}办理。",
                "《行政复议法》第二十条、第六十二条；《行政许可法》第四十二条；《行政处罚法》第六十条等",
                "行政复议：知道行政行为之日起60日内申请，受理后60日内决定，复杂的可以延长30日，简易程序30日。"
                "行政许可：受理后20个工作日内决定，可以延长10个工作日。行政处罚：立案后90日内决定。",
                "对结果不服的，可以依法申请行政复议或者向人民法院起诉。",
                True,
                "这一程序要您本人申请。请带上申请书、身份证明和有关材料，到{organ}提交。",
            ),
            RouteRow(
                Route.DUTY_TO_ACT,
                _REGULATION + "第五项",
                "申请查处违法行为、履行保护人身权或者财产权等合法权益职责的",
                "您的请求属于申请查处违法行为或者履行保护职责，由{organ}依法履行或者答复。",
                "《行政诉讼法》第四十七条等",
                "行政机关收到申请之日起两个月内不履行的，您可以向人民法院起诉；法律另有规定的，从其规定；"
                "情况紧急的，不受这一期限限制。",
                "对答复不服或者没有按期履行的，可以依法申请行政复议或者向人民法院起诉。",
                True,
                "请向{organ}提出申请，写明违法行为或者需要保护的权益。",
            ),
            RouteRow(
                Route.PETITION,
                _REGULATION + "第六项",
                "不属于以上情形的",
                "您反映的事项由本单位按信访程序办理。",
                "《信访工作条例》第三十一条第六项、第三十四条",
                "自受理之日起60日内答复；情况复杂的，经批准可以延长，不超过30日。",
                "对处理意见不服的，收到书面答复之日起30日内可以请求复查；"
                "对复查意见不服的，收到书面答复之日起30日内可以请求复核。",
                True,
                "",
                has_petition_clock=True,
                has_review=True,
            ),
        )
    }
)

# Printed in every notice of route (T-27): the other procedure replaces the petition, not the other way round.
NOT_REPLACED = "信访程序不能代替上述程序。请留意该程序的期限，不要因为等待信访答复而错过。"


@dataclass(frozen=True)
class Phone:
    """A telephone number that anybody can call, and what it is for."""

    number: str
    name: str
    note: str


PHONES = MappingProxyType(
    {
        "police": Phone("110", "报警", "人身安全受到威胁、正在发生违法犯罪"),
        "fire": Phone("119", "火警、救援", "火灾、被困、溺水等"),
        "ambulance": Phone("120", "急救", "有人生病、受伤"),
        "legal_aid": Phone("12348", "法律援助热线", "免费问律师"),
        "labour": Phone("12333", "人社服务热线", "工资、社保、劳动争议"),
        "procuratorate": Phone("12309", "检察服务热线", "申诉、控告、申请监督"),
        "court": Phone("12368", "法院服务热线", "查案件、联系法官"),
        "discipline": Phone("12388", "纪检监察举报电话", "检举公职人员违纪违法"),
        "government": Phone("12345", "政务服务便民热线", "咨询、求助、投诉、建议"),
    }
)


@dataclass(frozen=True)
class Question:
    """A yes-or-no question of the page 先看一看, in the words of the citizen."""

    name: str
    text: str
    hint: str = ""


@dataclass(frozen=True)
class Suggestion:
    """Where else to turn. Never instead of filing: the page always offers to go on."""

    question: str
    headline: str
    advice: str
    phones: tuple[Phone, ...]
    route: Route | None = None
    urgent: bool = False


QUESTIONS = (
    Question("danger", "现在有人有生命危险吗？", "例如起火、有人受伤、有人正在被打、有人想不开。"),
    Question("in_court", "法院已经立案或者判决了吗？", "包括正在打官司、已经判决、正在执行。"),
    Question("police_case", "公安或者检察院正在办案吗？", "包括已经报案、立案、不予立案、不起诉。"),
    Question("labour", "是和用人单位的工资、合同、工伤争议吗？", "包括拖欠工资、辞退、社保。"),
    Question("decision", "是不服政府部门的一个决定吗？", "例如罚款、不批准、征收决定、不予登记。"),
    Question("discipline", "是要检举公职人员违纪违法吗？", "例如贪污、收钱、以权谋私。"),
    Question("party_sanction", "是不服自己受到的党纪、政务处分吗？"),
    Question("already_filed", "这件事您已经信访过，还在办理吗？"),
)

# Words of a text that speak of one of these questions: a sentence beside the form, never instead of filing (INF).
SPOKEN_OF = MappingProxyType(
    {
        "danger": r"(?:现在|正在|马上|就要)[^。]{0,12}(?:打人|被打|起火|着火|爆炸|塌|自杀|跳楼|轻生|出人命)|不想活|救命",
        "in_court": r"法院[^。]{0,12}(?:判决|判了|立案|执行|裁定|开庭|驳回)|(?:一审|二审|再审|终审|强制执行)|(?:正在|已经)[^。]{0,4}(?:打官司|起诉)",
        "police_case": r"(?:派出所|公安局?|刑警|经侦|检察院)[^。]{0,12}(?:立案|报案|不予立案|办案|不起诉)|(?:已经?|去)报(?:了)?案",
        "labour": r"(?:拖欠|欠|不发|克扣|讨要?)[^。]{0,8}(?:工资|工钱|薪|血汗钱)|劳动合同|工伤|辞退|加班费|(?:公司|单位|厂)[^。]{0,10}(?:不交|不缴|没交|少交)[^。]{0,4}社保",
        "decision": r"不服[^。]{0,12}(?:决定|处罚|罚款|认定|登记)|(?:罚款|处罚|征收|强拆)[^。]{0,8}决定书?|行政(?:处罚|许可|复议)",
        "discipline": r"(?:贪污|受贿|行贿|收(?:了)?(?:红包|好处|钱)|以权谋私|吃拿卡要)",
    }
)

_GO_ON = "您仍然可以继续提交，我们会登记并告诉您去向。"


def _phones(*names: str) -> tuple[Phone, ...]:
    return tuple(PHONES[name] for name in names)


_SUGGESTIONS = (
    Suggestion(
        "danger",
        "请先打 110、119 或 120",
        "有人有危险时，请马上打电话求助。人安全了，再回来填写。" + _GO_ON,
        _phones("police", "fire", "ambulance"),
        urgent=True,
    ),
    Suggestion(
        "in_court",
        "法院的案件，由法院办",
        "不服判决，可以在期限内上诉，或者依法申请再审。期限写在判决书最后，请不要错过。" + _GO_ON,
        _phones("court", "legal_aid"),
        Route.JUDICIAL,
    ),
    Suggestion(
        "police_case",
        "正在办的案件，找办案机关",
        "可以问办案的公安机关、检察院。不服处理，可以向检察院申诉或者申请监督。" + _GO_ON,
        _phones("procuratorate", "legal_aid"),
        Route.JUDICIAL,
    ),
    Suggestion(
        "labour",
        "可以投诉，也可以申请仲裁",
        "拖欠工资可以向劳动监察投诉。其他劳动争议，一年之内可以申请劳动仲裁，不收费。" + _GO_ON,
        _phones("labour", "legal_aid"),
        Route.ARBITRATION,
    ),
    Suggestion(
        "decision",
        "可以申请行政复议",
        "知道这个决定之日起，60 天内可以申请行政复议，不收费；也可以依法向法院起诉。" + _GO_ON,
        _phones("legal_aid", "government"),
        Route.ADMINISTRATIVE,
    ),
    Suggestion(
        "discipline",
        "可以直接向纪检监察机关举报",
        "纪检监察机关专门办理这类举报，会为您保密。您在这里提交，我们也会保密，不会让被反映的人看到。" + _GO_ON,
        _phones("discipline"),
    ),
    Suggestion(
        "party_sanction",
        "可以向作出处分的机关申诉",
        "不服处分，可以向作出处分的机关申请复审、复核或者申诉。期限比较短，请看处分决定书。" + _GO_ON,
        _phones("legal_aid"),
        Route.PARTY_APPEAL,
    ),
    Suggestion(
        "already_filed",
        "可以直接补充材料",
        "先查一查进度。有新的情况，可以补充到原来那一件里，不用重新写，期限也不会变。" + _GO_ON,
        (),
    ),
)


def suggest(answers: Mapping[str, object]) -> list[Suggestion]:
    """Where else to turn for these answers ({question name: yes or no}); what is urgent comes first.

    Only the boolean True, "yes" or "是" count as yes; unknown names are ignored. The result never blocks filing.
    """
    said_yes = {name for name, answer in answers.items() if answer is True or answer in ("yes", "是")}
    return [row for row in _SUGGESTIONS if row.question in said_yes]


def route_notice(route: Route, *, organ: str, procedure: str = "", opened_number: str = "", opened_on: str = "") -> str:
    """The text of a notice of route (F-09): what applies, whether it is opened, the clock, the remedy.

    RT-2: `opened_number` is the number under which the unit opened the procedure itself; without it the text says how
    the citizen applies. For the petition route there is no such notice: raises ValueError.
    """
    row = ROUTES[Route(route)]
    if row.has_petition_clock:
        raise ValueError("信访程序不用“处理途径和程序告知书”，请出具受理告知书。")
    fields = {"organ": organ, "procedure": procedure or row.route.label}
    if opened_number:
        opened = f"这一程序已经为您启动{f'（{opened_on}）' if opened_on else ''}，编号：{opened_number}。"
    else:
        opened = row.own_application.format_map(fields)
    parts = (row.notice.format_map(fields), f"依据：{row.article}；{row.legal_basis}。", opened, row.clock, row.remedy)
    return "\n".join((*parts, NOT_REPLACED))
