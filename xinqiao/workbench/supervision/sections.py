"""督查督办: the pages of supervision as one row of tabs, those that this post may open. No counts: each would cost a statement."""

from django.http import HttpRequest
from django.urls import reverse

from xinqiao.rules.permissions import Action, allowed

# Name of the page, label, what it belongs to in the table of permissions.
SECTIONS = (
    ("patrol", "巡查", "finding"),
    ("supervisions", "督办", "supervision"),
    ("recommendations", "建议", "recommendation"),
    ("measures", "措施", "measure"),
    ("samples", "抽查", "sample"),
    ("ratings", "评价核对", "alike_ratings"),
)


def sections(request: HttpRequest) -> list[dict]:
    """The tabs for this post; the one whose address the page has, or begins with, is current."""
    roles = request.officer.role_set
    rows = [
        (label, reverse(f"workbench:{name}")) for name, label, thing in SECTIONS if allowed(roles, thing, Action.READ)
    ]
    return [{"label": label, "url": url, "current": request.path.startswith(url)} for label, url in rows]


def home(request: HttpRequest) -> dict | None:
    """The one link of the side bar: to the board for who decides on findings, else to the first of the others; None for who has none."""
    tabs = sections(request)
    if not tabs:
        return None
    decides = allowed(request.officer.role_set, "finding", Action.APPROVE)
    first = (
        tabs[0] if decides or len(tabs) == 1 else next((one for one in tabs if one["label"] != SECTIONS[0][1]), tabs[0])
    )
    return {"label": "督查督办", "url": first["url"], "icon": "radar", "current": any(one["current"] for one in tabs)}
