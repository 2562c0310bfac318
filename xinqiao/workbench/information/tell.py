"""Whose bell rings after an act on a report: who is asked next, never what it says (checklist 46)."""

from datetime import datetime

from xinqiao.information.models import InformationReport
from xinqiao.notifications import inbox
from xinqiao.organisations.models import Officer
from xinqiao.rules.information import KINDS, ReportState
from xinqiao.rules.permissions import Action, holders

S = ReportState
WORDS = {
    S.SUBMITTED: ("有上报信息等您审批。", Action.APPROVE),
    S.PROPOSED: ("有上报信息等您审批。", Action.APPROVE),
    S.SENT: ("有下级报来的信息，请签收。", Action.WRITE),
    S.RETURNED: ("报送的信息被退回，请补充。", None),
}


def tell(report: InformationReport, *, by: Officer, at: datetime) -> int:
    """Who is asked at the state that the report has now, but not whoever did it. Returns how many were told."""
    if report.state not in WORDS:
        return 0
    words, action = WORDS[report.state]
    if action is None:
        people = [report.author]
    else:
        roles = [role.value for role in holders("information", action)]
        posts = Officer.objects.filter(organisation_id=report.holder_id, active=True, user__is_active=True)
        people = posts.filter(roles__overlap=roles).order_by("pk")
    urgent = KINDS[report.kind].straight_up
    subject = f"information:{report.pk}:{report.seq}"
    return inbox.tell_many([one for one in people if one.pk != by.pk], words, subject=subject, at=at, urgent=urgent)
