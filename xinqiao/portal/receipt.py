"""回执: number and query code at once (I-15), to copy, print, save and scan; shown for half an hour, the code only here."""

import io

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from xinqiao.documents import engine, letters
from xinqiao.documents.models import Status
from xinqiao.documents.view import view_of
from xinqiao.matters.actors import Citizen
from xinqiao.matters.letter_facts import query_url
from xinqiao.matters.models import Matter
from xinqiao.matters.steps.receive import Receipt
from xinqiao.organisations.models import Organisation
from xinqiao.rules.numbering import print_code, print_matter_number

from . import drafts, sealed


@require_safe
def receipt_page(request: HttpRequest) -> HttpResponse:
    """What the citizen has to keep, and what happens next and when. Reloading works for half an hour."""
    receipt = _receipt(request)
    if receipt is None:
        return render(request, "portal/receipt_gone.html", status=404)
    context = {
        "receipt": receipt,
        "number": print_matter_number(receipt.number),
        "code": print_code(receipt.query_code),
        "office": _office(receipt),
        "query_url": query_url(),
        "minutes": drafts.RECEIPT_MINUTES,
    }
    return render(request, "portal/receipt.html", context)


@require_safe
def qr(request: HttpRequest) -> HttpResponse:
    """The address of the page for queries as a picture; never the query code, because addresses end up in logs."""
    if _receipt(request) is None:
        raise Http404
    out = io.BytesIO()
    segno.make(query_url(), error="m", micro=False).save(out, kind="svg", border=1, scale=4)
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")


@require_safe
def slip(request: HttpRequest) -> HttpResponse:
    """F-02 查询告知单 as PDF. Made on the spot and not kept: it carries the query code."""
    receipt = _receipt(request)
    if receipt is None:
        raise Http404
    office = _office(receipt)
    data = {
        "org_name": receipt.office,
        "matter_number": receipt.number,
        "content_hash": receipt.content_hash,
        "query_code": receipt.query_code,
        "query_url": query_url(),
        "received_on": timezone.localdate(receipt.received_at),
        "due_on": receipt.due_on,
        "handler_phone": office.phone if office and office.phone else "12345",
        "contact_address": office.address if office else "",
        "issued_on": timezone.localdate(receipt.received_at),
    }
    document = letters.preview("F-02", data)
    document.status = Status.ISSUED  # nothing is left to fill in: printed without the mark of a draft
    pdf = engine.make_pdf(view_of(document), at=receipt.received_at)
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="xinfang-{receipt.number}.pdf"'
    return response


@require_safe
def as_file(request: HttpRequest) -> HttpResponse:
    """The receipt as JSON, which proves itself once it is sealed; without the query code."""
    receipt = _receipt(request)
    citizen = Citizen(matter_id=receipt.matter_id) if receipt else None
    matter = Matter.objects.visible_to(citizen).select_related("received_by").first() if citizen else None
    said = sealed.receipt_of(matter) if matter else None
    if said is None:
        raise Http404
    return sealed.as_download(said)


def _receipt(request: HttpRequest) -> Receipt | None:
    return drafts.receipt(drafts.current(request), at=timezone.now())


def _office(receipt: Receipt) -> Organisation | None:
    """The office that received it, for its address and telephone number."""
    citizen = Citizen(matter_id=receipt.matter_id)
    matter = Matter.objects.visible_to(citizen).select_related("received_by").filter(pk=receipt.matter_id).first()
    return matter.received_by if matter else None
