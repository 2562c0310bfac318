"""Who may what, changed by two: the system administrator asks, the security administrator decides (三员分立, B.3).

Every function checks the rules itself and raises RightsRefused with a message for the reader. The audit log is written by the
pages and commands that call them, in the same transaction.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from xinqiao.rules import wording
from xinqiao.rules.stages import Role
from xinqiao.rules.three_administrators import (
    ADMINISTRATORS,
    ASSIGNABLE,
    AT_ONCE,
    ONE_TIME_PASSWORD_DAYS,
    REASON_AT_LEAST,
    WHO_ASKS,
    WHO_DECIDES,
    RightsChange,
    SessionEnd,
    incompatible,
)

from .models import Officer, Organisation, RightsRequest, SignIn, User

# Without 0 O 1 l I: a one-time password is read from a screen or from paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
State = RightsRequest.State


class RightsRefused(Exception):
    """The change is not possible, or not for this person. `message` is written for the reader, `field` names what to mend."""

    def __init__(self, message: str, field: str = ""):
        super().__init__(message)
        self.message, self.field = message, field


@dataclass(frozen=True)
class PostFacts:
    """A post as it is asked for."""

    organisation: Organisation
    title: str
    roles: tuple[Role, ...]
    phone: str = ""

    def as_data(self) -> dict:
        return {
            "organisation": self.organisation.pk,
            "organisation_name": self.organisation.name,
            "title": self.title,
            "roles": [role.value for role in self.roles],
            "phone": self.phone,
        }


# --- Asking -----------------------------------------------------------------------------------------------------------


def ask_for_user(username: str, name: str, post: PostFacts, *, reason: str, by: Officer, at: datetime) -> RightsRequest:
    """Ask for a new user in a first post."""
    if User.objects.filter(username__iexact=username).exists() or _is_waiting_for_name(username):
        raise RightsRefused("这个用户名已经有人用，或者正在申请。请换一个。", "username")
    _check_roles(post.roles, others=())
    after = {"username": username, "name": name, **post.as_data()}
    return _ask(RightsChange.CREATE_USER, None, after=after, reason=reason, by=by, at=at)


def ask_for_post(user: User, post: PostFacts, *, reason: str, by: Officer, at: datetime) -> RightsRequest:
    """Ask for one more post of a user."""
    if Officer.objects.filter(user=user, organisation=post.organisation, title=post.title).exists():
        raise RightsRefused("这个人在该单位已有同名的职务。请改动原来的岗位，或者换一个职务名称。", "title")
    _check_roles(post.roles, others=roles_of(user))
    return _ask(RightsChange.ADD_POST, user, after=post.as_data(), reason=reason, by=by, at=at)


def ask_to_change(
    post: Officer, *, title: str, roles: tuple[Role, ...], phone: str, reason: str, by: Officer, at: datetime
) -> RightsRequest:
    """Ask for other roles, another title or telephone of a post."""
    before = {"title": post.title, "roles": sorted(post.roles), "phone": post.phone}
    after = {"title": title, "roles": sorted(role.value for role in roles), "phone": phone}
    if before == after:
        raise RightsRefused("没有改动。请先改好再提交。")
    same_title = Officer.objects.filter(user_id=post.user_id, organisation_id=post.organisation_id, title=title)
    if same_title.exclude(pk=post.pk).exists():
        raise RightsRefused("这个人在该单位已有同名的职务。请换一个职务名称。", "title")
    _check_roles(roles, others=roles_of(post.user, but=post.pk))
    return _ask(RightsChange.CHANGE_POST, post.user, post=post, before=before, after=after, reason=reason, by=by, at=at)


def ask_about(
    change: RightsChange, user: User, *, post: Officer | None = None, reason: str, by: Officer, at: datetime
) -> RightsRequest:
    """Ask to disable, to enable, or for a new one-time password. Disabling holds at once and is looked at afterwards (AT_ONCE)."""
    target = post if change is RightsChange.DISABLE_POST else user
    on = target.active if isinstance(target, Officer) else target.is_active
    if change in AT_ONCE and not on:
        raise RightsRefused("已经停用，不用再停用。")
    if change is RightsChange.ENABLE_USER and on:
        raise RightsRefused("这个账号没有停用。")
    if change in AT_ONCE and user.pk == by.user_id:
        raise RightsRefused("不能停用自己。请由另一位系统管理员办理。")
    facts = {} if change is RightsChange.RESET_PASSWORD else {"before": {"active": on}, "after": {"active": not on}}
    with transaction.atomic():
        asked = _ask(change, user, post=post, reason=reason, by=by, at=at, **facts)
        if change in AT_ONCE:
            _apply(asked, at=at)
    return asked


# --- Deciding ---------------------------------------------------------------------------------------------------------


def may_decide(asked: RightsRequest, by: Officer) -> bool:
    """A security administrator, about somebody else, on somebody else's request."""
    return by.may(WHO_DECIDES) and by.user_id not in (asked.asked_by_id, asked.user_id)


