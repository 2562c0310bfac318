"""抽查: draw a sample, its progress, the sheet of each matter, what came of it (G.2 “registration quality”)."""

from datetime import timedelta

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.sampling import LARGEST, SMALLEST, Answer, SampleSort, faults_of, questions_of
from xinqiao.rules.stages import Step
from xinqiao.supervision import sampling
from xinqiao.supervision.models import Sample, Sheet

from .. import keyset
from ..acts.fields import Day, Organ, Prose, offer
from ..door import officer_required
from ..listing import Listing
from .sections import sections

NEWEST = keyset.Order("newest", "", "id", int, descending=True)
COLUMNS = ("sort", "organisation__name", "from_on", "to_on", "size", "population", "drawn_at", "drawn_by__user__name")
USUAL_DAYS, USUAL_SIZE = 30, 20


class DrawForm(forms.Form):
    """What to look at, whose work, which days, how many."""

    use_required_attribute = False
    sort = forms.ChoiceField(label=gettext_lazy("抽查什么"), choices=SampleSort.choices(), widget=forms.RadioSelect)
    organisation = Organ(
        label=gettext_lazy("哪个机关、单位的工作"), help_text=gettext_lazy("选一个机关，连同它的下级一起抽。")
    )
    from_on = Day(label=gettext_lazy("从哪一天收到的"))
    to_on = Day(label=gettext_lazy("到哪一天"))
    size = forms.IntegerField(
        label=gettext_lazy("抽多少件"), min_value=SMALLEST, max_value=LARGEST,
        help_text=gettext_lazy("按各单位的件数，用随机数成比例抽取；不看是谁、提了几次。"),
    )  # fmt: skip

    def __init__(self, *args, officer: Officer, **kwargs):
        super().__init__(*args, **kwargs)
        first, last = officer.scope
        data = self.data if self.is_bound else {}
        chosen = [data.get("organisation", "")] if data else [str(officer.organisation_id)]
        field = self.fields["organisation"]
        area = Organisation.objects.filter(lft__range=(first, last), active=True)
        offer(field, area, chosen=chosen, search=data.get("organisation_find", ""), search_name="organisation_find")


class SheetForm(forms.Form):
    """One question a line; what is wrong."""

    use_required_attribute = False
    note = Prose(
        label=gettext_lazy("哪里不对"), required=False, help_text=gettext_lazy("有不对的要写明，被抽查单位能据此核对。")
    )

    def __init__(self, *args, sort: str, **kwargs):
        super().__init__(*args, **kwargs)
        asked = {
            row.code: forms.ChoiceField(
                label=row.question, choices=Answer.choices(), widget=forms.RadioSelect, help_text=row.basis,
                error_messages={"required": _("请回答这一项。")},
            )
            for row in questions_of(sort)
        }  # fmt: skip
        self.fields = {**asked, **self.fields}
        self.asked = list(asked)

    def questions(self) -> list:
        return [self[name] for name in self.asked]


@officer_required
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """Samples of the own office, newest first, with how far each is."""
    officer = request.officer
    rows = sampling.visible_to(officer)
    here = Listing(request, reverse("workbench:samples"))
    page = here.page(rows, NEWEST, COLUMNS)
    done = _done([row["pk"] for row in page.rows])
    today = localdate()
    context = {
        "sections": sections(request),
        "rows": [
            {
                **row, "sort": SampleSort(row["sort"]).label, "done": done.get(row["pk"], 0), "by": row["drawn_by__user__name"],
                "organisation": row["organisation__name"], "url": reverse("workbench:sample", args=[row["pk"]]),
            }
            for row in page.rows
        ],
        "figures": sampling.figures(officer.organisation, (today - timedelta(days=365), today)),
        "draws": allowed(officer.role_set, "sample", Action.WRITE),
        **here.turning(page),
    }  # fmt: skip
    return render(request, "workbench/supervision/samples.html", context)


def _done(ids: list[int]) -> dict[int, int]:
    counted: dict[int, int] = {}
    for sample_id in Sheet.objects.filter(sample__in=ids, checked_at__isnull=False).values_list("sample_id", flat=True):
        counted[sample_id] = counted.get(sample_id, 0) + 1
    return counted


