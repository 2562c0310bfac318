"""What a supervisor does with a finding: true and to be followed up, or not, with a reason (SV-1, SV-2). Each decision is on record."""

from datetime import datetime

from django.db import transaction

from xinqiao.integrity import audit
from xinqiao.organisations.models import Officer
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.wording import readable

from .models import Finding, FindingState

REASON_AT_LEAST = 10  # characters: a reason that another person can check


def may_decide(officer: Officer) -> bool:
    """Whether this post decides on findings: who supervises others, not who only sees what concerns the own unit."""
    return bool(allowed(officer.role_set, "finding", Action.APPROVE))


@transaction.atomic
def decide(finding_id: int, *, agrees: bool, note: str, by: Officer, at: datetime, request=None) -> Finding:
    """Accept or dismiss. A dismissal says why; either may be changed until a supervision letter went out.

    Raises Finding.DoesNotExist where it is hidden, StepRefused with what to do instead.
    """
    if not may_decide(by):
        raise StepRefused("核对巡查发现由督查专员、信访部门负责人办理。", code="wrong_role")
    finding = Finding.objects.visible_to(by).select_for_update(of=("self",)).get(pk=finding_id)
    if finding.state == FindingState.SUPERVISED:
        raise StepRefused("这一项已经督办，不能再改。请在督办中办理。", code="supervised")
    if finding.organisation_id == by.organisation_id and not agrees:
        raise StepRefused("这一项是本单位的问题，不能由本单位决定不予督办。请上级信访部门核对。", code="own")
    if not agrees and len(readable(note)) < REASON_AT_LEAST:
        raise StepRefused(f"请写明为什么不予督办（至少{REASON_AT_LEAST}个字）。", code="reason_missing")
    finding.state = FindingState.ACCEPTED if agrees else FindingState.DISMISSED
    finding.note, finding.decided_by, finding.decided_at = note.strip(), by, at
    finding.save(update_fields=["state", "note", "decided_by", "decided_at"])
    detail = {"trigger": finding.trigger, "state": finding.state.value}
    audit.note(
        AuditKind.FINDING_DECIDED, officer=by, matter_id=finding.matter_id, subject=f"finding:{finding.pk}",
        reason=finding.note, request=request, detail=detail,
    )  # fmt: skip
    return finding
