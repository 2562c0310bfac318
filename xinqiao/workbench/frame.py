"""What stands around every page of the workbench: side bar with counts, search, bell, posts (context processor)."""

from functools import lru_cache
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import localdate

from xinqiao.exports import digests, inspection
from xinqiao.notifications import inbox
from xinqiao.organisations.models import Officer
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.stages import Line

from . import channels, door, filters, shelves, tally
from .admin import nav as administration
from .models import ListSettings, SavedFilter
from .supervision.sections import home as supervision_home

# Pages beside the lists. Name of the page: label, icon, what it belongs to in the table of permissions.
GUARDED = {
    "reveals": ("查看申请", "shield-user", "reveal", Action.APPROVE),
    "sealed": ("密封移送登记", "file-lock", "sealed_register", Action.READ),
}
FIGURES = {
    "statistics": ("统计", "chart-column", "statistics", Action.COUNT),
    "indicators": ("指标", "gauge", "statistics", Action.COUNT),
    "month": ("每月情况", "calendar-days", "statistics", Action.COUNT),
    "hot_issues": ("热点问题", "flame", "hot_issue", Action.READ),
    "reports": ("报告", "file-text", "analysis", Action.READ),
    "published": ("公开答复", "globe", "public_answer", Action.READ),
    "proposal_effect": ("系统建议的效果", "lightbulb", "proposal", Action.COUNT),
    "classifier_versions": ("分类模型", "layers", "classifier", Action.READ),
}
SUPERVISING = {
    "urgent_list": ("重大紧急", "siren", "urgent_report", Action.READ),
    "ledgers": ("台账", "clipboard-list", "ledger", Action.READ),
    "completions": ("办结报告", "file-check", "transfer", Action.READ),
}
# Telling upwards: what was seen, what was screened, what was decided in a meeting.
REPORTING_UP = {
    "information": ("信息上报", "send", "information", Action.READ),
    "screening": ("排查", "list-checks", "screening", Action.READ),
    "meetings": ("研判例会", "messages-square", "meeting", Action.READ),
}


@lru_cache(maxsize=256)
def _address(name: str, *args: str) -> str:
    """As `reverse`, of which every page asks two dozen times the same."""
    return reverse(name, args=args)


def bench(request: HttpRequest) -> dict:
    """`bench` and `nav` for `ui/officer.html`; nothing for citizens. Nothing is asked of the database before a page prints it."""
    officer = getattr(request, "officer", None)
    if officer is None:
        return {}
    return {
        "bench": SimpleLazyObject(lambda: _bench(request, officer)),
        "nav": SimpleLazyObject(lambda: _nav(request, officer)),
    }


def settings_of(request: HttpRequest) -> ListSettings:
    """How this post wants its lists, with the filters it saved; read once for a page."""
    if not hasattr(request, "list_settings"):
        request.list_settings = ListSettings.of(request.officer)
    return request.list_settings


def shelf_counts(
    request: HttpRequest, more: dict[str, tally.Wanted] | None = None, rows: dict[str, tally.Rows] | None = None
) -> dict[str, int]:
    """Counts of the side bar, of `more` and of `rows`, in one statement; kept for this request. Saved filters are counted beside a list only."""
    if not hasattr(request, "shelf_counts") or more:
        officer, today = request.officer, localdate()
        wanted = {one.key: tally.Wanted(one.key) for one in shelves.shelves_of(officer) if one.counted}
        wanted |= _saved_counts(request) if more else {}
        leaving = {"inspection": inspection.waiting, "digests": digests.waiting}
        request.shelf_counts = tally.count(officer, today, {**wanted, **(more or {})}, leaving | (rows or {}))
    return request.shelf_counts


def _saved_counts(request: HttpRequest) -> dict[str, tally.Wanted]:
    saved, officer = settings_of(request).saved, request.officer
    units = filters.units_of(one.query for one in saved)
    return {
        f"my_{one.id}": tally.Wanted(
            shelves.find(one.query.get("shelf", ""), officer).key, filters.read_to_count(one.query, units)
        )
        for one in saved
    }


def filter_url(saved: SavedFilter) -> str:
    """The list of a saved filter."""
    return f"{reverse('workbench:queue')}?{urlencode({**saved.query, 'my': saved.id})}"


def _bench(request: HttpRequest, officer: Officer) -> dict:
    administers = door.administers(officer)
    waiting = 0 if administers else inbox.unread_count(officer)
    return {
        "organisation": officer.organisation.name,
        "user": officer.user.name,
        "post": officer.title or "、".join(role.label for role in sorted(officer.role_set, key=lambda role: role.code)),
        "posts": _posts(request, officer),
        "switch_url": _address("workbench:post"),
        "search_url": _address("workbench:search") if allowed(officer.role_set, "search", Action.READ) else "",
        "search_words": "搜编号、正文、地点",
        "new_url": _address("workbench:window", channels.first_for(officer)) if channels.may_register(officer) else "",
        "bell_url": "" if administers else _address("workbench:messages"),
        "bell_count": ("99+" if waiting > 99 else waiting) or "",
        "logout_url": _address("workbench:logout"),
    }


