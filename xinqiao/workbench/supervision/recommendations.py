"""三项建议: the list of what was recommended to whom, one recommendation with everything that can be done now, its letters (R-40, SV-4, SV-5)."""

from datetime import date

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.documents import letters
from xinqiao.matters.models import Matter
from xinqiao.notifications import inbox
from xinqiao.organisations.models import Officer
from xinqiao.rules import liability
from xinqiao.rules.hot import Target
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.recommendations import OPEN, Sort, State
from xinqiao.supervision import measures
from xinqiao.supervision import recommendations as acts
from xinqiao.supervision.models import Recommendation

from .. import keyset
from ..door import officer_required
from ..hot import sending as hot_sending
from ..listing import Listing
from . import recommendation_forms as forms
from .sections import sections
from .taking import PageAct, take

NEWEST = keyset.Order("newest", "", "id", int, descending=True)
COLUMNS = (
    "sort",
    "state",
    "feedback_by_on",
    "rounds",
    "office_id",
    "organisation__name",
    "office__name",
    "provision",
    "facts",
    "issued_at",
)
TONES = {
    State.DRAFTED: "warn", State.SUBMITTED: "warn", State.ISSUED: "info", State.ANSWERED: "warn", State.CLOSED: "ok",
    State.DROPPED: "idle",
}  # fmt: skip
SHOWN = ("turn", "open", "done")
FORMS = {
    "pdf": (letters.render_pdf, "application/pdf", "inline"),
    "docx": (
        letters.render_docx,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "attachment",
    ),
}
ACTS = {
    "submit": PageAct(_("交负责人签发"), forms.SubmitForm, acts.submit, intro=_("内容不全的，会告诉您还缺什么。")),
    "sign": PageAct(
        _("签发"), forms.SignForm, acts.sign, intro=_("签发后建议书送收文机关，反馈期限开始计算，不能再改。")
    ),
    "send_back": PageAct(_("退回修改"), forms.SendBackForm, acts.send_back, "secondary", folded=True),
    "answer": PageAct(_("反馈采纳情况"), forms.FeedbackForm, acts.answer),
    "close": PageAct(_("核对完毕，办结"), forms.CloseForm, acts.close),
    "send_feedback_back": PageAct(
        _("退回，请补充"), forms.ReturnForm, acts.send_feedback_back, "secondary", folded=True
    ),
    "drop": PageAct(_("不再提出"), forms.DropForm, acts.drop, "secondary", folded=True),
}


@officer_required
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """`?show=turn|open|done&sort=&state=&overdue=1` and a position; what is not known is left out, never an error."""
    officer, today = request.officer, localdate()
    chosen = _choices(request)
    here = Listing(request, reverse("workbench:recommendations"))
    page = here.page(_rows(officer, chosen, today), NEWEST, COLUMNS)
    context = {
        "sections": sections(request),
        "rows": [_row(row, officer, today) for row in page.rows],
        "tabs": here.tabs((("turn", _("等我办理")), ("open", _("正在进行")), ("done", _("已经办结"))), chosen["show"]),
        "sorts": Sort.choices(),
        "states": [(state.value, state.label) for state in State if (state in OPEN) == (chosen["show"] != "done")],
        "chosen": chosen,
        "narrowed": bool(chosen["sort"] or chosen["state"] or chosen["overdue"]),
        "clear_url": here(sort="", state="", overdue=""),
        "may_draft": acts.may_draft(officer),
        **here.turning(page),
        "today": today,
    }
    return render(request, "workbench/supervision/recommendations.html", context)


def _choices(request: HttpRequest) -> dict[str, str]:
    asked = request.GET
    return {
        "show": asked.get("show", "") if asked.get("show") in SHOWN else "turn",
        "sort": asked.get("sort", "") if asked.get("sort") in set(Sort) else "",
        "state": asked.get("state", "") if asked.get("state") in set(State) else "",
        "overdue": "1" if asked.get("overdue") == "1" else "",
    }


def _rows(officer: Officer, chosen: dict, today: date) -> QuerySet[Recommendation]:
    rows = {
        "turn": lambda: acts.waiting(officer),
        "open": lambda: Recommendation.objects.visible_to(officer).filter(state__in=OPEN),
        "done": lambda: Recommendation.objects.visible_to(officer).exclude(state__in=OPEN),
    }[chosen["show"]]()
    rows = rows.filter(**{name: chosen[name] for name in ("sort", "state") if chosen[name]})
    return rows.filter(acts.late(today)) if chosen["overdue"] else rows


