"""What an officer looks at beside the form before deciding: the submission, an objection, an extension asked for, the remedy."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xinqiao.access import reveal
from xinqiao.analysis import same
from xinqiao.matters import clocks, identities, opinions, policy
from xinqiao.matters.models import CompletionReport, Supervision
from xinqiao.matters.steps import accept, recuse
from xinqiao.matters.steps import completion as completion_step
from xinqiao.matters.steps import urgent as urgent_step
from xinqiao.matters.steps.register import candidates
from xinqiao.organisations.tree import review_organs
from xinqiao.rules import simple_procedure, terms
from xinqiao.rules.completion import TYPED, ReportState
from xinqiao.rules.stages import ReferralKind, Step
from xinqiao.rules.supervision import Means, SupervisionState
from xinqiao.rules.urgent import CARE_NOTE, OUTSIDE_NOTE, PARTS, RESCUE, RESCUE_FIRST
from xinqiao.supervision.models import Finding, FindingState
from xinqiao.ui.day_words import exact_day

from ..analysis import same_words
from ..places import place_of
from .forms import supervise as supervise_form
from .situation import Situation


@dataclass(frozen=True)
class Panel:
    """One box: a text as it was written, facts as (name, value), or lines. `marked`: its words may be marked as grounds of a proposal."""

    title: str
    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    numbered: bool = False
    note: str = ""
    marked: bool = False
    link: tuple[str, str] = ()  # what it says, and where it leads


def submission(here: Situation) -> list[Panel]:
    """What the citizen wrote, masked where it tells who it is (C-12), and the numbered requests. A report is opened on its own page (C-11)."""
    matter = here.matter
    if identities.is_report(matter):
        return [Panel(_("信访内容"), note=_("检举控告的材料请在信访件页上打开，每次打开都有记录。"))]
    plain = reveal.masked(matter, here.officer).text
    first = matter.submissions.order_by("pk").first()
    requests = tuple(row.text for row in matter.requests.all())
    if not requests and first:
        requests = tuple(str(one) for one in first.requests)
    facts = [(_("标题"), plain(matter.title)), (_("属地"), place_of(matter))]
    if matter.content_class:
        facts.append((_("分类"), str(matter.content_class)))
    text = "\n".join(filter(None, (first.content, first.reasons))) if first else ""
    boxes = [Panel(_("信访内容"), text=plain(text), facts=tuple(facts), marked=True)]
    if requests:
        boxes.append(Panel(_("诉求"), lines=tuple(map(plain, requests)), numbered=True))
    if matter.joint or matter.group:
        boxes.append(
            Panel(_("多人提出"), note=ngettext("共%(n)s人", "共%(n)s人", matter.headcount) % {"n": matter.headcount})
        )
    return boxes


def extract(here: Situation) -> list[Panel]:
    """Exactly what will go out of a mixed submission: title, text, requests, files, and the name as it will be shown (C-03)."""
    files = tuple(here.matter.attachments.order_by("pk").values_list("original_name", flat=True))
    hidden = here.matter.secrecy or here.matter.anonymous
    name = _("对承办单位保密") if hidden else here.matter.petitioner_name or _("承办单位可以看到姓名和联系方式")
    boxes = submission(here)
    return [*boxes, Panel(_("随同转出的附件"), lines=files, note="" if files else _("没有附件。原信和原来的附件留在本部门。")),
            Panel(_("信访人姓名"), note=name)]  # fmt: skip


def found(here: Situation) -> list[Panel]:
    """What the patrol found in this matter, and what its citizen asked for (SV-1, SV-9)."""
    rows = Finding.objects.filter(matter=here.matter).exclude(state=FindingState.DISMISSED).select_related("organisation")
    lines = tuple(f"{row.row.name}（{row.organisation.name}，{exact_day(row.since_on, here.today)}起）" for row in rows.order_by("pk"))
    boxes = [Panel(_("巡查发现"), lines=lines)] if lines else []
    asked = here.matter.supervisions.filter(state=SupervisionState.ASKED).first()
    return [*boxes, *([Panel(_("信访人要求督办"), text=asked.asked_text)] if asked else [])]


def supervision(here: Situation) -> list[Panel]:
    """The supervisions that the step may be about, as they would read in the letter, with the answer."""
    return [box for row in supervise_form.rows_for(here) for box in _supervision(row, here.today)]


def _supervision(row: Supervision, today: date) -> list[Panel]:
    facts = [(_("被督办单位"), row.organisation.name)] if row.organisation else []
    if row.answer_by_on:
        facts += [(_("督办方式"), Means(row.means).label), (_("最晚答复"), exact_day(row.answer_by_on, today))]
    boxes = [Panel(_("督办"), facts=tuple(facts))]
    for title, text in (
        (_("信访人的要求"), row.asked_text), (_("没有做到什么"), row.broken), (_("要求"), row.demand),
        (_("改进工作的建议"), row.improvement), (_("单位的答复"), row.answer),
    ):  # fmt: skip
        if text:
            boxes.append(Panel(title, text=text))
    return boxes


def completion(here: Situation) -> list[Panel]:
    """The report as it stands: what was drafted or sent, what was missing the last time, how the answer was served (SV-8)."""
    asks_own = here.step in (Step.DRAFT_COMPLETION, Step.REPORT_COMPLETION, Step.RELAY_COMPLETION)
    own = completion_step.own_report(here.desk) if asks_own else None
    row = own or completion_step.report_from_below(here.desk)
    boxes = [_returned(row, here.today)] if row and row.state == ReportState.RETURNED else []
    if row and not own:
        facts = ((_("报告单位"), row.organisation.name), (_("报送"), exact_day(localdate(row.reported_at), here.today)))
        boxes.append(Panel(_("收到的办结报告"), facts=facts))
        plain = reveal.masked(here.matter, here.officer).text  # the unit wrote it freely; who approves sees no identity there (C-12)
        boxes += [Panel(content.name, text=plain(row.said.get(content.key, ""))) for content in TYPED]
        boxes += [Panel(_("审核意见"), text=row.review)] if row.review else []
    reporter = here.officer.organisation_id if asks_own and not (row and not own) else row.organisation_id if row else None
    answers = completion_step.answers_of(here.matter, reporter) if reporter else []
    note = "" if answers else (row.said.get("answer_note", "") if row else "") or _("没有信访人签收答复的记录。")
    return [*boxes, Panel(_("附件：给信访人的答复"), lines=tuple(answers), note=note)]


def _returned(row: CompletionReport, today: date) -> Panel:
    who = _("%(name)s，%(on)s") % {"name": row.office.name, "on": exact_day(localdate(row.decided_at), today)}
    return Panel(_("上一次退回：还缺什么"), text=row.decision, note=who)


def urgent(here: Situation) -> list[Panel]:
    """The report as it would be sent, and to whom; those outside the platform are named as such (UR-1, UR-2, UR-6)."""
    row = urgent_step.own_row(here.matter, here.officer.organisation)
    to = urgent_step.places(here.matter, here.officer.organisation)
    lines = tuple(place.name if place.organ else _("%(name)s（线下报送后登记）") % {"name": place.name} for place in to)
    boxes = [Panel(_("报给谁"), lines=lines, note=OUTSIDE_NOTE if any(place.organ is None for place in to) else "")]
    if row and here.step is not Step.FLAG_URGENT:
        facts = [(part.name, row.said[part.key]) for part in (RESCUE, *PARTS) if row.said.get(part.key)]
        if row.affected is not None:
            facts.append((_("涉及人数"), str(row.affected)))
        boxes.insert(0, Panel(_("已经填写的情况"), facts=tuple(facts)))
    return [Panel(_("先救人"), note=f"{RESCUE_FIRST}{CARE_NOTE}"), *boxes]


def recusal(here: Situation) -> list[Panel]:
    """Who should leave, who says so, and why (C-05)."""
    row = recuse.waiting(here.matter)
    if row is None:
        return []
    facts = ((_("承办人"), row.officer.user.name), (_("由谁提出"), _("信访人") if row.by_citizen else _("承办人本人")))
    return [Panel(_("回避的申请"), text=row.reason, facts=facts)]


def earlier_ones(here: Situation) -> list[Panel]:
    """DU-1: earlier matters of the same person, for a person to judge. Nobody is counted or ranked."""
    rows = list(candidates(here.matter, here.officer))
    words = _("同一信访人有以前的信访件，请看是不是同一件事。先登记，再决定是否并入。")
    lines = tuple(f"{row.listed_title}（{row.number}）" for row in rows)
    panel = Panel(_("判重"), lines=lines, note=words if rows else _("没有找到同一信访人的其他信访件。"))
    return [panel, *maybe_the_same(here, known={row.pk for row in rows}), *submission(here)]


def maybe_the_same(here: Situation, known: set[int] = frozenset()) -> list[Panel]:
    """DU-1: earlier matters that may be the same, whoever brought them, and why; for a person to judge."""
    found = [one for one in same.earlier(here.matter, here.officer, person=False) if one.matter.pk not in known]
    if not found:
        return []
    words = _("可能是同一件事，也可能是不同的人反映同样的问题。请打开核对，系统不会自动并入。")
    lines = tuple(f"{one.matter.listed_title}（{one.matter.number}）{_why(one)}" for one in found)
    link = (_("逐件核对"), reverse("workbench:same_matter", args=(here.matter.number,)))
    return [Panel(_("可能反映同一事项的"), lines=lines, note=words, link=link)]


def _why(one: same.Earlier) -> str:
    reasons = "；".join(same_words.why(one))
    return f"：{reasons}" if reasons else ""


def _last_facts(here: Situation, step: Step) -> dict:
    event = here.matter.events.filter(step=step).order_by("-seq").first()
    return event.facts if event else {}


def objection(here: Situation) -> list[Panel]:
    facts = _last_facts(here, Step.RAISE_OBJECTION)
    rows = [(_("认为应当由"), facts.get("competent_organ", ""))]
    opinion = _last_facts(here, Step.DISPUTE_JURISDICTION).get("opinion")
    if opinion:
        rows.append((_("信访部门的意见"), opinion))
    box = Panel(_("收到的异议"), text=facts.get("reasons", ""), facts=tuple(rows))
    return [box, *submission(here)]


def late_objection(here: Situation) -> list[Panel]:
    """Which unit has it, since when, and what came of an earlier objection."""
    desks = {row.pk: row for row in here.matter.referrals.select_related("organisation").order_by("pk")}
    desk = accept.waiting_unit(here.desk, desks) if here.desk else None
    if desk is None:
        return submission(here)
    due = policy.limit("OBJ5WD", localdate(desk.received_at)).due
    rows = (
        (_("单位"), desk.organisation.name),
        (_("收到的日期"), exact_day(localdate(desk.received_at), here.today)),
        (_("异议的期限"), exact_day(due, here.today)),
    )
    return [Panel(_("收件单位"), facts=rows), *submission(here)]


def proposal(here: Situation) -> list[Panel]:
    return [Panel(_("报请的情况和建议"), text=_last_facts(here, Step.REPORT_UP).get("proposal", "")), *submission(here)]


def review_request(here: Situation) -> list[Panel]:
    """What the citizen asks of this instance, and whether it came in time."""
    sorts = ("review_request", "recheck_request")
    record = here.matter.records.filter(sort__in=sorts).order_by("-pk").first()
    if record is None:
        return submission(here)
    facts = [(_("提出日期"), exact_day(localdate(record.at), here.today))]
    if record.data.get("late_reason"):
        facts.append((_("超期的理由"), record.data["late_reason"]))
    text = "\n".join(filter(None, (record.text, record.data.get("facts", ""))))
    plain = reveal.masked(here.matter, here.officer).text
    return [Panel(_("复查、复核申请"), text=plain(text), facts=tuple(facts)), *submission(here)]


def simple_facts(here: Situation) -> list[Panel]:
    """What the platform knows already of the exclusions of D.6."""
    matter, desk = here.matter, here.desk
    several = matter.referrals.filter(kind=ReferralKind.CO_HANDLING, is_open=True).exists()
    known = simple_procedure.check(
        simple_procedure.SimpleFacts(
            is_first_petition=not matter.repeat,
            assigned_by_superior=bool(desk and desk.kind == ReferralKind.ASSIGNMENT),
            several_bodies=several,
            is_joint_or_group=matter.joint or matter.group,
        )
    )
    words = _("没有发现不能简易办理的情形，请再回答左边的问题。")
    return [Panel(_("平台已知的情形"), lines=tuple(known), note="" if known else words), *submission(here)]


def extension(here: Situation) -> list[Panel]:
    """The present last day, what is asked, and the new last day for usual lengths (DL-08)."""
    clock = clocks.running(here.matter, "HANDLE60", here.desk) if here.desk else None
    if clock is None:
        return [Panel(_("办理期限"), note=_("这一件没有正在计算的60日办理期限，不能延期。"))]
    asked = (here.desk.extension or {}) if here.desk else {}
    most = terms.find("EXT30").days
    facts = [(_("现在的期限"), exact_day(clock.due_on, here.today))]
    for days in sorted({10, 20, most, *([asked["days"]] if asked else [])}):
        facts.append((_("延长%(days)s日") % {"days": days}, exact_day(new_due(clock, days), here.today)))
    boxes = [Panel(_("办理期限"), facts=tuple(facts))]
    if asked:
        who = _("%(name)s申请延长%(days)s日") % {"name": asked.get("by_name", ""), "days": asked["days"]}
        boxes.append(Panel(_("延期申请"), text=asked["reasons"], note=who))
    return boxes


def new_due(clock, days: int):
    """The last day with an extension of so many days."""
    return policy.limit("HANDLE60", clock.started_on, extend_days=days).due


def remedy(here: Situation) -> list[Panel]:
    """What is being served, and to whom the citizen may turn next."""
    opinion = opinions.current(here.desk) if here.desk else None
    facts = [(_("文书"), opinions.TITLES[opinion.instance])] if opinion else []
    organs = review_organs(here.officer.organisation)
    if organs:
        facts.append((_("不服的，可以向"), "、".join(one.name for one in organs)))
    consent = _("同意") if here.matter.electronic_service else _("没有同意")
    facts.append((_("电子送达"), consent))
    note = _("送达日期以凭证为准，信访人的期限从收到之日的次日开始计算。")
    return [Panel(_("送达的文书"), facts=tuple(facts), note=note)]
