"""What 我的登录 shows in words: devices, means, factors."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from xinqiao.organisations.models import SignIn, User
from xinqiao.rules.three_administrators import ENDED_WORDS

from .. import door
from . import factors

MEANS = {"password": "密码", "passkey": "通行密钥", "provider": "统一身份认证"}
FACTORS = {"totp": "验证器应用", "passkey": "通行密钥", "recovery": "恢复码", "provider": "统一身份认证"}
# The first that a browser names of itself decides; Edge and others also say Chrome, all of them say Safari.
BROWSERS = (
    ("MicroMessenger", "微信"), ("Edg", "Edge"), ("QQBrowser", "QQ浏览器"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("HarmonyOS", "鸿蒙"), ("Android", "安卓"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"),
)  # fmt: skip
HISTORY_ROWS = 10


@dataclass(frozen=True)
class SessionLine:
    """One log-in, for a list."""

    pk: int
    device: str
    how: str
    began_at: datetime
    seen_at: datetime
    current: bool
    here: bool  # from the same address as the page that shows it
    ended: str  # why it ended; "" while it is open


@dataclass(frozen=True)
class FactorLine:
    pk: int
    kind: str
    name: str
    icon: str
    created_at: datetime
    last_used_at: datetime | None


def session_lines(user: User, now: datetime, *, current: int | None, source: str) -> list[SessionLine]:
    """Sessions that may still be used, the present one first."""
    alive = SignIn.objects.filter(
        user=user, ended_at=None,
        seen_at__gt=now - timedelta(seconds=door.IDLE_SECONDS + door.SEEN_EVERY_SECONDS),
        began_at__gt=now - timedelta(seconds=door.LONGEST_SECONDS),
    )  # fmt: skip
    lines = [_line(row, now, current=current, source=source) for row in alive.order_by("-seen_at")[:50]]
    return sorted(lines, key=lambda line: not line.current)


def history_lines(user: User, now: datetime) -> list[SessionLine]:
    """The last log-ins, open or not."""
    rows = SignIn.objects.filter(user=user).order_by("-began_at")[:HISTORY_ROWS]
    return [_line(row, now, current=None, source="") for row in rows]


def factor_lines(user: User) -> list[FactorLine]:
    """The factors of a user in words."""
    lines = []
    for one in factors.of(user):
        app = one.type == factors.Type.TOTP
        kind = "验证器应用" if app else "通行密钥"
        name = "" if app else one.wrap().name
        lines.append(
            FactorLine(one.pk, kind, name, "smartphone" if app else "key-round", one.created_at, one.last_used_at)
        )
    return lines


def _line(row: SignIn, now: datetime, *, current: int | None, source: str) -> SessionLine:
    how = MEANS.get(row.means, row.means)
    if row.factor and row.factor != row.means:
        how += "＋" + FACTORS.get(row.factor, row.factor)
    ended = ENDED_WORDS.get(row.ended_why, "") if row.ended_at else ""
    if not row.ended_at and (now - row.seen_at).total_seconds() > door.IDLE_SECONDS + door.SEEN_EVERY_SECONDS:
        ended = ENDED_WORDS["idle"]
    here = bool(source) and row.source == source
    return SessionLine(row.pk, device_words(row.device), how, row.began_at, row.seen_at, row.pk == current, here, ended)


def device_words(said: str) -> str:
    """`Chrome · Windows` from what the browser says of itself."""
    browser = next((words for mark, words in BROWSERS if mark in said), "")
    system = next((words for mark, words in SYSTEMS if mark in said), "")
    return " · ".join(filter(None, (browser, system))) or "未知设备"
