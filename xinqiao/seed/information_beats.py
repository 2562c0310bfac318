"""Screening, reports and meetings of the invented region: what its units told upwards in the last two months (A-34 to A-36, A-48)."""

from datetime import date, datetime, time, timedelta
from random import Random

from xinqiao.information import meetings, reports, screening
from xinqiao.information.models import Task
from xinqiao.ledgers import items
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.information import MeetingKind, ReportAct, ReportKind
from xinqiao.rules.ledgers import Sort
from xinqiao.rules.stages import Role

from .load_region import Town
from .timetable import SHANGHAI

DAYS = 50
A, K = ReportAct, ReportKind
FOUND = (
    ("灌溉用水次序起争执", "渠水不足，相邻两组因轮灌次序起争执。已请两组代表到村委会商量，约定按亩数轮灌并公示。", "legacy", "村委会调解一次，双方认可轮灌表。"),
    ("宅基地界线说法不一", "两户对宅基地界线说法不一，老底子没有图纸。没有动手，需要镇里自然资源所到场丈量。", "legacy", "已劝双方先不动工。"),
    ("农机作业费没有结清", "秋收时请外村农机作业，作业费没有结清，涉及四户。", "private", "已联系机手和农户对账。"),
    ("路灯损坏影响夜间出行", "村口到小学的路灯坏了九盏，群众多次反映。", "administration", "已报镇里维修。"),
)  # fmt: skip
TREND = (K.POLICY_TREND, "新建小区漏水反映增多", "近两个月来信来访中，交付不到两年的小区屋面、外墙漏水反映增多，涉及三个小区。原因集中在防水施工和维修资金启用慢。",
         "policy_gap", "已商住建部门研究统一维修办法。")  # fmt: skip
WORK = (
    K.WORK,
    "村级代办让群众少跑路的做法",
    "由信访信息员代办登记、代送材料，两个月代办四十件，群众不用跑远路。",
    "",
    "拟在各乡镇推开。",
)


def tell(town: Town, today: date) -> None:
    """Two months of it, by the real acts at moments that lie behind."""
    rng, begins = Random(3), today - timedelta(days=DAYS)
    _screen(town, rng, begins, today)
    county = reports.above(reports.above(town.organs["binjiang-village"]))
    _higher_reports(town, county, begins)
    _meet(town, county, begins, today)


def _at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


# ---- screening and what it found ---------------------------------------------------------------------------------------


def _screen(town: Town, rng: Random, begins: date, today: date) -> None:
    for offset in range(0, DAYS, 5):
        screening.make_rounds(_at(begins + timedelta(days=offset), 8))
    found = iter(FOUND)
    for task in Task.objects.select_related("round", "organisation").order_by("round__starts_on", "pk"):
        officer = _writer(town, task.organisation)
        lasts = (min(task.round.due_on, today - timedelta(days=1)) - task.round.starts_on).days
        if officer is None or lasts < 1 or rng.random() < 0.12:  # some have not reported yet, some never did
            continue
        moment = _at(
            max(task.round.starts_on, begins) + timedelta(days=rng.randint(0, lasts) if lasts > 0 else 0),
            rng.randint(9, 17),
        )
        if moment.date() >= today:
            continue
        told = next(found, None) if officer.may(Role.VILLAGE_INFORMATION_OFFICER) and rng.random() < 0.3 else None
        if told is None:
            screening.report_nothing(task.pk, confirmed=True, by=officer, at=moment)
        else:
            _report_found(town, task, officer, told, moment)


def _writer(town: Town, organ: Organisation) -> Officer | None:
    roles = (Role.VILLAGE_INFORMATION_OFFICER, Role.UNIT_RECEIVER, Role.REGISTRAR, Role.HANDLER, Role.UNIT_LEADER)
    posts = town.posts.get(organ.key, ())
    return next((one for role in roles for one in posts if one.may(role)), None)


