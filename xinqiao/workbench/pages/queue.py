"""The queue: desks that wait, shelf by shelf, thirty at a time, the nearest limit first."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xinqiao.matters.models import Event
from xinqiao.organisations.models import ContentClass, Officer, Organisation
from xinqiao.rules.confidentiality import listed_title
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.stages import Channel, Kind, ReferralKind, Stage
from xinqiao.ui.day_words import exact_day, moment_words

from .. import frame, keyset, shelves
from ..door import officer_required

COLUMNS = (
    "stage", "kind", "due_on", "received_at", "unread", "handler_id", "is_open", "extension", "lead",
    "matter_id", "matter__number", "matter__title", "matter__petitioner_name", "matter__anonymous", "matter__secrecy",
    "matter__sealed", "matter__channel", "matter__stage", "matter__headcount", "matter__joint", "matter__urgent",
    "matter__procedure", "matter__litigation", "matter__content_class_id", "matter__unit_id", "organisation_id",
)  # fmt: skip
ONLY = {
    "overdue": lambda officer, today: Q(is_open=True, due_on__lt=today),
    "soon": lambda officer, today: Q(is_open=True, due_on__range=(today, today + timedelta(days=shelves.SOON_DAYS))),
    "unread": lambda officer, today: shelves.own(officer, is_open=True, unread=True),
}


@officer_required
@require_safe
def queue_page(request: HttpRequest) -> HttpResponse:
    """`?shelf=&order=&channel=&kind=&only=` and a position; what is not known is left out, never an error."""
    officer, today = request.officer, localdate()
    shelf, chosen, everything = chosen_list(request.GET, officer, today)
    narrowed = _narrow(everything, chosen, officer, today)
    counts = frame.shelf_counts(request, {shelves.TOTAL: narrowed} | _tile_queries(everything, chosen, officer, today))
    order = keyset.ORDERS[chosen["order"]]
    page = keyset.page(
        narrowed, order, COLUMNS, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    context = {
        "shelf": shelf,
        "total": counts[shelves.TOTAL],
        "rows": _rows(page.rows, officer, today),
        "with_unit": shelf.wide,
        "tiles": _tiles(request, counts, chosen),
        "filters": _filters(request, chosen),
        "narrowed": any(chosen[name] for name in ("channel", "kind", "only")),
        "hidden": {"shelf": shelf.key, "only": chosen["only"]},
        "previous_url": _link(request, before=page.before) if page.before else "",
        "next_url": _link(request, after=page.after) if page.after else "",
        "clear_url": _link(request, channel="", kind="", only=""),
        "export_url": _export_url(request, officer) if page.rows else "",
        "today": today,
    }
    return render(request, "workbench/queue.html", context)


def chosen_list(asked: QueryDict, officer: Officer, today: date) -> tuple[shelves.Shelf, dict[str, str], QuerySet]:
    """The shelf, the choices above its list, and all desks on it, for what stands in an address."""
    shelf = shelves.find(asked.get("shelf", ""), officer)
    return shelf, _choices(asked, shelf), shelf.desks(officer, today)


def listed(asked: QueryDict, officer: Officer, today: date) -> tuple[shelves.Shelf, dict[str, str], QuerySet]:
    """The same, narrowed and in order: exactly what the list shows this officer, page after page. Its export starts from here."""
    shelf, chosen, everything = chosen_list(asked, officer, today)
    narrowed = _narrow(everything, chosen, officer, today)
    return shelf, chosen, keyset.ORDERS[chosen["order"]].sorted(narrowed)


def _export_url(request: HttpRequest, officer: Officer) -> str:
    if not allowed(officer.role_set, "list_export", Action.EXPORT):
        return ""
    return _link(request).replace(reverse("workbench:queue"), reverse("workbench:export"), 1)


def _choices(asked, shelf: shelves.Shelf) -> dict[str, str]:
    """What was chosen, from closed lists only."""
    order = asked.get("order", "")
    return {
        "order": order if order in keyset.ORDERS else shelf.order,
        "channel": asked.get("channel", "") if asked.get("channel") in set(Channel) else "",
        "kind": asked.get("kind", "") if asked.get("kind") in {*Kind, "undecided"} else "",
        "only": asked.get("only", "") if asked.get("only") in ONLY else "",
    }


def _narrow(desks: QuerySet, chosen: dict, officer: Officer, today: date, *, but: str = "") -> QuerySet:
    if chosen["channel"]:
        desks = desks.filter(matter__channel=chosen["channel"])
    if chosen["kind"]:
        desks = desks.filter(matter__kind="" if chosen["kind"] == "undecided" else chosen["kind"])
    if chosen["only"] and but != "only":
        desks = desks.filter(ONLY[chosen["only"]](officer, today))
    return desks


def _tile_queries(everything: QuerySet, chosen: dict, officer: Officer, today: date) -> dict[str, QuerySet]:
    inside = _narrow(everything, chosen, officer, today, but="only")
    return {f"only_{name}": inside.filter(condition(officer, today)) for name, condition in ONLY.items()}


def _tiles(request: HttpRequest, counts: dict, chosen: dict) -> list[dict]:
    words = (
        ("overdue", _("已超期"), "bad", "alarm-clock"),
        ("soon", _("%(days)s天内到期") % {"days": shelves.SOON_DAYS}, "warn", "clock"),
        ("unread", _("有新动态"), "", "bell-dot"),
    )
    return [
        {
            "label": label,
            "count": shelves.shown_count(counts[f"only_{name}"]) or "0",
            "tone": tone if counts[f"only_{name}"] else "",
            "icon": icon,
            "on": chosen["only"] == name,
            "url": _link(request, only="" if chosen["only"] == name else name),
        }
        for name, label, tone, icon in words
    ]


def _filters(request: HttpRequest, chosen: dict) -> list[dict]:
    """The three selects above the list; they send themselves where there is a script."""
    kinds = [("undecided", _("还没有定类别")), *Kind.choices()]
    orders = [(order.key, order.label) for order in keyset.ORDERS.values()]
    return [
        {"name": "order", "label": _("排序"), "options": orders, "value": chosen["order"], "on": True},
        {"name": "channel", "label": _("渠道"), "all": _("全部渠道"), "options": Channel.choices(),
         "value": chosen["channel"], "on": bool(chosen["channel"])},
        {"name": "kind", "label": _("事项类别"), "all": _("全部类别"), "options": kinds, "value": chosen["kind"],
         "on": bool(chosen["kind"])},
    ]  # fmt: skip


def _link(request: HttpRequest, **changes: str) -> str:
    """This list with other choices, from its beginning."""
    return keyset.with_choices(reverse("workbench:queue"), request.GET, **changes)


# ---- rows -----------------------------------------------------------------------------------------------------------


def _rows(found: list[dict], officer: Officer, today: date) -> list[dict]:
    changed = _last_changes({row["matter_id"] for row in found})
    _add_names(found)
    return [_row(row, officer, today, changed.get(row["matter_id"])) for row in found]


def _add_names(found: list[dict]) -> None:
    """Names of units, classes and handlers, each in one statement: joined to the list they took longer to plan than to read."""
    units = _named(Organisation, "name", {row["matter__unit_id"] or row["organisation_id"] for row in found})
    classes = _named(ContentClass, "name", {row["matter__content_class_id"] for row in found})
    handlers = _named(Officer, "user__name", {row["handler_id"] for row in found})
    for row in found:
        row["unit"] = units[row["matter__unit_id"] or row["organisation_id"]]
        row["content_class"] = classes.get(row["matter__content_class_id"], "")
        row["handler"] = handlers.get(row["handler_id"], "")


def _named(model, field: str, ids: set[int | None]) -> dict[int, str]:
    ids = ids - {None}
    return dict(model.objects.filter(pk__in=ids).order_by().values_list("pk", field)) if ids else {}


def _last_changes(matter_ids: set[int]) -> dict:
    """When something happened last in each of these matters, in one statement."""
    if not matter_ids:
        return {}
    events = Event.objects.filter(matter_id__in=matter_ids).order_by()
    return dict(events.values_list("matter_id").annotate(Max("at")))


def _row(row: dict, officer: Officer, today: date, changed_at: datetime | None) -> dict:
    stage = row["stage"] if row["is_open"] else row["matter__stage"]
    return {
        "number": row["matter__number"],
        "short": short_number(row["matter__number"], today),
        "title": listed_title(row["matter__title"], sealed=row["matter__sealed"]),
        "person": person_of(row),
        "channel": CHANNELS[row["matter__channel"]],
        "content_class": row["content_class"],
        "unit": row["unit"],
        "handler": row["handler"],
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
