"""What is measured: the pages and calls that people wait for, each as the person who uses it."""

import html
import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from django.db import connection
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.timezone import localdate

from bench import meter, synthetic
from bench.visitor import Unexpected, Visitor
from xinqiao.matters import finding, intake, steps
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Matter, Referral
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.stages import Role, Stage
from xinqiao.search.models import SearchEntry

Call = Callable[[], bytes]


def run(matters: int, *, repeat: int, only: str = "", profile: bool = False) -> dict:
    """Costs by name, and what could not be measured with the reason."""
    costs, skipped = {}, {}
    for name, prepare in _everything():
        if only and only not in name:
            continue
        try:
            call = prepare()
            costs[name] = meter.cost(call, repeat).as_dict()
        except (NoReverseMatch, Unexpected) as missing:
            skipped[name] = str(missing)
            continue
        if profile:
            _profile(name, call, repeat)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()) / 1048576, version()")
        megabytes, version = cursor.fetchone()
    return {
        "matters": matters,
        "megabytes": megabytes,
        "database": version.split(" on ")[0],
        "costs": costs,
        "skipped": skipped,
    }


def _everything() -> Iterator[tuple[str, Callable[[], Call]]]:
    for who, officer in _queue_owners().items():
        yield f"queue, {who}", lambda officer=officer: _page(officer, _queue())
    handler = _officer(synthetic.FOCUS_UNIT, Role.HANDLER)
    yield "queue, handler, by day received", lambda: _page(handler, _queue("order=received"))
    yield "queue, handler, second page", lambda: _second_page(handler)
    leader = _officer(synthetic.FOCUS_OFFICE, Role.OFFICE_LEADER)
    yield "queue, office leader, all of the area", lambda: _page(leader, _queue("shelf=area"))
    yield "queue, office leader, due and overdue", lambda: _page(leader, _queue("shelf=due"))
    yield (
        "queue, triage, closed ones",
        lambda: _page(_officer(synthetic.FOCUS_OFFICE, Role.TRIAGE), _queue("shelf=closed")),
    )
    yield "case page, handler", lambda: _page(handler, _case_address())
    yield "case page, office leader", lambda: _page(leader, _case_address())
    yield from _searches()
    yield "tracking page", _tracking
    yield "submission, the step alone", _direct_submission
    yield "submission, REST", _rest_submission


def _queue_owners() -> dict[str, Officer]:
    return {
        "handler": _officer(synthetic.FOCUS_UNIT, Role.HANDLER),
        "unit receiver": _officer(synthetic.FOCUS_UNIT, Role.UNIT_RECEIVER),
        "triage": _officer(synthetic.FOCUS_OFFICE, Role.TRIAGE),
        "office leader, whole prefecture": _officer(synthetic.FOCUS_OFFICE, Role.OFFICE_LEADER),
        "office leader, whole region": _officer("yunling-petition", Role.OFFICE_LEADER),
    }


def _officer(organisation: str, role: Role) -> Officer:
    posts = Officer.objects.select_related("user", "organisation").filter(organisation__key=organisation)
    return next(post for post in posts.order_by("pk") if role.value in post.roles)


def _page(officer: Officer, path: str) -> Call:
    visitor = Visitor()
    visitor.sign_in(officer.user)
    return lambda: visitor.get(path)


# ---- pages -----------------------------------------------------------------------------------------------------------


def _queue(query: str = "") -> str:
    return reverse("workbench:queue") + (f"?{query}" if query else "")


def _second_page(officer: Officer) -> Call:
    first = _page(officer, _queue("shelf=all"))()
    following = re.search(rb'href="([^"]*[?&;]after=[^"]+)"', first)
    if following is None:
        raise NoReverseMatch("the list has only one page")
    return _page(officer, html.unescape(following.group(1).decode()))


def case_in_handling() -> Matter:
    """A matter on the measured unit's desk, in the middle of its way."""
    desks = Referral.objects.filter(organisation__key=synthetic.FOCUS_UNIT, stage=Stage.HANDLING, is_open=True)
    return Matter.objects.get(pk=desks.order_by("pk").first().matter_id)


def _case_address() -> str:
    return reverse("workbench:case", args=[case_in_handling().number])


