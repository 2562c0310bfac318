"""复查 and 复核, and what the citizen does along the way: D.9, D.11, D.16, D.17, as beats of a seeded matter."""

from xinqiao.matters import opinions
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Line, ReviewOutcome, Role, Step

from .case import Case, organs_with_reviewer
from .unit_beats import proof_of_service

HEARING_IN_DAYS = 9
REDO_DAYS = 30
QUESTIONS = (
    "请问现在办到哪一步了？",
    "什么时候能有结果？我白天上班，晚上接电话方便。",
    "需要我再补什么材料吗？",
    "上次说派人来看，还来不来？",
)
ANSWERS = (
    "已经安排人员核实，查清后会书面答复您，请留意电话。",
    "您的材料齐全，不用再补。预计在期限内答复，有变化会提前告诉您。",
    "工作人员本周上门查看，去之前会先打电话。",
)
SUPPLEMENTS = (
    "补充一点：昨天又发生了同样的情况，我记下了时间，可以作证的邻居也愿意说明。",
    "我找到了当时的收据和聊天记录，需要的话随时可以送过去。",
    "前面写错了日期，应该是上个月中旬的事，特此更正。",
)


# ---- review and recheck -----------------------------------------------------------------------------------------------


def review(case: Case) -> None:
    """请求复查, against the handling opinion."""
    case.organ = case.rng.choice(organs_with_reviewer(case.town, case.unit))
    _ask(case, Step.REQUEST_REVIEW, case.petition.review_request or "原意见没有查清主要事实，请重新核实。")


def review_elsewhere(case: Case) -> None:
    """请求复查 at one of two organs, which leaves it to the other one (T-51)."""
    first, second = organs_with_reviewer(case.town, case.unit)[:2]
    case.organ = first
    _ask(case, Step.REQUEST_REVIEW, case.petition.review_request)
    case.remembered["other organ"] = second


def forward(case: Case) -> None:
    other = case.remembered["other organ"]
    case.take(
        Step.FORWARD_REVIEW, case.reviewer(), to=other, reason=f"申请人来电改选{other.name}，按首次提出的日期计算。"
    )
    case.organ = other


def recheck(case: Case) -> None:
    """请求复核, the last instance."""
    case.organ = case.rng.choice(organs_with_reviewer(case.town, case.organ))
    _ask(case, Step.REQUEST_RECHECK, "复查维持了原意见，但是我提的主要问题没有回答，请复核。")


def _ask(case: Case, step: Step, facts: str) -> None:
    case.take(step, case.citizen, organ_id=case.organ.pk, request="请撤销原意见，重新调查处理。", facts=facts)


def accept_review(case: Case) -> None:
    """受理复查申请, within three working days (T-51)."""
    case.take(Step.ACCEPT_REVIEW, case.reviewer())


def refuse_review(case: Case) -> None:
    facts = "申请人已就同一事项申请行政复议，复议机关已经受理，正在审理。"
    case.take(Step.REFUSE_REVIEW, case.reviewer(), ground="pending", facts=facts)


def refuse_recheck(case: Case) -> None:
    facts = "申请人已就同一事项向人民法院起诉，法院已经立案。"
    case.take(Step.REFUSE_RECHECK, case.reviewer(), ground="pending", facts=facts)


def issue_review(case: Case) -> None:
    found = case.petition.review
    _draft(case, "复查", found.outcome, found.finding)
    case.take(Step.ISSUE_REVIEW_OPINION, case.reviewer())


def uphold_review(case: Case) -> None:
    """维持, so that there is something left to recheck."""
    _draft(case, "复查", ReviewOutcome.UPHOLD, "经调阅案卷、听取双方意见，原意见认定的事实清楚，适用依据正确。")
    case.take(Step.ISSUE_REVIEW_OPINION, case.reviewer())


def issue_recheck(case: Case) -> None:
    _draft(case, "复核", ReviewOutcome.UPHOLD, "复核查明的事实与复查意见一致，两级意见适用依据正确，程序合法。")
    case.take(Step.ISSUE_RECHECK_OPINION, case.reviewer())


