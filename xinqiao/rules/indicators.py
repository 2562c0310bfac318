"""指标: what an organ is shown with, one row for each figure of G.2, and what stands beside it.

A figure is always told with its numerator and its denominator, never alone, never as a rank, a colour or a target: volumes are no merit
and no fault (G.4). Rows tell of organs, never of persons. How a matter counts in a row is `reporting/indicators/counting*.py`.

    RATE    numerator ÷ denominator, both matters (or opinions, or letters, as the row says)
    DAYS    mean calendar days over the denominator
    COUNT   how many; shown for the record, with nothing divided by anything

Evidence as everywhere: PRACTICE = a running system shows it (P11d to P11f), INF = our choice, LAW = the article named.
"""

from dataclasses import dataclass
from types import MappingProxyType

from xinqiao.rules.small_cells import AT_LEAST
from xinqiao.rules.stages import Coded

FEW = 30  # matters: below that one more or less moves a rate by three points and more (INF)


class Measure(Coded):
    """How a figure is made of what was counted."""

    RATE = "rate", "比率", ""
    DAYS = "days", "平均日数", ""
    COUNT = "count", "件数", ""


class Side(Coded):
    """The three sides that are always shown together, and what guards them (G.4: one indicator alone is gamed)."""

    SPEED = "speed", "快慢", "G.4"
    QUALITY = "quality", "质量", "G.4"
    VOICE = "voice", "群众评价", "G.4"
    GUARD = "guard", "一并看", "G.4"


class Legalisation(Coded):
    """五个法治化: five parts of one view, H.7."""

    PREVENTION = "prevention", "预防法治化", "H.7"
    ACCEPTANCE = "acceptance", "受理法治化", "H.7"
    HANDLING = "handling", "办理法治化", "H.7"
    ACCOUNTABILITY = "accountability", "监督追责法治化", "H.7"
    ORDER = "order", "维护秩序法治化", "H.7"


@dataclass(frozen=True)
class Indicator:
    """One figure. `counted_on`: the day that puts a matter into a period, in words. `beside`: codes that stand next to it.

    `missing`: why it is defined but not computed; empty for those that are. `public`: told on the public page (H.8) in `plain` words.
    """

    code: str
    name: str
    english: str
    measure: Measure
    side: Side
    legalisation: Legalisation
    numerator: str
    denominator: str
    exclusions: str
    counted_on: str
    basis: str
    evidence: str
    family: str
    plain: str = ""
    beside: tuple[str, ...] = ()
    missing: str = ""
    caution: str = ""

    def __str__(self) -> str:
        return self.code

    @property
    def public(self) -> bool:
        """Told to everybody: what was said in plain words."""
        return bool(self.plain)


class UnknownIndicator(LookupError):
    """No indicator has this code."""

    def __init__(self, code: str):
        self.code = code
        self.message = f"没有“{code}”这一指标。"
        super().__init__(self.message)


def find(code: str) -> Indicator:
    """The indicator with this code. Raises UnknownIndicator."""
    try:
        return INDICATORS[code]
    except KeyError:
        raise UnknownIndicator(code) from None


def confidence(denominator: int) -> str:
    """What a reader must know before leaning on a figure of so few; empty where there are enough."""
    if 0 < denominator < AT_LEAST:
        return f"不足{AT_LEAST}件，不显示，避免看出是谁的事。"
    if denominator < FEW:
        return (
            f"只有{denominator}件，一件的差别就会使比率变动{100 / denominator:.0f}个百分点，不能据此下结论。"
            if denominator
            else ""
        )
    return ""


PRODUCT_FORM = "（满意＋基本满意＋超期未评价）÷ 全部 × 作了评价的 ÷ 全部"
PRODUCT_WARNING = "这种算法把没有评价算作满意，不能说明群众是否满意，只因本地区规定才列出，以上面的满意率为准。"


