"""Pages that everybody may read: the front page, help, the law in plain words, privacy, accessibility (R-18(1), PIPL 17)."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from xinqiao.organisations.models import Organisation
from xinqiao.rules import deadlines, routes, terms
from xinqiao.rules.stages import Line

from . import drafts
from .filing import views as filing

OFFICES_ON_PAGE, OFFICES_IN_FRONT = 40, 5
# What the law page shows of the table of limits, in the order in which a petition meets them.
LIMITS_SHOWN = (
    ("PO15", "信访部门收到以后，决定交给哪个单位办"),
    ("UNIT15", "单位收到以后，告诉您受理不受理"),
    ("HANDLE60", "受理以后，书面答复您"),
    ("EXT30", "情况复杂，经批准可以再延长"),
    ("REVIEW_REQ30", "不同意答复，您可以请求复查"),
    ("REVIEW_DEC30", "复查机关书面答复您"),
    ("RECHECK_REQ30", "不同意复查意见，您可以请求复核"),
    ("RECHECK_DEC30", "复核机关书面答复您"),
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The six entries of A-01, the two acts people come for, and every other way to be heard."""
    draft = drafts.current(request)
    receipt = drafts.receipt(draft, at=timezone.now())
    open_draft = draft if draft is not None and not draft.sent_at else None
    reachable = offices()
    context = {
        "draft": open_draft,
        "go_on": filing.go_on_url(open_draft) if open_draft else "",
        "receipt": receipt,
        "offices": reachable[:OFFICES_IN_FRONT],
        "more_offices": len(reachable) > OFFICES_IN_FRONT,
    }
    return render(request, "portal/home.html", context)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines may list what is for everybody, and nothing about one petition or from the workbench."""
    closed = ("account", "api", "desk", "file", "letters", "matters", "receipt", "track", "ui")
    lines = ["User-agent: *", *(f"Disallow: /{name}/" for name in closed)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/help.html", {"phones": routes.PHONES.values(), "offices": offices()})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    context = {"draft_days": drafts.KEPT_DAYS, "receipt_minutes": drafts.RECEIPT_MINUTES, "offices": offices()[:1]}
    return render(request, "portal/privacy.html", context)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/accessibility.html", {"offices": offices()[:1]})


@require_safe
def law(request: HttpRequest) -> HttpResponse:
    """How a petition is handled, with the limits of the rules and days reckoned from today."""
    today = timezone.localdate()
    rows = [(terms.TERMS[code], words) for code, words in LIMITS_SHOWN]
    context = {"rows": rows, "example": _example(today), "today": today, "routes": routes.ROUTES.values()}
    return render(request, "portal/law.html", context)


def offices() -> list[Organisation]:
    """Petition offices with address and telephone: letters, visits and calls are as good as this site (I-01)."""
    found = Organisation.objects.filter(line=Line.PETITION_OFFICE, active=True, level__gte=2).exclude(address="")
    return list(found.order_by("level", "lft")[:OFFICES_ON_PAGE])


def _example(today) -> list[tuple[str, deadlines.Deadline]]:
    """If it were sent today, and everybody took all the time there is."""
    passed_on = deadlines.compute("PO15", today)
    told = deadlines.compute("UNIT15", passed_on.due)
    answered = deadlines.compute("HANDLE60", told.due)
    review = deadlines.compute("REVIEW_REQ30", answered.due + timedelta(days=1))
    return [
        ("信访部门最晚交给承办单位", passed_on),
        ("承办单位最晚告诉您是否受理", told),
        ("承办单位最晚书面答复您", answered),
        ("次日收到答复，您最晚可以请求复查", review),
    ]
