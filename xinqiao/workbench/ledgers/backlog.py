"""积案: what is older than twelve months and not settled, oldest first; stock and new flow; into the ledger, many at once (G.1)."""

from datetime import date

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from xinqiao.access import reveal
from xinqiao.ledgers import backlog
from xinqiao.ledgers.models import Item
from xinqiao.matters.act import MatterHidden
from xinqiao.organisations.models import Officer
from xinqiao.rules.ledgers import BACKLOG_MONTHS, KEEPERS, LIMITS, Sort
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Stage
from xinqiao.ui import digits

from .. import keyset
from ..acts.fields import Day
from ..door import officer_required
from ..listing import Listing
from ..tally import TOTAL_TO
from .forms import LEADERS, Named, at_work, prose

OLDEST = keyset.Order("number", "", "number_order", int)
COLUMNS = (
    "matter_id", "matter__number", "matter__title", "matter__received_on", "matter__stage", "organisation__name", "handler__user__name", "due_on",
)  # fmt: skip
AT_ONCE = 50


class IntoLedgerForm(forms.Form):
    """What is the same for all that were chosen; each gets the responsible person of its own unit."""

    use_required_attribute = False
    leader = Named(label=gettext_lazy("责任领导"), empty_label=gettext_lazy("没有"), required=False)
    limit_on = Day(label=gettext_lazy("完成期限"), error_messages={"required": gettext_lazy("请填写“完成期限”。")})
    measure = prose(
        "measure", label=gettext_lazy("措施"), rows=2, help_text=gettext_lazy("对选中的每一件都适用的写法；以后可以逐件更改。"),
        error_messages={"required": gettext_lazy("请填写“措施”。")},
    )  # fmt: skip

    def __init__(self, *args, by: Officer, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        led = at_work().filter(organisation_id=by.organisation_id, roles__overlap=[role.value for role in LEADERS])
        self.fields["leader"].queryset = led.order_by("pk")


@officer_required
@require_http_methods(["GET", "POST"])
def backlog_page(request: HttpRequest) -> HttpResponse:
    """`?show=all` and a position; sent as a form: the chosen ones go into the ledger."""
    officer, today = request.officer, localdate()
    stock = backlog.desks(officer, today)
    form = IntoLedgerForm(request.POST if request.method == "POST" else None, by=officer)
    if request.method == "POST":
        if not officer.role_set & KEEPERS:
            raise Http404
        if form.is_valid() and (done := _put_in(request, officer, stock, form)):
            return done
    show_all = request.GET.get("show") == "all"
    rows = stock if show_all else backlog.not_listed(stock)
    here = Listing(request, reverse("workbench:backlog"))
    found = here.page(rows, OLDEST, COLUMNS)
    flow = backlog.flow(stock)
    this_month = today.replace(day=1)
    context = {
        "rows": _rows(found.rows, today, chosen=set(request.POST.getlist("matter"))),
        "form": form if officer.role_set & KEEPERS else None,
        "months": BACKLOG_MONTHS,
        "total": sum(one.number for one in flow),
        "new": sum(one.number for one in flow if one.month >= this_month),
        "listed": _listed(officer),
        "flow": _flow(flow, this_month),
        "show_all": show_all,
        "all_url": here(show="" if show_all else "all"),
        **here.turning(found),
        "today": today,
        "most": TOTAL_TO,
    }
    return render(request, "workbench/ledgers/backlog.html", context, status=422 if form.errors else 200)


def _put_in(request: HttpRequest, officer: Officer, stock, form: IntoLedgerForm) -> HttpResponse | None:
    """Each chosen petition by itself; what is refused is said with its number, the others are in."""
    ids = [key for text in request.POST.getlist("matter") if (key := digits.read(text)) is not None][:AT_ONCE]
    desks = list(
        stock.filter(matter_id__in=ids)
        .select_related("matter__place", "organisation", "handler__user")
        .order_by("number_order")
    )
    if not desks:
        form.add_error(None, _("请先勾选要列入台账的信访件。"))
        return None
    refused, at = [], timezone.now()
    for desk in desks:
        problem = reveal.masked(desk.matter, officer).text(desk.matter.title)[: LIMITS["problem"]]
        try:
            backlog.put_in(desk, problem=problem, by=officer, at=at, request=request, **form.cleaned_data)
        except (StepRefused, MatterHidden) as no:
            refused.append((desk.matter.number, getattr(no, "message", _("这一件现在不能列入。"))))
    if len(refused) == len(desks):
        for number, why in refused:
            form.add_error(None, f"{number}：{why}")
        return None
    messages.success(request, _("已列入%(n)s件。") % {"n": len(desks) - len(refused)})
    for number, why in refused:
        messages.warning(request, _("%(number)s没有列入：%(why)s") % {"number": number, "why": why})
    return redirect(f"{reverse('workbench:ledgers')}?sort={Sort.BACKLOG}")


def _rows(rows: list[dict], today: date, chosen: set[str]) -> list[dict]:
    listed = set(
        Item.objects.open()
        .filter(sort=Sort.BACKLOG, matter__in=[row["matter_id"] for row in rows])
        .values_list("matter_id", flat=True)
    )
    return [
        {
            "matter": row["matter_id"],
            "number": row["matter__number"],
            "title": row["matter__title"],
            "url": reverse("workbench:case", args=[row["matter__number"]]),
            "received_on": row["matter__received_on"],
            "age": age(row["matter__received_on"], today),
            "stage": Stage(row["matter__stage"]),
            "unit": row["organisation__name"],
            "handler": row["handler__user__name"] or "",
            "listed": row["matter_id"] in listed,
            "chosen": str(row["matter_id"]) in chosen,
        }
        for row in rows
    ]


def age(since: date, today: date) -> str:
    """How long ago, in years and months."""
    months = (today.year - since.year) * 12 + today.month - since.month - (today.day < since.day)
    years, rest = divmod(months, 12)
    parts = [f"{years}年" if years else "", f"{rest}个月" if rest else ""]
    return "".join(parts) or "不到1个月"


def _listed(officer: Officer) -> int:
    return Item.objects.visible_to(officer).open().filter(sort=Sort.BACKLOG).count()


def _flow(flow: list[backlog.Month], this_month: date) -> list[dict]:
    """The last twelve months one by one, everything older in one line."""
    recent = [
        {"name": f"{one.month.year}年{one.month.month}月", "number": one.number}
        for one in flow
        if (this_month - one.month).days < 360
    ]
    older = sum(one.number for one in flow) - sum(row["number"] for row in recent)
    return recent + ([{"name": _("更早"), "number": older}] if older else [])
