"""登记窗口: one screen for one channel; received and registered in one go (I-01 to I-04, C.1, C.2, C.3)."""

import secrets

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods

from xinqiao import analysis
from xinqiao.matters import steps
from xinqiao.matters.intake import Intake
from xinqiao.matters.steps.receive import IntakeClosed, Receipt, content_hash, receive_once
from xinqiao.organisations.models import Officer
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Role, Step

from .. import channels, places
from ..door import officer_required
from ..window_form import WindowForm
from . import receipt as slip

REGISTERS = frozenset({Role.REGISTRAR, Role.UNIT_RECEIVER})


@officer_required
@require_http_methods(["GET", "POST"])
def window_page(request: HttpRequest, channel: str) -> HttpResponse:
    """Show the screen of a channel; POST registers, and leads to the receipt with the query code."""
    window = channels.WINDOWS.get(channel)
    if window is None:
        raise Http404
    if not channels.may_register(request.officer):
        raise PermissionDenied
    if request.method == "GET":
        return _page(request, channel, WindowForm(window=window, officer=request.officer), key=secrets.token_hex(16))
    form = WindowForm(request.POST, request.FILES, window=window, officer=request.officer)
    form.is_valid()  # the intake is checked as well, so that everything wrong is said at once
    key = request.POST.get("key", "")[:64] or secrets.token_hex(16)
    made = form.intake(today=localdate())
    if made is None:
        return _page(request, channel, form, key=key, status=422)
    try:
        kept = take_in(made, by=request.officer, key=key, read_back=form.cleaned_data.get("read_back", False))
    except StepRefused as refusal:
        form.add_error(None, refusal.message)
        return _page(request, channel, form, key=key, status=422)
    except IntakeClosed:
        return render(request, "ui/errors/503.html", status=503)
    slip.keep(request, kept, channel=channel)
    return redirect("workbench:receipt")


@transaction.atomic
def take_in(made: Intake, *, by: Officer, key: str, read_back: bool) -> Receipt:
    """Receive and register, once for one form however often it is sent. A village only receives: the petition office registers."""
    now = timezone.now()
    fingerprint = content_hash(made)[0]
    receipt, is_new = receive_once(made, client=f"window:{by.pk}", key=key, fingerprint=fingerprint, by=by, at=now)
    if is_new and by.may(*REGISTERS):
        steps.FUNCTIONS[Step.REGISTER](receipt.matter_id, by=by, at=now, read_back=read_back)
    return receipt


def _page(request: HttpRequest, channel: str, form: WindowForm, *, key: str, status: int = 200) -> HttpResponse:
    windows = [
        {"label": row.label, "icon": row.icon, "url": reverse("workbench:window", args=[name]), "on": name == channel}
        for name, row in channels.WINDOWS.items()
    ]
    context = {
        "form": form,
        "window": form.window,
        "windows": windows,
        "key": key,
        "places": form.fields["place"].options,
        "organs": places.organ_options(),
        "proposals": reverse("workbench:window_proposals", args=[channel]) if analysis.is_on() else "",
    }
    return render(request, "workbench/window.html", context, status=status)
