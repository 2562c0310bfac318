"""研判例会、联席会议: records with agenda and decisions; issued, each decision stands in the ledger and is followed up here (A-48, A-53)."""

from datetime import datetime, time

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xinqiao.information import meetings, minutes
from xinqiao.information.models import Decision, InformationReport, Meeting, reach_of
from xinqiao.ledgers import items
from xinqiao.ledgers.models import Item
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.hot import Target
from xinqiao.rules.information import MeetingKind, MeetingState, TopicSort
from xinqiao.rules.ledgers import ItemState, Progress, Sort
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Line
from xinqiao.ui import digits

from .. import keyset
from ..acts.fields import Day, ManyLines, OneLine, Organ, Prose, offer
from ..door import officer_required
from ..hot import sending as hot_sending
from ..listing import Listing

NEWEST = keyset.Order("held", "", "held_at", datetime, descending=True)
COLUMNS = ("kind", "title", "held_at", "state", "organisation__name", "organisation_id")
FORMS = {"pdf": "application/pdf", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
ITEM_TONES = {ItemState.OPEN: "info", ItemState.REPORTED: "warn", ItemState.CANCELLED: "ok"}
MEASURE = "按会议议定事项落实，办结时附凭证。"


class MeetingForm(forms.Form):
    """The record: who met, on what, what came of it."""

    kind = forms.ChoiceField(
        label=gettext_lazy("会议"), choices=MeetingKind.choices(), widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择是什么会议。")},
    )  # fmt: skip
    title = OneLine(
        limit="title", label=gettext_lazy("名称"), help_text=gettext_lazy("例：3月信访形势分析研判会"),
        error_messages={"required": gettext_lazy("请写会议名称。")},
    )  # fmt: skip
    held_on = Day(label=gettext_lazy("日期"), error_messages={"required": gettext_lazy("请选会议日期。")})
    held_time = forms.TimeField(
        label=gettext_lazy("时间"), initial=time(9), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"required": gettext_lazy("请写会议时间。"), "invalid": gettext_lazy("请把时间写成 09:30 这样。")},
    )  # fmt: skip
    place = OneLine(label=gettext_lazy("地点"), error_messages={"required": gettext_lazy("请写会议地点。")})
    chair = OneLine(
        label=gettext_lazy("主持人"),
        help_text=gettext_lazy("职务和姓名"),
        error_messages={"required": gettext_lazy("请写主持人。")},
    )
    members = Prose(
        limit="summary", rows=3, label=gettext_lazy("参加人员、单位"), help_text=gettext_lazy("一行一个，写单位和职务"),
        error_messages={"required": gettext_lazy("请写参加人员、单位。")},
    )  # fmt: skip
    topics = ManyLines(
        limit="summary", rows=5, label=gettext_lazy("议题"),
        help_text=gettext_lazy("一行一个。涉及信访件、上报信息的，写上编号就会关联；热点问题以“热点：”开头。检举控告件不列入。"),
        error_messages={"required": gettext_lazy("请写至少一个议题。")},
    )  # fmt: skip
    summary = Prose(
        limit="conclusion",
        rows=6,
        label=gettext_lazy("研判情况"),
        required=False,
        help_text=gettext_lazy("写事情和原因，不写信访人的姓名、证件号、电话。"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["chair"].max_length = 100

    def said(self) -> meetings.Said:
        typed = dict(self.cleaned_data)
        on, clock = typed.pop("held_on"), typed.pop("held_time")
        typed["held_at"] = timezone.make_aware(datetime.combine(on, clock))
        return meetings.Said(**{**typed, "kind": MeetingKind(typed["kind"]), "topics": tuple(typed["topics"])})


class DecisionForm(forms.Form):
    """Who does what by when."""

    text = Prose(
        limit="note",
        rows=3,
        label=gettext_lazy("要办的事"),
        error_messages={"required": gettext_lazy("请写要办的事。")},
    )
    organisation = Organ(label=gettext_lazy("责任单位"), error_messages={"required": gettext_lazy("请选责任单位。")})
    due_on = Day(label=gettext_lazy("最晚"), error_messages={"required": gettext_lazy("请选最晚日期。")})

    def __init__(self, *args, officer: Officer, search: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].max_length = 500
        chosen = [self.data.get("organisation", "")] if self.is_bound else []
        units = Organisation.objects.filter(active=True, lft__range=officer.organisation.territory)
        offer(self.fields["organisation"], units, chosen=chosen, search=search, search_name="unit_search")


# ---- pages -------------------------------------------------------------------------------------------------------------


@officer_required
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """`?show=own|area` and a position."""
    officer = request.officer
    first, last = reach_of(officer, "meeting")
    show = "area" if request.GET.get("show") == "area" and first != last else "own"
    rows = Meeting.objects.visible_to(officer)
    own = {"organisation_id": officer.organisation_id}
    rows = rows.filter(**own) if show == "own" else rows.exclude(**own).filter(state=MeetingState.ISSUED)
    here = Listing(request, reverse("workbench:meetings"))
    page = here.page(rows, NEWEST, COLUMNS)
    tabs = (("own", _("本单位的会议")), ("area", _("所辖单位的会议")))
    context = {
        "rows": [_row(row) for row in page.rows],
        "tabs": here.tabs([tab for tab in tabs if tab[0] == "own" or first != last], show),
        "may_write": meetings.may_write(officer),
        "missing": _missing(officer) if show == "own" else "",
        "items_url": f"{reverse('workbench:ledgers')}?sort={Sort.MEETINGS}",
        **here.turning(page),
        "today": localdate(),
    }
    return render(request, "workbench/information/meetings.html", context)


def _missing(officer: Officer) -> str:
    """What to say where the month that is over has no record of the meeting that the rule wants (A-48)."""
    today = localdate()
    owes = meetings.without_one(today).filter(pk=officer.organisation_id).exists()
    return meetings.words_of_missing(today) if owes else ""


def _row(row: dict) -> dict:
    return {
        "url": reverse("workbench:meeting", args=[row["pk"]]),
        "title": row["title"],
        "kind": MeetingKind(row["kind"]).label,
        "held_at": row["held_at"],
        "organisation": row["organisation__name"],
        "state": MeetingState(row["state"]).label,
        "tone": "ok" if row["state"] == MeetingState.ISSUED else "warn",
    }


@officer_required
@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest) -> HttpResponse:
    """A new record; `?hot=7` begins with a hot issue on the agenda."""
    hot, first = hot_sending.asked_for(request), {"kind": MeetingKind.ANALYSIS, "held_on": localdate()}
    first |= {"kind": MeetingKind.JOINT_CONFERENCE, "topics": [hot_sending.topic_of(hot)]} if hot else {}
    form = MeetingForm(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            meeting = meetings.record(form.said(), by=request.officer, at=timezone.now(), request=request)
        except StepRefused as refused:
            form.add_error("topics" if refused.code == "topic" else None, refused.message)
        else:
            hot_sending.note(request, Target.CONFERENCE, f"meeting:{meeting.pk}")
            messages.success(request, _("会议记录已保存。接着写议定事项。"))
            return redirect("workbench:meeting", meeting.pk)
    return render(
        request, "workbench/information/meeting_form.html", {"form": form}, status=422 if form.errors else 200
    )


@officer_required
@require_http_methods(["GET", "POST"])
def edit_page(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Change a record that is not issued."""
    meeting = _draft(request.officer, meeting_id)
    held = localtime(meeting.held_at)
    initial = {name: getattr(meeting, name) for name in ("kind", "title", "place", "chair", "members", "summary")}
    initial |= {
        "held_on": held.date(),
        "held_time": held.time(),
        "topics": [_typed(one) for one in meeting.topics.all()],
    }
    form = MeetingForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            meetings.change(
                meeting.pk,
                form.said(),
                by=request.officer,
                at=timezone.now(),
                seq=digits.read(request.POST.get("seq")),
                request=request,
            )
        except StepRefused as refused:
            form.add_error("topics" if refused.code == "topic" else None, refused.message)
        else:
            messages.success(request, _("已保存。"))
            return redirect("workbench:meeting", meeting.pk)
    context = {"form": form, "meeting": meeting}
    return render(request, "workbench/information/meeting_form.html", context, status=422 if form.errors else 200)


@officer_required
@require_safe
def meeting_page(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """The record, what was decided, and how far each of it is."""
    return _page(request, _found(request.officer, meeting_id), None)


def _page(request: HttpRequest, meeting: Meeting, form: DecisionForm | None) -> HttpResponse:
    officer = request.officer
    own = meeting.organisation_id == officer.organisation_id
    is_draft = meeting.state == MeetingState.DRAFT
    writes = own and is_draft and meetings.may_write(officer)
    if writes and form is None:
        form = DecisionForm(officer=officer, search=request.GET.get("unit_search", ""))
    decisions = list(meeting.decisions.select_related("organisation"))
    context = {
        "meeting": meeting,
        "kind": MeetingKind(meeting.kind),
        "state": MeetingState(meeting.state),
        "is_draft": is_draft,
        "topics": [_topic(one, officer) for one in meeting.topics.all()],
        "members": [line.strip() for line in meeting.members.splitlines() if line.strip()],
        "decisions": _followed(decisions, officer),
        "form": form,
        "writes": writes,
        "issues": own and is_draft and meetings.may_issue(officer),
        "today": localdate(),
    }
    return render(request, "workbench/information/meeting.html", context, status=422 if form and form.errors else 200)


def _followed(decisions: list[Decision], officer: Officer) -> list[dict]:
    """Each decision with its item of the ledger, as far as this post may see it."""
    wanted = [one.item_id for one in decisions if one.item_id]
    seen = {item.pk: item for item in Item.objects.visible_to(officer).filter(pk__in=wanted)} if wanted else {}
    return [{"decision": one, "item": _item(seen.get(one.item_id)), "kept": bool(one.item_id)} for one in decisions]


def _item(item: Item | None) -> dict | None:
    if item is None:
        return None
    progress = Progress(item.progress)
    return {
        "url": reverse("workbench:ledger_item", args=[item.pk]),
        "state": ItemState(item.state).label,
        "tone": ITEM_TONES[item.state],
        "open": item.state == ItemState.OPEN,
        "due_on": item.limit_on,
        "progress": progress.label,
        "percent": progress.percent,
    }


def _topic(topic, officer: Officer) -> dict:
    """With a link where this post may open what it is about; else only as it was said."""
    url = ""
    if topic.sort == TopicSort.MATTER and Matter.objects.visible_to(officer).filter(number=topic.number).exists():
        url = reverse("workbench:case", args=[topic.number])
    elif topic.sort == TopicSort.REPORT:
        pk = digits.read(topic.number.rpartition("-")[2])
        if InformationReport.objects.visible_to(officer).filter(pk=pk).exists():
            url = reverse("workbench:information_report", args=[pk])
    return {"sort": TopicSort(topic.sort).label, "text": topic.text, "url": url, "number": topic.number}


def _typed(topic) -> str:
    return f"热点：{topic.text}" if topic.sort == TopicSort.HOT_ISSUE else topic.text


# ---- decisions, minutes ------------------------------------------------------------------------------------------------


@officer_required
@require_http_methods(["POST"])
def decide_page(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """One more decision."""
    meeting = _draft(request.officer, meeting_id)
    form = DecisionForm(request.POST, officer=request.officer)
    if form.is_valid():
        try:
            meetings.decide(meeting.pk, **form.cleaned_data, by=request.officer, at=timezone.now(), request=request)
        except StepRefused as refused:
            form.add_error("due_on" if refused.code == "due_on_wrong" else None, refused.message)
        else:
            messages.success(request, _("已记下。印发以后列入台账跟踪。"))
            return redirect("workbench:meeting", meeting.pk)
    return _page(request, meeting, form)


@officer_required
@require_POST
def drop_page(request: HttpRequest, meeting_id: int, decision_id: int) -> HttpResponse:
    """Take a decision out of a record that is not issued."""
    meeting = _draft(request.officer, meeting_id)
    try:
        meetings.drop(meeting.pk, decision_id, by=request.officer, at=timezone.now(), request=request)
        messages.success(request, _("已删去。"))
    except Decision.DoesNotExist:
        messages.info(request, _("这一项已经不在了。"))
    except StepRefused as refused:
        messages.error(request, refused.message)
    return redirect("workbench:meeting", meeting.pk)


@officer_required
@require_POST
def issue_page(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """印发: the record closes and every decision becomes an item of the ledger, all or nothing."""
    meeting = _draft(request.officer, meeting_id)
    now = timezone.now()
    try:
        with transaction.atomic():
            issued = meetings.issue(
                meeting.pk, by=request.officer, at=now, seq=digits.read(request.POST.get("seq")), request=request
            )
            for decision in issued.decisions.select_related("organisation"):
                meetings.keep_item(
                    decision, _add_item(issued, decision, by=request.officer, at=now, request=request).pk
                )
    except StepRefused as refused:
        messages.error(request, _("没有印发：%(why)s") % {"why": refused.message})
    else:
        messages.success(request, _("已印发。议定事项已列入台账，责任单位可以看到。"))
    return redirect("workbench:meeting", meeting.pk)


def _add_item(meeting: Meeting, decision: Decision, *, by: Officer, at: datetime, request: HttpRequest) -> Item:
    organisation = meeting.organisation
    is_place = organisation.line in (Line.GOVERNMENT, Line.VILLAGE)
    return items.add(
        sort=Sort.MEETINGS, source=f"meeting:{meeting.pk}", problem=decision.text, place=organisation if is_place else organisation.parent,
        organisation=decision.organisation, limit_on=decision.due_on, measure=MEASURE, by=by, at=at, request=request,
    )  # fmt: skip


@officer_required
@require_safe
def minutes_page(request: HttpRequest, meeting_id: int, form: str) -> HttpResponse:
    """会议纪要 as PDF or Word; marked as a draft until it is issued."""
    meeting = _found(request.officer, meeting_id)
    if form not in FORMS:
        raise Http404
    content = (minutes.pdf if form == "pdf" else minutes.docx)(meeting)
    response = HttpResponse(content, content_type=FORMS[form])
    response["Content-Disposition"] = f'attachment; filename="minutes-{meeting.pk}.{form}"'
    return response


def _found(officer: Officer, meeting_id: int) -> Meeting:
    """Raises Http404 for what is hidden and what is not, alike."""
    related = ("organisation__parent", "written_by__user", "issued_by__user")
    meeting = Meeting.objects.visible_to(officer).select_related(*related).filter(pk=meeting_id).first()
    if meeting is None:
        raise Http404
    return meeting


def _draft(officer: Officer, meeting_id: int) -> Meeting:
    """A record of the own unit that may still be written. Raises Http404, for an issued one as well."""
    meeting = _found(officer, meeting_id)
    if meeting.organisation_id != officer.organisation_id or meeting.state != MeetingState.DRAFT:
        raise Http404
    return meeting
