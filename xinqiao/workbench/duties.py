"""Whose turn it is: for every stage of a desk the step that is due and the post it waits for.

The law (rules/moves.py) says who *may*; this table says who is *asked*, so that a list shows each officer only what waits for them,
and a case page can say who must act when it is somebody else.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q

from xinqiao.matters.models import Opinion
from xinqiao.organisations.models import Officer
from xinqiao.rules.moves import OWN_DESK, UNIT_DESKS
from xinqiao.rules.stages import Kind, Outcome, ReferralKind, Role, Stage, Step

R, S = Role, Stage


@dataclass(frozen=True)
class Duty:
    """One row. `personal`: once a handler is named, it is theirs alone. `when`: a condition that the stage does not tell."""

    stages: tuple[Stage, ...]
    step: Step
    roles: frozenset[Role]
    desk_kinds: tuple[ReferralKind, ...] = ()
    kinds: tuple[Kind, ...] = ()
    personal: bool = False
    approval: bool = False
    when: str = ""  # "extension_wanted", "supported", "unexamined"

    @property
    def by_stage_alone(self) -> bool:
        """Whether every desk at one of its stages asks for it, whosever it is."""
        return not (self.desk_kinds or self.kinds or self.personal or self.when)

    def fits(self, stage: str, desk_kind: str, kind: str) -> bool:
        """Whether this is the duty of such a desk, apart from `when`."""
        return (
            stage in self.stages
            and (not self.desk_kinds or desk_kind in self.desk_kinds)
            and (not self.kinds or kind in self.kinds)
        )


def _duty(stages, step, *roles, **rest) -> Duty:
    return Duty(stages if isinstance(stages, tuple) else (stages,), step, frozenset(roles), **rest)


BY_CITIZEN = (Kind.REQUEST, Kind.SUGGESTION)
DUTIES = (
    # the petition office
    _duty(S.RECEIVED, Step.REGISTER, R.REGISTRAR, desk_kinds=OWN_DESK),
    _duty(S.RECEIVED, Step.REGISTER, R.UNIT_RECEIVER, desk_kinds=(ReferralKind.DIRECT,)),
    _duty(S.REGISTERED, Step.CLASSIFY, R.TRIAGE),
    _duty(S.TRIAGE, Step.TRANSFER_DISCIPLINE, R.DISCIPLINE_LIAISON, kinds=(Kind.REPORT,)),
    _duty(S.TRIAGE, Step.TRANSFER, R.TRIAGE),
    _duty(S.REPORTED_UP, Step.RETURN_FROM_LEADERSHIP, R.TRIAGE),
    _duty(S.OBJECTED, Step.ANSWER_OBJECTION_AGREE, R.TRIAGE),
    _duty(S.JURISDICTION_DISPUTED, Step.DECIDE_JURISDICTION, R.OFFICE_LEADER, approval=True),
    # the unit decides
    _duty(S.AWAITING_SIGN_IN, Step.SIGN_IN, R.UNIT_RECEIVER),
    _duty(S.SIGNED_IN, Step.CO_ANSWER, R.HANDLER, desk_kinds=(ReferralKind.CO_HANDLING,)),
    _duty(S.SIGNED_IN, Step.CLASSIFY, R.UNIT_RECEIVER, desk_kinds=(ReferralKind.DIRECT,), kinds=("",)),
    _duty(S.SIGNED_IN, Step.ACCEPT, R.HANDLER, R.UNIT_LEADER, desk_kinds=UNIT_DESKS),
    # handling
    _duty((S.ACCEPTED, S.HANDLING), Step.REPLY_TO_SUGGESTION, R.UNIT_LEADER, kinds=(Kind.SUGGESTION,), approval=True),
    _duty((S.ACCEPTED, S.ACCEPTED_SIMPLE), Step.START_HANDLING, R.UNIT_LEADER, R.HANDLER),
    _duty(S.HANDLING, Step.EXTEND, R.UNIT_LEADER, approval=True, when="extension_wanted"),
    _duty((S.HANDLING, S.EXTENDED), Step.SUBMIT_OPINION, R.HANDLER, personal=True,
          kinds=(Kind.REQUEST, Kind.REPORT)),
    _duty(S.IN_APPROVAL, Step.ISSUE_OPINION, R.UNIT_LEADER, approval=True),
    _duty(S.OPINION_ISSUED, Step.SERVE_OPINION, R.HANDLER, personal=True),
    _duty(S.MEDIATED, Step.RECORD_AGREEMENT_PERFORMED, R.HANDLER, personal=True),
    _duty((S.OPINION_SERVED, S.EXECUTED), Step.DRAFT_COMPLETION, R.HANDLER, personal=True,
          desk_kinds=(ReferralKind.ASSIGNMENT,)),
    _duty(S.OPINION_SERVED, Step.START_EXECUTION, R.HANDLER, personal=True, when="supported"),
    _duty(S.EXECUTING, Step.REPORT_EXECUTION, R.HANDLER, personal=True),
    # review and recheck
    _duty(S.REVIEW_REQUESTED, Step.ACCEPT_REVIEW, R.REVIEWER, desk_kinds=(ReferralKind.REVIEW,), when="unexamined"),
    _duty(S.REVIEW_REQUESTED, Step.ISSUE_REVIEW_OPINION, R.REVIEWER, desk_kinds=(ReferralKind.REVIEW,)),
    _duty(S.REVIEW_ISSUED, Step.SERVE_REVIEW_OPINION, R.REVIEWER, desk_kinds=(ReferralKind.REVIEW,)),
    _duty(S.RECHECK_REQUESTED, Step.ISSUE_RECHECK_OPINION, R.REVIEWER, desk_kinds=(ReferralKind.RECHECK,)),
    _duty(S.RECHECK_HEARING, Step.CLOSE_HEARING, R.REVIEWER, desk_kinds=(ReferralKind.RECHECK,)),
    _duty(S.RECHECK_ISSUED, Step.SERVE_RECHECK_OPINION, R.REVIEWER, desk_kinds=(ReferralKind.RECHECK,)),
)  # fmt: skip


def waits_for(officer: Officer, duties: Iterable[Duty] = DUTIES) -> Q:
    """Open desks of the officer's own organisation that ask something of one of their roles now. None of the roles: none."""
    asked = [duty for duty in duties if duty.roles & officer.role_set]
    if not asked:
        return Q(pk__in=())
    all_stages = {stage for duty in asked for stage in duty.stages}
    plain = {stage for duty in asked if duty.by_stage_alone for stage in duty.stages}
    # The stages stand outside the OR once more, where an index can begin with them.
    wanted = Q(org_lft=officer.organisation.lft, is_open=True, stage__in=sorted(all_stages))
    if plain == all_stages:
        return wanted
    rest = (_as_condition(replace(duty, stages=left), officer) for duty in asked if (left := _without(duty.stages, plain)))
    return wanted & reduce(or_, rest, Q(stage__in=sorted(plain)) if plain else Q(pk__in=()))


