"""How a synthetic matter goes: the steps of a way in order, as `rules.moves` allows them, with the days between."""

from dataclasses import dataclass

from xinqiao.rules.stages import ReferralKind, Role, Stage, Step

S = Stage


@dataclass(frozen=True)
class Beat:
    """One step: on which desk, by whom, how many days after the one before, and which desk it opens."""

    step: Step
    to: Stage
    desk: str  # office, lower (a petition office below), unit, review
    by: Role
    days: tuple[int, int]
    opens: str = ""
    kind: ReferralKind | None = None
    stage: Stage | None = None  # of the desk that is opened
    letter: str = ""


def _intake(desk: str = "office") -> tuple[Beat, ...]:
    return (
        Beat(
            Step.RECEIVE, S.RECEIVED, desk, Role.CITIZEN, (0, 0), opens=desk, kind=ReferralKind.INTAKE, stage=S.RECEIVED
        ),
        Beat(Step.REGISTER, S.REGISTERED, desk, Role.REGISTRAR, (0, 1)),
        Beat(Step.CLASSIFY, S.TRIAGE, desk, Role.TRIAGE, (0, 3)),
    )


def _transfer(desk: str = "office") -> tuple[Beat, ...]:
    opens = {"opens": "unit", "kind": ReferralKind.TRANSFER, "stage": S.AWAITING_SIGN_IN}
    return (
        Beat(Step.TRANSFER, S.TRANSFERRED, desk, Role.TRIAGE, (0, 5), letter="F-03", **opens),
        Beat(Step.SIGN_IN, S.SIGNED_IN, "unit", Role.UNIT_RECEIVER, (0, 2)),
    )


_RELAY = (
    Beat(Step.TRANSFER_DOWN, S.RELAYED, "office", Role.TRIAGE, (0, 4), opens="lower", kind=ReferralKind.TRANSFER,
         stage=S.TRIAGE, letter="F-03"),
)  # fmt: skip
_HANDLE = (
    Beat(Step.START_HANDLING, S.HANDLING, "unit", Role.UNIT_LEADER, (0, 3)),
    Beat(Step.RECORD_CONTACT, S.HANDLING, "unit", Role.HANDLER, (1, 5)),
    Beat(Step.SUBMIT_OPINION, S.IN_APPROVAL, "unit", Role.HANDLER, (10, 40)),
    Beat(Step.ISSUE_OPINION, S.OPINION_ISSUED, "unit", Role.UNIT_LEADER, (0, 3), letter="F-16"),
    Beat(Step.SERVE_OPINION, S.OPINION_SERVED, "unit", Role.HANDLER, (0, 5)),
)
_ACCEPT = (Beat(Step.ACCEPT, S.ACCEPTED, "unit", Role.HANDLER, (1, 8), letter="F-08"), *_HANDLE)
_END = (Beat(Step.END_WINDOW, S.ENDED_WINDOW, "", Role.SYSTEM, (31, 40)),)
_REVIEW = (
    Beat(Step.REQUEST_REVIEW, S.REVIEW_REQUESTED, "", Role.CITIZEN, (3, 28), opens="review", kind=ReferralKind.REVIEW,
         stage=S.REVIEW_REQUESTED),
    Beat(Step.ISSUE_REVIEW_OPINION, S.REVIEW_ISSUED, "review", Role.REVIEWER, (10, 25), letter="F-18"),
    Beat(Step.SERVE_REVIEW_OPINION, S.REVIEW_SERVED, "review", Role.REVIEWER, (0, 4)),
)  # fmt: skip

# Name of the way: how often of a hundred, and its beats.
WAYS: dict[str, tuple[int, tuple[Beat, ...]]] = {
    "answered at the office": (16, (*_intake(), Beat(Step.REPLY_DIRECTLY, S.DIRECT_REPLIED, "office", Role.TRIAGE, (0, 6)))),
    "other route": (10, (*_intake(), *_transfer(), Beat(Step.NOTIFY_ROUTE, S.OTHER_ROUTE, "unit", Role.UNIT_LEADER, (1, 9), letter="F-09"))),
    "not accepted": (8, (*_intake(), *_transfer(), Beat(Step.REFUSE, S.NOT_ACCEPTED, "unit", Role.UNIT_LEADER, (1, 9), letter="F-10"))),
    "handled": (36, (*_intake(), *_transfer(), *_ACCEPT, *_END)),
    "handled below": (20, (*_intake(), *_RELAY, *_transfer("lower"), *_ACCEPT, *_END)),
    "reviewed": (10, (*_intake(), *_transfer(), *_ACCEPT, *_REVIEW, *_END)),
}  # fmt: skip

# A report (检举控告) goes to the discipline organ under seal.
REPORT = (
    *_intake(),
    Beat(Step.TRANSFER_DISCIPLINE, S.SENT_TO_DISCIPLINE, "office", Role.DISCIPLINE_LIAISON, (0, 6), opens="unit",
         kind=ReferralKind.DISCIPLINE, stage=S.AWAITING_SIGN_IN),
    Beat(Step.SIGN_IN, S.SIGNED_IN, "unit", Role.UNIT_RECEIVER, (0, 2)),
)  # fmt: skip