def product_form(*, due: int, rated: int, satisfied: int) -> float | None:
    """参评满意率 as a municipal system of 2020 computes it (P11d, G.3): silence counts as satisfaction. Only where a region demands it
    (switch G-3 of its pack), beside the honest rate, with its formula. `satisfied` with the basically satisfied."""
    return (satisfied + (due - rated)) / due * (rated / due) if due else None


M, S, L = Measure, Side, Legalisation
REGULATION = "信访工作条例"
# Reports and what names an accused person are in no figure at all (C-01, G.1): said once, meant in each row.
IMPORTED = "导入的历史件（它们的期限在原来的系统里）"
NOT_DUE = "期限还没有到的"
UNREACHABLE = "匿名或者没有留联系方式的"
THROUGH_LIMIT = "按期办到的为办到之日，没有按期的为期限最后一日"
FIRST = "初次信访"

_SPEED_BESIDE = ("refused", "revoked", "converted", "step_not_result", "satisfied_unit")
_SATISFIED_BESIDE = ("rated_unit", "satisfied_unit_fully", "satisfied_unit_basically", "dissatisfied_unit")
_OFFICE_BESIDE = ("rated_office", "satisfied_office_fully", "satisfied_office_basically", "dissatisfied_office")
_REPEAT_REASONS = ("repeat_overdue", "repeat_not_executed", "repeat_new_facts", "repeat_disagreement", "repeat_unknown")
_GROUNDS = (
    "supervised_not_accepted",
    "supervised_not_handled",
    "supervised_poor_opinion",
    "supervised_not_carried_out",
)
_ROUTES = (
    "route_judicial",
    "route_arbitration",
    "route_party_appeal",
    "route_administrative",
    "route_duty_to_act",
    "route_petition",
)

