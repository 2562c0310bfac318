"""三员分立: system, security and audit administrator keep each other in check, and none of them handles petitions (B.3).

Pure tables: what each of them may ask, decide or read, and which posts one person may not hold together.
"""

from collections.abc import Iterable
from types import MappingProxyType

from xinqiao.rules.stages import Coded, Role

ADMINISTRATORS = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})

# Nobody is given these: the citizen and the program itself are no posts.
ASSIGNABLE = tuple(role for role in Role if role not in (Role.CITIZEN, Role.SYSTEM))


class RightsChange(Coded):
    """What may be asked about a user: asked by the system administrator, decided by the security administrator."""

    CREATE_USER = "create_user", "新建用户", "B.3"
    ADD_POST = "add_post", "增加岗位", "B.3"
    CHANGE_POST = "change_post", "变更岗位", "B.3"
    DISABLE_POST = "disable_post", "停用岗位", "B.3"
    DISABLE_USER = "disable_user", "停用用户", "B.3"
    ENABLE_USER = "enable_user", "重新启用用户", "B.3"
    RESET_PASSWORD = "reset_password", "重置密码", "B.3"


# For safety these hold at once and are looked at afterwards; whoever refuses them undoes them.
AT_ONCE = frozenset({RightsChange.DISABLE_USER, RightsChange.DISABLE_POST})

WHO_ASKS, WHO_DECIDES = Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR

# How long a one-time password may be used for the first log-in.
ONE_TIME_PASSWORD_DAYS = 7

REASON_AT_LEAST = 5  # characters of a reason


class SessionEnd(Coded):
    """Why a session of an officer ended (checklist 51)."""

    SIGNED_OUT = "signed_out", "自己退出", "checklist 51"
    IDLE = "idle", "30分钟没有操作", "checklist 51"
    TOO_LONG = "too_long", "满12小时", "checklist 51"
    BY_OWNER = "by_owner", "在其他设备上退出", "checklist 51"
    RIGHTS_CHANGED = "rights_changed", "岗位或权限有变动", "checklist 51"
    PASSWORD_CHANGED = "password_changed", "改了密码", "checklist 51"
    FACTOR_CHANGED = "factor_changed", "重置了第二步验证", "checklist 51"
    DISABLED = "disabled", "账号或岗位停用", "checklist 51"


ENDED_WORDS = MappingProxyType({end.value: end.label for end in SessionEnd})


def incompatible(roles: Iterable[Role]) -> str:
    """Why one person may not hold all these roles, over all posts; "" when they may."""
    held = set(roles)
    administering = held & ADMINISTRATORS
    if len(administering) > 1:
        names = "、".join(role.label for role in sorted(administering))
        return f"一个人不能同时担任{names}。请把这些岗位分给不同的人。"
    if administering and held - ADMINISTRATORS:
        return f"{next(iter(administering)).label}不能同时办理信访业务。请只选其中一类岗位。"
    return ""
