"""The history of an issue: one line for each act, added and never changed; what a person did stands in the audit log as well (A-33)."""

from datetime import datetime

from django.db.models import Max

from xinqiao.integrity import audit
from xinqiao.organisations.models import Officer
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.hot import Act

from ..models import HotAct, HotIssue


def record(
    issue: HotIssue,
    act: Act,
    *,
    by: Officer | None,
    at: datetime,
    text: str = "",
    said: dict | None = None,
    target: str = "",
    subject: str = "",
    request=None,
) -> HotAct:
    """Add the line. The issue is locked by the caller."""
    last = HotAct.objects.filter(issue=issue).aggregate(last=Max("seq"))["last"] or 0
    issue.version = last + 1
    issue.save(update_fields=["version"])
    made = HotAct.objects.create(
        issue=issue, seq=last + 1, act=act, at=at, by=by, text=text, said=said or {}, target=target, subject=subject
    )
    if by is not None:
        detail = {"act": act.value, "seq": made.seq, "state": str(issue.state), "target": target, "became": subject}
        audit.note(
            AuditKind.HOT_ISSUE, officer=by, subject=str(issue), reason=text[:200], request=request, detail=detail
        )
    return made
