"""What every page knows about the site: its name, the help line, and whether the reader wants large print."""

from django.conf import settings

LARGE_PRINT_COOKIE = "xq_large"
_EXAMPLE_PHONE = "010-5555 0123"  # a number nobody has, so that the demonstration shows where the help line stands


def site_facts() -> dict:
    """What needs neither a request nor a database: safe on the page for a broken system too."""
    phone = settings.XINQIAO_HELP_PHONE or (_EXAMPLE_PHONE if settings.XINQIAO_DEMO else "")
    return {
        "name": settings.XINQIAO_SITE_NAME,
        "help_phone": phone,
        "help_tel": "".join(character for character in phone if character.isdigit() or character == "+"),
        "help_hours": settings.XINQIAO_HELP_HOURS,
        "demo": settings.XINQIAO_DEMO,
    }


def site(request) -> dict:
    """Context processor: `site`. Reads one cookie, never the database."""
    return {"site": {**site_facts(), "large_print": request.COOKIES.get(LARGE_PRINT_COOKIE) == "1"}}
