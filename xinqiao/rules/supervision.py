"""督办: how an organ is supervised, and where one supervision stands (SV-2, SV-3, SV-9; R-40(1))."""

from types import MappingProxyType

from xinqiao.rules.stages import Coded, Step

ANSWER_DAYS = "SUPERVISE15"  # row of `terms.py`; the letter may set another length
ASKED_TERM = "SUPERVISE_ASKED5WD"  # the citizen asked for it: an answer is owed (SV-9)
SHORTEST_DAYS, LONGEST_DAYS = 1, 60  # for the date that a letter sets (INF)


class Means(Coded):
    """How it is supervised: SV-2 (P18)."""

    ONLINE = "online", "网上督办", "SV-2"
    LETTER = "letter", "发函督办", "SV-2"
    PHONE = "phone", "电话督办", "SV-2"
    TALK = "talk", "约谈督办", "SV-2"
    ON_THE_SPOT = "on_the_spot", "实地督办", "SV-2"
    JOINT = "joint", "联合督办", "SV-2"


class SupervisionState(Coded):
    """Where one supervision stands."""

    ASKED = "asked", "信访人要求督办，待核对", "SV-9"
    PROPOSED = "proposed", "待签发", "SV-2"
    ISSUED = "issued", "待单位答复", "SV-2"
    ANSWERED = "answered", "已答复，待核对", "SV-2"
    CLOSED = "closed", "已办结", "SV-2"
    DECLINED = "declined", "不予督办", "SV-9"


# Where a supervision stands after each of its steps.
STATE_AFTER = MappingProxyType(
    {
        Step.ASK_SUPERVISION: SupervisionState.ASKED,
        Step.PROPOSE_SUPERVISION: SupervisionState.PROPOSED,
        Step.ISSUE_SUPERVISION: SupervisionState.ISSUED,
        Step.DECLINE_SUPERVISION: SupervisionState.DECLINED,
        Step.ANSWER_SUPERVISION: SupervisionState.ANSWERED,
        Step.RETURN_SUPERVISION: SupervisionState.ISSUED,
        Step.CLOSE_SUPERVISION: SupervisionState.CLOSED,
    }
)
OPEN = frozenset({SupervisionState.ASKED, SupervisionState.PROPOSED, SupervisionState.ISSUED, SupervisionState.ANSWERED})
