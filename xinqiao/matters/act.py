"""One step being taken: lock, ask the rules, change, clocks, record - the beats that every step shares.

    act = begin(Step.ACCEPT, matter_id, by=by, at=at, version=version)   # inside transaction.atomic()
    act.matter.accepted_on = act.today
    finish(act, letters={"F-08": data}, facts={...})

What the table of moves says about clocks, letters and the stage is done here; a step only adds what is its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.timezone import localdate, localtime

from xinqiao.counts.cells import Cell
from xinqiao.documents import letters as official_letters
from xinqiao.organisations.models import Organisation
from xinqiao.rules import wording
from xinqiao.rules.moves import CLOSED, DESK_DONE, ENDED, MOVES, Move, find_move
from xinqiao.rules.numbering import place_in_order
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Kind, ReferralKind, Stage, Step
from xinqiao.rules.terms import OUTLIVE_THE_DESK, Holder

from . import clocks, counted, entries, history
from .actors import Actor
from .models import Event, Matter, Referral
from .secrecy import is_shut_out, recusal_in_the_way

REASON_AT_LEAST = 10  # characters that can be read: a reason that another person can check
# Steps that are taken on the matter as a whole, whoever takes them.
MATTER_STEPS = {move.step for move in MOVES if move.on == "matter"}
# Ends after which an office gets no report on what it assigned.
NOTHING_TO_REPORT = {Stage.ENDED_WITHDRAWN, Stage.ENDED_JOINED}
# Desks whose stage is not the matter's stage: what they do runs beside the main line.
BESIDE = {ReferralKind.POLITICAL_LEGAL, ReferralKind.DISCIPLINE, ReferralKind.CO_HANDLING}


class MatterHidden(Exception):
    """There is no such matter for this actor. Pages answer 404; nobody learns whether it exists."""


class Conflict(StepRefused):
    """Somebody else was faster. The message says who, when and what; the page keeps what was typed."""


@dataclass
class Act:
    """What a step works on. `target` is the desk on which the clocks of the move start (default: the actor's own desk)."""

    step: Step
    move: Move
    matter: Matter
    desk: Referral | None
    by: Actor
    at: datetime
    recorded_at: datetime
    from_stage: str
    matter_from: str
    sealed_from: bool = False
    target: Referral | None = None
    start_on: dict[str, date] = field(default_factory=dict)
    days: dict[str, int] = field(default_factory=dict)
    skip_clocks: set[str] = field(default_factory=set)
    clocks_changed: bool = False  # the step itself moved, paused or ended limits: their copies are made anew
    stop_on: date | None = None  # the day the duty counts as done, where it is not today (service by post)
    to: Stage | None = None  # instead of move.to, where the rule leaves a choice
    matter_stage: Stage | None = None  # where the matter's stage is not that of the desk
    counted: Cell | None = None  # what the matter counted as before the step

    @property
    def today(self) -> date:
        return localdate(self.at)


def begin(step: Step, matter_id: int, *, by: Actor, at: datetime, version: int | None = None) -> Act:
    """Lock the matter, check that the page was not stale, find the desk and the row that allows the step.

    Whoever was asked to leave the matter does nothing in it until that is decided (C-05).
    `version` is the Matter.version the actor saw (None: no page). Raises MatterHidden, Conflict, StepRefused.
    """
    matter = Matter.objects.visible_to(by).locked().filter(pk=matter_id).first()
    if matter is None:
        raise MatterHidden
    if version is not None and version != matter.version:
        raise conflict(matter)
    desk, move = desk_and_move(step, matter, by, lock=True)
    require_not_recused(matter.pk, by)
    from_stage = desk.stage if desk else matter.stage
    before = counted.cell_of(matter)
    now = matter.database_now
    return Act(step, move, matter, desk, by, at, now, from_stage, matter.stage, matter.sealed, counted=before)


def finish(act: Act, *, letters: dict[str, dict] | None = None, facts: dict | None = None) -> Event:
    """Do what the move says: stage, clocks, letters; then write the event. One call at the end of every step."""
    matter, desk, move = act.matter, act.desk, act.move
    to = act.to or move.to
    if desk and to:
        set_desk_stage(desk, to, at=act.at)
    if act.matter_stage:
        matter.stage = act.matter_stage
    elif to and (desk is None or (desk.organisation_id == matter.unit_id and desk.kind not in BESIDE)):
        matter.stage = to  # only the organ that has the matter now moves it; what others still do runs beside
    changed_clocks = _run_clocks(act)
    if desk and not desk.is_open:
        changed_clocks |= release(act, referral_id=desk.pk)
    made = _issue_letters(act, letters or {})
    all_facts = dict(facts or {})
    if made:
        all_facts["letters"] = {document.kind: document.number for document in made}
    if not move.quiet:
        matter.version += 1
    event = history.record(
        matter,
        act.step,
        by=act.by,
        at=act.at,
        recorded_at=act.recorded_at,
        facts=all_facts,
        from_stage=act.from_stage,
        to_stage=to or act.from_stage,
        referral_id=desk.pk if desk else None,
        document_id=made[0].pk if made else None,
    )
    if desk:
        desk.save()
    if matter.stage in CLOSED and act.matter_from not in CLOSED:
        changed_clocks |= close_desks(act)
    _tell_desks(act)
    if changed_clocks or act.clocks_changed or act.target:
        clocks.refresh_desks(matter)
    matter.save()
    counted.note(matter, act.counted)
    entries.keep(matter, act.step)
    return event


def _tell_desks(act: Act) -> None:
    """Write down on every desk what lists find it by: that the matter is a report, or that its file waits for the archive."""
    matter, ended = act.matter, act.matter.stage in ENDED
    if matter.sealed != act.sealed_from or ended != (act.matter_from in ENDED):
        matter.referrals.update(sealed=matter.sealed, to_archive=ended)


def open_desk(
    act: Act,
    organisation: Organisation,
    kind: ReferralKind,
    stage: Stage,
    *,
    lead: bool = True,
    sender_referral: int | None = None,
    **fields,
) -> Referral:
    """Put the matter on the desk of `organisation`, sent from the actor's desk. A desk that is open there already is refused.

    The one way to a new desk: nothing of a report reaches its accused set by transfer, assignment, co-handling, relay or review (C-01).
    """
    if is_shut_out(act.matter.pk, organisation):
        raise out_of_choice(organisation)
    if act.matter.referrals.filter(organisation=organisation, kind=kind, is_open=True).exists():
        raise StepRefused(f"{organisation.name}已经在办理这一件，不用再转一次。请核对后重新选择。", code="desk_open")
    sender = act.desk
    desk = Referral.objects.create(
        matter=act.matter,
        kind=kind,
        organisation=organisation,
        org_lft=organisation.lft,
        sender=sender.organisation if sender else None,
        sender_referral_id=sender.pk if sender else sender_referral,
        stage=stage,
        lead=lead,
        received_at=act.at,
        number_order=place_in_order(act.matter.number),
        sealed=act.matter.sealed,
        to_archive=act.matter.stage in ENDED,
        **fields,
    )
    if lead and kind not in BESIDE:
        act.matter.unit, act.matter.unit_since = organisation, act.at
    return desk


def out_of_choice(organisation: Organisation) -> StepRefused:
    """The refusal of a receiver. The same words whether it is outside the area, abolished or accused: they tell nobody of a report."""
    message = f"{organisation.name}不在可以选择的范围里。请选择其他有权处理的机关、单位，或者转给上级信访部门，由它转送。"
    return StepRefused(message, code="outside")


def require_not_recused(matter_id: int, by: Actor) -> None:
    """Raise StepRefused while a recusal of this officer waits for its decision, and after it was granted (C-05)."""
    found = recusal_in_the_way(matter_id, by) if by.organisation is not None else None
    if found is None:
        return
    if found.state == "granted":
        raise StepRefused("您在这一件中已经回避，不能再办理。请由新的承办人继续办理。", code="recused")
    raise StepRefused("已经提出您在这一件中的回避，正在等待决定。决定以前请暂停办理，期限照常计算。", code="recusal_waiting")


def too_short(reason: str) -> bool:
    """Nothing that another person can check: what is not seen (blanks, characters of no width) does not count."""
    return len(wording.readable(reason)) < REASON_AT_LEAST


def set_desk_stage(desk: Referral, stage: Stage, *, at: datetime) -> None:
    """The desk's stage, and whether it still asks something of its organisation. The caller saves."""
    desk.stage = stage
    desk.is_open = stage not in DESK_DONE
    desk.closed_at = None if desk.is_open else at
    desk.unread = False


def close_desks(act: Act) -> bool:
    """The matter ends: nobody's desk asks anything more, and no duty is left on it. Two may stay open: what is still being carried
    out, and the office that waits for the report on what it assigned (SV-8), unless there is nothing to report."""
    staying = {Stage.EXECUTING}
    if act.matter.stage not in NOTHING_TO_REPORT:
        staying.add(Stage.ASSIGNED)
    left = act.matter.referrals.exclude(stage__in=DESK_DONE | staying)
    left.update(is_open=False, stage=Stage.DESK_CLOSED, closed_at=act.at)
    release(act, referral_id__in=act.matter.referrals.filter(is_open=False).values("pk"))
    return True


def release(act: Act, **where) -> bool:
    """Duties that fell away with the desk they were on: neither met nor missed. Windows of the citizen run on."""
    fallen = act.matter.clocks.filter(holder=Holder.OFFICE, **where).exclude(term__in=OUTLIVE_THE_DESK)
    return clocks.cancel(fallen, on=act.today) > 0


def refusal(message: str, code: str) -> StepRefused:
    """A refusal of this step's own, besides those of the table."""
    return StepRefused(message, code=code)


def desk_and_move(step: Step, matter: Matter, by: Actor, *, lock: bool = False) -> tuple[Referral | None, Move]:
    """The desk on which `by` would take the step, and the row that allows it. Raises StepRefused that says why not.

    Pages ask it before they show a form; a step asks it with `lock`, inside its transaction.
    """
    kind = Kind(matter.kind) if matter.kind else None
    if by.organisation is None or step in MATTER_STEPS:
        return None, find_move(step, Stage(matter.stage), by.role_set, kind=kind)
    if matter.stage == Stage.WITHDRAWN and step is not Step.ANSWER_PROGRESS:
        raise StepRefused("信访人已经撤回，这一件暂停办理。信访人在30日内恢复的，再继续办理。", code="withdrawn")
    found = matter.referrals.filter(organisation_id=by.organisation_id).select_related("organisation", "sender")
    desks = list((found.select_for_update(of=("self",)) if lock else found).order_by("-is_open", "-pk"))
    refusal = StepRefused("这一件不在本单位办理，您可以查看，但不能办理。", code="no_desk")
    for position, desk in enumerate(desks):
        try:
            stage = Stage(desk.stage)
            return desk, find_move(step, stage, by.role_set, desk_kind=ReferralKind(desk.kind), kind=kind)
        except StepRefused as found:
            refusal = found if position == 0 else refusal
    raise refusal


def conflict(matter: Matter) -> Conflict:
    """Who did what since the page was made, as the refusal that the page shows."""
    last = matter.events.exclude(officer=None).select_related("officer__user", "organisation").order_by("-seq").first()
    if last is None:
        return Conflict("这一件刚刚有了变化。您写的内容没有丢，请看清现在的情况后再提交。", code="conflict")
    when = localtime(last.at).strftime("%m月%d日%H:%M")
    return Conflict(
        f"{last.officer.user.name}（{last.organisation.name}）已在{when}办理了“{Step(last.step).label}”。"
        "您写的内容没有丢，请看清现在的情况后再提交。",
        code="conflict",
    )


def _run_clocks(act: Act) -> bool:
    touched = False
    for term in act.move.stops:
        touched |= clocks.stop(act.matter, term, on=act.stop_on or act.today, desk=act.desk) is not None
    for term in act.move.starts:
        if term in act.skip_clocks:
            continue
        on = act.start_on.get(term, act.today)
        clocks.start(act.matter, term, on=on, desk=act.target or act.desk, days=act.days.get(term))
        touched = True
    return touched


def _issue_letters(act: Act, letters: dict[str, dict]) -> Iterable:
    made = []
    organisation = act.by.organisation or act.matter.received_by
    for kind in [*act.move.documents, *letters]:
        if kind not in letters or any(document.kind == kind for document in made):
            continue
        made.append(
            official_letters.make(
                kind,
                matter_id=act.matter.pk,
                organisation_id=organisation.pk,
                org_short=organisation.short,
                data=letters[kind],
                at=act.at,
                by_id=getattr(act.by, "pk", None),
                visible_to_citizen=kind in SHOWN_TO_CITIZEN,
            )
        )
    return made


# Letters between organs (transfer, assignment, objection, completion report) are not shown on the citizen's page.
SHOWN_TO_CITIZEN = {
    "F-02", "F-06", "F-07", "F-08", "F-09", "F-10", "F-11", "F-14", "F-16", "F-17", "F-18", "F-19", "F-20", "F-25",
    "F-30", "F-36",
}  # fmt: skip