def _tracking() -> Call:
    """The page of a citizen who has typed number and query code once."""
    visitor, number = Visitor(), case_in_handling().number
    visitor.submit(reverse("portal:track"), {"number": number, "code": synthetic.QUERY_CODE})
    return lambda: visitor.get(reverse("portal:matter", args=[number]))


# ---- search ----------------------------------------------------------------------------------------------------------


def _searches() -> Iterator[tuple[str, Callable[[], Call]]]:
    """Words of each sort, as a unit, an office and the whole region look for them."""
    posts = {
        "unit": _officer(synthetic.FOCUS_UNIT, Role.HANDLER),
        "prefecture": _officer(synthetic.FOCUS_OFFICE, Role.OFFICE_LEADER),
        "region": _officer("yunling-petition", Role.OFFICE_LEADER),
    }
    for who, officer in posts.items():
        for sort, words in _words().items():
            yield f"search, {who}, {sort}", lambda officer=officer, words=words: _page(officer, _search(q=words))
    region = posts["region"]
    common = _words()["common, 2 characters"]
    yield "search, region, best first", lambda: _page(region, _search(q=common, order="best"))
    yield "search, region, second page", lambda: _second_page_of(region, _search(q=common))
    yield "search, region, filters", lambda: _page(region, _search(q=common, kind="request", channel="letter", group="closed"))
    yield "search, much the same text", _much_the_same


def _words() -> dict[str, str]:
    unique = SearchEntry.objects.order_by("-matter_id")[100].petition.split("材料编号")[1][:10]
    return {
        "common, 2 characters": "反映",
        "rare, 2 characters": "暖气",
        "4 characters": "没有解决",
        "two words": "小区 物业",
        "code": unique,
        "nothing": "没有这样的词",
    }


def _search(**query: str) -> str:
    return f"{reverse('workbench:search')}?{urlencode(query)}"


def _second_page_of(officer: Officer, path: str) -> Call:
    following = re.search(rb'href="([^"]*[?&;]after=[^"]+)"', _page(officer, path)())
    if following is None:
        raise NoReverseMatch("the search has only one page")
    return _page(officer, html.unescape(following.group(1).decode()))


def _much_the_same() -> Call:
    """The look-up alone, each time of another matter."""
    officer = _officer(synthetic.FOCUS_OFFICE, Role.TRIAGE)
    own = Matter.objects.visible_to(officer).filter(sealed=False).order_by("-received_at")
    matters = iter(list(own[:60]) * 1000)

    def look() -> bytes:
        return str(len(finding.similar(next(matters), officer))).encode()

    return look


# ---- submissions -----------------------------------------------------------------------------------------------------


def words(place: str | Organisation) -> dict:
    """What a citizen hands in: a text of usual length with two requests."""
    return {
        "purpose": "solve",
        "channel": "web",
        "title": "验收过的新房漏水，三次报修没人管",
        "content": "我家去年交的新房，今年一下雨屋顶就漏。报修三次，开发商推给物业，物业推给开发商。" * 4,
        "requests": ["修好漏水的屋顶", "赔偿泡坏的家具2300元"],
        "place": place,
        "place_detail": "和平路12号院3号楼",
        "people": [{"name": "王秀兰", "mobile": "13800138000", "address": "澜城市和平路12号院3号楼501"}],
        "electronic_service": True,
    }


def _direct_submission() -> Call:
    place = Organisation.objects.get(key="lanjiang-gov")

    def submit() -> bytes:
        at = timezone.now()
        receipt = steps.receive.receive(intake.clean(words(place), today=localdate(at)), by=Citizen(), at=at)
        return receipt.number.encode()

    return submit


def _rest_submission() -> Call:
    from xinqiao.api import clients

    address = reverse("api:submit")
    at = timezone.now()
    _client, token = clients.create(f"measure {at:%Y%m%d%H%M%S%f}", at=at, rate=1_000_000)
    body = json.dumps(words("lanjiang-gov"), ensure_ascii=False).encode()
    visitor, count = Visitor(), iter(range(1_000_000))
    return lambda: visitor.post_json(
        address, body, authorization=f"Bearer {token}", idempotency_key=f"measure-{next(count):08d}"
    )


def _profile(name: str, call: Call, repeat: int) -> None:
    import cProfile
    import pstats

    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(repeat):
        call()
    profiler.disable()
    print(f"--- {name}")
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(60)