@officer_required
@require_http_methods(["GET", "POST"])
def draw_page(request: HttpRequest) -> HttpResponse:
    """The form; on sending the sample is drawn and shown."""
    officer, today = request.officer, localdate()
    first = {"from_on": today - timedelta(days=USUAL_DAYS), "to_on": today, "size": USUAL_SIZE, "sort": SampleSort.REGISTRATION.value,
             "organisation": officer.organisation_id}  # fmt: skip
    if request.method == "POST" and request.POST.get("do") != "find":
        form = DrawForm(request.POST, officer=officer)
        if form.is_valid():
            try:
                sample = sampling.draw(officer, **form.cleaned_data, at=timezone.now(), request=request)
                return redirect("workbench:sample", sample.pk)
            except StepRefused as refused:
                form.add_error(None, refused.message)
        return render(request, "workbench/supervision/sample_new.html", {"form": form}, status=422)
    form = (
        DrawForm(request.POST, officer=officer)
        if request.method == "POST"
        else DrawForm(initial=first, officer=officer)
    )
    return render(request, "workbench/supervision/sample_new.html", {"form": form})


@officer_required
@require_safe
def sample_page(request: HttpRequest, sample_id: int) -> HttpResponse:
    """One sample: progress, what was right so far, the matters in the order in which they were drawn; the seed."""
    officer = request.officer
    sample = _found(officer, sample_id)
    sheets = list(sampling.sheets_of(sample, officer))
    done = [sheet for sheet in sheets if sheet.checked_at]
    context = {
        "sample": sample,
        "sort": SampleSort(sample.sort),
        "sheets": [_row(sheet) for sheet in sheets],
        "done": len(done),
        "total": len(sheets),
        "hidden": sample.size - len(sheets),
        "figures": sampling.add_up([sheet.answers for sheet in done]),
        "next": next((sheet.pk for sheet in sheets if not sheet.checked_at), None),
        "checks": allowed(officer.role_set, "sample", Action.WRITE),
    }
    return render(request, "workbench/supervision/sample.html", context)


@officer_required
@require_http_methods(["GET", "POST"])
def sheet_page(request: HttpRequest, sample_id: int, sheet_id: int) -> HttpResponse:
    """The sheet of one matter beside the link to its file; then the next one."""
    officer = request.officer
    sample = _found(officer, sample_id)
    sheet = sampling.sheets_of(sample, officer).filter(pk=sheet_id).first()
    if sheet is None:
        raise Http404
    form = SheetForm(
        request.POST if request.method == "POST" else None,
        sort=sample.sort,
        initial={**sheet.answers, "note": sheet.note},
    )
    if request.method == "POST" and form.is_valid():
        answers = {name: form.cleaned_data[name] for name in form.asked}
        try:
            sampling.check(sheet.pk, answers=answers, note=form.cleaned_data["note"], by=officer, at=timezone.now())
            return redirect(_next(sample, officer))
        except StepRefused as refused:
            form.add_error("note", refused.message)
    number = sheet.matter.number
    context = {
        "sample": sample, "sheet": sheet, "form": form, "sort": SampleSort(sample.sort),
        "case_url": reverse("workbench:case", args=[number]),
        "propose_url": f"{reverse('workbench:step', args=[number, Step.PROPOSE_SUPERVISION.value])}?sheet={sheet.pk}" if _is_wrong(sheet) else "",
    }  # fmt: skip
    return render(request, "workbench/supervision/sheet.html", context, status=422 if form.errors else 200)


def _next(sample: Sample, officer: Officer) -> str:
    """The next sheet that is still empty; the sample when there is none."""
    waiting = sampling.sheets_of(sample, officer).filter(checked_at=None).first()
    return (
        reverse("workbench:sheet", args=[sample.pk, waiting.pk])
        if waiting
        else reverse("workbench:sample", args=[sample.pk])
    )


def _found(officer: Officer, sample_id: int) -> Sample:
    related = ("organisation", "office", "drawn_by__user")
    sample = sampling.visible_to(officer).select_related(*related).filter(pk=sample_id).first()
    if sample is None:
        raise Http404
    return sample


def _is_wrong(sheet: Sheet) -> bool:
    return sheet.checked_at is not None and bool(faults_of(sheet.sample.sort, sheet.answers))


def _row(sheet: Sheet) -> dict:
    wrong = [row.fault for row in faults_of(sheet.sample.sort, sheet.answers)]
    return {
        "url": reverse("workbench:sheet", args=[sheet.sample_id, sheet.pk]),
        "title": sheet.matter.listed_title,
        "number": sheet.matter.number,
        "organisation": sheet.organisation.name,
        "done": sheet.checked_at is not None,
        "by": sheet.checked_by.user.name if sheet.checked_by else "",
        "wrong": wrong,
    }