def _row(row: dict, officer: Officer, today: date) -> dict:
    own = row["office_id"] == officer.organisation_id
    return {
        "url": reverse("workbench:recommendation", args=[row["pk"]]),
        "sort": Sort(row["sort"]).label,
        "about": (row["provision"] or row["facts"] or "").strip().split("\n")[0],
        "side": _("送") if own else _("来自"),
        "whom": row["organisation__name"] if own else row["office__name"],
        "due_on": row["feedback_by_on"] if row["state"] == State.ISSUED else None,
        "issued_at": row["issued_at"],
        "state": State(row["state"]).label,
        "tone": TONES[row["state"]],
        "rounds": row["rounds"],
    }


@officer_required
@require_http_methods(["GET", "POST"])
@never_cache
def recommendation_page(request: HttpRequest, recommendation_id: int) -> HttpResponse:
    """One recommendation: what it says, what was answered, what this post may do with it now."""
    officer, now = request.officer, timezone.now()
    row = _found(officer, recommendation_id)
    offered = {name: ACTS[name] for name in _offered(row, officer)}
    rows, taken = take(request, offered, row.pk, at=now, initial=_initial(row))
    if taken:
        return redirect("workbench:recommendation", row.pk)
    inbox.mark_read(officer, at=now, subject=str(row))
    wrong = request.method == "POST"
    context = {
        "sections": sections(request), "row": row, "sort": Sort(row.sort), "state": State(row.state), "tone": TONES[row.state],
        "rule": row.row, "grounds": liability.said(row.grounds), **_relied_on(row, officer), "acts": rows,
        "feedback": list(row.feedback.select_related("written_by__user", "signed_by__user", "returned_by__user").order_by("-round")),
        "own": row.office_id == officer.organisation_id, "today": localdate(),
        "late": row.state == State.ISSUED and row.feedback_by_on < localdate(),
        "edit_url": _edit_url(row, officer), "measure_url": _measure_url(row, officer), "measures": _measures(row, officer),
        "supervision_url": _supervision_url(row, officer),
        "prepares_only": row.state == State.ISSUED and not acts.signs_feedback(officer),
    }  # fmt: skip
    return render(request, "workbench/supervision/recommendation.html", context, status=422 if wrong else 200)


def _found(officer: Officer, recommendation_id: int) -> Recommendation:
    related = (
        "office",
        "organisation",
        "concerned",
        "drafted_by__user",
        "signed_by__user",
        "closed_by__user",
        "supervision__matter",
    )
    row = Recommendation.objects.visible_to(officer).select_related(*related).filter(pk=recommendation_id).first()
    if row is None:
        raise Http404
    return row


def _offered(row: Recommendation, officer: Officer) -> list[str]:
    """The acts that this post may take now, in the order of the page."""
    office, organ = row.office_id == officer.organisation_id, row.organisation_id == officer.organisation_id
    drafts, signs = office and acts.may_draft(officer), office and acts.may_sign(officer)
    answers = organ and (
        acts.signs_feedback(officer) or bool(allowed(officer.role_set, "recommendation", Action.WRITE))
    )
    by_state = {
        State.DRAFTED: [("submit", drafts), ("drop", drafts)],
        State.SUBMITTED: [("sign", signs), ("send_back", signs), ("drop", signs)],
        State.ISSUED: [("answer", answers)],
        State.ANSWERED: [("close", drafts), ("send_feedback_back", drafts)],
    }
    return [name for name, may in by_state.get(State(row.state), ()) if may]


def _initial(row: Recommendation) -> dict[str, dict]:
    """First values of the forms: the usual day, and what somebody of the organ has prepared."""
    due = {"feedback_by_on": forms.usual_day()}
    prepared = row.feedback.filter(round=row.rounds).first() if row.state == State.ISSUED else None
    before = prepared or row.feedback.filter(round=row.rounds - 1).first()
    said = {name: getattr(before, name) for name in ("adoption", "measures", "done_by_on", "reasons")} if before else {}
    return {"sign": due, "send_feedback_back": due, "answer": said}


def _relied_on(row: Recommendation, officer: Officer) -> dict:
    """The matters that this post may open, and how many there are beside them."""
    ids = set(row.matters.values_list("pk", flat=True))
    seen = Matter.objects.visible_to(officer).filter(pk__in=ids).order_by("received_on", "pk")
    found = [
        {
            "number": one.number,
            "title": one.listed_title,
            "received_on": one.received_on,
            "url": reverse("workbench:case", args=[one.number]),
        }
        for one in seen
    ]
    return {"matters": found, "others": len(ids) - len(found)}


def _edit_url(row: Recommendation, officer: Officer) -> str:
    if row.state == State.DRAFTED and row.office_id == officer.organisation_id and acts.may_draft(officer):
        return reverse("workbench:recommendation_edit", args=[row.pk])
    return ""


