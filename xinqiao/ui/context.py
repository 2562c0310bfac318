"""What every page knows about the site: its name, the help line, and whether the reader wants large print."""

import os

from django.conf import settings

LARGE_PRINT_COOKIE = "xq_large"

_DEFAULTS = {
    "XINQIAO_SITE_NAME": "临江地区网上信访",  # what stands beside the logo
    "XINQIAO_HELP_PHONE": "010-5555 0123",  # a number reserved for examples; each office sets its own
    "XINQIAO_HELP_HOURS": "工作日 8:30–17:30 有人接听",
}


def _text(name: str) -> str:
    value = getattr(settings, name, None)
    return str(value if value is not None else os.environ.get(name, "")).strip() or _DEFAULTS[name]


def site_facts() -> dict:
    """What needs neither a request nor a database: safe on the page for a broken system too."""
    phone = _text("XINQIAO_HELP_PHONE")
    return {
        "name": _text("XINQIAO_SITE_NAME"),
        "help_phone": phone,
        "help_tel": "".join(character for character in phone if character.isdigit() or character == "+"),
        "help_hours": _text("XINQIAO_HELP_HOURS"),
        "demo": bool(getattr(settings, "XINQIAO_DEMO", os.environ.get("XINQIAO_DEMO", "") in ("1", "true", "yes", "on"))),
    }


def site(request) -> dict:
    """Context processor: `site`. Reads one cookie, never the database."""
    return {"site": {**site_facts(), "large_print": request.COOKIES.get(LARGE_PRINT_COOKIE) == "1"}}
