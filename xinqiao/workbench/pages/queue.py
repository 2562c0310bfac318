"""The queue: desks that wait, shelf by shelf, a page at a time, the nearest limit first unless one asks otherwise."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xinqiao.database.composed import Composed
from xinqiao.matters.entries import GROUPS
from xinqiao.matters.models import Event
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.confidentiality import listed_title
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.stages import Channel, Kind, ReferralKind, Stage
from xinqiao.ui.day_words import exact_day, moment_words

from .. import awaiting, columns, filters, frame, keyset, shelves, tally
from ..bulk import offer
from ..door import officer_required
from ..models import LONGEST_NAME, MOST_FILTERS, PAGE_SIZES, ListSettings

FIELDS = (
    "stage", "kind", "due_on", "received_at", "unread", "handler_id", "is_open", "extension", "lead",
    "matter_id", "matter__number", "matter__title", "matter__petitioner_name", "matter__anonymous", "matter__secrecy",
    "matter__sealed", "matter__channel", "matter__stage", "matter__kind", "matter__headcount", "matter__joint", "matter__urgent",
    "matter__procedure", "matter__litigation", "matter__content_class_id", "matter__unit_id", "matter__received_on",
    "organisation_id",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """The list that an address asks for: the shelf, the order, and what narrows it."""

    shelf: shelves.Shelf
    order: keyset.Order
    read: filters.Read

    @property
    def chosen(self) -> filters.Chosen:
        return self.read.chosen

    def as_query(self) -> dict[str, str]:
        """As it stands in an address, without what holds anyway."""
        order = {} if self.order.key == self.shelf.order else {"order": self.order.key}
        return {"shelf": self.shelf.key, **order, **self.chosen.as_query()}

    def desks(self, officer: Officer, today: date) -> QuerySet:
        return self.shelf.narrowed(officer, today, self.chosen)

    def words(self) -> str:
        """What the list holds, in words, as they stand on its print and in its export."""
        return "、".join((*self.read.words, self.order.label))


def asked_for(asked: Mapping[str, str], officer: Officer, today: date) -> Asked:
    """Read an address or a saved filter; what is not known is left out, never an error."""
    shelf = shelves.find(asked.get("shelf", ""), officer)
    order = shelf.orders.get(asked.get("order", "")) or shelf.orders[shelf.order]
    return Asked(shelf, order, filters.read(asked, officer, today))


def listed(asked: QueryDict, officer: Officer, today: date) -> tuple[shelves.Shelf, dict[str, str], QuerySet]:
    """Shelf, choices and desks in order: exactly what the list shows this officer, page after page. Its export starts from here.

    The choices have a value for `order`, `channel`, `kind` and `only`, further ones where they were made, and `words` for a reader.
    """
    found = asked_for(asked, officer, today)
    names = {
        "channel": "",
        "kind": "",
        "only": "",
        **found.chosen.as_query(),
        "order": found.order.key,
        "words": found.words(),
    }
    return found.shelf, names, found.order.sorted(found.desks(officer, today))


@officer_required
@require_safe
def queue_page(request: HttpRequest) -> HttpResponse:
    """`?shelf=&order=`, the names of `filters.NAMES`, and a position; `more=1` opens the further conditions."""
    officer, today = request.officer, localdate()
    asked, settings = asked_for(request.GET, officer, today), frame.settings_of(request)
    beside = {} if asked.chosen.is_particular else awaiting.asked_beside(asked.shelf.key, officer)
    counts = frame.shelf_counts(request, _counts_of(asked), beside)
    page = keyset.page(
        asked.desks(officer, today), asked.order, FIELDS, size=page_rows(settings),
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
        plenty=asked.shelf.is_open and not asked.shelf.territory and counts[tally.TOTAL] >= tally.TOTAL_TO,
    )  # fmt: skip
    return render(request, "workbench/queue.html", {
        **_list_context(request, asked, settings, page, today),
        **_choice_context(request, asked, settings, counts),
        "shelf": asked.shelf,
        "awaited": awaiting.links(counts) if beside else (),
        "total": counts[tally.TOTAL],
        "most_counted": tally.TOTAL_TO,
        "part": _part(page),
        "asked_beyond": not page.rows and bool(request.GET.get("after") or request.GET.get("before")),
        "first_url": _link(request),
        "today": today,
    })  # fmt: skip


def page_rows(settings: ListSettings) -> int:
    return settings.page_rows if settings.page_rows in PAGE_SIZES else PAGE_SIZES[0]


def _counts_of(asked: Asked) -> dict[str, tally.Wanted]:
    """The count above the list, and of each tile beside whatever else narrows it."""
    key, chosen = asked.shelf.key, asked.chosen
    names = [name for name in filters.ONLY if name != "unread" or key != "below"]  # news are of the own desks
    tiles = {f"only_{name}": tally.Wanted(key, tally.with_only(chosen, name)) for name in names}
    return {tally.TOTAL: tally.Wanted(key, chosen, tally.TOTAL_TO), **tiles}


def _list_context(request: HttpRequest, asked: Asked, settings: ListSettings, page: keyset.Page, today: date) -> dict:
    shown = columns.chosen(
        columns.DEFAULT if settings.columns is None else settings.columns, with_unit=asked.shelf.wide
    )
    offered, bulk = asked.shelf.orders, offer.offered(request.officer, page.rows)
    rows = _rows(page.rows, request.officer, today, {column.key for column in shown})
    for row in rows:
        row["line"] = columns.line(row, shown, today, pick=bool(bulk))
    return {
        "rows": rows,
        "heads": columns.heads(shown, asked.order.key, lambda order: _link(request, order=order), offered),
        "compact": settings.compact,
        "bulk": bulk,
        "previous_url": _link(request, before=page.before) if page.before else "",
        "next_url": _link(request, after=page.after) if page.after else "",
    }


def _choice_context(request: HttpRequest, asked: Asked, settings: ListSettings, counts: dict[str, int]) -> dict:
    officer, chosen = request.officer, asked.chosen
    current = current_filter(request, settings)
    opened = request.GET.get("more") == "1" or bool(asked.read.problems and asked.read.units)
    return {
        "asked": asked,
        "tiles": _tiles(request, counts, chosen),
        "filters": _selects(asked),
        "narrowed": bool(chosen),
        "hidden": _hidden(asked),
        "unit_links": [(name, _link(request, unit=str(pk))) for pk, name in asked.read.units],
        "clear_url": _link(request, my="", more="", **dict.fromkeys(filters.NAMES, "")),
        "more_url": _link(request, more="" if opened else "1"),
        "more": _more(officer, asked) if opened else None,
        "current_filter": current,
        "may_save": len(settings.saved) < MOST_FILTERS,
        "most_filters": MOST_FILTERS,
        "longest_name": LONGEST_NAME,
        "query": _encoded(asked.as_query()),
        "columns": [(one.key, one.label, one.key in shown_keys(settings)) for one in columns.CHOOSABLE],
        "page_sizes": PAGE_SIZES,
        "page_rows": page_rows(settings),
        "export_url": _export_url(request, officer) if counts[tally.TOTAL] else "",
    }


def shown_keys(settings: ListSettings) -> set[str]:
    return set(columns.DEFAULT if settings.columns is None else settings.columns)


def current_filter(request: HttpRequest, settings: ListSettings):
    """The saved filter that this list was opened from."""
    wanted = request.GET.get("my", "")
    return settings.saved_as(int(wanted)) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else None


def _encoded(query: dict[str, str]) -> str:
    made = QueryDict(mutable=True)
    made.update(query)
    return made.urlencode()


def _export_url(request: HttpRequest, officer: Officer) -> str:
    if not allowed(officer.role_set, "list_export", Action.EXPORT):
        return ""
    return _link(request, more="", my="").replace(reverse("workbench:queue"), reverse("workbench:export"), 1)


def _part(page: keyset.Page) -> str:
    """Where in the list this page lies. Which rows they are by number is not known: nothing counts those before."""
    if not page.before and not page.after:
        return ""
    if not page.before:
        return _("第一页")
    return _("中间的一页") if page.after else _("最后一页")


def _tiles(request: HttpRequest, counts: dict, chosen: filters.Chosen) -> list[dict]:
    tones = {"overdue": "bad", "soon": "warn", "unread": ""}
    return [
        {
            "label": label,
            "count": tally.shown_count(counts[f"only_{name}"]) or "0",
            "tone": tones[name] if counts[f"only_{name}"] else "",
            "on": chosen.only == name,
            "url": _link(request, my="", only="" if chosen.only == name else name),
        }
        for name, label in filters.ONLY.items()
        if f"only_{name}" in counts
    ]


_KINDS = ((filters.UNDECIDED, "还没有定类别"), *Kind.choices())


def _selects(asked: Asked) -> list[SafeString]:
    """The three selects above the list; they send themselves where there is a script."""
    orders = tuple((order.key, order.label) for order in asked.shelf.orders.values())
    chosen = asked.chosen
    return [
        select("order", _("排序"), "", orders, asked.order.key),
        select("channel", _("渠道"), _("全部渠道"), tuple(Channel.choices()), chosen.channel),
        select("kind", _("事项类别"), _("全部类别"), _KINDS, chosen.kind),
    ]


@lru_cache(maxsize=256)
def select(name: str, label: str, every: str, options: tuple, value: str) -> SafeString:
    """One select; the same for everybody who chose the same, so it is written once."""
    shown = [("", every), *options] if every else options
    return format_html(
        '<select name="{}" aria-label="{}"{}>{}</select>', name, label, mark_safe(' class="on"') if value else "",
        format_html_join("", '<option value="{}"{}>{}</option>',
                         ((key, mark_safe(" selected") if key == value else "", words) for key, words in shown)),
    )  # fmt: skip


def _hidden(asked: Asked) -> dict[str, str]:
    """What stays as it is when one of the three selects changes."""
    kept = asked.chosen.as_query()
    return {
        "shelf": asked.shelf.key,
        **{name: value for name, value in kept.items() if name not in ("channel", "kind")},
    }


def _more(officer: Officer, asked: Asked) -> dict:
    """The further conditions, with what they are chosen from."""
    said = asked.chosen.as_query()
    own = not asked.shelf.territory or officer.scope[0] == officer.scope[1]
    return {
        "values": said,
        "stages": [(key, label) for key, (label, _stages) in GROUPS.items()],
        "classes": filters.classes(),
        "handlers": filters.handlers(officer) if own else [],
        "unit": asked.read.unit_name,
    }


def _link(request: HttpRequest, **changes: str) -> str:
    """This list with other choices, from its beginning."""
    return keyset.with_choices(reverse("workbench:queue"), request.GET, **changes)


# ---- rows -----------------------------------------------------------------------------------------------------------


def _rows(found: list[dict], officer: Officer, today: date, shown: set[str]) -> list[dict]:
    """What the columns print of each row; what no column shows is not looked up."""
    changed = _last_changes({row["matter_id"] for row in found}) if "changed" in shown else {}
    _add_names(found, shown)
    return [_row(row, officer, today, changed.get(row["matter_id"])) for row in found]


def _add_names(found: list[dict], shown: set[str]) -> None:
    """Names of units and handlers, each in one statement: joined to the list they took longer to plan than to read."""
    units = {row["matter__unit_id"] or row["organisation_id"] for row in found} if "unit" in shown else set()
    handlers = {row["handler_id"] for row in found} if "handler" in shown else set()
    unit_names, handler_names = _named(_UNITS, units), _named(_HANDLERS, handlers)
    class_ids = {row["matter__content_class_id"] for row in found} if "class" in shown else ()
    classes = filters.class_rows(class_ids) if class_ids else {}
    for row in found:
        row["unit"] = unit_names.get(row["matter__unit_id"] or row["organisation_id"], "")
        content_class = classes.get(row["matter__content_class_id"])
        row["content_class"] = content_class.name if content_class else ""
        row["handler"] = handler_names.get(row["handler_id"], "")


_UNITS = Composed(lambda ids: Organisation.objects.filter(pk__among=ids).order_by().values_list("pk", "name"))
_HANDLERS = Composed(lambda ids: Officer.objects.filter(pk__among=ids).order_by().values_list("pk", "user__name"))
_CHANGES = Composed(
    lambda ids: Event.objects.filter(matter__pk__among=ids).order_by().values_list("matter_id").annotate(Max("at"))
)


def _named(rows: Composed, ids: set[int | None]) -> dict[int, str]:
    ids = ids - {None}
    return dict(rows(ids=sorted(ids))) if ids else {}


def _last_changes(matter_ids: set[int]) -> dict:
    """When something happened last in each of these matters, in one statement."""
    return dict(_CHANGES(ids=sorted(matter_ids))) if matter_ids else {}


def _row(row: dict, officer: Officer, today: date, changed_at: datetime | None) -> dict:
    stage = row["stage"] if row["is_open"] else row["matter__stage"]
    return {
        "desk_id": row["pk"],
        "one_by_one": row["matter__sealed"],
        "number": row["matter__number"],
        "short": short_number(row["matter__number"], today),
        "title": listed_title(row["matter__title"], sealed=row["matter__sealed"]),
        "person": person_of(row),
        "channel": CHANNELS[row["matter__channel"]],
        "kind_label": KINDS[row["matter__kind"]],
        "content_class": row["content_class"],
        "unit": row["unit"],
        "handler": row["handler"],
        "received_on": row["matter__received_on"],
        "due_on": row["due_on"] if row["is_open"] else None,
        "stage": stage,
        "stage_label": STAGES[stage],
        "unread": row["unread"] and row["is_open"] and row["organisation_id"] == officer.organisation_id,
        "facts": list(_facts(row))[:2],
        "changed": _when(changed_at, today) if changed_at else "",
    }


def short_number(number: str, today: date) -> str:
    """Day, sequence and check of a number: 1118 0427X, with the year where it is not this one. The whole number is a hover away."""
    if len(number) != 19:
        return number
    day = number[10:14] if number[6:10] == str(today.year) else number[6:14]
    return f"{day} {number[14:]}"


def _when(moment: datetime, today: date) -> str:
    """今天 09:20, 昨天 17:40, 11月18日: an older hour is of no use in a list."""
    local = localtime(moment)
    return moment_words(moment, today) if (today - local.date()).days < 2 else exact_day(local.date(), today)


# Short words for narrow columns; the case page has the full ones.
_SHORT = {Channel.WEB: "网上", Channel.MEDIA: "媒体、转办", Channel.SMS: "短信", Channel.OTHER_ORGAN: "移交"}
CHANNELS = {channel.value: _SHORT.get(channel, channel.label) for channel in Channel}
KINDS = {"": "—", **{kind.value: kind.label for kind in Kind}}
STAGES = {stage.value: re.split("[（、]", stage.label)[0] for stage in Stage}


def person_of(row: dict) -> str:
    """The petitioner as a list shows them: masked, or that the name is not to be known."""
    if row["matter__anonymous"]:
        return _("（匿名）")
    return row["matter__petitioner_name"] or _("（保密）")


def _facts(row: dict) -> Iterable[tuple[str, str]]:
    """Facts about the matter or this desk, with a tone; never a mark on a person (ecosystem (d))."""
    if row["matter__urgent"]:
        yield _("紧急"), "warn"
    if row["matter__sealed"]:
        yield _("限制知悉"), "info"
    if row["kind"] != ReferralKind.TRANSFER and row["kind"] != ReferralKind.INTAKE:
        yield ReferralKind(row["kind"]).label, "info"
    if row["extension"] and row["stage"] == Stage.HANDLING:
        yield _("申请延期"), "warn"
    if row["matter__procedure"] == "simple":
        yield _("简易办理"), "ok"
    if row["matter__headcount"] > 1:
        yield (_("联名%(n)s人") if row["matter__joint"] else _("共%(n)s人")) % {"n": row["matter__headcount"]}, "idle"
    if row["matter__litigation"]:
        yield _("涉法涉诉"), "idle"