def _report_found(town: Town, task: Task, officer: Officer, told: tuple, moment: datetime) -> None:
    title, text, cause, measures = told
    said = reports.Said(
        K.DISPUTE,
        f"{_village(task.organisation)}{title}",
        text,
        measures,
        _village(task.organisation),
        cause,
        moment.date(),
    )
    report = reports.write(said, by=officer, at=moment, task_id=task.pk)
    report = reports.act(A.SUBMIT, report.pk, by=officer, at=moment)
    if receiver := _writer(town, report.holder):
        later = moment + timedelta(hours=20)
        report = reports.act(A.RECEIVE, report.pk, by=receiver, at=later)
        if cause == "private":
            reports.act(A.SETTLE, report.pk, by=receiver, at=later, note="镇里组织对账，已当场结清。")


def _village(organ: Organisation) -> str:
    """月亮湖村, of 白桦县月亮湖镇月亮湖村村民委员会."""
    place = organ.parent.name.removesuffix("人民政府").removesuffix("办事处")
    return organ.name.removeprefix(place).removesuffix("村民委员会").removesuffix("居民委员会")


# ---- reports of offices ------------------------------------------------------------------------------------------------


def _higher_reports(town: Town, county: Organisation, begins: date) -> None:
    triage = town.officer(county, Role.TRIAGE, Role.REGISTRAR)
    leader = town.officer(county, Role.OFFICE_LEADER)
    for number, (kind, title, text, cause, measures) in enumerate((TREND, WORK)):
        moment = _at(begins + timedelta(days=20 + 12 * number))
        report = reports.write(reports.Said(kind, title, text, measures, cause=cause), by=triage, at=moment)
        report = reports.act(A.SUBMIT, report.pk, by=triage, at=moment)
        if number == 0 and report.state == "submitted":
            reports.act(A.APPROVE, report.pk, by=leader, at=moment + timedelta(hours=3))


# ---- meetings ----------------------------------------------------------------------------------------------------------


def _meet(town: Town, county: Organisation, begins: date, today: date) -> None:
    triage, leader = town.officer(county, Role.TRIAGE, Role.REGISTRAR), town.officer(county, Role.OFFICE_LEADER)
    held = _at(begins + timedelta(days=30), 9)
    said = meetings.Said(
        MeetingKind.ANALYSIS, f"{held.month}月信访形势分析研判会", held, "信访局三楼会议室", "分管负责同志", "信访局\n住建局\n农业农村局\n司法局",
        ("热点：新建小区漏水", "上月办理和超期情况", "村级排查情况"), "漏水、灌溉用水两类增多；超期集中在收文环节。",
    )  # fmt: skip
    meeting = meetings.record(said, by=triage, at=held)
    decided = (("住房", "拿出屋面漏水统一维修办法"), ("农业", "核对秋灌轮灌表并公示"))
    for number, (word, task) in enumerate(decided):
        unit = Organisation.objects.filter(parent=county.parent, name__contains=word).first() or county
        due_on = held.date() + timedelta(days=15 + 20 * number)
        meetings.decide(meeting.pk, text=task, organisation=unit, due_on=due_on, by=triage, at=held)
    issue_minutes(meeting.pk, by=leader, at=held + timedelta(hours=6))
    plan = meetings.Said(
        MeetingKind.JOINT_CONFERENCE, "信访工作联席会议", _at(today, 9), "政府二楼会议室", "联席会议召集人", "信访局\n各成员单位",
        ("热点：拖欠工程款", "积案化解进度"),
    )  # fmt: skip
    meetings.record(plan, by=triage, at=_at(today - timedelta(days=1), 16))


def issue_minutes(meeting_id: int, *, by: Officer, at: datetime) -> None:
    """As the page does: the record closes, each decision becomes an item of the ledger."""
    meeting = meetings.issue(meeting_id, by=by, at=at)
    for decision in meeting.decisions.select_related("organisation"):
        item = items.add(
            sort=Sort.MEETINGS, source=f"meeting:{meeting.pk}", problem=decision.text, place=meeting.organisation.parent,
            organisation=decision.organisation, limit_on=decision.due_on, measure="按会议议定事项落实，办结时附凭证。", by=by, at=at,
        )  # fmt: skip
        meetings.keep_item(decision, item.pk)
