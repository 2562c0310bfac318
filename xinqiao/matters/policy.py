"""The regional rules of this installation (地方规则包, 0.2): read once, from the file that XINQIAO_POLICY_PACK names."""

import functools
from datetime import date
from pathlib import Path

from django.conf import settings

from xinqiao.rules import deadlines, packs
from xinqiao.rules.calendar import WorkCalendar
from xinqiao.rules.packs import PolicyPack


@functools.cache
def pack() -> PolicyPack | None:
    """The pack, or None for the national rules. Raises PackRefused naming the rule that it breaks (0-PACK)."""
    return packs.load(Path(settings.XINQIAO_POLICY_PACK)) if settings.XINQIAO_POLICY_PACK else None


def calendar() -> WorkCalendar:
    """The national calendar with this region's holidays (DL-16, DL-18)."""
    national = WorkCalendar.default()
    return pack().calendar(national) if pack() else national


def limit(term: str, start: date, **inputs) -> deadlines.Deadline:
    """The deadline of `term` for an event on `start`, by the rules in force here."""
    return deadlines.compute(term, start, pack=pack(), **inputs)


def is_on(code: str) -> bool:
    """Whether a switchable limit or ground applies here; without a pack what is national does."""
    return pack().is_on(code) if pack() else code not in packs.SWITCHES
