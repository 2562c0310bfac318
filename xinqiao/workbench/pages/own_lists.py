"""What a post makes of its lists: the look (显示设置), and lists that it put together and saved (我的筛选).

A saved filter is read each time like an address that somebody typed: it opens nothing that `visible_to` does not, and what it names
that is gone is said above the list, never an error.
"""

from collections.abc import Callable
from dataclasses import replace

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from xinqiao.organisations.models import Officer

from .. import columns, frame, tally
from ..door import officer_required
from ..models import LONGEST_NAME, MOST_FILTERS, PAGE_SIZES, ListSettings, SavedFilter
from .queue import asked_for

LONGEST_QUERY = 600


# ---- the look ------------------------------------------------------------------------------------------------------------


@officer_required
@require_POST
@transaction.atomic
def list_settings(request: HttpRequest) -> HttpResponse:
    """Keep columns, density and length of a page for this post, and go back to the list that was open."""
    settings = _locked(request.officer)
    if request.POST.get("reset"):
        settings.columns, settings.compact, settings.page_rows = None, False, PAGE_SIZES[0]
        words = _("列表已经恢复原样。")
    else:
        wanted = set(request.POST.getlist("columns"))
        settings.columns = [column.key for column in columns.CHOOSABLE if column.key in wanted]
        settings.compact = request.POST.get("compact") == "1"
        sizes = {str(size): size for size in PAGE_SIZES}
        settings.page_rows = sizes.get(request.POST.get("page_rows", ""), settings.page_rows)
        words = _("显示设置已经保存。")
    settings.save()
    messages.success(request, words)
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The list that was open, from its beginning: a page of another length begins elsewhere."""
    query = QueryDict(request.POST.get("query", "")[:LONGEST_QUERY].replace("\0", ""), mutable=True)
    for name in ("after", "before"):
        query.pop(name, None)
    return f"{reverse('workbench:queue')}?{query.urlencode()}" if query else reverse("workbench:queue")


def _locked(officer: Officer) -> ListSettings:
    """The settings of this post, until the transaction ends ours alone."""
    ListSettings.objects.get_or_create(pk=officer.pk)
    return ListSettings.objects.select_for_update().get(pk=officer.pk)


# ---- saved filters -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@officer_required
def filters_page(request: HttpRequest) -> HttpResponse:
    """The saved filters with their conditions in words: save, rename, move up and down. Each works without a script."""
    if request.method != "POST":
        return _page(request)
    acts: dict[str, Callable] = {"save": _save, "rename": _rename, "up": _move, "down": _move}
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        return _page(request, problem=_("没有看懂要做什么。请再试一次。"))
    with transaction.atomic():
        settings = _locked(request.officer)
        return act(request, settings)


def _save(request: HttpRequest, settings: ListSettings) -> HttpResponse:
    """Keep the list that was open under a name; of the address only what is known."""
    asked = asked_for(QueryDict(request.POST.get("query", "")[:LONGEST_QUERY].replace("\0", "")), request.officer, localdate())
    name, problem = _name(request, settings.saved)
    if not problem and len(settings.saved) >= MOST_FILTERS:
        problem = _("已经有 %(most)s 个筛选了。请先删除一个不用的，再保存。") % {"most": MOST_FILTERS}
    if problem:
        return _page(request, settings, problem=problem, typed=request.POST.get("name", ""), query=request.POST.get("query", ""))
    new = SavedFilter(max((one.id for one in settings.saved), default=0) + 1, name, asked.as_query())
    settings.keep([*settings.saved, new])
    messages.success(request, _("已保存“%(name)s”，在左边“我的筛选”里。") % {"name": name})
    return redirect(frame.filter_url(new))


def _name(request: HttpRequest, others: list[SavedFilter]) -> tuple[str, str]:
    """The name that was typed, and what is wrong with it."""
    name = " ".join(request.POST.get("name", "").replace("\0", "").split())
    if not name:
        return "", _("请给筛选起一个名称，例如“住建局快到期”。")
    if len(name) > LONGEST_NAME:
        return "", _("名称最多%(most)s个字，请写短一些。") % {"most": LONGEST_NAME}
    if any(one.name == name for one in others):
        return "", _("已经有一个筛选叫“%(name)s”。请换一个名称。") % {"name": name}
    return name, ""


def _rename(request: HttpRequest, settings: ListSettings) -> HttpResponse:
    chosen = _chosen(request.POST.get("id", ""), settings)
    name, problem = _name(request, [one for one in settings.saved if one.id != chosen.id])
    if problem:
        return _page(request, settings, problem=problem, renaming=chosen.id, typed=request.POST.get("name", ""))
    settings.keep([replace(one, name=name) if one.id == chosen.id else one for one in settings.saved])
    messages.success(request, _("名称已改为“%(name)s”。") % {"name": name})
    return redirect("workbench:list_filters")


def _move(request: HttpRequest, settings: ListSettings) -> HttpResponse:
    chosen, saved = _chosen(request.POST.get("id", ""), settings), settings.saved
    at = saved.index(chosen)
    to = min(max(at + (-1 if request.POST["act"] == "up" else 1), 0), len(saved) - 1)
    saved.insert(to, saved.pop(at))
    settings.keep(saved)
    return redirect("workbench:list_filters")


@require_http_methods(["GET", "HEAD", "POST"])
@officer_required
def delete_filter(request: HttpRequest, filter_id: int) -> HttpResponse:
    """Asked once more: the conditions are gone with it, no petition is."""
    with transaction.atomic():
        settings = _locked(request.officer)
        chosen = _chosen(str(filter_id), settings)
        if request.method == "POST":
            settings.keep([one for one in settings.saved if one.id != chosen.id])
            messages.success(request, _("已删除筛选“%(name)s”。") % {"name": chosen.name})
            return redirect("workbench:list_filters")
    asked = asked_for(chosen.query, request.officer, localdate())
    return render(request, "ui/confirm.html", {
        "look": "workbench/base.html", "heading": _("删除筛选“%(name)s”") % {"name": chosen.name},
        "text": _("只删除这个筛选，信访件不受影响。"), "action": _("删除"), "danger": True,
        "facts": [(_("列表"), asked.shelf.label), (_("条件"), asked.words())], "back_url": reverse("workbench:list_filters"),
    })  # fmt: skip


def _chosen(text: str, settings: ListSettings) -> SavedFilter:
    """Raises Http404: another post's filter, or one that another window has deleted, does not exist."""
    found = settings.saved_as(int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else None
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, settings: ListSettings | None = None, **more) -> HttpResponse:
    settings = settings or frame.settings_of(request)
    officer, today = request.officer, localdate()
    asked = {one.id: asked_for(one.query, officer, today) for one in settings.saved}
    counts = tally.count(officer, today, {str(key): tally.Wanted(one.shelf.key, one.chosen) for key, one in asked.items()})
    rows = [
        {
            "filter": one, "url": frame.filter_url(one), "shelf": asked[one.id].shelf.label, "words": asked[one.id].words(),
            "problems": asked[one.id].read.problems, "count": tally.shown_count(counts[str(one.id)]) or "0",
            "delete_url": reverse("workbench:delete_filter", args=[one.id]),
        }
        for one in settings.saved
    ]  # fmt: skip
    context = {"saved": rows, "most": MOST_FILTERS, "longest_name": LONGEST_NAME, **more}
    return render(request, "workbench/filters.html", context, status=422 if more.get("problem") else 200)
