"""One hot issue: what it is made of, how it goes, in whose words, which matters with which answers, what was decided, its sheet (H.3)."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from xinqiao.analysis.hot import acts, excerpts, figures, sheet
from xinqiao.analysis.hot.grouping import short
from xinqiao.analysis.models import HotAct, HotIssue
from xinqiao.integrity import audit
from xinqiao.organisations.models import Officer
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.hot import ARROWS, SHEET, Act, IssueState, Target
from xinqiao.rules.numbering import print_matter_number
from xinqiao.rules.small_cells import shown, shown_parts
from xinqiao.rules.stages import Stage
from xinqiao.ui.day_words import exact_day

from .. import keyset
from ..door import officer_required
from ..statistics.tables import COLUMN, FULL, Row, Table
from . import asked as asking
from .board import TONES
from .sending import targets

NEWEST = keyset.Order("newest", "", "matter__received_at", datetime, descending=True)
COLUMNS = (
    "matter_id",
    "matter__number",
    "matter__title",
    "matter__received_on",
    "matter__stage",
    "matter__place__name",
    "matter__unit__name",
)
FORMS = {
    "pdf": (sheet.pdf, "application/pdf"),
    "docx": (sheet.docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}
LIKELY_SHOWN = 20
MEMBERS_SHOWN = 15
APART = (Act.SHEET, Act.SEND, Act.ACCEPT)  # offered where they belong on the page


@officer_required
@require_safe
@never_cache
def issue_page(request: HttpRequest, issue_id: int) -> HttpResponse:
    """`?days=&until=` and a position in the list of its matters."""
    officer, asked = request.officer, asking.read(request.GET)
    issue = asking.found(officer, issue_id)
    works, state = acts.may_work(officer), IssueState(issue.state)
    found = figures.of([issue], asked.window)[issue.pk]
    page = keyset.page(
        acts.members(issue, officer, likely=False),
        NEWEST,
        COLUMNS,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=MEMBERS_SHOWN,
    )
    likely = _likely(issue, officer) if works else []
    possible = acts.possible(issue, officer)
    ready = Act.SEND in possible and not sheet.is_draft(issue)
    sends = ready and bool(targets(officer))
    here = reverse("workbench:hot_issue", args=[issue.pk])
    context = {
        "issue": issue, "state": state, "tone": TONES[state], "proposed": state is IssueState.PROPOSED, "asked": asked, "works": works,
        "area": short(issue.area.name), "windows": _windows(request, here, asked),
        "figures": _told(found, works), "heat": found.heat, "parts": found.heat.parts if works else (),
        "course": _course(found, works), "districts": _districts(found, works), "heat_course": _heat_course(found, works),
        "excerpts": _excerpts(request, issue, officer),
        "members": _members(page.rows), "seen": len(page.rows), "likely": likely, **_answers(found, works),
        "previous_url": keyset.with_choices(here, request.GET, before=page.before) if page.before else "",
        "next_url": keyset.with_choices(here, request.GET, after=page.after) if page.after else "",
        "acts": [{"label": act.label, "url": _act_url(issue, act), "danger": act in (Act.DISMISS, Act.MERGE)} for act in possible if act not in APART],
        "sheet": [(SHEET[name], getattr(issue, name)) for name in ("facts", "cause", "law", "options")], "has_sheet": bool(issue.facts or issue.cause),
        "sheet_url": _act_url(issue, Act.SHEET) if Act.SHEET in possible else "", "accept_url": _act_url(issue, Act.ACCEPT) if likely and Act.ACCEPT in possible else "",
        "send_url": reverse("workbench:hot_send", args=[issue.pk]) if sends else "", "others_send": ready and not sends,
        "is_draft": sheet.is_draft(issue), "sheet_pages": [(label, reverse("workbench:hot_sheet", args=[issue.pk, form]) + asked.query) for form, label in (("pdf", "PDF"), ("docx", "Word"))],
        "sent": [_sent(one) for one in acts.sent(issue)],
        "history": _history(issue) if works else [],
        "merged_url": reverse("workbench:hot_issue", args=[issue.merged_into_id]) if issue.merged_into_id else "",
        "back_url": reverse("workbench:hot_issues") + asked.query, "today": asked.today,
    }  # fmt: skip
    return render(request, "workbench/hot/issue.html", context)


def _windows(request: HttpRequest, here: str, asked: asking.Asked) -> list[dict]:
    return [
        {
            "label": _("近%(days)s天") % {"days": days},
            "url": keyset.with_choices(here, request.GET, days=str(days)),
            "on": days == asked.window.days,
        }
        for days in (7, 30, 90)
    ]


def _told(found: figures.Figures, works: bool) -> list[dict]:
    """The figures that heat is made of. Who only reads the issue gets no small ones (C-14)."""
    inputs, tell = found.inputs, str if works else shown
    unknown = next((one.now for one in found.places() if one.name == figures.NOWHERE), 0)
    counted = _("计入热度%(n)s件") % {"n": inputs.matters} if works and inputs.matters < found.matters else ""
    return [
        {"label": _("信访件"), "value": tell(found.matters), "more": counted},
        {
            "label": _("涉及地方"),
            "value": inputs.places,
            "more": _("地点不明%(n)s件") % {"n": tell(unknown)} if unknown else "",
        },
        {"label": _("分布天数"), "value": inputs.days, "more": ""},
        {
            "label": _("走势"),
            "value": found.trend,
            "more": _("上一时段%(n)s件") % {"n": tell(inputs.before)},
            "arrow": ARROWS.get(found.trend, "arrow-right"),
        },
        {"label": _("热度"), "value": found.heat.word, "more": _("%(points)s分") % {"points": found.heat.points}},
    ]


def _answers(found: figures.Figures, works: bool) -> dict[str, str]:
    """Of all its matters: how many have ended and how many are being handled. Each has its own answer."""
    counts = {"answered": found.answered, "open": len(found.rows) - found.answered}
    told = {name: str(count) for name, count in counts.items()} if works else shown_parts(counts)
    return {
        "all": str(len(found.rows)) if works else shown(len(found.rows)),
        **{name: told.get(name, "0") for name in counts},
    }


def _course(found: figures.Figures, works: bool) -> Table:
    """Along time: a plot with its table beside."""
    counts = {
        f"{_day(first)}–{_day(last)}" if first != last else _day(first): count for first, last, count in found.course()
    }
    told = {label: str(count) for label, count in counts.items()} if works else shown_parts(counts)
    return Table("months", _("时间走势"), _("日期"), [Row(label, told[label]) for label in counts], (_("件数"),))


def _districts(found: figures.Figures, works: bool) -> Table:
    """Places in the order of the tree, one colour: they are compared by nobody (G.4)."""
    rows = found.places()
    now, before = ({one.name: getattr(one, which) for one in rows} for which in ("now", "before"))
    told = [
        {name: str(count) for name, count in part.items()} if works else shown_parts(part) for part in (now, before)
    ]
    return Table("places", _("各地情况"), _("地方"), [Row(short(one.name), told[0][one.name], more=(told[1][one.name], one.trend if works else "")) for one in rows],
                 (_("件数"), _("上一时段"), _("走势")), note=_("按机构顺序，不排名。"))  # fmt: skip


class Drawn(Table):
    """A table along time whose plot stands above it."""

    @property
    def drawn(self) -> list[dict]:
        return [
            {
                "x": place * COLUMN + 1,
                "y": round(FULL - row.width, 1),
                "height": row.width,
                "withheld": False,
                "title": f"{row.label} {row.told}",
            }
            for place, row in enumerate(self.rows)
        ]


def _heat_course(found: figures.Figures, works: bool) -> Table | None:
    """Heat over time, at the ends of windows."""
    rows = found.heat_course() if works else []
    if len(rows) < 2:
        return None
    return Drawn(
        "heat",
        _("热度走势"),
        _("截至"),
        [Row(_day(on), str(heat.points), more=(heat.word,)) for on, heat in rows],
        (_("热度"), ""),
    )


def _day(day) -> str:
    return f"{day.month}月{day.day}日"


def _excerpts(request: HttpRequest, issue: HotIssue, officer: Officer) -> list[excerpts.Excerpt]:
    """What citizens say, in pieces without identities; that they were read is on record before they are shown (C-11)."""
    found = excerpts.of(issue, officer)
    if found:
        audit.note(
            AuditKind.HOT_ISSUE,
            officer=officer,
            subject=str(issue),
            request=request,
            fields="text",
            detail={"act": "read", "pieces": len(found)},
        )
    return found


def _members(rows: list[dict]) -> list[dict]:
    """Titles without names: analysts read no identity (B.3)."""
    titles = excerpts.titles({row["matter_id"]: row["matter__title"] for row in rows})
    return [
        {
            "url": reverse("workbench:case", args=[row["matter__number"]]),
            "number": print_matter_number(row["matter__number"]),
            "title": titles[row["matter_id"]],
            "received_on": row["matter__received_on"],
            "stage": Stage(row["matter__stage"]),
            "place": short(row["matter__place__name"]),
            "unit": row["matter__unit__name"] or "",
            "matter_id": row["matter_id"],
        }
        for row in rows
    ]


def _likely(issue: HotIssue, officer: Officer) -> list[dict]:
    """Matters that the machine found for a confirmed issue: nobody has agreed yet."""
    return _members(list(acts.members(issue, officer, likely=True).values(*COLUMNS)[:LIKELY_SHOWN]))


def picks(issue: HotIssue, officer: Officer, *, likely: bool | None, most: int) -> list[tuple[int, str]]:
    """(matter, what it is) to choose from."""
    rows = _members(list(acts.members(issue, officer, likely=likely).values(*COLUMNS)[:most]))
    today = localdate()
    return [
        (row["matter_id"], f"{row['title']}（{exact_day(row['received_on'], today)} {row['place']}）") for row in rows
    ]


def _sent(one: HotAct) -> dict:
    kind, _sign, pk = one.subject.partition(":")
    names = {
        "meeting": "workbench:meeting",
        "recommendation": "workbench:recommendation",
        "ledger": "workbench:ledger_item",
    }
    return {
        "target": Target(one.target).label,
        "at": one.at,
        "by": one.by.user.name if one.by else "",
        "url": reverse(names[kind], args=[pk]) if kind in names else "",
        "note": one.text,
    }


def _history(issue: HotIssue) -> list[dict]:
    rows = issue.acts.select_related("by__user").order_by("-seq")[:50]
    return [
        {
            "act": Act(one.act).label,
            "by": one.by.user.name if one.by else _("系统"),
            "at": one.at,
            "text": one.text,
            "count": len(one.said.get("matters") or one.said.get("added") or ()),
        }
        for one in rows
    ]


def _act_url(issue: HotIssue, act: Act) -> str:
    return reverse("workbench:hot_act", args=[issue.pk, act.value])


@officer_required
@require_safe
@never_cache
def sheet_page(request: HttpRequest, issue_id: int, form: str) -> HttpResponse:
    """热点问题专报单 as PDF or Word, of the window that was looked at; marked as a draft until it says everything."""
    issue = asking.found(request.officer, issue_id)
    if form not in FORMS:
        raise Http404
    draw, media_type = FORMS[form]
    found = figures.of([issue], asking.read(request.GET).window)[issue.pk]
    content = draw(issue, found, organ=request.officer.organisation.name, at=timezone.now())
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(
        form == "docx", f"{sheet.TITLE}-{issue.pk}.{form}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
