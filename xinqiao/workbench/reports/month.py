"""每月情况: a month of the own area on one page - causes, not heads. Every figure leads to its list, as far as this post may open it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from xinqiao.analysis.models import HotIssue
from xinqiao.matters.models import Referral
from xinqiao.organisations.models import Organisation
from xinqiao.reporting.indicators import facts
from xinqiao.reporting.indicators.figures import Figure
from xinqiao.reporting.reports import hot, writing
from xinqiao.reporting.reports.figures import Area, Line, Period, points, shifted
from xinqiao.reporting.reports.sections import UNDECIDED_KIND
from xinqiao.rules import indicators
from xinqiao.rules.confidentiality import listed_title
from xinqiao.rules.indicators import Measure
from xinqiao.rules.permissions import Action, Reach, allowed
from xinqiao.rules.reports import TOP
from xinqiao.rules.small_cells import AT_LEAST
from xinqiao.rules.stages import Channel, Kind

from .. import filters, keyset
from ..door import officer_required
from ..statistics import choices, scope
from ..statistics.tables import Row, Table

LATE_SHOWN = 10
PLACES_SHOWN = 40
# Key, title, codes: what stands in each card, always speed, quality and voice together (G.4).
CARDS = (
    ("time", _("受理和办理"), ("transfer_in_time", "notice_in_time", "answer_in_time", "extended")),
    ("review", _("复查复核"), ("review_requested", "review_changed", "review_in_time", "revoked")),
    ("execution", _("落实"), ("executed_in_time", "execution_disputed", "agreement_performed", "settled_first")),
    ("supervision", _("督办和建议"), ("supervised", "supervision_in_time", "recommended_improve", "recommended_policy", "recommendations_adopted")),
    ("voice", _("群众评价"), ("rated_office", "satisfied_office", "rated_unit", "satisfied_unit")),
    ("repeat", _("重复信访"), ("repeat_filed", "repeat_after_answer", "repeat_overdue", "repeat_not_executed")),
)  # fmt: skip
KPIS = ("answer_in_time", "satisfied_unit", "repeat_filed")


class Month:
    """What one address asks for: `?month=2026-03&unit=`. Raises Http404 outside the scope of the post."""

    def __init__(self, request: HttpRequest):
        self.request, self.officer, self.today = request, request.officer, localdate()
        asked = choices.month_of(request.GET.get("month", ""))
        this = self.today.replace(day=1)
        self.problem = bool(request.GET.get("month")) and (asked is None or asked > this)
        self.month = this if asked is None or asked > this else asked
        self.scope = scope.scope_of(self.officer, request.GET.get("unit", "") or self._home())
        head = self.scope.head
        self.area = Area(
            (head.lft, head.rgt), Period(self.month, self.month), today=self.today, alone=head.alone,
            tree=(self.scope.organisation, self.scope.children), classes=filters.class_rows(),
        )  # fmt: skip
        self._list = f"{reverse('workbench:queue')}?shelf={self.scope.lists}" if self.scope.lists else ""

    def _home(self) -> str:
        """Who may count everywhere begins with the own area."""
        cell = allowed(self.officer.role_set, "statistics", Action.COUNT)
        if cell is None or cell.reach is not Reach.EVERYWHERE:
            return ""
        top = (
            Organisation.objects.filter(lft=self.officer.organisation.territory_lft)
            .values_list("pk", flat=True)
            .first()
        )
        return str(top or "")

    @property
    def period(self) -> Period:
        return self.area.period

    def here(self, **changes: str) -> str:
        return keyset.with_choices(reverse("workbench:month"), self.request.GET, **changes)

    def list_url(self, **more) -> str:
        """The list of what a figure counts; empty where this post opens no such list."""
        if not self.scope.lists:
            return ""
        query = {
            "unit": self.scope.head.org_id,
            "from": self.period.start_on,
            "to": self.period.end_on,
            **more,
        }
        return self._list + "".join(f"&{name}={value}" for name, value in query.items() if value)

    def late_url(self, unit: int) -> str:
        if not self.scope.lists:
            return ""
        return f"{self._list}&unit={unit}&due_to={self.today - choices.ONE_DAY}"

    def indicator_url(self, code: str) -> str:
        unit = self.scope.head.org_id or ""
        return (
            f"{reverse('workbench:indicator', args=[code])}?period=own&from={self.month:%Y-%m}&to={self.month:%Y-%m}"
            + (f"&unit={unit}" if unit else "")
        )


@officer_required
@require_safe
@never_cache
def month_page(request: HttpRequest) -> HttpResponse:
    """The figures of a month with what they are made of, by cause and place, what is late, and how the work went."""
    asked = Month(request)
    area = asked.area
    this = asked.today.replace(day=1)
    context = {
        "name": asked.scope.name,
        "month": choices.month_words(asked.month),
        "month_value": f"{asked.month:%Y-%m}",
        "problem": asked.problem,
        "running": asked.month == this,
        "above": [(one.name, asked.here(unit=str(one.pk))) for one in asked.scope.above],
        "previous_url": asked.here(month=f"{shifted(asked.month, -1):%Y-%m}"),
        "next_url": asked.here(month=f"{shifted(asked.month, 1):%Y-%m}") if asked.month < this else "",
        "unit": request.GET.get("unit", ""),
        "kpis": _kpis(asked),
        "course": _course(asked),
        "classes": _compared("classes", _("反映最多的问题"), _("内容分类"), area.top_classes(TOP), lambda line: asked.list_url(**{"class": line.key})),
        "flat": [
            _compared("channels", _("信访形式"), _("形式"), area.lines("channels", Channel.choices()), lambda line: asked.list_url(channel=line.key)),
            _compared("kinds", _("事项类别"), _("类别"), area.lines("kinds", _kinds()), lambda line: asked.list_url(kind=line.key or choices.UNDECIDED)),
        ],
        "places": _places(asked),
        "attention": _attention(asked),
        "late": _late(asked),
        "hot": _hot(asked), "hot_url": reverse("workbench:hot_issues") if allowed(request.officer.role_set, "hot_issue", Action.READ) else "",
        "late_units": [(one.name, told, asked.late_url(one.pk)) for one, told in area.overdue()],
        "cards": [(key, title, _card(asked, codes)) for key, title, codes in CARDS],
        "differing": facts.differing_anywhere(),
        "writes": writing.may_write(request.officer),
        "report_url": f"{reverse('workbench:analysis_new')}?sort=monthly&from={asked.month:%Y-%m}",
        "reports": bool(allowed(request.officer.role_set, "analysis", Action.READ)),
        "can_export": False,
        "at_least": AT_LEAST,
        "today": asked.today,
    }  # fmt: skip
    return render(request, "workbench/reports/month.html", context)


def _kinds() -> list[tuple[str, str]]:
    return [*((value, label) for value, label in Kind.choices() if value != Kind.REPORT), UNDECIDED_KIND]


def _kpis(asked: Month) -> list[dict]:
    """Five figures: how many came, how they were answered, what people say of it, who comes again, what is late."""
    area, total = asked.area, asked.area.total
    cards = [{"label": _("本月新收，件"), "value": total.told, "url": asked.list_url(), "parts": "",
              "more": _("比上月%(month)s，比去年同月%(year)s") % {"month": total.on_before, "year": total.on_year}}]  # fmt: skip
    for code in KPIS:
        now, before = area.indicators[code], area.indicators_before[code]
        row = indicators.find(code)
        told, whole, value = now.told
        parts = "" if now.is_empty else _("分子 %(up)s，分母 %(down)s") % {"up": told, "down": whole}
        more = _("本月没有可以统计的件") if now.is_empty else _("比上月%(moved)s") % {"moved": points(now, before)}
        cards.append(
            {"label": row.name, "value": value, "url": asked.indicator_url(code), "parts": parts, "more": more}
        )
    late, days = area.overdue_total()
    cards.append({"label": _("超期未办结，件"), "value": late, "url": asked.late_url(asked.scope.head.org_id), "parts": "",
                  "more": _("最长%(days)s天") % {"days": days} if days else _("现在的情况")})  # fmt: skip
    return cards


def _course(asked: Month) -> Table:
    rows = [
        Row(
            choices.month_words(month),
            told,
            asked.list_url(**{"from": month, "to": shifted(month, 1) - choices.ONE_DAY}) if told != "0" else "",
        )
        for month, told in asked.area.course
    ]
    return Table("months", _("近12个月收到的件数"), _("月份"), rows, (_("件数"),))


def _compared(key: str, title: str, head: str, lines: list[Line], link) -> Table:
    rows = [
        Row(line.label, line.told, link(line) if line.told != "0" else "", more=(line.on_before, line.on_year))
        for line in lines
    ]
    return Table(key, title, head, rows, (_("件数"), _("比上月"), _("比去年同月")))


def _places(asked: Month) -> list[dict]:
    """Places with what they are about, in the order of the tree."""
    return [
        {
            "name": one.organisation.name, "told": one.told, "down_url": asked.here(unit=str(one.organisation.pk)),
            "url": asked.list_url(unit=one.organisation.pk),
            "about": [(name, told, asked.list_url(unit=one.organisation.pk, **{"class": pk})) for name, told, pk in one.about[:3]],
        }
        for one in asked.area.places[:PLACES_SHOWN]
    ]  # fmt: skip


def _attention(asked: Month) -> list[dict]:
    """What to look at: causes that grew, with where; in words."""
    places = asked.area.places
    found = []
    for line in asked.area.risen(4):
        where = [one.organisation.name for one in places if any(pk == line.key for _name, _told, pk in one.about)]
        found.append({"label": line.label, "url": asked.list_url(**{"class": line.key}), "where": "、".join(where[:2]),
                      "words": _("%(n)s件，比上月%(growth)s") % {"n": line.told, "growth": line.on_before}})  # fmt: skip
    return found


def _hot(asked: Month) -> list[dict]:
    """Hot issues that an analyst confirmed, for those who may read them there."""
    last = min(asked.period.end_on, asked.today)
    seen = HotIssue.objects.visible_to(asked.officer)
    found = hot.confirmed(asked.area.span, asked.month, last, most=TOP, among=seen)
    days = f"?days=30&until={last}"
    return [
        {"name": one.issue.name, "words": one.words, "url": reverse("workbench:hot_issue", args=[one.issue.pk]) + days}
        for one in found
    ]


def _late(asked: Month) -> list[dict]:
    """The matters that wait longest, of those that this post may open."""
    first, last = asked.area.span
    rows = Referral.objects.visible_to(asked.officer).filter(
        is_open=True, due_on__lt=asked.today, org_lft__gte=first, org_lft__lte=last, sealed=False
    )
    rows = rows.exclude(matter__kind=Kind.REPORT).select_related("matter", "organisation").order_by("due_on", "pk")
    return [
        {"title": listed_title(one.matter.title, sealed=one.matter.sealed), "url": reverse("workbench:case", args=[one.matter.number]),
         "unit": one.organisation.name, "due_on": one.due_on}
        for one in rows[:LATE_SHOWN]
    ]  # fmt: skip


def _card(asked: Month, codes: tuple[str, ...]) -> list[dict]:
    """Indicators with numerator, denominator and how they moved."""
    now, before = asked.area.indicators, asked.area.indicators_before
    return [_told(now[code], before[code], asked.indicator_url(code)) for code in codes if code in now]


def _told(now: Figure, before: Figure, url: str) -> dict:
    row = indicators.find(now.code)
    counts = row.measure is Measure.COUNT
    return {
        "name": row.name, "url": url, "value": now.told[2], "numerator": "" if counts else now.told[0],
        "denominator": "" if counts else now.told[1], "moved": points(now, before) if row.measure is Measure.RATE else "", "note": now.note,
    }  # fmt: skip
