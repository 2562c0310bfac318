"""Drafts of opinions: working papers that may change until they are issued, and the check list beside them (GT-1 to GT-6)."""

from datetime import date, datetime

from django.db import transaction

from xinqiao.organisations.models import Officer
from xinqiao.organisations.tree import review_organs
from xinqiao.rules import gates
from xinqiao.rules.moves import steps_from
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Kind, Outcome, ReferralKind, ReviewOutcome, Stage, Step

from .act import MatterHidden, require_not_recused
from .models import Matter, Opinion, Referral

INSTANCES = {ReferralKind.REVIEW: "review", ReferralKind.RECHECK: "recheck"}
SUBMITTED_BY = {
    "handling": Step.SUBMIT_OPINION,
    "review": Step.ISSUE_REVIEW_OPINION,
    "recheck": Step.ISSUE_RECHECK_OPINION,
}
TITLES = {"handling": "信访事项处理意见书", "review": "信访事项复查意见书", "recheck": "信访事项复核意见书"}


def instance_of(desk: Referral) -> str:
    """`handling`, `review` or `recheck`: which opinion this desk owes."""
    return INSTANCES.get(ReferralKind(desk.kind), "handling")


def current(desk: Referral) -> Opinion | None:
    """The latest opinion of a desk, drafted or issued."""
    found = Opinion.objects.filter(matter_id=desk.matter_id, referral_id=desk.pk)
    return found.select_related("remedy_organ", "organisation").order_by("-round").first()


@transaction.atomic
def save_draft(matter_id: int, *, by: Officer, at: datetime, revision: int | None = None, **content) -> Opinion:
    """Keep what the officer has written. Two people writing at once: the later one is told, nothing is overwritten.

    `content`: facts, evidence (list of lines), answers (list of dicts as in `answer`), body, basis, outcome, reasons, redo_by_on, not_worse.
    Raises MatterHidden; StepRefused when this desk owes no opinion now, or somebody else saved in between (code `conflict`).
    """
    if not Matter.objects.visible_to(by).filter(pk=matter_id).exists():
        raise MatterHidden
    require_not_recused(matter_id, by)
    desk = _drafting_desk(matter_id, by)
    opinion = open_round(desk)
    if revision is not None and opinion.revision != revision:
        who = opinion.drafted_by.user.name if opinion.drafted_by else "同事"
        raise StepRefused(f"{who}刚刚保存过这份意见书。您写的内容还在本页，请对照后再保存。", code="conflict")
    for name in ("facts", "evidence", "answers", "body", "basis", "outcome", "reasons", "redo_by_on", "not_worse"):
        if name in content:
            setattr(opinion, name, content[name])
    opinion.drafted_by, opinion.saved_at = by, at
    opinion.revision += 1
    opinion.save()
    return opinion


def _drafting_desk(matter_id: int, by: Officer) -> Referral:
    desks = Referral.objects.select_for_update(of=("self",)).filter(
        matter_id=matter_id, organisation_id=by.organisation_id, is_open=True
    )
    for desk in desks.select_related("matter", "organisation").order_by("-pk"):
        kind = Kind(desk.matter.kind) if desk.matter.kind else None
        moves = steps_from(Stage(desk.stage), by.role_set, on="desk", desk_kind=ReferralKind(desk.kind), kind=kind)
        if any(move.step is SUBMITTED_BY[instance_of(desk)] for move in moves):
            return desk
    raise StepRefused("现在不能起草意见书：本件还没有开始办理，或者已经送审。请刷新页面。", code="wrong_stage")


def open_round(desk: Referral) -> Opinion:
    """The draft of this round; a new round begins where the last opinion was revoked."""
    last = current(desk)
    if last and last.state in ("draft", "in_approval"):
        return last
    return Opinion(
        matter_id=desk.matter_id,
        instance=instance_of(desk),
        round=(last.round + 1) if last else 1,
        referral_id=desk.pk,
        organisation_id=desk.organisation_id,
    )


