"""The ledgers of the invented region: disputes, petitions with somebody responsible, a case in charge of a leader, a campaign (A-33, A-37, A-55)."""

from datetime import date, datetime, time, timedelta

from xinqiao.documents.models import Document
from xinqiao.ledgers import campaigns, items, sheet
from xinqiao.ledgers.models import Item
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Accused, Delivery, Event, Matter, Referral
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.organisations.tree import petition_office_for
from xinqiao.rules.ledgers import Guarantee, Sort, Verdict
from xinqiao.rules.stages import Kind, Line, ReferralKind, Role, Step

from .load_region import Town
from .timetable import SHANGHAI

DISPUTES = (
    ("渠水轮灌次序起争执，两个组各说各的", "重新核对亩数，张榜公示轮灌表，村委会监督执行", "plan", -6),
    ("农机作业费没有结清，涉及四户", "组织机手和农户对账，按实际亩数结清", "under_way", 9),
    ("村口到小学的路灯坏了九盏，晚上出行不安全", "更换灯具和线路，夜间实地查看", "almost", 4),
)  # fmt: skip
DONE = "屋面已经重做，闭水试验合格，信访人在场看过。"
CHECKED = "看了处理意见书和落实记录，电话问过信访人，确认已经修好。"
SHEET = {
    Guarantee.INVESTIGATION: "两次到现场，调取了竣工资料和维修记录，原因已经查清。",
    Guarantee.HANDLING: "已经确定维修方案，施工队进场，每周核对一次进度。",
    Guarantee.GUIDANCE: "当面说明了保修期限和维修资金的规定，信访人表示理解。",
    Guarantee.AFTER_CARE: "已经说明下一步安排，承办人每周电话联系一次。",
}
CAMPAIGN = ("拖欠工程款清理行动", "年底前结清拖欠的工程款，保障务工人员按时拿到工资；每一项有责任人、有期限、有凭证。")
FACTS = {
    Verdict.CRITICISM: "看了两处工地，一处没有开工，凭证不全，责任人说不清进度。",
    Verdict.PRAISE: "两处工地都按计划结清，凭证齐全，工人签字确认。",
}


def keep(town: Town, horizon: datetime) -> int:
    """Put them in by the real acts. Returns how many items there are; 0 where the region has no such office."""
    near = petition_office_for(town.organs["binjiang-village"])
    office = near.parent_line or near  # of the city, as the meetings are
    leader, other = _post(office, Role.OFFICE_LEADER), _post(office, Role.SUPERVISOR, Role.TRIAGE)
    if leader is None or other is None:
        return 0
    today = horizon.date()
    _disputes(town.organs["binjiang-village"], other, today)
    _petitions(horizon)
    _campaign(office, leader, today)
    return Item.objects.count()


def _at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def _post(organ: Organisation, *roles: Role) -> Officer | None:
    rows = Officer.objects.filter(organisation=organ, active=True).select_related("user", "organisation").order_by("pk")
    return next((one for role in roles for one in rows if one.may(role)), None)


def _disputes(village: Organisation, by: Officer, today: date) -> None:
    """Kept by the office, to be solved in the township above the village; one is past its day."""
    town = village.parent
    person = _post(town, Role.UNIT_LEADER, Role.HANDLER, Role.UNIT_RECEIVER)
    if person is None:
        return
    for problem, measure, progress, days in DISPUTES:
        said = {"place": village, "organisation": town, "officer": person, "limit_on": today + timedelta(days=days)}
        item = items.add(
            sort=Sort.DISPUTES, problem=problem, measure=measure, by=by, at=_at(today - timedelta(days=20)), **said
        )
        items.report_progress(
            item.pk,
            by=person,
            at=_at(today - timedelta(days=8)),
            text="已经上门听了双方意见，正在落实。",
            progress=progress,
        )


# ---- about petitions ---------------------------------------------------------------------------------------------------


def _petitions(horizon: datetime) -> None:
    """The last afternoon: one petition in the ledger, one solved and cancelled, one opened again by its citizen, one in charge of a leader."""
    at = horizon - timedelta(hours=9)
    served = _desks(at, stages=("opinion_served", "executing", "executed"))
    handled = _desks(at, stages=("handling", "extended"))
    for desk, disputed in zip(served[:2], (False, True), strict=False):
        _solved(desk, at, disputed=disputed)
    for desk, sort in zip(handled[:2], (Sort.MATTERS, Sort.LEADERS), strict=False):
        _in_work(desk, sort, at)
    events = Event.objects.filter(step=Step.NOTE_LEDGER).values("pk")
    owed = Delivery.objects.filter(event_id__in=events, state="pending")
    owed.update(state="skipped", result="演示数据，不发送", done_at=horizon)


