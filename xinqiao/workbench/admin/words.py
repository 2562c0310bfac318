"""Requests and posts in the words of the pages: what was, what is to be."""

from xinqiao.organisations.models import Officer, RightsRequest, User
from xinqiao.rules.stages import Role
from xinqiao.rules.three_administrators import ADMINISTRATORS, AT_ONCE, RightsChange

__all__ = ["ADMINISTRATORS", "GIVES_PASSWORD", "differences", "post_words", "request_line", "role_words"]

GIVES_PASSWORD = (RightsChange.CREATE_USER, RightsChange.RESET_PASSWORD)
FACTS = {
    "username": "用户名",
    "name": "姓名",
    "organisation_name": "单位",
    "title": "职务",
    "roles": "岗位",
    "phone": "办公电话",
    "active": "状态",
}
TONES = {"waiting": "warn", "approved": "ok", "refused": "bad", "withdrawn": "idle"}


def role_words(roles) -> str:
    """登记员、甄别转办岗."""
    return "、".join(Role(role).label for role in roles)


def post_words(post: Officer) -> str:
    """澜江市信访局 登记员."""
    return f"{post.organisation.name} {post.title or role_words(post.roles)}".strip()


def differences(asked: RightsRequest) -> list[dict]:
    """Each fact of the request: what was, what is to be; unchanged facts too, so that who decides sees the whole."""
    names = [name for name in FACTS if name in asked.before or name in asked.after]
    return [
        {
            "name": FACTS[name],
            "before": _shown(name, asked.before.get(name)),
            "after": _shown(name, asked.after.get(name)),
            "changed": asked.before.get(name) != asked.after.get(name),
        }
        for name in names
    ]


def _shown(name: str, value) -> str:
    if value is None:
        return "—"
    if name == "roles":
        return role_words(value)
    if name == "active":
        return "启用" if value else "停用"
    return str(value) or "—"


def request_line(asked: RightsRequest) -> dict:
    """One request, for a list."""
    change = RightsChange(asked.change)
    return {
        "asked": asked,
        "label": change.label,
        "whom": whom(asked),
        "state": RightsRequest.State(asked.state).label,
        "tone": TONES[asked.state],
        "at_once": change in AT_ONCE,
    }


def whom(asked: RightsRequest) -> str:
    """Whose rights: the user's name, or the one asked for."""
    user: User | None = asked.user
    return (
        f"{user.name}（{user.username}）"
        if user
        else f"{asked.after.get('name', '')}（{asked.after.get('username', '')}）"
    )
