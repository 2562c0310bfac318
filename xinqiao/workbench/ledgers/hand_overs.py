"""领导交接: who leaves, what is open, who takes it over; both sign, the list is printed (A-30)."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.ledgers import hand_over
from xinqiao.ledgers.models import HandOver, Item
from xinqiao.matters.models import Referral
from xinqiao.organisations.models import Officer
from xinqiao.rules.ledgers import SIGNERS
from xinqiao.rules.refusals import StepRefused
from xinqiao.ui import digits

from ..door import officer_required
from .forms import Named, at_work, prose
from .lists import COLUMNS, shown, with_evidence

MOST = 300
SHOWN = 100


class HandOverForm(forms.Form):
    """To whom, and which items."""

    use_required_attribute = False
    receiver = Named(
        label=gettext_lazy("接收人"),
        empty_label=gettext_lazy("请选择"),
        error_messages={"required": gettext_lazy("请选择“接收人”。没有人接收的，不能移交。")},
    )
    note = prose(
        "progress",
        label=gettext_lazy("说明"),
        rows=2,
        required=False,
        help_text=gettext_lazy("移交的原因、要特别交代的事。"),
    )

    def __init__(self, *args, leaver: Officer, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        place = leaver.organisation
        near = at_work().filter(organisation__lft__lte=place.lft, organisation__rgt__gte=place.rgt)
        near = near.filter(roles__overlap=[role.value for role in hand_over.RECEIVERS]).exclude(user=leaver.user)
        self.fields["receiver"].queryset = near.order_by("-organisation__level", "pk")


@officer_required
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """Hand-overs of the own office and those to sign; items whose leader is gone; leaders who answer for something."""
    officer = request.officer
    rows = (
        hand_over.visible_to(officer).select_related("leaver__user", "receiver__user", "office").order_by("-pk")[:SHOWN]
    )
    alone = hand_over.left_alone(officer)
    makes = bool(officer.role_set & SIGNERS)
    context = {
        "rows": [(row, _state(row), hand_over.may_sign(row, officer)) for row in rows],
        "alone": [{"leader": one, "number": n} for one, n in _leaders(alone)],
        "leaders": [{"leader": one, "number": n} for one, n in _leaders(Item.objects.visible_to(officer).open())]
        if makes
        else [],
        "makes": makes,
    }
    return render(request, "workbench/ledgers/hand_overs.html", context)


def _leaders(items) -> list[tuple[Officer, int]]:
    """Leaders with how many open items each, in the order of the tree."""
    counted: dict[int, int] = {}
    for pk in items.filter(leader__isnull=False).order_by().values_list("leader_id", flat=True):
        counted[pk] = counted.get(pk, 0) + 1
    found = (
        Officer.objects.filter(pk__in=counted)
        .select_related("user", "organisation")
        .order_by("organisation__lft", "pk")
    )
    return [(one, counted[one.pk]) for one in found]


def _state(row: HandOver) -> tuple[str, str]:
    if row.withdrawn_at:
        return _("已收回"), "idle"
    if row.is_done:
        return _("双方已签字"), "ok"
    return (_("等接收人签字"), "warn") if row.leaver_signed_at else (_("等移交人签字"), "warn")


@officer_required
@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest) -> HttpResponse:
    """`?leaver=`: everything open that this leader answers for; all of it is chosen to begin with."""
    officer, today = request.officer, localdate()
    if not officer.role_set & SIGNERS:
        raise Http404
    wanted = digits.read(request.GET.get("leaver"))
    leaver = Officer.objects.select_related("user", "organisation").filter(pk=wanted or 0).first()
    found = hand_over.open_items(leaver, officer).order_by("limit_on", "pk") if leaver else Item.objects.none()
    rows = [shown(row, today) for row in found.values("pk", *COLUMNS)[:MOST]]
    if leaver is None or not rows:
        raise Http404
    sent = request.method == "POST"
    form = HandOverForm(request.POST if sent else None, leaver=leaver)
    chosen = [key for text in request.POST.getlist("item") if (key := digits.read(text)) is not None]
    if sent and form.is_valid():
        try:
            row = hand_over.make(leaver=leaver, item_ids=chosen, by=officer, at=timezone.now(), **form.cleaned_data)
        except StepRefused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("交接清单已做好，请双方签字。签完以前，责任领导不变。"))
            return redirect("workbench:hand_over", row.pk)
    for row in rows:
        row["chosen"] = not sent or row["pk"] in chosen
    context = {"form": form, "leaver": leaver, "rows": rows, "today": today, "desks": _desks(leaver, officer)}
    return render(request, "workbench/ledgers/hand_over_new.html", context, status=422 if form.errors else 200)


def _desks(leaver: Officer, officer: Officer) -> list[dict]:
    """Petitions that the leaver handles in person: a new handler is named on the page of each."""
    rows = (
        Referral.objects.visible_to(officer)
        .filter(handler=leaver, is_open=True, matter__sealed=False)
        .order_by("due_on", "pk")
    )
    return [
        {
            "number": row["matter__number"],
            "title": row["matter__title"],
            "url": reverse("workbench:case", args=[row["matter__number"]]),
        }
        for row in rows.values("matter__number", "matter__title")[:MOST]
    ]


@officer_required
@require_http_methods(["GET", "POST"])
def hand_over_page(request: HttpRequest, hand_over_id: int) -> HttpResponse:
    """The list itself: to sign, to take back, to print."""
    officer = request.officer
    row = hand_over.visible_to(officer).select_related(
        "leaver__user", "leaver__organisation", "receiver__user", "receiver__organisation", "office", "witness__user", "made_by__user"
    ).filter(pk=hand_over_id).first()  # fmt: skip
    if row is None:
        raise Http404
    if request.method == "POST":
        return _sign(request, row)
    return _show(request, row)


def _sign(request: HttpRequest, row: HandOver) -> HttpResponse:
    officer, at = request.officer, timezone.now()
    try:
        if request.POST.get("do") == "withdraw":
            hand_over.withdraw(row.pk, by=officer, at=at)
            messages.success(request, _("已收回，责任领导没有变。"))
        else:
            signed = hand_over.sign(row.pk, by=officer, at=at, reason=request.POST.get("reason", ""), request=request)
            messages.success(
                request, _("双方已签字，责任领导已变更。") if signed.is_done else _("已签字，等另一方签字。")
            )
    except StepRefused as refused:
        return _show(request, row, problem=refused.message, typed=request.POST.get("reason", "")[:2000], status=422)
    return redirect("workbench:hand_over", row.pk)


def _show(
    request: HttpRequest, row: HandOver, *, problem: str = "", typed: str = "", status: int = 200
) -> HttpResponse:
    officer, today = request.officer, localdate()
    seen = Item.objects.visible_to(officer).filter(hand_over_lines__hand_over=row).order_by("limit_on", "pk")
    rows = with_evidence([shown(one, today) for one in seen.values("pk", *COLUMNS)])
    context = {
        "row": row, "rows": rows, "state": _state(row), "signs_as": hand_over.may_sign(row, officer), "problem": problem, "typed": typed,
        "today": today, "now": timezone.now(), "hidden": row.lines.count() - len(rows),
        "may_withdraw": not row.is_done and not row.withdrawn_at and row.office_id == officer.organisation_id and bool(officer.role_set & SIGNERS),
    }  # fmt: skip
    return render(request, "workbench/ledgers/hand_over.html", context, status=status)
