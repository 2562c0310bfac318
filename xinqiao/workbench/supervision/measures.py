"""联席会议的措施: what was proposed and decided towards which organ, what it reported, how it ended (SV-6, R-39(3)).

Rows stand in the order of time. Organs are not ranked, and how many measures an organ had is shown nowhere.
"""

from datetime import date
from types import SimpleNamespace

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.documents import letters
from xinqiao.matters.models import Matter
from xinqiao.notifications import inbox
from xinqiao.organisations.models import Officer
from xinqiao.rules import liability
from xinqiao.rules.measures import LABELS, MEASURES, OPEN, Sort, State
from xinqiao.rules.numbering import print_matter_number
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.refusals import StepRefused
from xinqiao.supervision import measures as acts
from xinqiao.supervision import recommendations
from xinqiao.supervision.models import Measure, Recommendation
from xinqiao.ui import digits

from .. import keyset
from ..acts.fields import Day, ManyLines, OneLine, Organ, Prose
from ..acts.forms import StepForm
from ..door import officer_required
from ..listing import Listing
from .recommendation_forms import GROUNDS_FILTER, in_a_box
from .recommendations import FORMS, as_file
from .sections import sections
from .taking import ActForm, PageAct, reason, take

NEWEST = keyset.Order("newest", "", "id", int, descending=True)
COLUMNS = ("sort", "state", "limit_on", "facts", "office_id", "organisation__name", "office__name", "decided_on")
TONES = {
    State.PROPOSED: "warn",
    State.IN_FORCE: "info",
    State.REPORTED: "warn",
    State.LIFTED: "ok",
    State.DROPPED: "idle",
}
SHOWN = ("turn", "open", "done")


class ProposeForm(StepForm):
    """A measure as it is put before the conference."""

    sort = forms.ChoiceField(label=_("采取什么措施"), choices=Sort.choices(), widget=forms.RadioSelect)
    organisation = Organ(label=_("对哪个单位"), required=False)
    grounds = forms.MultipleChoiceField(
        label=LABELS["grounds"],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("措施要有依据，至少选一项。"),
    )
    facts = Prose(
        label=LABELS["facts"],
        limit="facts",
        required=False,
        rows=5,
        help_text=_("单位应当做什么、没有做到什么，写明日期。不写信访人。"),
    )
    numbers = ManyLines(
        label=_("依据的信访事项"),
        limit="note",
        required=False,
        rows=3,
        help_text=_("信访件编号，一行一个。检举控告件不能写进来。"),
    )
    demand = Prose(label=LABELS["demand"], limit="facts", required=False, rows=4)
    limit_on = Day(label=LABELS["limit_on"], required=False, help_text=_("挂牌督办、责令限期整改必须填写。"))

    def prepare(self):
        self.fields["sort"].option_hints = {row.sort.value: row.demand_hint for row in MEASURES.values()}
        self.wishes = {name: {"optional": name in ("numbers", "limit_on")} for name in self.fields}
        self.wishes["grounds"]["filter"] = GROUNDS_FILTER
        self.first(**self.situation.first)
        self.fields["grounds"].choices = liability.choices(self.given("grounds"))
        self.fields["grounds"].option_hints = liability.hints()
        self.offer("organisation", recommendations.responsible(self.officer))

    def _row(self, bound):
        return in_a_box(self, bound) if bound.name == "grounds" else super()._row(bound)


class DecideForm(ActForm):
    agrees = forms.TypedChoiceField(
        label=_("决定"), choices=[("yes", _("采取")), ("no", _("不采取"))], coerce=lambda value: value == "yes",
        widget=forms.RadioSelect, error_messages={"required": _("请选择采取或者不采取。")},
    )  # fmt: skip
    body = OneLine(
        label=_("由哪次会议或者哪位负责人决定"), error_messages={"required": _("请写明由哪次会议或者哪位负责人决定。")},
        help_text=_("例如：地区信访工作联席会议2026年第2次会议。"),
    )  # fmt: skip
    decided_on = Day(label=_("决定日期"), error_messages={"required": _("请填写决定日期。")})
    note = Prose(label=_("不采取的理由"), required=False, rows=2)


class ReportForm(ActForm):
    result = reason(_("落实情况"), _("做了什么、结果怎样、还有什么没有做到和什么时候做到。"), rows=6)


class LiftForm(ActForm):
    evidence = reason(_("凭什么解除"), _("写明核对了什么材料、到现场看过没有、信访人怎么说。"))


class ContinueForm(ActForm):
    note = reason(_("还缺什么"))
    limit_on = Day(label=_("新的最后期限"), required=False)


