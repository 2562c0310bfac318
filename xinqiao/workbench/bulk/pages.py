"""批量办理: the petitions that were ticked, what is asked once for all, and afterwards what came of each.

A list sends its boxes here by POST, so that no number stands in an address or a log. The page that is sent twice is the same batch.
"""

import re
import secrets
import time

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from xinqiao.access import reading
from xinqiao.bulk import taking
from xinqiao.bulk.models import Batch, ItemState
from xinqiao.matters.models import Matter
from xinqiao.notifications import inbox
from xinqiao.rules.bulk import AT_ONCE, BULK_ACTS, BulkAct

from ..door import officer_required
from . import chosen
from .chosen import Chosen
from .forms import NEVER_BROUGHT_BACK, form_of, typed

SECONDS = 20  # of one request; what is left then is gone on with from the page of the result
_KEY = re.compile(r"[0-9a-f]{32}")
_LONGEST_BACK = 1000


@officer_required
@require_http_methods(["GET", "POST"])
@never_cache
def bulk_page(request: HttpRequest) -> HttpResponse:
    """POST from a list: the page to confirm. Its own POST: the acts, then their result."""
    if request.method != "POST":
        return redirect("workbench:queue")
    act = BULK_ACTS.get(request.POST.get("act", ""))
    if act is None or not taking.is_for(act, request.officer):
        raise Http404
    found = chosen.read(request.POST, request.officer)
    for number in found.not_found:
        reading.refused(request, number=number)
    asked_here = "listed" in request.POST  # our own page: sent without a button (Ctrl+Enter) it means the act
    wish = request.POST.get("do") or ("take" if asked_here else "choose")
    if wish == "take":
        return _take(request, act, found)
    first = typed(act, request.officer, request.POST)
    if wish == "choose":
        first = {name: value for name, value in first.items() if name not in NEVER_BROUGHT_BACK}
    form, trouble = form_of(act, request.officer, initial=first), _trouble(found)
    return _page(request, act, found, form, trouble=trouble, status=422 if trouble else 200)


def _take(request: HttpRequest, act: BulkAct, found: Chosen) -> HttpResponse:
    officer, key, now = request.officer, request.POST.get("key", ""), timezone.now()
    if not _KEY.fullmatch(key):
        key = secrets.token_hex(16)
    earlier = Batch.objects.filter(officer=officer, key=key).first()
    if earlier is not None:
        return redirect("workbench:bulk_result", earlier.pk)
    form = form_of(act, officer, request.POST)
    trouble = _trouble(found)
    if trouble or not form.is_valid():
        return _page(request, act, found, form, trouble=trouble, status=422)
    batch = taking.ask(
        act, officer=officer, key=key, chosen=[(line.matter.pk, line.version) for line in found.ticked],
        hidden=len(found.not_found), facts=taking.as_kept(form.facts()), back=_back(request), at=now,
    )  # fmt: skip
    return _go_on(request, batch)


def _go_on(request: HttpRequest, batch: Batch) -> HttpResponse:
    now, end = timezone.now(), time.monotonic() + SECONDS
    taking.take(batch, officer=request.officer, at=now, enough=lambda: time.monotonic() > end)
    for matter_id in taking.marked_read(batch):
        inbox.mark_read(request.officer, at=now, matter_id=matter_id)
    return redirect("workbench:bulk_result", batch.pk)


def _trouble(found: Chosen) -> str:
    """What is wrong with the choice itself; "" when nothing is."""
    if found.too_many:
        return _("一次最多办理%(most)s件，您选了%(n)s件。请返回清单，分几次办理。") % {
            "most": AT_ONCE,
            "n": found.asked,
        }
    if not found.ticked:
        return _("还没有选择信访件。请勾选要办理的，再继续。")
    return ""


def _page(request: HttpRequest, act: BulkAct, found: Chosen, form, *, trouble: str, status: int) -> HttpResponse:
    key = request.POST.get("key", "")
    context = {
        "act": act,
        "form": form,
        "found": found,
        "trouble": trouble,
        "key": key if _KEY.fullmatch(key) else secrets.token_hex(16),
        "back_url": _back(request),
        "today": localdate(),
    }
    return render(request, "workbench/bulk/confirm.html", context, status=status)


def _back(request: HttpRequest) -> str:
    """The list that one came from; only a list of ours."""
    home, asked = reverse("workbench:queue"), request.POST.get("back", "")[:_LONGEST_BACK]
    return asked if re.fullmatch(rf"{re.escape(home)}(\?.*)?", asked) else home


@officer_required
@require_http_methods(["GET", "POST"])
@never_cache
def result_page(request: HttpRequest, batch_id: int) -> HttpResponse:
    """What came of each petition. POST goes on with those that still wait. Another's batch does not exist."""
    batch = Batch.objects.filter(pk=batch_id, officer=request.officer).first()
    if batch is None:
        raise Http404
    if request.method == "POST":
        return _go_on(request, batch)
    items = list(batch.items.all())
    ids = {item.matter_id for item in items} - {None}
    visible = {matter.pk: matter for matter in Matter.objects.visible_to(request.officer).filter(pk__in=ids)}
    for item in items:
        item.matter = visible.get(item.matter_id)
    not_done = [item for item in items if item.state in (ItemState.REFUSED, ItemState.CONFLICT, ItemState.FAILED)]
    done = [item for item in items if item.state == ItemState.DONE]
    hidden = [item for item in items if item.state == ItemState.HIDDEN]
    context = {
        "batch": batch,
        "act": batch.row,
        "total": len(items),
        "done": done,
        "done_out_of_sight": sum(item.matter is None for item in done),
        "not_done": [item for item in not_done if item.matter],
        "not_found": len(hidden) + sum(item.matter is None for item in not_done),
        "waiting": sum(item.state == ItemState.WAITING for item in items),
        "again": {name: value for name, value in batch.facts.items() if name not in NEVER_BROUGHT_BACK},
        "back_url": batch.back or reverse("workbench:queue"),
        "today": localdate(),
    }
    context["failed"] = len(context["not_done"]) + context["not_found"]
    return render(request, "workbench/bulk/result.html", context)
