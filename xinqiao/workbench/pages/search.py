"""Search: words in the texts of what this post may open, the newest or the best first; and a person who is at the window.

Words that were searched for are kept nowhere. Reports that were found are put on record before they are listed, as their words stay
under seal until somebody opens them (C-11).
"""

import time
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from django.db.models import Case, OuterRef, Q, Subquery, TextField, Value, When
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xinqiao.integrity import audit
from xinqiao.matters import finding
from xinqiao.matters.entries import GROUPS
from xinqiao.matters.models import Matter, MatterNumber
from xinqiao.organisations.models import ContentClass, Officer, Organisation
from xinqiao.rules import identity, numbering
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.confidentiality import listed_title
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.stages import Channel, Kind
from xinqiao.rules.wording import LIMITS
from xinqiao.search import highlight, words
from xinqiao.search.models import SearchEntry
from xinqiao.search.query import COUNTED_TO, Position

from ..door import officer_required
from ..keyset import ORDERS
from .queue import CHANNELS, STAGES

NAMES = ("q", "kind", "channel", "group", "class", "unit", "from", "to", "order")
COLUMNS = (
    "pk", "number", "title", "stage", "kind", "channel", "received_at", "unit__name", "due_on", "petitioner_name", "anonymous",
    "sealed", "urgent", "place_detail",
)  # fmt: skip
UNITS_OFFERED = 8
CLASSES_FOR = 300  # seconds


@dataclass(frozen=True)
class Asked:
    """What stands in the address: words, filters as they were typed, and what they mean."""

    words: str
    values: dict[str, str]
    wanted: finding.Wanted
    best: bool
    problem: str = ""
    units: tuple[str, ...] = ()  # several have such a name

    @property
    def narrowed(self) -> bool:
        return any(self.values[name] for name in ("kind", "channel", "group", "class", "unit", "from", "to"))


@officer_required
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """`?q=` and filters. A number opens its case; a telephone or document number is not looked for in texts."""
    officer, typed = request.officer, _typed(request.GET, "q")
    if not typed and not any(_typed(request.GET, name) for name in NAMES):
        return render(request, "workbench/search.html", _context(request, _read(request.GET), None))
    number = number_of(typed, officer)
    if number:
        return redirect("workbench:case", number=number)
    asked = _read(request.GET)
    if not asked.problem and _is_of_a_person(typed):
        asked = replace(asked, problem="person")
    found = None if asked.problem else _find(request, asked)
    return render(request, "workbench/search.html", _context(request, asked, found))


def number_of(typed: str, officer: Officer) -> str:
    """The number that was typed, if this officer may open it; spaces, full width and look-alikes do not matter."""
    try:
        number = numbering.normalise_matter_number(typed)
    except ValueError:
        return ""
    matter_id = MatterNumber.objects.filter(number=number).values_list("matter_id", flat=True).first()
    return number if matter_id and Matter.objects.visible_to(officer).filter(pk=matter_id).exists() else ""


def _is_of_a_person(typed: str) -> bool:
    """A mobile or resident number: masked in every text, so it would not be found, and it should not stand in an address."""
    for check in (lambda text: identity.is_mobile(identity.check_phone(text)), identity.check_resident_id):
        try:
            if check(typed):
                return True
        except ValueError:
            continue
    return False


# ---- what was asked ------------------------------------------------------------------------------------------------------


def _typed(asked: QueryDict, name: str) -> str:
    return " ".join(asked.get(name, "").replace("\0", " ").split())[: LIMITS["search"]]


def _read(asked: QueryDict) -> Asked:
    """Choices from closed lists only; a day or unit that cannot be read is said, never guessed."""
    values = {name: _typed(asked, name) for name in NAMES}
    for name, known in (("kind", {*Kind, "undecided"}), ("channel", set(Channel)), ("group", set(GROUPS))):
        values[name] = values[name] if values[name] in known else ""
    values["class"] = values["class"] if values["class"].isdecimal() and len(values["class"]) < 10 else ""
    days = {name: _day(values[name]) for name in ("from", "to")}
    terms = words.terms(values["q"])
    problem = ""
    if values["q"] and not terms:
        problem = "short"
    elif any(values[name] and not days[name] for name in days):
        problem = "day"
    unit, units = _unit(values["unit"])
    if values["unit"] and unit is None:
        problem = problem or "unit"
    wanted = finding.Wanted(
        terms, values["kind"], values["channel"], values["group"], int(values["class"]) if values["class"] else None, unit,
        days["from"], days["to"],
    )  # fmt: skip
    return Asked(values["q"], values, wanted, values["order"] == "best", problem if values["q"] else "empty", units)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2200 else None


def _unit(name: str) -> tuple[int | None, tuple[str, ...]]:
    """The unit of this name, or of the only one whose name holds it; else the names there are to choose from."""
    if not name:
        return None, ()
    named = Organisation.objects.filter(Q(name__icontains=name) | Q(short=name)).order_by("level", "lft")
    found = list(named.values_list("pk", "name", "short")[: UNITS_OFFERED + 1])
    exact = [pk for pk, *names in found if name in names]
    if len(exact) == 1 or len(found) == 1:
        return (exact or [found[0][0]])[0], ()
    return None, tuple(one for _pk, one, _short in found[:UNITS_OFFERED])


# ---- what was found ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    rows: list[dict]
    count: str
    next_url: str


def _find(request: HttpRequest, asked: Asked) -> Found:
    officer = request.officer
    if asked.best:
        start = request.GET.get("start", "")
        offset = int(start) if start.isdecimal() and len(start) < 4 else 0
        result = finding.best_by_words(officer, asked.wanted, offset=offset)
        following = {"start": result.offset} if result.offset else {}
    else:
        result = finding.by_words(officer, asked.wanted, after=_position(request.GET.get("after", "")))
        following = {"after": _written(result.after)} if result.after else {}
    rows = rows_of(officer, result.ids, asked.wanted.terms)
    put_reports_on_record(request, rows)
    return Found(rows, _count(result.count), _link(asked, **following) if following else "")