def _draft(case: Case, instance: str, outcome: ReviewOutcome, finding: str) -> None:
    redo_on = case.in_days(REDO_DAYS) if outcome is ReviewOutcome.REVOKE else None
    decision = {
        ReviewOutcome.UPHOLD: "维持原意见。",
        ReviewOutcome.CHANGE: f"变更原意见。{finding}",
        ReviewOutcome.REVOKE: f"撤销原意见，由{case.unit.name}在{redo_on}前重新作出处理意见。",
    }
    opinions.save_draft(
        case.matter_id,
        by=case.reviewer(),
        at=case.at,
        facts=f"{instance}机关调阅了原案卷，当面听取了申请人的意见。{finding}",
        answers=[],
        reasons=finding,
        basis=[{"title": "信访工作条例", "article": "第三十五条" if instance == "复查" else "第三十六条"}],
        body=decision[outcome],
        outcome=outcome.value,
        redo_by_on=redo_on,
        not_worse=True,
    )


def serve_review(case: Case) -> None:
    manner, proof = proof_of_service(case)
    case.take(Step.SERVE_REVIEW_OPINION, case.reviewer(), manner=manner, proof=proof)
    if case.petition.review and case.petition.review.outcome is ReviewOutcome.REVOKE:
        case.round += 1


def serve_recheck(case: Case) -> None:
    manner, proof = proof_of_service(case)
    case.take(Step.SERVE_RECHECK_OPINION, case.reviewer(), manner=manner, proof=proof)


def open_hearing(case: Case) -> None:
    host = case.reviewer().user.name
    held_on = case.in_days(HEARING_IN_DAYS)
    case.take(Step.OPEN_HEARING, case.reviewer(), held_on=held_on, place=f"{case.organ.name}听证室", host=host)


def close_hearing(case: Case) -> None:
    conclusion = "听证员一致认为，原意见认定的主要事实清楚，补偿标准有据可查，建议加强对申请人的解释和帮扶。"
    case.take(Step.CLOSE_HEARING, case.reviewer(), conclusion=conclusion)


# ---- the citizen ------------------------------------------------------------------------------------------------------


def supplement(case: Case) -> None:
    case.take(Step.SUPPLEMENT, case.citizen, text=case.rng.choice(SUPPLEMENTS))


def ask(case: Case) -> None:
    case.take(Step.ASK_PROGRESS, case.citizen, text=case.rng.choice(QUESTIONS))


def answer(case: Case) -> None:
    """Whoever has the matter now answers the last question."""
    question = case.matter.records.filter(sort="question").order_by("-pk").first()
    if question is None:
        return
    at_office = case.matter.unit.line == Line.PETITION_OFFICE
    by = case.at_office(Role.TRIAGE) if at_office else case.handler or case.at_unit(Role.HANDLER, Role.UNIT_RECEIVER)
    case.take(Step.ANSWER_PROGRESS, by, question_id=question.pk, text=case.rng.choice(ANSWERS))


def rate_office(case: Case) -> None:
    _rate(case, "office")


def rate_unit(case: Case) -> None:
    _rate(case, "unit")


def _rate(case: Case, target: str) -> None:
    value = case.rng.choice(["satisfied"] * 5 + ["basically_satisfied"] * 3 + ["dissatisfied"] * 2)
    reason = case.rng.choice(["too_slow", "not_contacted", "result"]) if value == "dissatisfied" else ""
    words = {"satisfied": "电话里说得很清楚，谢谢。", "basically_satisfied": "", "dissatisfied": "希望能再快一点。"}
    try:
        case.take(Step.RATE, case.citizen, target=target, value=value, reason=reason, text=words[value])
    except StepRefused as refused:
        if refused.code not in ("not_ratable", "window_over"):  # RA-4: not every matter is rated
            raise


def withdraw(case: Case) -> None:
    reason = case.rng.choice(["问题已经解决了。", "打算先走仲裁。", "和对方谈好了。"])
    case.take(Step.REQUEST_WITHDRAWAL, case.citizen, free_will=True, promise_or_threat="没有", reason=reason)


def keep_on(case: Case) -> None:
    """取消撤回 within the 24 hours."""
    case.take(Step.CANCEL_WITHDRAWAL, case.citizen)


def resume(case: Case) -> None:
    case.take(Step.RESUME, case.citizen)


def object_to_filing(case: Case) -> None:
    text = "我不只是来感谢的，还想请你们把那条路的路灯修一修，请再看一看。"
    case.take(Step.OBJECT_TO_FILING, case.citizen, text=text)


def confirm(case: Case) -> None:
    case.take(Step.CONFIRM_EXECUTION, case.citizen)


def dispute_execution(case: Case) -> None:
    case.take(Step.DISPUTE_EXECUTION, case.citizen, text="说是办好了，实际只做了一半，请你们来看看。")
