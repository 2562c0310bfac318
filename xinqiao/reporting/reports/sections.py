"""What the program proposes for each section: a plain sentence for each figure, a table, a plot. The writer goes on from there.

A maker gets a `Draft` and gives blocks. Blocks hold the figures as they were that day: a report does not change when a figure does.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from xinqiao.ledgers import campaigns
from xinqiao.ledgers.models import InspectionRound
from xinqiao.rules import indicators
from xinqiao.rules.ledgers import Verdict
from xinqiao.rules.reports import LIST_AT_MOST, ROWS, SECTIONS, TOP, PartKind, ReportSort
from xinqiao.rules.small_cells import AT_LEAST, NOT_SHOWN
from xinqiao.rules.stages import Channel, Kind
from xinqiao.supervision import recommendations

from . import hot
from .figures import Area, Line, points
from .models import Report

UNDECIDED_KIND = ("", "还没有定类别")


@dataclass
class Draft:
    """The report that is written, its figures, and how the time before is called in it."""

    report: Report
    area: Area

    @property
    def sort(self) -> ReportSort:
        return ReportSort(self.report.sort)

    @property
    def before(self) -> str:
        names = {"month": "上月", "quarter": "上季度", "year": "上年"}
        return names.get(ROWS[self.sort].span, "上一时期")


def make(code: str, draft: Draft) -> list[dict]:
    """The blocks of one section, its heading first. What nobody but the writer knows is an empty text to fill in."""
    row = SECTIONS[code]
    body = [] if row.written else list(MAKERS[code](draft))
    return [
        {"kind": PartKind.HEADING, "section": code, "text": row.title},
        *(one | {"section": code} for one in body or [text("")]),
    ]


# ---- blocks --------------------------------------------------------------------------------------------------------------


def text(words: str) -> dict:
    return {"kind": PartKind.TEXT, "text": words}


def table(title: str, columns: list[str], rows: Iterable[Iterable[str]]) -> dict:
    return {"kind": PartKind.TABLE, "title": title, "columns": columns, "rows": [list(map(str, row)) for row in rows]}


def chart(title: str, columns: list[str], rows: Iterable[Iterable[str]], *, standing: bool = False) -> dict:
    """A plot of the second column, with its table beside it."""
    return table(title, columns, rows) | {"kind": PartKind.CHART, "standing": standing}


def sentence(figure, before=None, *, words: str = "上期") -> str:
    """One indicator as a plain sentence: what, how much of how much, and before."""
    row = indicators.find(figure.code)
    if row.measure is indicators.Measure.COUNT:
        return f"{row.name}{figure.told[0]}件。"
    if figure.is_empty:
        return f"{row.name}：本期没有到期或者适用的件。"
    if figure.value is None:
        return f"{row.name}：{figure.told[2]}。"
    said = f"{row.name}{figure.told[2]}"
    said += (
        f"（{figure.told[0]}/{figure.told[1]}件）"
        if row.measure is indicators.Measure.RATE
        else f"（{figure.told[1]}件）"
    )
    if before is not None and before.value is not None and row.measure is indicators.Measure.RATE:
        said += f"，比{words}{points(figure, before)}"
    return f"{said}。"


def _set(title: str, codes: tuple[str, ...]) -> Callable[[Draft], Iterable[dict]]:
    """A section of indicators: the sentences, then the table with numerator and denominator."""

    def maker(draft: Draft) -> Iterable[dict]:
        now, before = draft.area.indicators, draft.area.indicators_before
        told = [code for code in codes if code in now and not now[code].is_empty]
        yield text(
            "".join(sentence(now[code], before[code], words=draft.before) for code in told) or "本期没有可以统计的件。"
        )
        if told:
            rows = [_indicator_row(now[code], before[code]) for code in told]
            yield table(title, ["指标", "分子", "分母", "比率、数值", draft.before, "不计入"], rows)

    return maker


def _indicator_row(now, before) -> list[str]:
    counts = indicators.find(now.code).measure is indicators.Measure.COUNT
    return [
        indicators.find(now.code).name,
        "" if counts else now.told[0],
        now.told[1],
        now.told[2],
        before.told[2],
        now.excluded,
    ]


def _compared(lines: Iterable[Line]) -> list[list[str]]:
    return [["　" * line.depth + line.label, line.told, line.on_before, line.on_year] for line in lines]


# ---- the makers ------------------------------------------------------------------------------------------------------------


def _volume(draft: Draft) -> Iterable[dict]:
    area, total = draft.area, draft.area.total
    compared = f"，比{draft.before}{total.on_before}，比上年同期{total.on_year}"
    still_open = f"其中还在办理的{area.still_open}件。" if area.still_open != NOT_SHOWN else ""
    yield text(
        f"{area.period.words()}，{area.name}共收到信访事项{total.told}件{compared}。{still_open}集体访{area.groups()}件。"
    )
    now, before = area.indicators, area.indicators_before
    told = [code for code in ("repeat_filed", "online_share") if not now[code].is_empty]
    if told:
        yield text("".join(sentence(now[code], before[code], words=draft.before) for code in told))
    yield table("总体情况", ["项目", "本期，件", f"{draft.before}，件", "上年同期，件", f"比{draft.before}", "比上年同期"],
                [[total.label, total.told, total.before, total.year_ago, total.on_before, total.on_year]])  # fmt: skip


def _course(draft: Draft) -> Iterable[dict]:
    rows = [[f"{month.year}年{month.month}月", told] for month, told in draft.area.course]
    yield chart("各月收到的件数", ["月份", "件数"], rows, standing=len(rows) <= 14)


def _flat(
    face: str, title: str, head: str, order: Callable[[], list[tuple[str, str]]]
) -> Callable[[Draft], Iterable[dict]]:
    def maker(draft: Draft) -> Iterable[dict]:
        lines = draft.area.lines(face, order())
        said = "，".join(
            f"{line.label}{line.told}件（比{draft.before}{line.on_before}）"
            for line in lines
            if line.told.isdecimal() and line.told != "0"
        )
        yield text(f"{said}。" if said else "各项数字小，不分别说明。")
        yield chart(title, [head, "件数", f"比{draft.before}", "比上年同期"], _compared(lines))

    return maker


def _fields(draft: Draft) -> Iterable[dict]:
    top = draft.area.top_classes(TOP)
    said = "，".join(
        f"{line.label}{line.told}件（比{draft.before}{line.on_before}，比上年同期{line.on_year}）" for line in top
    )
    yield text(f"反映较多的问题：{said}。" if said else "各类数字小，不分别说明。")
    if top:
        yield chart("反映较多的问题", ["内容分类", "件数", f"比{draft.before}", "比上年同期"], _compared(top))
    if draft.area.fields:
        yield table(
            "内容分类",
            ["内容分类", "件数", f"比{draft.before}", "比上年同期"],
            _compared(draft.area.fields[:LIST_AT_MOST]),
        )


def _places(draft: Draft) -> Iterable[dict]:
    rows = draft.area.places
    yield text("各地、各单位反映的主要问题如下，按机构顺序排列。件数多少与工作好坏无关。")
    yield table(
        "各地反映什么事",
        ["地区、单位", "件数", "主要问题"],
        [[one.organisation.name, one.told, _about(one)] for one in rows[:LIST_AT_MOST]],
    )


def _about(place) -> str:
    return "、".join(f"{name}{told}件" for name, told, _pk in place.about[:3]) or "数字小，不分别说明"


def _levels(draft: Draft) -> Iterable[dict]:
    rows = draft.area.levels()
    said = "，".join(f"{name}{told}件" for name, told in rows if told != NOT_SHOWN)
    yield text(f"{said}。" if said else "各级数字小，不分别说明。" if rows else "本期没有可以统计的件。")
    yield table("办理层级", ["层级", "件数"], rows)


def _organs(draft: Draft) -> Iterable[dict]:
    rows = draft.area.organs(LIST_AT_MOST)
    yield text(
        f"下面是有{AT_LEAST}件以上的机关、单位和所反映的事，按机构顺序排列，不是排名。件数多少与所管事务、人口有关，不作评价。"
    )
    yield table(
        "被反映较多的机关、单位",
        ["机关、单位", "件数", "主要问题"],
        [[one.organisation.name, one.told, _about(one)] for one in rows],
    )


def _overdue(draft: Draft) -> Iterable[dict]:
    told, days = draft.area.overdue_total()
    longest = f"，最长超期{days}天" if days else ""
    yield text(f"截至{draft.area.today.month}月{draft.area.today.day}日，超过期限没有办结的{told}件{longest}。")
    rows = [[one.name, count] for one, count in draft.area.overdue()]
    if rows:
        yield table("超期未办结", ["地区、单位", "件数"], rows[:LIST_AT_MOST])


def _recommendations(draft: Draft) -> Iterable[dict]:
    period = draft.area.period
    found = recommendations.tally(draft.report.office, period.start_on, period.end_on, on=draft.area.today)
    said = "".join(f"提出{sort.label}建议{one.issued}项，采纳{one.adopted}项，部分采纳{one.partly}项，没有采纳{one.not_adopted}项，等待反馈{one.waiting}项。"
                   for sort, one in found.items())  # fmt: skip
    yield text(said)
    yield table("三项建议及采纳", ["建议", "提出", "采纳", "部分采纳", "没有采纳", "等待反馈", "其中超期"],
                [[sort.label, one.issued, one.adopted, one.partly, one.not_adopted, one.waiting, one.late] for sort, one in found.items()])  # fmt: skip


def _hot(draft: Draft) -> Iterable[dict]:
    period, area = draft.area.period, draft.area
    issues = hot.confirmed(area.span, period.start_on, min(period.end_on, area.today), most=TOP)
    for one in issues:
        lead = f"\n建议牵头：{one.issue.lead.name}" if one.issue.lead else ""
        yield text(f"{one.issue.name}：{one.words}。\n原因：{one.issue.cause}\n建议：{one.issue.options}{lead}")
    risen = draft.area.risen(TOP // 2)
    if not risen and not issues:
        yield text(f"没有比{draft.before}明显增多、可以说明的问题。")
    for line in risen:
        places = [
            place.organisation.name for place in draft.area.places if any(pk == line.key for _n, _t, pk in place.about)
        ]
        where = f"主要在{'、'.join(places[:3])}。" if places else ""
        yield text(f"{line.label}：{line.told}件，比{draft.before}{line.on_before}。{where}\n原因：\n建议：")


def _source(draft: Draft) -> Iterable[dict]:
    now = draft.area.indicators
    told = "".join(
        sentence(now[code]) for code in ("review_changed", "revoked", "repeat_not_executed") if not now[code].is_empty
    )
    yield text(
        f"{draft.area.period.words()}，{told}"
        if told
        else f"{draft.area.period.words()}，没有可以说明的复查复核改变情况。"
    )
    yield from _hot(draft)


def _rounds(draft: Draft) -> list:
    period = draft.area.period
    found = InspectionRound.objects.filter(
        campaign__office=draft.report.office, held_on__range=(period.start_on, period.end_on)
    )
    if draft.report.campaign_id:
        found = found.filter(campaign_id=draft.report.campaign_id)
    return [campaigns.round_summary(one, today=draft.area.today) for one in found.select_related("campaign__office")]


def _round(draft: Draft) -> Iterable[dict]:
    rounds = _rounds(draft)
    if not rounds:
        yield text("本期没有完成的督查轮次。")
    for one in rounds:
        yield text(
            f"{one.campaign}第{one.number}轮督查：目标{one.total}项，已销号{one.done}项，超过期限{one.late}项。{one.findings}"
        )
        rows = [[unit.organisation, str(unit.total), str(unit.done), str(unit.late), unit.text] for unit in one.units]
        if rows:
            yield table(
                f"{one.campaign}第{one.number}轮", ["单位", "目标", "已销号", "超期", "督查的事实"], rows[:LIST_AT_MOST]
            )


def _verdicts(draft: Draft) -> Iterable[dict]:
    for one in _rounds(draft):
        for verdict in Verdict:
            for unit in one.of(verdict):
                again = f"，连续{unit.in_a_row}轮" if unit.in_a_row > 1 else ""
                answers = "，应当向指挥部说明" if unit.answers else ""
                yield text(f"{unit.organisation}：{verdict.label}{again}{answers}。{unit.text}")


MAKERS: dict[str, Callable[[Draft], Iterable[dict]]] = {
    "volume": _volume,
    "course": _course,
    "channels": _flat("channels", "信访形式", "形式", Channel.choices),
    "kinds": _flat("kinds", "事项类别", "类别", lambda: [*((v, w) for v, w in Kind.choices() if v != Kind.REPORT), UNDECIDED_KIND]),
    "fields": _fields,
    "places": _places,
    "levels": _levels,
    "organs": _organs,
    "time": _set("受理办理时限", ("transfer_in_time", "notice_in_time", "answer_in_time", "days_to_transfer", "days_to_notice", "days_to_answer", "extended")),
    "overdue": _overdue,
    "transfer": _set("转送、交办和途径", ("transfer_in_time", "days_to_transfer", "refused", "route_petition", "route_judicial", "route_arbitration",
                                "route_party_appeal", "route_administrative", "route_duty_to_act", "diverted_known")),
    "supervision": _set("督办", ("supervised", "supervised_not_accepted", "supervised_not_handled", "supervised_poor_opinion",
                               "supervised_not_carried_out", "supervision_in_time", "repeat_supervised")),
    "review": _set("复查复核", ("review_requested", "review_changed", "review_in_time", "revoked")),
    "execution": _set("落实情况", ("executed_in_time", "execution_disputed", "agreement_performed", "settled_first", "settled_once")),
    "voice": _set("群众评价", ("rated_office", "satisfied_office", "rated_unit", "satisfied_unit", "dissatisfied_unit")),
    "recommendations": _recommendations,
    "measures": _set("约谈、通报、挂牌", ("talks", "notifications", "listings", "corrections")),
    "hot": _hot,
    "source": _source,
    "round": _round,
    "verdicts": _verdicts,
}  # fmt: skip

assert set(MAKERS) == {code for code, row in SECTIONS.items() if not row.written}