def _desks(at: datetime, *, stages: tuple[str, ...]) -> list[Referral]:
    """Desks of units with a handler, in petitions in which nothing happened since; no report, nobody accused."""
    rows = Referral.objects.filter(
        stage__in=stages, is_open=True, lead=True, handler__isnull=False, matter__kind=Kind.REQUEST, matter__sealed=False,
        kind__in=(ReferralKind.TRANSFER, ReferralKind.ASSIGNMENT),
    )  # fmt: skip
    newer, accused = Event.objects.filter(at__gte=at).values("matter"), Accused.objects.values("matter")
    found = rows.exclude(matter__in=newer).exclude(matter__in=accused).order_by("pk")
    return list(found.select_related("matter__place", "organisation", "handler__user", "handler__organisation")[:4])


def _listed(desk: Referral, sort: Sort, at: datetime, **more) -> Item | None:
    office = petition_office_for(desk.organisation)
    by = _post(office, Role.SUPERVISOR, Role.TRIAGE) if office else None
    if by is None or not Matter.objects.visible_to(by).filter(pk=desk.matter_id).exists():
        return None
    said = {
        "place": desk.matter.place,
        "organisation": desk.organisation,
        "officer": desk.handler,
        "matter_id": desk.matter_id,
    }
    return items.add(
        sort=sort, problem=f"{desk.matter.content_class or '信访'}问题没有解决", measure="按处理意见落实，完成后到现场核对", by=by, at=at,
        limit_on=at.date() + timedelta(days=25), **said, **more,
    )  # fmt: skip


def _solved(desk: Referral, at: datetime, *, disputed: bool) -> None:
    item = _listed(desk, Sort.MATTERS, at)
    letter = Document.objects.filter(matter_id=desk.matter_id, kind="F-16", issued_at__isnull=False).first()
    leader = _post(item.office, Role.OFFICE_LEADER) if item else None
    if item is None or letter is None or leader is None:
        return
    items.report_done(item.pk, by=desk.handler, at=at + timedelta(hours=1), text=DONE, letters=[letter.pk])
    items.cancel(item.pk, by=leader, at=at + timedelta(hours=2), text=CHECKED)
    if disputed:
        words = "昨天下雨，屋顶的角上还是渗水，请再来看看。"
        items.dispute(item.pk, by=Citizen(matter_id=desk.matter_id), at=at + timedelta(hours=3), text=words)


def _in_work(desk: Referral, sort: Sort, at: datetime) -> None:
    leader = _post(desk.organisation, Role.UNIT_LEADER)
    if leader is None or leader.pk == desk.handler_id:
        return
    item = _listed(desk, sort, at, leader=leader)
    if item is None:
        return
    text = "已经到现场查看，维修方案本周定下来。"
    items.report_progress(item.pk, by=desk.handler, at=at + timedelta(hours=1), text=text, progress="under_way")
    if sort is Sort.LEADERS:
        said = {one.value: text for one, text in SHEET.items()}
        visit = {"visit_on": at.date(), "visit_text": "上门看了老人，协调社区送去取暖设备。"}
        sheet.fill(
            item.pk, by=desk.handler, at=at + timedelta(hours=2), guarantees=said, gates={"facts_clear"}, **visit
        )


# ---- a campaign --------------------------------------------------------------------------------------------------------


def _campaign(office: Organisation, by: Officer, today: date) -> None:
    """Six weeks old, two rounds held; one unit was criticised twice in a row and answers to the command."""
    begins = today - timedelta(days=40)
    row = campaigns.make(
        name=CAMPAIGN[0], about=CAMPAIGN[1], begins_on=begins, ends_on=today + timedelta(days=50), by=by, at=_at(begins)
    )
    area = office.parent or office
    organs = Organisation.objects.filter(
        lft__gt=area.lft, rgt__lt=area.rgt, line__in=(Line.DEPARTMENT, Line.GOVERNMENT)
    ).order_by("lft")
    units = [(organ, person) for organ in organs if (person := _post(organ, Role.UNIT_LEADER)) is not None][:5]
    for number, (organ, person) in enumerate(units):
        place = organ if organ.line == Line.GOVERNMENT else organ.parent or organ
        said = {"place": place, "officer": person, "limit_on": today + timedelta(days=20 + 5 * number)}
        campaigns.add_target(
            row, organisation=organ, problem="拖欠工程款没有结清", measure="督促建设单位列出清单，逐笔结清", by=by, at=_at(begins + timedelta(days=2)), **said
        )  # fmt: skip
    for one in row.rounds.filter(planned_on__lt=today)[:2] if len(units) > 1 else ():
        verdicts = ((units[0][0], Verdict.CRITICISM), (units[1][0], Verdict.PRAISE))
        found = {organ.pk: (verdict.value, FACTS[verdict]) for organ, verdict in verdicts}
        campaigns.close_round(
            one.pk,
            held_on=one.planned_on,
            findings="总体按计划推进，个别单位凭证不全。",
            units=found,
            by=by,
            at=_at(one.planned_on, 15),
        )