def _posts(request: HttpRequest, officer: Officer) -> list[dict]:
    posts = getattr(request, "posts", ())
    if len(posts) < 2:
        return []
    return [
        {"value": post.pk, "label": f"{post.organisation.name} {post.title}".strip(), "current": post.pk == officer.pk}
        for post in posts
    ]


def _nav(request: HttpRequest, officer: Officer) -> list[dict]:
    if door.administers(officer):
        return administration.nav(request, officer)
    counts, home = shelf_counts(request), _address("workbench:queue")
    at_queue = request.path == home
    mine = request.GET.get("my", "") if at_queue else ""
    current = shelves.find(request.GET.get("shelf", ""), officer).key if at_queue and not mine else ""
    lists = [
        {
            "label": one.label,
            "url": f"{home}?shelf={one.key}",
            "icon": one.icon,
            "count": tally.shown_count(counts.get(one.key, 0)),
            "tone": one.tone,
            "current": one.key == current,
        }
        for one in shelves.shelves_of(officer)
    ]
    upwards = {"title": "排查和信息", "links": _pages(request, officer, REPORTING_UP)}
    village = officer.organisation.line == Line.VILLAGE  # it has little else: there this comes first, also on a phone
    groups = [
        *([upwards] if village else []),
        {"title": "工作台", "links": [*lists, *_pages(request, officer, GUARDED)]},
        *_own_filters(request, counts, mine),
        {"title": "登记窗口", "links": [_window(request, key, officer) for key in _windows(officer)]},
        {"title": "督查和台账", "links": _supervising(request, officer)},
        {"title": "数据和报告", "links": _pages(request, officer, FIGURES)},
        *([] if village else [upwards]),
        {"title": "导出和通报", "links": _leaving(request, officer)},
    ]
    return [group for group in groups if group["links"]]


def _supervising(request: HttpRequest, officer: Officer) -> list[dict]:
    """What the patrol found, supervisions, recommendations and measures behind one link (SV-1 to SV-6), and what goes with them; the bell rings for what is new."""
    home = supervision_home(request)
    return ([home] if home else []) + _pages(request, officer, SUPERVISING)


def _pages(request: HttpRequest, officer: Officer, pages: dict[str, tuple[str, str, str, Action]]) -> list[dict]:
    """The links of those pages that this post may open."""
    return [
        {
            "label": label,
            "url": _address(f"workbench:{name}"),
            "icon": icon,
            "current": request.path.startswith(_address(f"workbench:{name}")),
        }
        for name, (label, icon, thing, action) in pages.items()
        if allowed(officer.role_set, thing, action)
    ]


def _own_filters(request: HttpRequest, counts: dict[str, int], current: str) -> list[dict]:
    """我的筛选: what this post put together, with counts beside a list."""
    saved = settings_of(request).saved
    if not saved:
        return []
    manage, home = _address("workbench:list_filters"), {"icon": "bookmark", "tone": ""}
    links = [
        {
            **home,
            "label": one.name,
            "url": filter_url(one),
            "count": tally.shown_count(counts.get(f"my_{one.id}", 0)),
            "current": str(one.id) == current,
        }
        for one in saved
    ]
    links.append({"label": "管理筛选", "url": manage, "icon": "settings-2", "current": request.path == manage})
    return [{"title": "我的筛选", "links": links}]


def _leaving(request: HttpRequest, officer: Officer) -> list[dict]:
    """What leaves the house, for the posts that have to do with it (C-09 to C-11)."""
    rows = (
        ("我的导出", "exports", "download", ("list_export", Action.EXPORT)),
        ("巡视巡察数据", "inspection", "folder-search", ("requested_export", Action.READ)),
        ("干部情况通报", "digests", "stamp", ("digest", Action.READ)),
    )
    counts = shelf_counts(request)
    return [
        {
            "label": label,
            "url": _address(f"workbench:{name}"),
            "icon": icon,
            "count": tally.shown_count(counts.get(name, 0)),
            "tone": "new",
            "current": request.path.startswith(_address(f"workbench:{name}")),
        }
        for label, name, icon, (thing, action) in rows
        if allowed(officer.role_set, thing, action)
    ]


def _windows(officer: Officer) -> list[str]:
    """The channels that this post uses most; the others are on the page of each window."""
    if not channels.may_register(officer):
        return []
    if officer.organisation.line == Line.VILLAGE:
        return ["agent"]
    return ["visit", "letter", "phone"]


def _window(request: HttpRequest, key: str, officer: Officer) -> dict:
    row, url = channels.WINDOWS[key], _address("workbench:window", key)
    return {"label": row.label, "url": url, "icon": row.icon, "current": request.path == url}
