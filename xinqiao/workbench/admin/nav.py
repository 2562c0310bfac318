"""The side bar of the three administrators, who read no petition."""

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from xinqiao.organisations.models import Officer
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.stages import Role

from . import lists


def nav(request: HttpRequest, officer: Officer) -> list[dict]:
    """用户, 变更申请, 运行状况, and for the auditor the log."""
    links = [
        _link(request, "用户", "workbench:admin", "users", also="/admin/users/"),
        _link(request, "变更申请", "workbench:rights_requests", "clipboard-check", count=lists.waiting_count(officer)),
    ]
    links.append(_link(request, "运行状况", "workbench:running", "activity"))
    if allowed(officer.role_set, "proposal", Action.COUNT):
        links.append(_link(request, "系统建议的效果", "workbench:proposal_effect", "lightbulb"))
    if allowed(officer.role_set, "classifier", Action.READ):
        links.append(_link(request, "分类模型", "workbench:classifier_versions", "layers", also="/classifier/"))
    if officer.may(Role.AUDITOR):
        links.append(_link(request, "审计日志", "workbench:audit", "scroll-text"))
    return [{"title": "系统管理", "links": [link for link in links if link]}]


def _link(request: HttpRequest, label: str, name: str, icon: str, *, count: int = 0, also: str = "") -> dict | None:
    try:
        url = reverse(name)
    except NoReverseMatch:
        return None
    current = request.path == url or (bool(also) and also in request.path)
    return {
        "label": label,
        "url": url,
        "icon": icon,
        "count": count or "",
        "tone": "hot" if count else "",
        "current": current,
    }
