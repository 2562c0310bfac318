"""How a day, a moment and a due date read in plain Chinese. The caller says what day it is; nothing here reads a clock."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _


def as_day(value: date | datetime) -> date:
    """The day in Asia/Shanghai on which `value` falls."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def exact_day(day: date, today: date) -> str:
    """11月18日 within the year of `today`, otherwise 2027年1月19日. For duties: a citizen must be able to note it down."""
    words = f"{day.month}月{day.day}日"
    return words if day.year == today.year else f"{day.year}年{words}"


def near_day(day: date, today: date) -> str:
    """今天, 昨天, 明天 where that is shorter to grasp, otherwise the date."""
    near = {0: _("今天"), -1: _("昨天"), 1: _("明天")}.get((day - today).days)
    return near or exact_day(day, today)


def moment_words(at: datetime, today: date) -> str:
    """今天 09:20, 11月18日 16:58."""
    local = timezone.localtime(at) if timezone.is_aware(at) else at
    return f"{near_day(local.date(), today)} {local:%H:%M}"


def due_words(due_on: date, today: date, *, left: int | None = None, working: bool = False) -> str:
    """超期 2 天, 今天到期, 剩 3 天; with `working`, `left` is a count of working days (工作日)."""
    days = (due_on - today).days
    if days < 0:
        return _("超期 %(days)s 天") % {"days": -days}
    if days == 0:
        return _("今天到期")
    if working and left is not None:
        return _("剩 %(days)s 个工作日") % {"days": left}
    return _("剩 %(days)s 天") % {"days": days if left is None else left}


def done_words(due_on: date, done_on: date) -> str:
    """How a duty that was met stood to its last day."""
    late = (done_on - due_on).days
    return _("超期 %(days)s 天完成") % {"days": late} if late > 0 else _("按期完成")
