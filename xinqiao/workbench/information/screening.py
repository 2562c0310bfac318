"""排查: the own unit's tasks with the zero report, and how far the units of the area are (A-34, A-35)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.information import screening
from xinqiao.information.models import Round, Task, reach_of
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.information import SCHEDULES, TaskState
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.refusals import StepRefused
from xinqiao.ui import digits
from xinqiao.ui.day_words import exact_day

from .. import keyset
from ..door import officer_required
from ..listing import Listing
from .forms import OrderForm

IN_TREE = keyset.Order("place", "", "org_lft", int)
UNIT_COLUMNS = ("org_lft", "state", "is_late", "done_at", "organisation__name", "organisation__parent__name")
TONES = {TaskState.OPEN: "warn", TaskState.ZERO: "ok", TaskState.REPORTED: "ok"}
OWN_TASKS = 6


@officer_required
@require_safe
def screening_page(request: HttpRequest) -> HttpResponse:
    """`?round=&unit=`: own tasks first; then one round by area, in the order of the tree, with the way down."""
    officer, today = request.officer, localdate()
    context = {
        "tasks": [_task(task, today) for task in screening.own_tasks(officer)[:OWN_TASKS]],
        "may_report": bool(allowed(officer.role_set, "screening", Action.WRITE)),
        "may_order": screening.may_order(officer),
        "today": today,
    }
    first, last = reach_of(officer, "screening")
    if first != last:
        context |= _area(request, screening.top_of(officer), today)
    return render(request, "workbench/information/screening.html", context)


def _task(task: Task, today) -> dict:
    return {
        "pk": task.pk,
        "name": task.round.name,
        "round": task.round,
        "open": task.state == TaskState.OPEN,
        "late": task.state == TaskState.OPEN and task.round.due_on < today,
        "state": TaskState(task.state).label,
        "tone": TONES[task.state],
        "done_at": task.done_at,
        "done_by": task.done_by.user.name if task.done_by else "",
        "zero_url": reverse("workbench:screening_zero", args=[task.pk]),
        "found_url": f"{reverse('workbench:information_new')}?task={task.pk}",
    }


def _area(request: HttpRequest, top: Organisation, today) -> dict:
    place = place_of(request, top)
    rounds = list(screening.rounds_of(place))
    chosen = next((one for one in rounds if str(one.pk) == request.GET.get("round")), _most_units(rounds, today))
    shares = screening.progress(chosen, place) if chosen else []
    return {
        "place": place,
        "way": [(one.name, _here(request, unit=one.pk)) for one in _way(top, place)],
        "rounds": [(one.pk, _round_words(one)) for one in rounds],
        "chosen": chosen,
        "over": bool(chosen) and chosen.due_on < today,
        "shares": [_share(one, place, chosen, request) for one in shares],
        "total": screening.total(shares),
        "disputes": screening.disputes(place, today.year) if _reads_reports(request.officer) else None,
        "open_url": _units(chosen, place, "open") if chosen else "",
        "all_url": _units(chosen, place, "all") if chosen else "",
    }


def _reads_reports(officer: Officer) -> bool:
    """Whether the post may open the reports that the figure counts: all of its area."""
    reach = reach_of(officer, "information")
    return bool(reach) and reach[0] != reach[1]


def _most_units(rounds: list[Round], today) -> Round | None:
    """What is shown first: of the rounds that run, the one that most units take part in."""
    running = [one for one in rounds if one.due_on >= today] or rounds[:1]
    return max(running, key=lambda one: one.units, default=None)


def _share(one: screening.Share, place: Organisation, chosen: Round, request: HttpRequest) -> dict:
    own = one.organisation.pk == place.pk
    leaf = own or one.organisation.rgt - one.organisation.lft <= 1 or one.units == 1
    url = _units(chosen, one.organisation, "all") if leaf else _here(request, unit=one.organisation.pk)
    return {
        "share": one,
        "name": one.organisation.name,
        "own": own,
        "url": url,
        "open_url": _units(chosen, one.organisation, "open"),
    }


def _round_words(one: Round) -> str:
    today = localdate()
    return _("%(name)s %(from)s至%(to)s") % {
        "name": one.name,
        "from": exact_day(one.starts_on, today),
        "to": exact_day(one.due_on, today),
    }


def place_of(request: HttpRequest, top: Organisation) -> Organisation:
    """The unit named in the address, else the widest one. Raises Http404 for one outside the area, as for one that is not."""
    asked = request.GET.get("unit", "")
    if not asked:
        return top
    place = Organisation.objects.filter(pk=digits.read(asked) or 0).first()
    if place is None or not top.lft <= place.lft <= top.rgt:
        raise Http404
    return place


def _way(top: Organisation, place: Organisation) -> list[Organisation]:
    above = Organisation.objects.filter(lft__lte=place.lft, rgt__gte=place.rgt, lft__gte=top.lft)
    return list(above.order_by("lft"))


def _here(request: HttpRequest, **changes) -> str:
    return keyset.with_choices(
        reverse("workbench:screening"), request.GET, **{name: str(value) for name, value in changes.items()}
    )


def _units(made: Round, place: Organisation, show: str) -> str:
    return f"{reverse('workbench:screening_units', args=[made.pk])}?unit={place.pk}&show={show}"


@officer_required
@require_safe
def units_page(request: HttpRequest, round_id: int) -> HttpResponse:
    """The units of one area in one round: which have reported, which not; paged by their place in the tree."""
    officer = request.officer
    place = place_of(request, _top(officer))
    made = Round.objects.filter(pk=round_id, lft__lte=place.rgt, rgt__gte=place.lft).first()
    if made is None:
        raise Http404
    only_open = request.GET.get("show") == "open"
    rows = screening.units_below(made, place, only_open=only_open)
    here = Listing(request, reverse("workbench:screening_units", args=[made.pk]))
    page = here.page(rows, IN_TREE, UNIT_COLUMNS)
    context = {
        "round": made,
        "place": place,
        "rows": [_unit(row, made) for row in page.rows],
        "tabs": here.tabs((("open", _("没有报送的")), ("all", _("全部单位"))), "open" if only_open else "all"),
        "only_open": only_open,
        "back_url": f"{reverse('workbench:screening')}?round={made.pk}&unit={place.pk}",
        **here.turning(page),
        "today": localdate(),
    }
    return render(request, "workbench/information/units.html", context)


def _unit(row: dict, made: Round) -> dict:
    return {
        "name": row["organisation__name"],
        "above": row["organisation__parent__name"] or "",
        "state": TaskState(row["state"]).label,
        "tone": TONES[row["state"]],
        "done_at": row["done_at"],
        "late": row["is_late"],
    }


def _top(officer: Officer) -> Organisation:
    return screening.top_of(officer)


@officer_required
@require_http_methods(["GET", "POST"])
def zero_page(request: HttpRequest, task_id: int) -> HttpResponse:
    """零报告: one click and a confirmation."""
    officer = request.officer
    task = screening.own_tasks(officer).filter(pk=task_id).first()
    if task is None:
        raise Http404
    if request.method == "POST":
        try:
            screening.report_nothing(task.pk, confirmed=True, by=officer, at=timezone.now(), request=request)
            messages.success(request, _("零报告已报送。后来有发现的，可以随时补报。"))
        except StepRefused as refused:
            messages.error(request, refused.message)
        return redirect("workbench:screening")
    context = {
        "look": "ui/officer.html",
        "heading": _("确认零报告"),
        "text": _("确认已经走访、排查过，没有发现矛盾纠纷。"),
        "facts": [
            (_("单位"), officer.organisation.name),
            (_("排查"), _round_words(task.round)),
        ],
        "action": _("确认，没有发现"),
        "back_url": reverse("workbench:screening"),
    }
    return render(request, "workbench/information/zero.html", context)


@officer_required
@require_http_methods(["GET", "POST"])
def order_page(request: HttpRequest) -> HttpResponse:
    """部署集中排查: for an important period, in the own area."""
    choices = [(row.code, _("%(units)s") % {"units": _units_words(row)}) for row in SCHEDULES.values()]
    form = OrderForm(request.POST if request.method == "POST" else None, schedules=choices)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = screening.order(
                said["schedule"],
                title=said["title"],
                due_on=said["due_on"],
                by=request.officer,
                at=timezone.now(),
                request=request,
            )
        except StepRefused as refused:
            form.add_error("due_on" if refused.code == "due_on_wrong" else None, refused.message)
        else:
            messages.success(request, _("已部署，%(n)d个单位收到排查任务。") % {"n": made.units})
            return redirect(f"{reverse('workbench:screening')}?round={made.pk}")
    return render(request, "workbench/information/order.html", {"form": form}, status=422 if form.errors else 200)


def _units_words(row) -> str:
    return {
        "village": _("村（社区）"),
        "township": _("乡镇（街道）"),
        "organs": _("县以上信访部门、职能部门、公安、司法行政"),
    }[row.code]