def _measure_url(row: Recommendation, officer: Officer) -> str:
    """Where a recommendation is not heeded, the conference may press the organ (R-39(3), R-45(3))."""
    heard = row.state in (State.ISSUED, State.ANSWERED, State.CLOSED) and row.sort == Sort.IMPROVE
    own = row.office_id == officer.organisation_id
    return (
        f"{reverse('workbench:measure_new')}?recommendation={row.pk}"
        if heard and own and measures.may_propose(officer)
        else ""
    )


def _measures(row: Recommendation, officer: Officer) -> list[dict]:
    seen = measures.Measure.objects.visible_to(officer).filter(recommendation=row).order_by("pk")
    return [
        {
            "label": one.get_sort_display(),
            "state": one.get_state_display(),
            "url": reverse("workbench:measure", args=[one.pk]),
        }
        for one in seen
    ]


def _supervision_url(row: Recommendation, officer: Officer) -> str:
    if (
        row.supervision_id is None
        or not Matter.objects.visible_to(officer).filter(pk=row.supervision.matter_id).exists()
    ):
        return ""
    return reverse("workbench:supervision", args=[row.supervision_id])


# ---- drafting ------------------------------------------------------------------------------------------------------------


@officer_required
@require_safe
def new_page(request: HttpRequest) -> HttpResponse:
    """Which of the three: what each is for, and to whom it goes."""
    if not acts.may_draft(request.officer):
        raise Http404
    rows = [{"sort": sort, "rule": rule, "url": keyset.with_choices(reverse("workbench:recommendation_draft", args=[sort.value]), request.GET)}
            for sort, rule in forms.RULES.items()]  # fmt: skip
    return render(
        request, "workbench/supervision/recommendation_new.html", {"rows": rows, "sections": sections(request)}
    )


@officer_required
@require_http_methods(["GET", "POST"])
@never_cache
def draft_page(request: HttpRequest, sort: str = "", recommendation_id: int | None = None) -> HttpResponse:
    """Write one, new (`?supervision=` or `?finding=` to begin with) or again. What was typed stays, also for a search."""
    officer, row = request.officer, None
    if not acts.may_draft(officer):
        raise Http404
    if recommendation_id is not None:
        row = _found(officer, recommendation_id)
        if not _edit_url(row, officer):
            raise Http404
        sort = row.sort
    if sort not in set(Sort):
        raise Http404
    start = forms.start_of(row, request)
    form = forms.draft_form(request, Sort(sort), start)
    if request.method == "POST" and request.POST.get("do") != "find" and form.is_valid():
        saved = _save(request, form, start, row)
        if saved is not None:
            if row is None:
                hot_sending.note(request, Target.POLICY, f"recommendation:{saved.pk}")
            return redirect("workbench:recommendation", saved.pk)
    context = {
        "form": form, "sort": Sort(sort), "rule": forms.RULES[Sort(sort)], "row": row, "start": start, "sections": sections(request),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "workbench/supervision/recommendation_draft.html", context, status=status)


def _save(request: HttpRequest, form, start: forms.Start, row: Recommendation | None) -> Recommendation | None:
    """Save, and submit where that was asked; None where something is wrong, which then stands on the form."""
    now, saved = timezone.now(), None
    try:
        given = form.draft(start)
        saved = acts.save(given, by=request.officer, at=now, recommendation_id=row.pk if row else None, request=request)
    except acts.Incomplete as refused:
        for name, words in refused.fields.items():
            form.add_error(name if name in form.fields else None, words)
    except acts.StepRefused as refused:
        form.add_error(None, refused.message)
    return saved


# ---- letters -------------------------------------------------------------------------------------------------------------


@officer_required
@require_safe
@never_cache
def letter_page(request: HttpRequest, recommendation_id: int, which: str, form: str) -> HttpResponse:
    """`letter`: the recommendation, before it is signed as a draft; `feedback-2`: what was answered in the second round."""
    row = _found(request.officer, recommendation_id)
    if form not in FORMS:
        raise Http404
    if which == "letter" and row.document_id is None:
        document = letters.preview(acts.LETTER, acts.letter(row, request.officer, timezone.now()))
        document.drafted_at = timezone.now()
    else:
        document = letters.by_id(_document_id(row, which), matter_id=letters.NO_MATTER)
    return as_file(document, form)


def _document_id(row: Recommendation, which: str) -> int:
    if which == "letter":
        return row.document_id
    sort, _dash, number = which.partition("-")
    found = (
        row.feedback.filter(round=int(number)).first()
        if sort == "feedback" and number.isdigit() and len(number) < 4
        else None
    )
    if found is None or found.document_id is None:
        raise Http404
    return found.document_id


def as_file(document, form: str) -> HttpResponse:
    draw, media_type, disposition = FORMS[form]
    response = HttpResponse(draw(document), content_type=media_type)
    name = f"{document.title}{document.number}.{form}"
    response.headers["Content-Disposition"] = content_disposition_header(disposition == "attachment", name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
