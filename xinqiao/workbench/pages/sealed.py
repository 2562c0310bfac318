"""密封移送登记: what an office keeps of the reports it passed on, and of what went off line: number, days, receiver (B.3, C-08, C-15)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinqiao.matters.models import Referral
from xinqiao.matters.secrecy import SealedEntry, shut_out

from ..door import officer_required

SHOWN = 200
SORTS = {"discipline": "移送纪检监察", "upward": "密封上送", "off_line": "转为线下办理"}


@officer_required
@require_safe
def register_page(request: HttpRequest) -> HttpResponse:
    """The newest entries of the own office; none of a report that its reader stands in the accused set of."""
    officer = request.officer
    own = SealedEntry.objects.filter(organisation_id=officer.organisation_id).exclude(shut_out(officer, "matter_id"))
    rows = list(
        own.order_by("-sent_on", "-pk").values(
            "number", "sort", "received_on", "sent_on", "receiver", "receiver_desk_id"
        )[:SHOWN]
    )
    desks = Referral.objects.filter(pk__in=[row["receiver_desk_id"] for row in rows if row["receiver_desk_id"]])
    signed = dict(desks.values_list("pk", "signed_in_at"))
    for row in rows:
        row["label"] = SORTS[row["sort"]]
        row["signed_at"] = signed.get(row["receiver_desk_id"])
    return render(request, "workbench/sealed.html", {"rows": rows, "most": SHOWN})