ACTS = {
    "decide": PageAct(_("登记决定"), DecideForm, acts.decide, intro=_("决定采取的，文书马上送单位。")),
    "report": PageAct(_("报告落实情况"), ReportForm, acts.report),
    "lift": PageAct(_("解除"), LiftForm, acts.lift, intro=_("问题解决了才能解除，要写明证据。")),
    "continue": PageAct(_("没有做到，继续"), ContinueForm, acts.keep_in_force, "secondary", folded=True),
}


@officer_required
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """`?show=turn|open|done&sort=` and a position; what is not known is left out, never an error."""
    officer, today, asked = request.officer, localdate(), request.GET
    show = asked.get("show") if asked.get("show") in SHOWN else "turn"
    sort = asked.get("sort", "") if asked.get("sort") in set(Sort) else ""
    rows = {
        "turn": lambda: acts.waiting(officer),
        "open": lambda: Measure.objects.visible_to(officer).filter(state__in=OPEN),
        "done": lambda: Measure.objects.visible_to(officer).exclude(state__in=OPEN),
    }[show]()
    rows = rows.filter(sort=sort) if sort else rows
    here = Listing(request, reverse("workbench:measures"))
    page = here.page(rows, NEWEST, COLUMNS)
    context = {
        "sections": sections(request), "rows": [_row(row, officer) for row in page.rows], "show": show, "sort": sort, "today": today,
        "tabs": here.tabs((("turn", _("等我办理")), ("open", _("正在进行")), ("done", _("已经结束"))), show),
        "sorts": [{"label": one.label, "url": here(sort="" if one == sort else one.value), "on": one == sort} for one in Sort],
        "may_propose": acts.may_propose(officer), **here.turning(page),
    }  # fmt: skip
    return render(request, "workbench/supervision/measures.html", context)


def _row(row: dict, officer: Officer) -> dict:
    own = row["office_id"] == officer.organisation_id
    return {
        "url": reverse("workbench:measure", args=[row["pk"]]),
        "sort": Sort(row["sort"]).label,
        "about": row["facts"].strip().split("\n")[0],
        "side": _("对") if own else _("来自"),
        "whom": row["organisation__name"] if own else row["office__name"],
        "due_on": row["limit_on"] if row["state"] == State.IN_FORCE else None,
        "state": State(row["state"]).label,
        "tone": TONES[row["state"]],
    }


@officer_required
@require_http_methods(["GET", "POST"])
@never_cache
def measure_page(request: HttpRequest, measure_id: int) -> HttpResponse:
    """One measure: on which ground, decided by whom, what the organ did; what this post may do now."""
    officer, now = request.officer, timezone.now()
    row = _found(officer, measure_id)
    offered = {name: ACTS[name] for name in _offered(row, officer)}
    rows, taken = take(request, offered, row.pk, at=now, initial={"decide": {"decided_on": localdate(now)}})
    if taken:
        return redirect("workbench:measure", row.pk)
    inbox.mark_read(officer, at=now, subject=str(row))
    matters = row.matters.values_list("pk", flat=True)
    seen = Matter.objects.visible_to(officer).filter(pk__in=matters).order_by("received_on", "pk")
    may_edit = row.state == State.PROPOSED and row.office_id == officer.organisation_id and acts.may_propose(officer)
    context = {
        "sections": sections(request), "row": row, "rule": row.row, "sort": Sort(row.sort), "state": State(row.state),
        "tone": TONES[row.state], "grounds": liability.said(row.grounds), "acts": rows, "today": localdate(),
        "matters": [{"number": one.number, "title": one.listed_title, "url": reverse("workbench:case", args=[one.number])} for one in seen],
        "others": len(matters) - len(seen), "late": row.state == State.IN_FORCE and row.limit_on and row.limit_on < localdate(),
        "edit_url": reverse("workbench:measure_edit", args=[row.pk]) if may_edit else "",
        "recommendation_url": _recommendation_url(row, officer),
    }  # fmt: skip
    return render(
        request, "workbench/supervision/measure.html", context, status=422 if request.method == "POST" else 200
    )


def _found(officer: Officer, measure_id: int) -> Measure:
    related = (
        "office",
        "organisation",
        "proposed_by__user",
        "decided_by__user",
        "reported_by__user",
        "lifted_by__user",
    )
    row = Measure.objects.visible_to(officer).select_related(*related).filter(pk=measure_id).first()
    if row is None:
        raise Http404
    return row


def _offered(row: Measure, officer: Officer) -> list[str]:
    """The acts that this post may take now, in the order of the page."""
    decides = row.office_id == officer.organisation_id and acts.may_decide(officer)
    reports = row.organisation_id == officer.organisation_id and bool(
        allowed(officer.role_set, "measure", Action.WRITE)
    )
    by_state = {
        State.PROPOSED: [("decide", decides)],
        State.IN_FORCE: [("report", reports), ("lift", decides)],
        State.REPORTED: [("lift", decides), ("continue", decides)],
    }
    return [name for name, may in by_state.get(State(row.state), ()) if may]


