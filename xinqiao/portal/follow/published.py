"""The citizen reads what was made public of the own matter, and takes the consent back: it is gone with the press of the button (I-17, PIPL 15)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xinqiao.analysis import published
from xinqiao.reporting.indicators import facts

from .matter import needs_proof


@require_http_methods(["GET", "HEAD", "POST"])
@needs_proof
def page(request: HttpRequest, dossier, actor) -> HttpResponse:
    """What everybody may read now, and the one button. Without consent there is nothing to take back."""
    matter = dossier.matter
    if not matter.publish_consent:
        messages.info(request, _("这件事的答复没有公开。"))
        return redirect("portal:matter", matter.number)
    if request.method == "POST":
        published.take_back_consent(matter, at=timezone.now(), request=request)
        facts.note(matter.pk)
        messages.success(request, _("已经收回同意，这件事的答复不再公开。"))
        return redirect("portal:matter", matter.number)
    context = {"matter": matter, "shown": published.of_citizen(matter), "over": published.consent_is_taken_back(matter)}
    return render(request, "portal/follow/published.html", context)