@transaction.atomic
def decide(request_id: int, *, approve: bool, reason: str, by: Officer, at: datetime) -> RightsRequest:
    """Approve, which puts the change into effect, or refuse, which undoes what held at once."""
    asked = RightsRequest.objects.select_for_update().get(pk=request_id)
    if not may_decide(asked, by):
        raise RightsRefused(
            "这件申请不能由您审批：申请由系统管理员提出，由另一位安全管理员审批，任何人不审批自己的事。"
        )
    if asked.state != State.WAITING:
        raise RightsRefused("这件申请已经有结果了，请刷新页面查看。")
    if not approve and len(wording.readable(reason)) < REASON_AT_LEAST:
        raise RightsRefused(f"不同意的，请写明理由，至少{REASON_AT_LEAST}个字。", "reason")
    change = RightsChange(asked.change)
    if approve and change not in AT_ONCE:
        _apply(asked, at=at)
    if not approve and change in AT_ONCE:
        _undo(asked, at=at)
    asked.state = State.APPROVED if approve else State.REFUSED
    asked.decided_by, asked.decided_at, asked.decision_reason = by.user, at, reason
    asked.save(update_fields=["state", "decided_by", "decided_at", "decision_reason", "user", "post_id"])
    return asked


@transaction.atomic
def withdraw(request_id: int, *, by: Officer, at: datetime) -> RightsRequest:
    """Take an own request back before it is decided; what held at once stays to be decided."""
    asked = RightsRequest.objects.select_for_update().get(pk=request_id)
    if asked.asked_by_id != by.user_id or asked.state != State.WAITING or asked.change in AT_ONCE:
        raise RightsRefused("只能撤回自己提出、还没有审批的申请；停用不能撤回。")
    asked.state, asked.decided_by, asked.decided_at = State.WITHDRAWN, by.user, at
    asked.save(update_fields=["state", "decided_by", "decided_at"])
    return asked


@transaction.atomic
def issue_password(request_id: int, *, by: Officer, at: datetime) -> str:
    """The one-time password of an approved request, once; every session of the user ends. Only its hash is kept."""
    asked = RightsRequest.objects.select_for_update().get(pk=request_id)
    if not by.may(WHO_ASKS) or by.user_id == asked.user_id:
        raise RightsRefused("一次性密码由另一位系统管理员生成。")
    if not gives_password(asked):
        raise RightsRefused("这件申请的一次性密码已经生成过，或者还没有批准。需要新密码的，请再申请重置。")
    password = _one_time_password(asked.user, at=at)
    asked.password_issued_at = at
    asked.save(update_fields=["password_issued_at"])
    end_sessions(asked.user, SessionEnd.PASSWORD_CHANGED, at=at)
    return password


def gives_password(asked: RightsRequest) -> bool:
    """Whether a one-time password may still be made from this request."""
    makes = asked.change in (RightsChange.CREATE_USER, RightsChange.RESET_PASSWORD)
    return makes and asked.state == State.APPROVED and asked.password_issued_at is None


@transaction.atomic
def first_administrator(
    role: Role, username: str, name: str, organisation: Organisation, *, at: datetime
) -> tuple[Officer, str]:
    """The first of one of the three administrators, made at the server; refused once there is one. Answers its one-time password."""
    if role not in ADMINISTRATORS:
        raise RightsRefused("只能建立系统、安全、审计三种管理员。")
    User.objects.select_for_update().filter(posts__roles__contains=[role]).first()
    if Officer.objects.filter(roles__contains=[role], active=True, user__is_active=True).exists():
        raise RightsRefused(f"已经有{role.label}。以后的用户请由系统管理员申请、安全管理员审批。")
    if User.objects.filter(username__iexact=username).exists():
        raise RightsRefused("这个用户名已经有人用。请换一个。", "username")
    user = User.objects.create_user(username, None, name=name)
    post = Officer.objects.create(user=user, organisation=organisation, title=role.label, roles=[role.value])
    return post, _one_time_password(user, at=at)


# --- What holds -------------------------------------------------------------------------------------------------------


def roles_of(user: User, *, but: int | None = None) -> set[Role]:
    """The roles of all active posts of a user, but for the post `but`."""
    posts = Officer.objects.filter(user=user, active=True).exclude(pk=but)
    return {Role(role) for roles in posts.values_list("roles", flat=True) for role in roles}


def end_sessions(user: User, why: SessionEnd, *, at: datetime, but: int | None = None) -> int:
    """End the sessions of `user` everywhere, but for the row `but`; returns how many were open."""
    return SignIn.objects.filter(user=user, ended_at=None).exclude(pk=but).update(ended_at=at, ended_why=why.value)


def end_rights(user: User, why: SessionEnd, *, at: datetime) -> None:
    """Make every session of `user` end with its next page, whatever it holds, and mark their rows."""
    User.objects.filter(pk=user.pk).update(rights_version=F("rights_version") + 1)
    end_sessions(user, why, at=at)


def set_own_password(user: User, password: str, *, at: datetime, but: int | None = None) -> None:
    """A password the user chose; the other sessions end."""
    user.set_password(password)
    user.one_time_until = None
    user.save(update_fields=["password", "one_time_until"])
    end_sessions(user, SessionEnd.PASSWORD_CHANGED, at=at, but=but)


