"""One line of a ledger: adding it, its page with progress and evidence, the acts on it, its files."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.ledgers import campaigns, items
from xinqiao.ledgers.models import Campaign, Evidence, Item
from xinqiao.matters import files
from xinqiao.matters.act import Conflict, MatterHidden
from xinqiao.matters.file_kinds import FileRefused
from xinqiao.matters.models import Matter, MatterNumber
from xinqiao.notifications import inbox
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.ledgers import ACTS, KEEPERS, LEDGERS, ItemAct, ItemState, Progress, Sort, reopen_until
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Line
from xinqiao.ui import digits

from ..door import officer_required
from . import choices, forms
from .lists import TONES

RELATED = (
    "place", "organisation", "officer__user", "officer__organisation", "leader__user", "leader__organisation", "office", "matter", "campaign",
    "added_by__user", "added_by__organisation", "done_by__user", "cancelled_by__user", "cancelled_by__organisation",
)  # fmt: skip
# What is said once an act is done.
DONE_WORDS = {
    ItemAct.NAME_PERSON: "已确定责任人。",
    ItemAct.REPORT_PROGRESS: "进展已经记下。",
    ItemAct.REPORT_DONE: "已报告办结，等台账管理单位另一个人核对。",
    ItemAct.CANCEL: "已销号。信访人30天内可以要求重新办。",
    ItemAct.SEND_BACK: "已退回，继续办理。",
    ItemAct.REOPEN: "已重新列入台账。",
}
KINDS = {ItemAct.REPORT_PROGRESS: "primary", ItemAct.REPORT_DONE: "secondary", ItemAct.CANCEL: "primary"}
FUNCTIONS = {act: getattr(items, act.value) for act in forms.ACT_FORMS}


def found(officer: Officer, item_id: int) -> Item:
    """The item, or the 404 of everybody."""
    item = Item.objects.visible_to(officer).select_related(*RELATED).filter(pk=item_id).first()
    if item is None:
        raise Http404
    return item


# ---- adding and changing ------------------------------------------------------------------------------------------------


@officer_required
@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest) -> HttpResponse:
    """First the unit (`?sort=&number=&find=`), then the line (`&unit=`)."""
    officer = request.officer
    if not officer.role_set & KEEPERS:
        raise Http404
    campaign = _campaign(officer, request.GET.get("campaign", ""))
    sort = _sort(request, campaign)
    unit = _unit(officer, request.GET.get("unit", ""))
    if unit is None:
        return _ask_unit(request, officer, sort, campaign)
    ledger, today = LEDGERS[sort], localdate()
    form = forms.NewItemForm(
        request.POST if request.method == "POST" else None,
        initial={"limit_on": forms.first_limit(today, sort), "place": unit.pk if unit.line == Line.GOVERNMENT else unit.parent_id, "number": request.GET.get("number", "")},
        unit=unit, by=officer, needs_person=ledger.needs_person or campaign is not None, needs_leader=ledger.needs_leader,
        needs_matter=ledger.needs_matter, example=ledger.example,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            item = _add(
                officer, campaign, sort=sort, organisation=unit, matter_id=said.pop("number"), request=request, **said
            )
        except (StepRefused, MatterHidden) as refused:
            form.add_error(None, getattr(refused, "message", _("没有找到这个编号，或者您不能查看这一件。")))
        else:
            messages.success(request, _("已列入台账。"))
            return redirect("workbench:ledger_item", item.pk)
    context = {
        "form": form,
        "ledger": ledger,
        "unit": unit,
        "back_url": _unit_url(request),
        "list_url": _list_url(sort, campaign),
    }
    return render(request, "workbench/ledgers/new.html", context, status=422 if form.errors else 200)


def _campaign(officer: Officer, text: str) -> Campaign | None:
    """The campaign whose target is added, where this post belongs to its command."""
    row = campaigns.visible_to(officer).filter(pk=digits.read(text) or 0).first()
    return row if row and campaigns.runs(row, officer) else None


def _sort(request: HttpRequest, campaign: Campaign | None) -> Sort:
    """Which ledger: that of the campaign, or one that is kept by hand."""
    if campaign is not None:
        return Sort.CAMPAIGNS
    sort = choices.read(request.GET).sort or Sort.MATTERS
    return sort if LEDGERS[sort].by_hand else Sort.MATTERS


def _add(by: Officer, campaign: Campaign | None, *, sort: Sort, **said) -> Item:
    """A target of the campaign, or a line of a ledger."""
    at = timezone.now()
    if campaign is not None:
        return campaigns.add_target(campaign, by=by, at=at, **said)
    return items.add(sort=sort, by=by, at=at, **said)


def _list_url(sort: Sort, campaign: Campaign | None) -> str:
    return (
        reverse("workbench:campaign", args=[campaign.pk]) if campaign else f"{reverse('workbench:ledgers')}?sort={sort}"
    )


def _ask_unit(request: HttpRequest, officer: Officer, sort: Sort, campaign: Campaign | None) -> HttpResponse:
    number = request.GET.get("number", "")
    form = forms.UnitForm(officer=officer, search=request.GET.get("find", ""), first=_organs_of(officer, number))
    context = {
        "form": form, "ledger": LEDGERS[sort], "number": number, "find": request.GET.get("find", ""),
        "sorts": [(row.sort.value, row.sort.label) for row in LEDGERS.values() if row.by_hand],
        "missing": "unit" in request.GET, "list_url": _list_url(sort, campaign), "campaign": campaign,
    }  # fmt: skip
    return render(request, "workbench/ledgers/unit.html", context)


def _unit(officer: Officer, text: str) -> Organisation | None:
    return forms.in_reach(officer).select_related("parent").filter(pk=digits.read(text) or 0).first()


def _unit_url(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("unit", None)
    return f"{reverse('workbench:ledger_new')}?{query.urlencode()}"


def _organs_of(officer: Officer, number: str):
    """The organs that have or had this petition, for the top of the list."""
    found = MatterNumber.objects.filter(number=number).values("matter_id")
    matter = Matter.objects.visible_to(officer).filter(pk__in=found).first() if number else None
    return forms.in_reach(officer).filter(desks__matter=matter).distinct() if matter else None


@officer_required
@require_http_methods(["GET", "POST"])
def edit_page(request: HttpRequest, item_id: int) -> HttpResponse:
    """Change a line, with a reason; what was typed is kept when it is refused."""
    item, officer = found(request.officer, item_id), request.officer
    if ItemAct.EDIT not in items.may(item, officer):
        raise Http404
    ledger = LEDGERS[Sort(item.sort)]
    names = ("problem", "place", "officer", "leader", "limit_on", "measure")
    form = forms.EditForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(item, f"{name}_id", getattr(item, name, None)) for name in names},
        unit=item.organisation, by=officer, needs_person=ledger.needs_person, needs_leader=ledger.needs_leader, example=ledger.example,
    )  # fmt: skip
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            items.edit(
                item.pk,
                by=officer,
                at=timezone.now(),
                version=version_of(request),
                request=request,
                **form.cleaned_data,
            )
        except StepRefused as refused:
            form.add_error(None, refused.message)
            status = 409 if isinstance(refused, Conflict) else 422
        else:
            messages.success(request, _("已更改。"))
            return redirect("workbench:ledger_item", item.pk)
    status = 422 if form.errors and status == 200 else status
    return render(request, "workbench/ledgers/edit.html", {"form": form, "item": item, "ledger": ledger}, status=status)


def version_of(request: HttpRequest) -> int | None:
    return digits.read(request.POST.get("version"), at_most=9)


# ---- the page and its acts ----------------------------------------------------------------------------------------------


@officer_required
@require_safe
def item_page(request: HttpRequest, item_id: int) -> HttpResponse:
    """What is to be done, how far it is, what shows it, and what one may do now."""
    item, officer = found(request.officer, item_id), request.officer
    inbox.mark_read(officer, at=timezone.now(), subject=f"{item}:{item.limit_on}")
    return render(request, "workbench/ledgers/item.html", context_of(item, officer))


def context_of(item: Item, officer: Officer) -> dict:
    """What the page of an item and the pages of its acts show of it."""
    state, today = ItemState(item.state), localdate()
    opens = item.matter_id and Matter.objects.visible_to(officer).filter(pk=item.matter_id).exists()
    entries = list(item.entries.select_related("by__user", "organisation").order_by("-seq"))
    proofs = list(item.evidence.select_related("by__user").order_by("pk"))
    may = items.may(item, officer)
    return {
        "item": item,
        "sort": Sort(item.sort),
        "state": state,
        "tone": TONES[state],
        "progress": Progress(item.progress),
        "late": state is ItemState.OPEN and item.limit_on < today,
        "entries": [_line(entry, proofs, opens) for entry in entries],
        "proofs": [_proof(one, opens) for one in proofs],
        "acts": [
            (act, KINDS.get(act, "quiet"), reverse("workbench:ledger_act", args=[item.pk, act.value]))
            for act in FUNCTIONS
            if act in may
        ],
        "may_edit": ItemAct.EDIT in may,
        "case_number": item.matter.number if opens else "",
        "of_matter": item.matter_id is not None,
        "disputed_until": reopen_until(localdate(item.cancelled_at)) if item.cancelled_at and item.matter_id else None,
        "second": state is ItemState.REPORTED and items.is_first_person(item, officer),
        "sheet_url": reverse("workbench:ledger_sheet", args=[item.pk]) if item.sort == Sort.LEADERS else "",
        "today": today,
    }


def _line(entry, proofs: list[Evidence], opens: bool) -> dict:
    return {
        "act": ItemAct(entry.act).label,
        "at": entry.at,
        "who": f"{entry.organisation.name} {entry.by.user.name}"
        if entry.by
        else _("信访人")
        if entry.act == ItemAct.DISPUTE
        else _("系统"),
        "text": entry.text,
        "progress": Progress(entry.progress).label if entry.progress else "",
        "changes": [(items.FIELDS.get(name, name), *both) for name, both in entry.changes.items()],
        "proofs": [_proof(one, opens) for one in proofs if one.entry_seq == entry.seq],
    }


def _proof(one: Evidence, opens: bool) -> dict:
    """A piece of evidence; a letter can be opened by who may open the petition, a file by who sees the item."""
    url = reverse("workbench:ledger_file", args=[one.pk]) if one.stored_name else ""
    if one.document_id and opens:
        url = reverse("workbench:letter", args=[one.document_id, "pdf"])
    kind = _("文件") if one.stored_name else _("文书") if one.document_id else _("办理记录")
    return {
        "title": one.title,
        "url": url,
        "kind": kind,
        "size": one.size_bytes,
        "by": one.by.user.name,
        "at": one.at,
        "file": bool(one.stored_name),
    }


@officer_required
@require_http_methods(["GET", "POST"])
def act_page(request: HttpRequest, item_id: int, act: str) -> HttpResponse:
    """One act: its form, the evidence beside it; refused, it comes back with everything typed."""
    item, officer = found(request.officer, item_id), request.officer
    if act not in {one.value for one in forms.ACT_FORMS}:
        raise Http404
    doing = ItemAct(act)
    form_class, sent = forms.ACT_FORMS[doing], request.method == "POST"
    first = {"progress": item.progress, "officer": item.officer_id}
    form = form_class(*((request.POST, request.FILES) if sent else ()), item=item, by=officer, initial=first)
    if not sent and doing not in items.may(item, officer):
        return redirect("workbench:ledger_item", item.pk)
    status = 200
    if sent and form.is_valid():
        try:
            FUNCTIONS[doing](
                item.pk, by=officer, at=timezone.now(), version=version_of(request), request=request, **form.facts()
            )
        except Item.DoesNotExist:
            raise Http404 from None
        except (StepRefused, FileRefused) as refused:
            form.add_error(None, refused.message)
            status = 409 if isinstance(refused, Conflict) else 422
            if hasattr(form, "let_go"):
                form.let_go()
        else:
            messages.success(request, _(DONE_WORDS[doing]))
            return redirect("workbench:ledger_item", item.pk)
    status = 422 if form.errors and status == 200 else status
    context = {
        **context_of(item, officer),
        "act": doing,
        "row": ACTS[doing],
        "form": form,
        "checks": doing is ItemAct.CANCEL,
    }
    return render(request, "workbench/ledgers/act.html", context, status=status)


@officer_required
@require_safe
def file_page(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """A file of an item that this post may see, as a download."""
    one = Evidence.objects.filter(pk=evidence_id).exclude(stored_name="").first()
    found(request.officer, one.item_id if one else 0)
    try:
        return files.response(one)
    except (FileNotFoundError, files.FileHeld) as gone:
        if isinstance(gone, files.FileHeld):
            messages.info(request, gone.message)
            return redirect("workbench:ledger_item", one.item_id)
        raise Http404 from None
