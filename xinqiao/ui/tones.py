"""Which tone (ok, warn, bad, info, idle, solid) goes with what. The tone only helps the eye: the word is always there.

Red (bad, solid) is kept for overdue; a stage is never red, because a stage is not a fault.
"""

from xinqiao.rules.stages import Stage

_WAITING_FOR_A_DECISION = {
    Stage.OBJECTED, Stage.JURISDICTION_DISPUTED, Stage.RETURNED, Stage.REPORTED_UP, Stage.IN_APPROVAL, Stage.EXTENDED,
}  # fmt: skip
_ANSWERED = {
    Stage.DIRECT_REPLIED, Stage.OPINION_ISSUED, Stage.OPINION_SERVED, Stage.MEDIATED, Stage.EXECUTED,
    Stage.REVIEW_SERVED, Stage.RECHECK_SERVED, Stage.REVIEW_ISSUED, Stage.RECHECK_ISSUED, Stage.CO_ANSWERED,
}  # fmt: skip
_AT_REST = {
    Stage.FILED, Stage.GUIDED, Stage.SENT_TO_DISCIPLINE, Stage.PASSED_SEALED, Stage.OFF_LINE, Stage.OTHER_ROUTE,
    Stage.NOT_ACCEPTED,
    Stage.NO_LONGER_ACCEPTED, Stage.WITHDRAWN, Stage.REVIEW_REFUSED, Stage.ARCHIVED, Stage.RELAYED, Stage.DESK_CLOSED,
}  # fmt: skip


def stage_tone(stage: Stage) -> str:
    """warn: somebody must decide; ok: answered; idle: ended or elsewhere; info: under way."""
    if stage in _WAITING_FOR_A_DECISION:
        return "warn"
    if stage in _ANSWERED:
        return "ok"
    if stage in _AT_REST or stage.startswith("ended_"):
        return "idle"
    return "info"


# Warning levels of a running limit (DL-20: 50, 75, 85, 99 % of the span).
LEVEL_TONES = {"normal": "idle", "notice": "idle", "warning": "warn", "severe": "bad", "overdue": "solid"}


def due_tone(days_left: int, level: str = "") -> str:
    """Tone of a due date. The count of days decides what is overdue or due today; `level` only raises what is before."""
    if days_left < 0:
        return "solid"
    if days_left == 0:
        return "bad"
    if level in LEVEL_TONES and level != "overdue":
        return LEVEL_TONES[level]
    return "warn" if days_left <= 3 else "idle"