def _ask(
    change: RightsChange,
    user: User | None,
    *,
    post: Officer | None = None,
    before: dict | None = None,
    after: dict | None = None,
    reason: str,
    by: Officer,
    at: datetime,
) -> RightsRequest:
    if not by.may(WHO_ASKS):
        raise RightsRefused(f"只有{WHO_ASKS.label}可以提出用户和岗位的变更。")
    if len(wording.readable(reason)) < REASON_AT_LEAST:
        raise RightsRefused(f"请写明理由，至少{REASON_AT_LEAST}个字。", "reason")
    waiting = RightsRequest.objects.filter(state=State.WAITING, change=change, post_id=post.pk if post else None)
    if user is not None and change is not RightsChange.ADD_POST and waiting.filter(user=user).exists():
        raise RightsRefused("同样的申请正在等待审批，不用重复提交。")
    return RightsRequest.objects.create(
        change=change.value, user=user, post_id=post.pk if post else None, before=before or {}, after=after or {},
        reason=reason, asked_by=by.user, asked_at=at,
    )  # fmt: skip


def _check_roles(roles: tuple[Role, ...], *, others) -> None:
    if not roles or not set(roles) <= set(ASSIGNABLE):
        raise RightsRefused("请至少选择一种岗位。", "roles")
    fault = incompatible({*roles, *others})
    if fault:
        raise RightsRefused(fault, "roles")


def _is_waiting_for_name(username: str) -> bool:
    waiting = RightsRequest.objects.filter(change=RightsChange.CREATE_USER, state=State.WAITING)
    return waiting.filter(after__username__iexact=username).exists()


def _apply(asked: RightsRequest, *, at: datetime) -> None:
    """Put a change into effect. What was true when it was asked is checked again now."""
    change, after = RightsChange(asked.change), asked.after
    try:
        with transaction.atomic():
            _EFFECTS[change](asked, after)
    except IntegrityError as error:
        raise RightsRefused("这段时间里情况变了：用户名或职务已经有人用。请不同意这件申请，重新提出。") from error
    if asked.user_id and change is not RightsChange.CREATE_USER:
        disabled = change in AT_ONCE
        end_rights(asked.user, SessionEnd.DISABLED if disabled else SessionEnd.RIGHTS_CHANGED, at=at)


def _undo(asked: RightsRequest, *, at: datetime) -> None:
    if asked.change == RightsChange.DISABLE_POST:
        post = Officer.objects.select_for_update().get(pk=asked.post_id)
        _check_roles(tuple(Role(role) for role in post.roles), others=roles_of(post.user, but=post.pk))
        Officer.objects.filter(pk=asked.post_id).update(active=True)
    else:
        User.objects.filter(pk=asked.user_id).update(is_active=True)
    end_rights(asked.user, SessionEnd.RIGHTS_CHANGED, at=at)


def _create_user(asked: RightsRequest, after: dict) -> None:
    asked.user = User.objects.create_user(after["username"], None, name=after["name"])
    _add_post(asked, after)


def _add_post(asked: RightsRequest, after: dict) -> None:
    User.objects.select_for_update().get(pk=asked.user_id)  # two requests for one person are put into effect one by one
    _check_roles(tuple(Role(role) for role in after["roles"]), others=roles_of(asked.user))
    post = Officer.objects.create(
        user=asked.user,
        organisation_id=after["organisation"],
        title=after["title"],
        roles=after["roles"],
        phone=after["phone"],
    )
    asked.post_id = post.pk


def _change_post(asked: RightsRequest, after: dict) -> None:
    User.objects.select_for_update().get(pk=asked.user_id)
    _check_roles(tuple(Role(role) for role in after["roles"]), others=roles_of(asked.user, but=asked.post_id))
    changed = Officer.objects.filter(pk=asked.post_id, active=True)
    if not changed.update(title=after["title"], roles=after["roles"], phone=after["phone"]):
        raise RightsRefused("这个岗位已经停用。请不同意这件申请。")


def _switch_user(asked: RightsRequest, after: dict) -> None:
    User.objects.filter(pk=asked.user_id).update(is_active=after["active"])


def _switch_post(asked: RightsRequest, after: dict) -> None:
    Officer.objects.filter(pk=asked.post_id).update(active=after["active"])


def _nothing_yet(asked: RightsRequest, after: dict) -> None:
    """A new password holds when it is made (issue_password): until then the user keeps the old one."""


_EFFECTS = {
    RightsChange.CREATE_USER: _create_user,
    RightsChange.ADD_POST: _add_post,
    RightsChange.CHANGE_POST: _change_post,
    RightsChange.DISABLE_POST: _switch_post,
    RightsChange.DISABLE_USER: _switch_user,
    RightsChange.ENABLE_USER: _switch_user,
    RightsChange.RESET_PASSWORD: _nothing_yet,
}


def _one_time_password(user: User, *, at: datetime) -> str:
    """Four groups of four: 79 bits, easy to read out."""
    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
    user.set_password(password)
    user.one_time_until = at + timedelta(days=ONE_TIME_PASSWORD_DAYS)
    user.save(update_fields=["password", "one_time_until"])
    return password
