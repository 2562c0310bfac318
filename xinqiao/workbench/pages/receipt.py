"""回执: number and query code for the person at the window (I-15), to print and hand over; shown for half an hour, the code only here."""

import json
from datetime import date, datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from xinqiao import crypto
from xinqiao.documents import engine, letters
from xinqiao.documents.models import Status
from xinqiao.documents.view import view_of
from xinqiao.matters.letter_facts import PUBLISHED, query_url
from xinqiao.matters.models import Matter
from xinqiao.matters.steps.receive import Receipt
from xinqiao.rules.numbering import print_code, print_matter_number

from .. import channels
from ..door import officer_required

IN_SESSION, CONTEXT = "window_receipt", "window.receipt"
MINUTES = 30


def keep(request: HttpRequest, receipt: Receipt, *, channel: str) -> None:
    """Keep the receipt in the officer's session, sealed: the code is stored nowhere else in the clear."""
    stored = {**receipt.__dict__, "received_at": receipt.received_at.isoformat(), "due_on": receipt.due_on.isoformat()}
    request.session[IN_SESSION] = crypto.seal(json.dumps({"receipt": stored, "channel": channel}), context=CONTEXT)


@officer_required
@require_safe
def receipt_page(request: HttpRequest) -> HttpResponse:
    """What is handed to the citizen, and what comes next at the window."""
    kept = _kept(request)
    if kept is None:
        return redirect("workbench:queue")
    receipt, channel = kept
    seen = Matter.objects.visible_to(request.officer).filter(pk=receipt.matter_id).exists()
    context = {
        "receipt": receipt,
        "number": print_matter_number(receipt.number),
        "code": print_code(receipt.query_code),
        "query_url": query_url(),
        "again_url": reverse("workbench:window", args=[channel]),
        "window": channels.WINDOWS[channel],
        "case_url": reverse("workbench:case", args=[receipt.number]) if seen else "",
        "minutes": MINUTES,
    }
    return render(request, "workbench/receipt.html", context)


@officer_required
@require_safe
def slip(request: HttpRequest) -> HttpResponse:
    """F-02 查询告知单 as PDF. Made on the spot and not kept: it carries the query code."""
    kept = _kept(request)
    if kept is None:
        raise Http404
    receipt, officer = kept[0], request.officer
    data = {
        "org_name": receipt.office,
        "matter_number": receipt.number,
        "query_code": receipt.query_code,
        "query_url": query_url(),
        "received_on": timezone.localdate(receipt.received_at),
        "due_on": receipt.due_on,
        "handler_phone": officer.phone or officer.organisation.phone or PUBLISHED,
        "contact_address": officer.organisation.address,
        "issued_on": timezone.localdate(receipt.received_at),
    }
    document = letters.preview("F-02", data)
    document.status = Status.ISSUED  # nothing is left to fill in: printed without the mark of a draft
    pdf = engine.make_pdf(view_of(document), at=receipt.received_at)
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="xinfang-{receipt.number}.pdf"'},
    )


def _kept(request: HttpRequest) -> tuple[Receipt, str] | None:
    sealed = request.session.get(IN_SESSION)
    if not sealed:
        return None
    try:
        opened = json.loads(crypto.open_sealed(sealed, context=CONTEXT))
    except crypto.SealBroken:
        return None
    stored = opened["receipt"]
    stored["received_at"] = datetime.fromisoformat(stored["received_at"])
    stored["due_on"] = date.fromisoformat(stored["due_on"])
    receipt = Receipt(**stored)
    if timezone.now() - receipt.received_at > timedelta(minutes=MINUTES):
        del request.session[IN_SESSION]
        return None
    return receipt, opened["channel"]
