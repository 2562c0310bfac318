"""案件巡查: what the platform itself brings before a supervisor, one row for each machine trigger of SV-1 (R-40(1)).

A row says after which steps the patrol looks, how long it waits, what it then finds wrong, and on which rule that rests. A finding
(巡查发现) speaks of a duty of an organ in one matter: it is a proposal, a person decides (SV-2). Nothing here looks at a petitioner.

Limits stand in `terms.py`; a row that follows one names it. `wait_days` are calendar days of our own (INF), where no limit says when.
"""

from dataclasses import dataclass
from types import MappingProxyType

from xinqiao.rules.stages import Coded, Step


class Ground(Coded):
    """Why an organ may be supervised: the kinds of SV-1 as a regional screen groups them (P11f)."""

    NOT_ACCEPTED = "not_accepted", "没有依法受理、告知", "SV-1(c)"
    NOT_HANDLED = "not_handled", "没有依法办理", "SV-1(b)"
    POOR_OPINION = "poor_opinion", "处理意见不当", "SV-1(a)"
    NOT_CARRIED_OUT = "not_carried_out", "处理意见没有落实", "SV-1(a)"


class Evidence(Coded):
    """What a finding points to, so that whoever reads it can see for themselves."""

    CLOCK = "clock", "期限", ""
    EVENT = "event", "办理记录", ""
    OPINION = "opinion", "意见书", ""
    RATING = "rating", "评价", ""


@dataclass(frozen=True)
class Trigger:
    """One thing that is found. `steps`: after which the patrol looks; `terms`: of which limit, where the step speaks of limits."""

    code: str
    name: str
    question: str  # what the supervisor checks before agreeing
    ground: Ground
    evidence: Evidence
    basis: str
    steps: tuple[Step, ...]
    terms: tuple[str, ...] = ()
    wait_days: int = 0

    def __str__(self) -> str:
        return self.code


REGULATION = "信访工作条例"
G, E, S = Ground, Evidence, Step