def _recommendation_url(row: Measure, officer: Officer) -> str:
    if row.recommendation_id is None:
        return ""
    seen = Recommendation.objects.visible_to(officer).filter(pk=row.recommendation_id).exists()
    return reverse("workbench:recommendation", args=[row.recommendation_id]) if seen else ""


@officer_required
@require_http_methods(["GET", "POST"])
@never_cache
def propose_page(request: HttpRequest, measure_id: int | None = None) -> HttpResponse:
    """Propose one, or change what waits for the decision. What was typed stays, also for a search."""
    officer = request.officer
    if not acts.may_propose(officer):
        raise Http404
    row = _found(officer, measure_id) if measure_id else None
    if row and (row.state != State.PROPOSED or row.office_id != officer.organisation_id):
        raise Http404
    origin = row.recommendation if row else _origin(request, officer)
    form = _form(request, officer, _of_row(row) if row else _of_recommendation(origin))
    if request.method == "POST" and request.POST.get("do") != "find" and form.is_valid():
        made = _propose(request, form, origin, row)
        if made is not None:
            return redirect("workbench:measure", made.pk)
    context = {"form": form, "row": row, "origin": origin, "sections": sections(request)}
    return render(request, "workbench/supervision/measure_propose.html", context, status=422 if form.errors else 200)


def _propose(
    request: HttpRequest, form: ProposeForm, origin: Recommendation | None, row: Measure | None
) -> Measure | None:
    said = form.cleaned_data
    proposal = acts.Proposal(
        Sort(said["sort"]), said["organisation"], tuple(said["grounds"]), said["facts"], said["demand"], said["limit_on"],
        tuple(said["numbers"]), origin,
    )  # fmt: skip
    try:
        return acts.propose(
            proposal, by=request.officer, at=timezone.now(), measure_id=row.pk if row else None, request=request
        )
    except recommendations.Incomplete as refused:
        for name, words in refused.fields.items():
            form.add_error(name if name in form.fields else None, words)
    except StepRefused as refused:
        form.add_error(None, refused.message)
    return None


def _form(request: HttpRequest, officer: Officer, first: dict) -> ProposeForm:
    situation = SimpleNamespace(matter=None, officer=officer, today=localdate(), first=first)
    if request.method != "POST":
        return ProposeForm(situation=situation)
    sent = ProposeForm(request.POST, situation=situation)
    if request.POST.get("do") != "find":
        return sent
    typed = {name: field.widget.value_from_datadict(request.POST, {}, name) for name, field in sent.fields.items()}
    searched = {name: value for name, value in request.POST.items() if name.endswith("_find")}
    return ProposeForm(initial={**typed, **searched}, situation=situation)


def _origin(request: HttpRequest, officer: Officer) -> Recommendation | None:
    """The recommendation that was not heeded: `?recommendation=7`, of the own office."""
    known = digits.read(request.GET.get("recommendation")) or 0
    found = Recommendation.objects.visible_to(officer).filter(
        pk=known, office=officer.organisation, issued_at__isnull=False
    )
    return found.select_related("organisation").first()


def _of_row(row: Measure) -> dict:
    numbers = [print_matter_number(one.number) for one in row.matters.order_by("received_on", "pk")]
    words = {name: getattr(row, name) for name in ("sort", "grounds", "facts", "demand")}
    return {**words, "organisation": row.organisation_id, "limit_on": row.limit_on or "", "numbers": numbers}


def _of_recommendation(row: Recommendation | None) -> dict:
    if row is None:
        return {}
    numbers = [print_matter_number(one.number) for one in row.matters.order_by("received_on", "pk")]
    sent: date = localdate(row.issued_at)
    facts = f"{sent:%Y年%-m月%-d日}建议{row.organisation.name}改进工作，问题还没有解决。\n{row.facts}"
    return {
        "organisation": row.organisation_id,
        "facts": facts,
        "demand": row.proposal,
        "numbers": numbers,
        "grounds": ["R-45(3)"],
    }


@officer_required
@require_safe
@never_cache
def letter_page(request: HttpRequest, measure_id: int, form: str) -> HttpResponse:
    """F-38 as it was issued; before the decision, as a draft."""
    row = _found(request.officer, measure_id)
    if form not in FORMS or (row.document_id is None and row.state != State.PROPOSED):
        raise Http404
    if row.document_id is None:
        document = letters.preview(acts.LETTER, acts.letter(row, request.officer, timezone.now()))
        document.drafted_at = timezone.now()
    else:
        document = letters.by_id(row.document_id, matter_id=letters.NO_MATTER)
    return as_file(document, form)