def _position(text: str) -> Position | None:
    read = ORDERS["received"].read(text) if text else None
    return Position(*read) if read else None


def _written(position: Position) -> str:
    return f"{position.received_at.isoformat()}.{position.matter_id}"


def _count(count: int | None) -> str:
    if count is None:
        return ""
    return f"{COUNTED_TO:,}+" if count > COUNTED_TO else f"{count:,}"


def put_reports_on_record(request: HttpRequest, rows: list[dict]) -> None:
    """Who found which report by words is known before it is listed: what it says is read only by opening it."""
    found = [row["pk"] for row in rows if row["sealed"]]
    if found:
        audit.note_each(AuditKind.FOUND_REPORT, found, officer=request.officer, subject="search", request=request)


def rows_of(officer: Officer, ids: list[int], terms=()) -> list[dict]:
    """These matters, which `finding` let through `visible_to`, in this order as the list shows them, with the words marked. Of a report
    neither title nor text."""
    rows = Matter.objects.filter(pk__among=ids)
    rows = rows.annotate(texts=_TEXTS).values(*COLUMNS, "texts") if terms else rows.values(*COLUMNS)
    seen = {row["pk"]: row for row in rows}
    answers = allowed(officer.role_set, "opinion", Action.READ) is not None
    return [_row(seen[pk], terms, answers=answers) for pk in ids if pk in seen]


_BETWEEN = "\x1f"  # no folded text has it
_ENTRY = SearchEntry.objects.filter(pk=OuterRef("pk")).values_list(Concat("petition", Value(_BETWEEN, TextField()), "answer"))
_TEXTS = Case(When(sealed=False, then=Subquery(_ENTRY)), output_field=TextField())


def _row(row: dict, terms, *, answers: bool) -> dict:
    title, texts = listed_title(row["title"], sealed=row["sealed"]), row.get("texts")
    return {
        **row,
        "title": title if row["sealed"] else highlight.marked(title, terms),
        "piece": _piece(texts.split(_BETWEEN), terms, answers=answers) if texts else "",
        "person": _("（匿名）") if row["anonymous"] else row["petitioner_name"] or _("（保密）"),
        "channel": CHANNELS[row["channel"]],
        "kind": Kind(row["kind"]).label if row["kind"] else "",
        "stage_label": STAGES[row["stage"]],
        "unit": row["unit__name"] or "",
        "received_on": localdate(row["received_at"]),
    }


def _piece(texts: list[str], terms, *, answers: bool) -> dict | None:
    """The first place where a word stands besides the title: in what was said, in the answer, in number and place."""
    petition, answer = texts
    _title, facts, said = (petition.split("\n", 2) + ["", ""])[:3]
    places = [("", said), (_("意见书"), answer if answers else ""), (_("编号、地点"), facts)]
    return next(({"where": where, "text": text} for where, part in places if (text := highlight.piece(part, terms))), None)


# ---- the page ------------------------------------------------------------------------------------------------------------


def _context(request: HttpRequest, asked: Asked, found: Found | None) -> dict:
    return {
        "asked": asked,
        "found": found,
        "rows": found.rows if found else [],
        "selects": _selects(asked),
        "clear_url": _link(asked, but=("kind", "channel", "group", "class", "unit", "from", "to")),
        "no_unit_url": _link(asked, but=("unit",)),
        "unit_links": [(name, _link(asked, unit=name)) for name in asked.units],
        "shorter": _shorter(asked),
        "with_digits": any(character.isdecimal() for character in asked.words),
        "may_look_for_person": finding.may_look_for_person(request.officer),
        "wide": request.officer.scope[0] != request.officer.scope[1],
        "today": localdate(),
    }


def _selects(asked: Asked) -> list[dict]:
    lists = (
        ("kind", _("事项类别"), _("全部类别"), [("undecided", _("还没有定类别")), *Kind.choices()]),
        ("channel", _("渠道"), _("全部渠道"), Channel.choices()),
        ("group", _("阶段"), _("全部阶段"), [(key, label) for key, (label, _stages) in GROUPS.items()]),
        ("class", _("内容分类"), _("全部分类"), _classes(int(time.monotonic() // CLASSES_FOR))),
    )
    made = [
        {"name": name, "label": label, "all": every, "options": options, "value": asked.values[name]}
        for name, label, every, options in lists
    ]
    orders = [("", _("按收到时间")), ("best", _("按相关程度"))]
    return [*made, {"name": "order", "label": _("排序"), "options": orders, "value": asked.values["order"]}]


@lru_cache(maxsize=1)
def _classes(_period: int) -> list[tuple[str, str]]:
    """The classes of the first level, read again every few minutes: they change once in years."""
    return [(str(pk), name) for pk, name in ContentClass.objects.filter(level=1, valid_to=None).values_list("pk", "name")]


def _shorter(asked: Asked) -> list[tuple[str, str]]:
    """Searches that find more: each word alone, or the first four characters of a long one."""
    found = [term.text for term in asked.wanted.terms if len(term.text) > 1]
    less = found if len(found) > 1 else [term[:4] for term in found if len(term) > 4]
    return [(term, _link(asked, but=("q",), q=term)) for term in less[:4]]


def _link(asked: Asked, *, but: tuple[str, ...] = (), **changes) -> str:
    query = QueryDict(mutable=True)
    for name, value in {**asked.values, **dict.fromkeys(but, ""), **changes}.items():
        if value:
            query[name] = value
    return f"{reverse('workbench:search')}?{query.urlencode()}"
