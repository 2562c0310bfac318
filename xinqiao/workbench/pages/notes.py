"""内部备注: what colleagues of the same organisation should know; the citizen and other organs never see it."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from xinqiao.matters.models import Record

from ..acts.fields import Prose
from ..acts.situation import visible_matter
from ..door import officer_required

SORT = "note"


class NoteForm(forms.Form):
    text = Prose(
        label=gettext_lazy("内部备注"), limit="note", rows=3,
        help_text=gettext_lazy("只有本单位能看到，信访人看不到。"),
        error_messages={"required": gettext_lazy("请写下备注的内容。")},
    )  # fmt: skip


@officer_required
@require_POST
def add_note(request: HttpRequest, number: str) -> HttpResponse:
    """Keep a note. It is a working paper, not a step: no event, and nobody's page goes stale."""
    from .case import show

    matter = visible_matter(request.officer, number)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return show(request, number, note=form, status=422)
    Record.objects.create(
        matter=matter,
        sort=SORT,
        text=form.cleaned_data["text"],
        by=request.officer,
        at=timezone.now(),
        shown_to_citizen=False,
    )
    messages.success(request, _("备注已保存，只有本单位能看到。"))
    return redirect("workbench:case", number=matter.number)
