"""Hand in, issue with a distribution list, send back, give up, draft anew."""

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from xinqiao.organisations.models import Officer, Organisation
from xinqiao.organisations.tree import petition_office_above
from xinqiao.reporting.reports import drafting, writing
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.reports import ReportState

from ..acts.fields import Organs, Prose, offer
from ..door import officer_required
from .pages import found, seq_of

S = ReportState
DONE = {
    "submit": gettext_lazy("已送负责人签发。"), "issue": gettext_lazy("已印发，发送范围内的机关、单位收到提醒。"),
    "send_back": gettext_lazy("已退回修改。"), "drop": gettext_lazy("已作废，写过的内容都留着。"), "again": gettext_lazy("重新起草。"),
}  # fmt: skip


class NoteForm(forms.Form):
    """Why it goes back."""

    note = Prose(label=gettext_lazy("退回意见"), rows=4, error_messages={"required": gettext_lazy("请写明要改什么。")})


class IssueForm(forms.Form):
    """To whom it is given."""

    copies = Organs(
        label=gettext_lazy("发给哪些机关、单位"), help_text=gettext_lazy("可以不选；被选的机关、单位收到提醒，能看全文")
    )

    def __init__(self, *args, officer: Officer, typed: QueryDict, **kwargs):
        """`typed`: what was ticked so far and what is looked for; bound or not, the ticked ones stay on the page."""
        chosen = [one for one in typed.getlist("copies") if one.isdecimal() and len(one) < 10]
        super().__init__(*args, initial={"copies": chosen}, **kwargs)
        search = typed.get("unit_search", "")
        offer(self.fields["copies"], addressees(officer), chosen=chosen, search=search, search_name="unit_search")


def addressees(officer: Officer):
    """The organs of the own area, the government and the petition office above (R-41(1), H.5)."""
    office = officer.organisation
    above = petition_office_above(office)
    wanted = Q(lft__range=office.territory) | Q(
        pk__in=[pk for pk in (office.parent_id, above.pk if above else None) if pk]
    )
    return Organisation.objects.filter(wanted, active=True).exclude(pk=office.pk)


@officer_required
@require_http_methods(["GET", "POST"])
@never_cache
def act_page(request: HttpRequest, report_id: int, act: str) -> HttpResponse:
    """What has nothing to ask is done at once; issuing and sending back have a page of their own.

    Looking for an organ shows the page once more with everything ticked, and does nothing else.
    """
    report = found(request.officer, report_id)
    officer = request.officer
    if act not in DONE or report.office_id != officer.organisation_id or not writing.may_write(officer):
        raise Http404
    asks = {
        "issue": lambda data: IssueForm(data, officer=officer, typed=request.POST),
        "send_back": NoteForm,
    }
    acts = request.method == "POST" and not (act == "issue" and request.POST.get("do") == "find")
    if not acts and (act not in asks or report.state != S.SUBMITTED or not writing.may_issue(officer)):
        raise Http404
    form = asks[act](request.POST if acts else None) if act in asks else None
    if acts and (form is None or form.is_valid()):
        try:
            _do(act, report, form, request)
        except StepRefused as refused:
            if form is None or refused.code == "conflict":
                messages.error(request, refused.message)
                return redirect("workbench:analysis_report", report.pk)
            form.add_error(None, refused.message)
        else:
            messages.success(request, DONE[act])
            return redirect("workbench:analysis_report", report.pk)
    context = {
        "form": form, "report": report, "act": act, "title": _("签发") if act == "issue" else _("退回修改"),
        "seq": request.POST.get("seq", report.seq), "search": request.POST.get("unit_search", ""),
    }  # fmt: skip
    return render(request, "workbench/reports/act.html", context, status=422 if form.errors else 200)


def _do(act: str, report, form, request: HttpRequest) -> None:
    said = {"by": request.officer, "at": timezone.now(), "request": request}
    match act:
        case "issue":
            writing.issue(report.pk, copies=form.cleaned_data["copies"], seq=seq_of(request), **said)
        case "send_back":
            writing.send_back(report.pk, note=form.cleaned_data["note"], seq=seq_of(request), **said)
        case "submit":
            writing.submit(report.pk, seq=seq_of(request), **said)
        case "drop":
            writing.drop(report.pk, seq=seq_of(request), **said)
        case "again":
            drafting.again(report)