def answer(
    number: int,
    *,
    outcome: str = "",
    facts: str = "",
    reasons: str = "",
    basis: list[dict] = (),
    conclusion: str = "",
    measure: str = "",
    by_whom: str = "",
    until_on: str = "",
) -> dict:
    """One answer as it is stored and printed; `execution` is what F-16 says of what, who and until when."""
    execution = ""
    if measure:
        execution = f"{measure}；由{by_whom}负责；{until_on}前完成" if by_whom and until_on else measure
    return {
        "number": number, "outcome": outcome, "facts": facts, "reasons": reasons, "basis": list(basis),
        "conclusion": conclusion, "measure": measure, "by_whom": by_whom, "until_on": until_on, "execution": execution,
    }  # fmt: skip


def as_lines(opinion: Opinion) -> list[str]:
    """The text of an opinion line by line: what is kept of each version sent for approval, and compared with the next."""
    lines = [f"查明的事实：{opinion.facts}", *(f"证据：{one}" for one in opinion.evidence)]
    for one in opinion.answers:
        outcome = Outcome(one["outcome"]).label if one.get("outcome") else "（未选结论）"
        head = f"第{one['number']}项"
        lines += [
            f"{head}结论：{outcome}",
            f"{head}事实：{one.get('facts', '')}",
            f"{head}理由：{one.get('reasons', '')}",
        ]
        lines += [f"{head}依据：{cited(row)}" for row in one.get("basis", [])]
        lines += [f"{head}处理意见：{one.get('conclusion', '')}"]
        lines += [f"{head}落实：{one['execution']}"] if one.get("execution") else []
    if opinion.outcome:
        lines.append(f"决定：{ReviewOutcome(opinion.outcome).label}")
    lines += [f"理由：{opinion.reasons}"] if opinion.reasons else []
    lines += [f"依据：{cited(row)}" for row in opinion.basis]
    lines += [f"补充：{opinion.body}"] if opinion.body else []
    return [part for line in lines for part in line.splitlines() if part.strip()]


def cited(basis: dict) -> str:
    """One ground as it is stored, as texts name it: 《title》 and article."""
    return f"《{basis.get('title', '')}》{basis.get('article', '')}"


def check(opinion: Opinion, desk: Referral) -> list[gates.GateResult]:
    """The check list beside the text: every gate with what is still missing."""
    organs = review_organs(opinion.organisation)
    organ = opinion.remedy_organ
    name = organ.name if organ else (organs[0].name if organs else "")
    address = organ.address if organ else ("以公开信息为准" if organs else "")
    if opinion.instance == "handling":
        return gates.check(
            gates.OpinionDraft(
                requests=tuple((row.number, row.text) for row in desk.matter.requests.all()),
                answers=tuple(as_gate_answer(one) for one in opinion.answers),
                facts=opinion.facts,
                evidence=tuple(opinion.evidence),
                remedy_organ_name=name,
                remedy_organ_address=address,
                no_further_instance=not organs,
            )
        )
    return gates.check_review(
        gates.ReviewDraft(
            is_recheck=opinion.instance == "recheck",
            outcome=ReviewOutcome(opinion.outcome) if opinion.outcome else None,
            facts=opinion.facts,
            reasons=opinion.reasons,
            basis=_basis(opinion.basis),
            conclusion=opinion.body,
            redo_until_on=opinion.redo_by_on,
            not_worse=opinion.not_worse,
            remedy_organ_name=name,
            remedy_organ_address=address,
            no_further_instance=not organs,
        )
    )


def as_gate_answer(stored: dict) -> gates.Answer:
    """An answer as it is stored, in the form in which the gates look at it."""
    until = stored.get("until_on")
    return gates.Answer(
        request_number=stored["number"],
        outcome=Outcome(stored["outcome"]) if stored.get("outcome") else None,
        facts=stored.get("facts", ""),
        reasons=stored.get("reasons", ""),
        basis=_basis(stored.get("basis", [])),
        conclusion=stored.get("conclusion", ""),
        measure=stored.get("measure", ""),
        by_whom=stored.get("by_whom", ""),
        until_on=date.fromisoformat(until) if until else None,
    )


def _basis(rows) -> tuple[gates.Basis, ...]:
    return tuple(gates.Basis(row.get("title", ""), row.get("article", "")) for row in rows)


def require_passed(opinion: Opinion, desk: Referral) -> None:
    """Raises StepRefused that lists every gate that is not passed."""
    missing = [result.message for result in check(opinion, desk) if not result.ok]
    if missing:
        raise StepRefused("意见书还不能送出：" + "；".join(missing), code="gates")
