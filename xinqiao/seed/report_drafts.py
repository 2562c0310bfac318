"""Reports of the demonstrated prefecture office: last month's analysis issued, this quarter's special one in writing (H.1, H.4)."""

from datetime import date, datetime, time, timedelta

from xinqiao.organisations.models import Officer, Organisation
from xinqiao.reporting.indicators import facts
from xinqiao.reporting.reports import drafting, writing
from xinqiao.reporting.reports.figures import Period, shifted
from xinqiao.reporting.reports.models import Report
from xinqiao.rules.calendar import WorkCalendar
from xinqiao.rules.reports import PartKind, ReportSort
from xinqiao.rules.stages import Line, Role

from .load_region import Town
from .plan import PREFECTURE_OFFICE
from .timetable import SHANGHAI

ONE_DAY = timedelta(days=1)
THIRD = timedelta(
    days=2
)  # the analysis of a month is asked for on the third of the next, or the first working day after
OUTLOOK = "下一时期要继续注意住房维修、物业服务和拖欠款项的问题；快到期限的件逐件提醒，超过期限的件每周核对一次。"
CAUSE = "原因：多数由同一个项目、同一项政策引起，正在逐件核实。\n建议：由承办单位列出清单，逐件向信访人说明进度，能先解决的先解决。"
SITUATION = "把这一时期收到的信访事项集中看一次：事情在哪里、卡在哪一步、哪些近期能办完。"


def write(town: Town, today: date) -> None:
    """Both of them by the real acts, the newest on the last working day before `today`. The figures are reckoned first."""
    office = town.organs[PREFECTURE_OFFICE]
    writer, leader = town.officer(office, Role.TRIAGE), town.officer(office, Role.OFFICE_LEADER)
    facts.rebuild(today=today)
    calendar = WorkCalendar.default()
    last = calendar.on_or_before(today - ONE_DAY)
    month = last.replace(day=1)
    _last_month(shifted(month, -1), writer, leader, min(calendar.on_or_after(month + THIRD), last))
    quarter = Period(shifted(month, -((month.month - 1) % 3)), month)
    report = _drafted(ReportSort.SPECIAL, f"{quarter.words()}信访形势专题分析", quarter, writer, last)
    _say(report, "situation", SITUATION, by=writer, at=_at(last, 14, 20))


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def _last_month(month: date, writer: Officer, leader: Officer, day: date) -> None:
    """Drafted, written, handed in and issued within one working day."""
    period = Period(month, month)
    report = _drafted(ReportSort.MONTHLY, f"{period.words()}{ReportSort.MONTHLY.label}", period, writer, day)
    for block in report.blocks:
        if block["section"] == "hot" and (words := block.get("text", "")).endswith("原因：\n建议："):
            words = words.removesuffix("原因：\n建议：") + CAUSE
            report = _change(report, block, words, by=writer, at=_at(day, 10, 40))
    report = _say(report, "outlook", OUTLOOK, by=writer, at=_at(day, 11, 10))
    writing.submit(report.pk, by=writer, at=_at(day, 11, 20))
    government = writer.organisation.parent
    below = Organisation.objects.filter(parent=government, line=Line.GOVERNMENT, active=True).order_by("lft")
    writing.issue(report.pk, copies=[government, *below], by=leader, at=_at(day, 16, 30))


def _drafted(sort: ReportSort, title: str, period: Period, by: Officer, day: date) -> Report:
    said = {"title": title, "start_on": period.start_on, "end_on": period.end_on}
    report = drafting.ask(sort, **said, by=by, at=_at(day, 9, 10))
    while drafting.draft_waiting(_at(day, 9, 12)):
        pass
    return Report.objects.get(pk=report.pk)


def _say(report: Report, section: str, words: str, *, by: Officer, at: datetime) -> Report:
    """Fill the first text of a section."""
    texts = (one for one in report.blocks if one["section"] == section and one["kind"] == PartKind.TEXT)
    return _change(report, next(texts), words, by=by, at=at)


def _change(report: Report, block: dict, words: str, *, by: Officer, at: datetime) -> Report:
    edit = writing.Edit("write", block["id"], said={"text": words})
    return writing.change(report.pk, edit, seq=report.seq, by=by, at=at)