_ROWS = (
    # ---- acceptance and notice -------------------------------------------------------------------------------------
    Trigger("no_transfer", "信访部门超过15日没有转送、交办或者答复", "现在由谁甄别？为什么没有转出？", G.NOT_ACCEPTED, E.CLOCK,
            f"{REGULATION}第二十二条第一款、第四十三条", (S.RECORD_OVERDUE,), ("PO15",)),
    Trigger("no_sign_in", "收到后没有签收", "单位有没有人收文？是不是转错了单位？", G.NOT_ACCEPTED, E.CLOCK,
            "本系统默认规则 T-20", (S.RECORD_OVERDUE,), ("SIGN_IN1WD",)),
    Trigger("no_notice", "超过期限没有告知是否受理", "单位有没有用其他方式告知？信访人知道了吗？", G.NOT_ACCEPTED, E.CLOCK,
            f"{REGULATION}第二十三条、第四十四条第三项", (S.RECORD_SILENCE, S.RECORD_OVERDUE), ("UNIT15", "DIRECT15", "SIMPLE3WD")),
    Trigger("refused_objection_rests", "异议没有被同意，单位仍然没有受理", "单位收到异议审核意见了吗？", G.NOT_ACCEPTED, E.EVENT,
            f"{REGULATION}第二十三条第三款、第四十四条第一项", (S.ANSWER_OBJECTION_REFUSE,), wait_days=5),
    # ---- handling --------------------------------------------------------------------------------------------------
    Trigger("answer_overdue", "超过期限没有答复", "卡在哪里？需要哪个单位配合？", G.NOT_HANDLED, E.CLOCK,
            f"{REGULATION}第三十四条、第四十五条第一项", (S.RECORD_OVERDUE,), ("HANDLE60", "SIMPLE10WD", "SUGGESTION60")),
    Trigger("review_overdue", "超过期限没有作出复查、复核意见", "材料齐了吗？有没有正在听证？", G.NOT_HANDLED, E.CLOCK,
            f"{REGULATION}第三十五条、第三十六条", (S.RECORD_OVERDUE,), ("REVIEW_DEC30", "RECHECK_DEC30")),
    Trigger("report_overdue", "交办的信访事项没有按期报告结果", "办到哪一步了？要不要另定日期？", G.NOT_HANDLED, E.CLOCK,
            f"{REGULATION}第二十二条第一款第三项", (S.RECORD_OVERDUE,), ("ASSIGN_N",)),
    Trigger("supervision_unanswered", "被督办单位没有按期答复", "约谈、实地督办，还是报请通报？", G.NOT_HANDLED, E.CLOCK,
            f"{REGULATION}第四十条第一款", (S.RECORD_OVERDUE,), ("SUPERVISE15",)),
    Trigger("wish_unanswered", "信访人要求督办，超过5个工作日没有答复", "核对了吗？督办还是说明理由？", G.NOT_HANDLED, E.CLOCK,
            "本系统默认规则 SV-9", (S.RECORD_OVERDUE,), ("SUPERVISE_ASKED5WD",)),
    Trigger("extended_unsaid", "延长期限没有书面告知", "信访人能联系上吗？用什么方式告诉的？", G.NOT_HANDLED, E.EVENT,
            f"{REGULATION}第三十四条", (S.EXTEND,)),
    Trigger("opinion_unserved", "意见书出具10日还没有送达", "送达遇到什么困难？可以换一种方式吗？", G.NOT_HANDLED, E.OPINION,
            f"{REGULATION}第三十二条、第三十五条", (S.ISSUE_OPINION,), wait_days=10),
    # ---- the opinion -----------------------------------------------------------------------------------------------
    Trigger("no_remedy", "意见书没有写明复查、复核的机关和期限", "要不要补送一份更正的意见书？", G.POOR_OPINION, E.OPINION,
            f"{REGULATION}第三十五条、第三十六条", (S.ISSUE_OPINION, S.ISSUE_REVIEW_OPINION)),
    Trigger("revoked_again", "重新作出的意见再次被撤销", "两次撤销的理由一样吗？", G.POOR_OPINION, E.OPINION,
            f"{REGULATION}第三十五条、第四十五条", (S.ISSUE_REVIEW_OPINION, S.ISSUE_RECHECK_OPINION)),
    Trigger("dissatisfied", "信访人不满意：没有答复诉求、事实不清或者没有落实", "对照诉求和答复，说的是不是事实？", G.POOR_OPINION,
            E.RATING, f"{REGULATION}第四十条第一款", (S.RATE,)),
    # ---- carrying it out -------------------------------------------------------------------------------------------
    Trigger("execution_overdue", "意见书写明的日期已过，还没有落实", "哪一项没有落实？差什么？", G.NOT_CARRIED_OUT, E.OPINION,
            f"{REGULATION}第三十二条第二款、第四十条第一款", (S.SERVE_OPINION,)),
    Trigger("execution_disputed", "信访人反映没有落实", "到现场看过吗？落实的凭证是什么？", G.NOT_CARRIED_OUT, E.EVENT,
            f"{REGULATION}第四十条第一款、第四十二条第四项", (S.DISPUTE_EXECUTION,)),
    Trigger("agreement_broken", "调解、和解协议没有履行", "谁没有履行？能不能申请司法确认、强制执行？", G.NOT_CARRIED_OUT, E.EVENT,
            f"{REGULATION}第三十三条", (S.RECORD_AGREEMENT_BROKEN,)),
)  # fmt: skip

TRIGGERS: MappingProxyType[str, Trigger] = MappingProxyType({row.code: row for row in _ROWS})
# After these the patrol has something to look at.
WATCHED_STEPS = frozenset(step for row in _ROWS for step in row.steps)


def triggers_after(step: Step, term: str = "") -> list[Trigger]:
    """The rows that a step sets off; `term` is the limit it speaks of, if it does."""
    return [row for row in _ROWS if step in row.steps and (not row.terms or term in row.terms)]