def _without(stages: tuple[Stage, ...], known: set[Stage]) -> tuple[Stage, ...]:
    return tuple(stage for stage in stages if stage not in known)


def waits_for_approval(officer: Officer) -> Q:
    """The same, only what a leader signs."""
    return waits_for(officer, (duty for duty in DUTIES if duty.approval))


def duties_of(stage: str, desk_kind: str, kind: str) -> list[Duty]:
    """What a desk is asked for now, most important first."""
    return [duty for duty in DUTIES if duty.fits(stage, desk_kind, kind)]


def _as_condition(duty: Duty, officer: Officer) -> Q:
    found = Q(stage__in=duty.stages)
    if duty.desk_kinds:
        found &= Q(kind__in=duty.desk_kinds)
    if duty.kinds:
        found &= Q(matter__kind__in=duty.kinds)
    if duty.personal:
        found &= Q(handler=officer) | Q(handler=None)
    if duty.when:
        found &= CONDITIONS[duty.when]
    return found


# R-32(2): only what the opinion supports is carried out.
_SUPPORTING = Q(answers__contains=[{"outcome": Outcome.SUPPORT.value}]) | Q(
    answers__contains=[{"outcome": Outcome.PARTLY.value}]
)
CONDITIONS = {
    "unexamined": Q(),  # then the opinion is due from the same post: in a list it makes no difference
    "extension_wanted": Q(extension__isnull=False),
    "supported": Q(
        Exists(
            Opinion.objects.filter(_SUPPORTING, matter=OuterRef("matter"), referral_id=OuterRef("pk"), state="served")
        )
    ),
}