_ROWS = [
    # ---- speed ---------------------------------------------------------------------------------------------------------
    Indicator("transfer_in_time", "及时受理率（信访部门）", "transfer in time", M.RATE, S.SPEED, L.ACCEPTANCE,
              "在15日内转送、交办或者答复的信访事项", "15日期限已到或者已经办到的信访事项（每个经手的信访部门各算一次）", NOT_DUE, THROUGH_LIMIT,
              f"{REGULATION}第二十二条第一款", "P11e", "transfer in time (PO)", "信访部门有没有在15日内把信转给该办的机关",
              ("refused", "repeat_filed", "satisfied_office")),
    Indicator("notice_in_time", "按期受理告知率", "notice in time", M.RATE, S.SPEED, L.ACCEPTANCE,
              "在15日内告知是否受理的信访事项", "告知期限已到或者已经告知的信访事项（每个承办单位各算一次）",
              f"{NOT_DUE}；{UNREACHABLE}（不必告知）；协办的", THROUGH_LIMIT, f"{REGULATION}第二十三条第二款、第三款", "P11d",
              "notice in time (unit)", "有没有在15日内告诉信访人受理不受理", ("refused", "withdrawn", "satisfied_unit")),
    Indicator("answer_in_time", "按期答复率", "completion in time", M.RATE, S.SPEED, L.HANDLING,
              "在期限内送达处理意见、答复建议或者达成协议的信访事项", "按期答复、逾期答复和逾期没有答复的信访事项", f"{NOT_DUE}（不放进分母，免得办得多的单位吃亏）",
              THROUGH_LIMIT, f"{REGULATION}第三十四条", "P11d, P11e", "completion in time", "有没有在法定期限内答复", _SPEED_BESIDE),
    *(
        Indicator(f"days_to_{what}{first}", f"{name}{'（初次信访）' if first else ''}", f"mean days {english}{' of first petitions' if first else ''}",
                  M.DAYS, S.SPEED, law, "所用日数之和（自然日）", counted + (f"，只算{FIRST}" if first else ""), "还没有办到的" + (f"；{IMPORTED}" if what == "transfer" else ""), "办到之日",
                  article, "P11d", "mean times", plain if not first else "", _SPEED_BESIDE)
        for what, name, english, law, counted, article, plain in (
            ("transfer", "收到到转送平均日数", "receipt to transfer", L.ACCEPTANCE, "已转送、交办或者答复的信访事项", f"{REGULATION}第二十二条", ""),
            ("notice", "转到到告知平均日数", "arrival to notice", L.ACCEPTANCE, "已告知的信访事项", f"{REGULATION}第二十三条", ""),
            ("answer", "受理到答复平均日数", "acceptance to answer", L.HANDLING, "受理后已答复的信访事项", f"{REGULATION}第三十四条", "从受理到答复平均用几天"),
        )
        for first in ("", "_first")
    ),
    Indicator("extended", "延期率", "extension rate", M.RATE, S.SPEED, L.HANDLING, "批准延长办理期限的信访事项", "走信访程序受理的信访事项",
              "建议意见", "受理之日", f"{REGULATION}第三十四条", "INF", "extension rate", "有多少件延长了办理时间", ("answer_in_time", "satisfied_unit")),
    # ---- hearing people ------------------------------------------------------------------------------------------------
    Indicator("contacted", "初次信访办理联系率", "contact rate of first petitions", M.RATE, S.QUALITY, L.HANDLING,
              "出具意见以前有联系、听取陈述记录的初次信访", "受理的初次信访", f"{UNREACHABLE}；建议意见；5个工作日的联系期限还没有到、也还没有答复的", "受理之日",
              f"{REGULATION}第三十一条第六项", "P11d", "contact rate of first petitions", "办理中有没有联系信访人、听他说明", ("answer_in_time", "satisfied_unit")),
    # ---- results -------------------------------------------------------------------------------------------------------
    Indicator("settled_once", "一次性化解率", "one-time settlement", M.RATE, S.QUALITY, L.PREVENTION,
              "信访人没有申请复查、没有反映不落实，意见12个月内没有被撤销的初次信访", "已经办结的初次信访", "撤回的、并入先件的、导入其他途径的；建议意见", "第一次办结之日",
              "地方系统只见名称，算法为本系统所定", "P11f name, INF", "one-time settlement", "一次就办好、没有再争议的有多少",
              ("settled_first", "repeat_after_answer", "withdrawn", "satisfied_unit"),
              caution="办结满12个月才算定；以前的数字可能还会下降。没有争议不等于满意，要和群众评价一起看。"),
    Indicator("settled_first", "初次信访事项化解率", "settlement of first petitions", M.RATE, S.QUALITY, L.HANDLING,
              "支持并已落实的、协议已经履行的、作了解释说明而没有争议的初次信访", "已经办结的初次信访", "撤回的、并入先件的、导入其他途径的；建议意见", "第一次办结之日",
              f"{REGULATION}第三十二条、第三十三条", "INF", "settlement of first petitions", "",
              ("settled_once", "repeat_after_answer", "withdrawn", "satisfied_unit"), caution="含不予支持的答复，不算化解，也不算没有化解的过错。"),
    Indicator("repeat_filed", "重复信访率（来件）", "repeat submissions", M.RATE, S.QUALITY, L.PREVENTION, "登记为重复信访的来件", "登记的全部来件",
              IMPORTED, "收到之日", "算的是件，不算人", "P11e", "repeat rate (a)", "", (*_REPEAT_REASONS, "repeat_after_answer"),
              caution="登记是义务。重复多，先看是不是逾期、没有落实，不得因此少登记。"),
    Indicator("repeat_after_answer", "重复信访率（答复后再来）", "first petitions filed again", M.RATE, S.QUALITY, L.PREVENTION,
              "答复以后同一信访人再次反映的初次信访", "已经答复的初次信访", UNREACHABLE, "第一次答复之日", "算的是件，不算人", "P11d", "repeat rate (b)",
              "答复以后又来反映的有多少", (*_REPEAT_REASONS, "repeat_filed"), caution="再来可能是新的事。要看原因，不评价信访人。"),
    *(
        Indicator(code, f"重复信访：{name}", english, M.RATE, S.QUALITY, L.PREVENTION, counted, "登记为重复信访、找得到先件的来件", f"找不到先件的；{IMPORTED}",
                  "收到之日", "从先件的办理记录推定", "P11d, INF", "repeat rate by reason", "", ("repeat_filed",), missing)
        for code, name, english, counted, missing in (
            ("repeat_overdue", "先件逾期", "repeat: overdue", "先件当时已经逾期的", ""),
            ("repeat_not_executed", "答复没有落实", "repeat: not executed", "先件的意见当时过了日期还没有落实，或者信访人已反映没有落实的", ""),
            ("repeat_new_facts", "有新的事实", "repeat: new facts", "信访人有新的事实和理由的", "登记时没有记明是不是新的事实，从记录里推不出来。"),
            ("repeat_disagreement", "不同意答复", "repeat: disagreement", "先件当时已经答复，没有逾期、没有不落实的", ""),
            ("repeat_unknown", "原因不明", "repeat: unknown", "先件正在期限内办理的", ""),
        )
    ),
    # ---- review --------------------------------------------------------------------------------------------------------
    Indicator("review_requested", "申请复查的比率", "review requests", M.RATE, S.QUALITY, L.HANDLING, "信访人申请了复查的处理意见", "已经送达的处理意见", "",
              "送达之日", f"{REGULATION}第三十五条", "INF", "review figures", "", ("review_changed", "revoked")),
    Indicator("review_changed", "复查、复核改变的比率", "changed or revoked on review", M.RATE, S.QUALITY, L.HANDLING, "被变更或者被撤销的复查、复核事项",
              "已经作出并送达的复查、复核意见（记在原来作出意见的单位）", "", "复查、复核意见送达之日", f"{REGULATION}第三十五条、第三十六条", "INF", "review figures",
              "申请复查的，有多少改了原来的意见", ("review_requested",)),
    Indicator("review_in_time", "按期复查、复核率", "review decided in time", M.RATE, S.SPEED, L.HANDLING, "在30日内作出的复查、复核意见",
              "复查、复核期限已到或者已经作出的事项（记在复查、复核机关）", f"{NOT_DUE}；听证的时间已经扣除", THROUGH_LIMIT, f"{REGULATION}第三十五条、第三十六条",
              "INF", "review figures", "复查、复核有没有按期作出", ("review_changed",)),
    # ---- after the answer ----------------------------------------------------------------------------------------------
    Indicator("executed_in_time", "按期落实率", "execution rate", M.RATE, S.QUALITY, L.HANDLING, "在意见书写明的日期以前报告已经落实的",
              "支持诉求并写明落实日期、日期已到或者已经落实的处理意见", "日期还没有到的；没有写日期的；意见后来被撤销的", "落实的为落实之日，没有按期的为写明的日期",
              f"{REGULATION}第三十二条第二款", "INF", "execution rate", "答应的事有没有按说好的日期落实", ("execution_disputed", "satisfied_unit")),
    Indicator("execution_disputed", "信访人反映没有落实的比率", "execution complaints", M.RATE, S.GUARD, L.HANDLING, "信访人反映没有落实的处理意见、协议",
              "支持诉求、已经送达的处理意见", "意见后来被撤销的", "送达之日", f"{REGULATION}第四十条第一款", "INF", "execution rate", "", ("executed_in_time",)),
    Indicator("published", "公开回复率", "publication rate", M.RATE, S.QUALITY, L.HANDLING, "已经公开的答复",
              "适合公开、信访人也同意公开的答复（记在最后转办的信访部门）", "没有同意公开、已经收回同意的；要求保密、匿名的；还没有办结的；没有经过信访部门的", "答复之日",
              f"{REGULATION}第十四条", "P11d", "publication rate", "同意公开的答复，有多少已经公开", ("answer_in_time", "satisfied_office"),
              caution="办结以后才公开，公开前要经第二人审核，最近的数字还会上升。没有同意公开的，不得劝说同意。"),
    Indicator("online_share", "网信占比", "online share", M.RATE, S.QUALITY, L.PREVENTION, "网上信访", "登记的全部来件", "", "收到之日",
              f"{REGULATION}第十七条", "P11e", "online share", "网上来的信有多少", ("repeat_filed",), caution="只说明信从哪里来。不是目标：任何形式都要登记。"),
    # ---- mediation and routes ------------------------------------------------------------------------------------------
    Indicator("mediated", "调解、和解成功率", "mediation agreements", M.RATE, S.QUALITY, L.HANDLING, "达成协议的调解、和解", "进行过的调解、和解", "", "达成之日",
              f"{REGULATION}第三十三条", "P11f", "mediation", "", ("agreement_performed",), "没有达成协议的调解没有登记，算不出分母。"),
    Indicator("agreement_performed", "协议履行率", "agreements performed", M.RATE, S.QUALITY, L.HANDLING, "履行完毕的协议", "已经登记履行完毕或者没有履行的协议",
              "还在履行的", "登记之日", f"{REGULATION}第三十三条", "P11f", "mediation", "", ("settled_first",)),
    *(
        Indicator(code, f"途径：{name}", f"route {code.removeprefix('route_')}", M.RATE, S.QUALITY, L.ACCEPTANCE, f"导入第{number}条途径的信访事项",
                  "已经定了途径的信访事项", "建议意见；还没有定途径的", "定途径之日", f"{REGULATION}第三十一条第{number}项", "P11f", "routes", "",
                  ("diverted_known", *_ROUTES))
        for code, number, name in (
            ("route_judicial", "一", "诉讼、检察、公安等"), ("route_arbitration", "二", "仲裁"), ("route_party_appeal", "三", "党员申诉等"),
            ("route_administrative", "四", "行政复议等行政程序"), ("route_duty_to_act", "五", "申请履行法定职责"), ("route_petition", "六", "信访程序"),
        )
    ),
    Indicator("diverted_known", "导入其他途径后结果已知率", "diverted matters with a known result", M.RATE, S.GUARD, L.ACCEPTANCE,
              "结果已经登记的", "导入第一至第五条途径的信访事项", "", "导入之日", f"{REGULATION}第三十一条", "P11f", "routes", "转到其他途径的，后来有没有结果",
              _ROUTES),
    # ---- supervision ---------------------------------------------------------------------------------------------------
    Indicator("supervised", "被督办件数", "supervised matters", M.COUNT, S.QUALITY, L.ACCOUNTABILITY, "发出督办函的次数（记在被督办的单位）", "", "", "发出之日",
              f"{REGULATION}第四十条第一款", "P11f", "supervision", "", (*_GROUNDS, "supervision_in_time"),
              caution="督办多，可能是巡查得细。件数不比高低。"),
    *(
        Indicator(code, f"督办：{name}", f"supervised: {english}", M.COUNT, S.QUALITY, L.ACCOUNTABILITY, f"以“{name}”督办的次数", "", "", "发出之日",
                  f"{REGULATION}第四十条第一款", "P11f", "supervision", "", ("supervised",))
        for code, name, english in (
            ("supervised_not_accepted", "没有依法受理、告知", "not accepted"), ("supervised_not_handled", "没有依法办理", "not handled"),
            ("supervised_poor_opinion", "处理意见不当", "poor opinion"), ("supervised_not_carried_out", "处理意见没有落实", "not carried out"),
        )
    ),
    Indicator("supervision_in_time", "督办按期答复率", "supervision answered in time", M.RATE, S.SPEED, L.ACCOUNTABILITY, "按督办函的日期答复的",
              "答复日期已到或者已经答复的督办", NOT_DUE, THROUGH_LIMIT, f"{REGULATION}第四十条第一款", "P11f", "supervision", "", ("supervised", "repeat_supervised")),
    Indicator("repeat_supervised", "督办后再来的比率", "repeat filing after supervision", M.RATE, S.GUARD, L.ACCOUNTABILITY, "督办办结以后同一信访人再次反映的",
              "已经办结的督办", UNREACHABLE, "办结之日", "用来看事情是不是真的办了", "P11f", "supervision", "", ("supervised", "supervision_in_time")),
    *(
        Indicator(code, name, english, M.COUNT, S.QUALITY, L.ACCOUNTABILITY, counted, "", "", day, article, "P11f", "supervision", "", beside)
        for code, name, english, counted, day, article, beside in (
            ("recommended_improve", "改进工作的建议", "recommendations: improve work", "发出的改进工作建议（记在收到建议的单位）", "发出之日", f"{REGULATION}第四十条第一款", ("recommendations_adopted",)),
            ("recommended_policy", "完善政策的建议", "recommendations: improve policy", "发出的完善政策建议（记在收到建议的机关）", "发出之日", f"{REGULATION}第四十条第二款", ("recommendations_adopted",)),
            ("recommended_account", "追究责任的建议", "recommendations: pursue accountability", "发出的追究责任建议（记在责任单位）", "发出之日", f"{REGULATION}第四十条第三款", ("recommendations_adopted",)),
            ("talks", "约谈", "talks", "联席会议决定的约谈", "决定之日", f"{REGULATION}第三十九条", ("supervised",)),
            ("notifications", "通报", "notifications", "联席会议决定的通报", "决定之日", f"{REGULATION}第三十九条", ("supervised",)),
            ("listings", "挂牌督办", "listings", "联席会议决定的挂牌督办", "决定之日", f"{REGULATION}第三十九条", ("supervised",)),
            ("corrections", "责令限期整改", "ordered corrections", "联席会议决定的责令限期整改", "决定之日", f"{REGULATION}第三十九条", ("supervised",)),
        )
    ),
    Indicator("recommendations_adopted", "建议采纳率", "recommendations adopted", M.RATE, S.QUALITY, L.ACCOUNTABILITY, "书面反馈采纳或者部分采纳的", "已经书面反馈的，和反馈期限已过、没有反馈的建议",
              NOT_DUE, "反馈之日，没有反馈的为期限最后一日", f"{REGULATION}第四十条第四款", "P11f", "supervision", "",
              ("recommended_improve", "recommended_policy", "recommended_account")),
    *(
        Indicator(code, f"登记质量：{name}", f"registration quality: {english}", M.RATE, S.GUARD, L.ACCEPTANCE, f"抽查发现{name}的", "抽查过这一项的信访件", "没有抽到的；这一项不适用的",
                  "抽查之日", "抽查只看件，不看人", "INF", "registration quality", "", ("transfer_in_time",))
        for code, name, english in (
            ("wrong_kind", "类别不对", "wrong kind"), ("wrong_class", "分类不对", "wrong class"), ("wrong_unit", "单位不对", "wrong unit"),
            ("missing_request", "漏了诉求", "missing request"),
        )
    ),
    # ---- what guards the rates ------------------------------------------------------------------------------------------
    Indicator("refused", "不予受理、不再受理的比率", "refusals", M.RATE, S.GUARD, L.ACCEPTANCE, "告知不予受理或者不再受理的信访事项", "已经告知受理与否的信访事项", "",
              "告知之日", f"{REGULATION}第二十三条、第三十六条第三款", "INF", "guards (G.4)", "有多少件没有受理", ("notice_in_time",)),
    Indicator("converted", "简易转普通的比率", "conversions", M.RATE, S.GUARD, L.HANDLING, "从简易办理转为普通程序的信访事项", "按简易办理受理的信访事项", "", "受理之日",
              "信访事项简易办理办法（试行）", "INF", "guards (G.4)", "", ("answer_in_time",)),
    Indicator("step_not_result", "以步骤代替结果的比率", "step instead of result", M.RATE, S.GUARD, L.HANDLING, "抽查发现只写了过程、没有结果的处理意见", "抽查过的处理意见",
              "没有抽到的", "抽查之日", f"{REGULATION}第三十二条", "P11f", "guards (G.4)", "", ("answer_in_time",)),
    Indicator("revoked", "意见被撤销的比率", "revoked opinions", M.RATE, S.GUARD, L.HANDLING, "被复查、复核机关撤销的处理意见", "已经送达的处理意见", "", "送达之日",
              f"{REGULATION}第三十五条、第三十六条", "INF", "guards (G.4)", "", ("review_requested", "review_changed")),
    Indicator("withdrawn", "受理后撤回的比率", "withdrawals", M.RATE, S.GUARD, L.HANDLING, "受理以后撤回、没有恢复的信访事项", "受理的信访事项", "", "受理之日",
              "WD-7", "INF", "guards (G.4)", "", ("settled_once", "settled_first"), caution="撤回不算办好。比率异常，督查岗要问原因。"),
    # ---- the citizen's voice --------------------------------------------------------------------------------------------
    *(
        row
        for target, whose, beside in (("office", "信访部门", _OFFICE_BESIDE), ("unit", "承办单位", _SATISFIED_BESIDE))
        for row in (
            Indicator(f"rated_{target}", f"参评率（对{whose}）", f"participation rate, {target}", M.RATE, S.VOICE, L.HANDLING, "在评价期限内作了评价的初次信访",
                      "可以评价、评价期限已过的初次信访", f"{UNREACHABLE}；重复信访；政法、仲裁、行政程序的", "评价期限最后一日", "RA-4、RA-6", "P11d, P11e",
                      "participation rate", f"有多少人给{whose}作了评价" if target == "unit" else "", (f"satisfied_{target}",)),
            Indicator(f"satisfied_{target}", f"满意率（对{whose}）", f"satisfaction rate, {target}", M.RATE, S.VOICE, L.HANDLING, "评价为满意或者基本满意的",
                      "作了评价的", "没有评价的：既不算满意，也不算不满意", "评价期限最后一日", "RA-2、RA-9", "G.3", "satisfaction rate",
                      "作了评价的人里，满意和基本满意的有多少" if target == "unit" else "", beside,
                      caution="没有评价的人不算在内。参评的少，说明不了多数人的看法。"),
            *(
                Indicator(f"{value}_{target}{part}", f"{name}（对{whose}）", f"{value}{part.replace('_', ' ')}, {target}", M.RATE, S.VOICE, L.HANDLING,
                          f"评价为{name}的", "作了评价的", "没有评价的", "评价期限最后一日", "RA-2", "G.3", "satisfaction rate", "", (f"satisfied_{target}",))
                for value, part, name in (
                    ("satisfied", "_fully", "满意"), ("satisfied", "_basically", "基本满意"), ("dissatisfied", "", "不满意"),
                )
            ),
        )
    ),
]  # fmt: skip

INDICATORS: MappingProxyType[str, Indicator] = MappingProxyType({row.code: row for row in _ROWS})
# Their numerators add up to one denominator: where one is withheld, another must be too (C-14).
PARTS_OF_A_SUM = (
    _ROUTES,
    _REPEAT_REASONS,
    *(tuple(f"{word}_{target}{part}" for word, part in (("satisfied", "_fully"), ("satisfied", "_basically"), ("dissatisfied", "")))
      for target in ("office", "unit")),
)  # fmt: skip
# Shown one step in, below the figure that they are parts of.
PARTS = frozenset({code for parts in PARTS_OF_A_SUM[1:] for code in parts} | set(_GROUNDS))
COMPUTED = tuple(code for code, row in INDICATORS.items() if not row.missing)
PUBLIC = tuple(code for code in COMPUTED if INDICATORS[code].public)
