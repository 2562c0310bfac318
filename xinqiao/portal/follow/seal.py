"""存证 of one matter: the receipt that proves itself, to read, print and download; checked before the citizen's eyes."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from xinqiao.crypto import signing
from xinqiao.integrity import receipts
from xinqiao.integrity.checkpoints import Statement
from xinqiao.portal import sealed
from xinqiao.rules.stages import Stage

from .dossier import Dossier
from .matter import needs_proof


@require_safe
@needs_proof
def page(request: HttpRequest, dossier: Dossier, actor) -> HttpResponse:
    """What was checked just now, line by line, and the checkpoint in groups for reading aloud."""
    receipt = _receipt(dossier)
    seal = receipt["seal"]
    statement = Statement.from_dict(seal["checkpoint"]) if seal else None
    context = {
        "matter": dossier.matter, "receipt": receipt, "statement": statement,
        "answer": receipts.check(receipt, keys=signing.known()), "now": timezone.now(),
        "content_groups": sealed.groups(receipt["content_hash"]),
        "root_groups": sealed.groups(statement.root) if statement else [],
    }  # fmt: skip
    return render(request, "portal/follow/seal.html", context)


@require_safe
@needs_proof
def receipt_file(request: HttpRequest, dossier: Dossier, actor) -> HttpResponse:
    """The receipt as JSON."""
    return sealed.as_download(_receipt(dossier))


def _receipt(dossier: Dossier) -> dict:
    off_line = dossier.stage == Stage.OFF_LINE  # C-15: shown to nobody here any more
    receipt = None if off_line else sealed.receipt_of(dossier.matter)
    if receipt is None:
        raise Http404
    return receipt
