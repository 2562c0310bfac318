"""What is measured, as (group, name, what prepares the call): pages, searches, counts, submissions, a step, look-ups."""

import html
import itertools
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from urllib.parse import urlencode

from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.timezone import localdate

from bench import oversight, synthetic
from bench.visitor import Visitor
from xinqiao.analysis import same
from xinqiao.matters import finding, intake, steps
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Matter, Referral
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.people.models import Petitioner
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.stages import Role, Stage
from xinqiao.search.models import SearchEntry
from xinqiao.workbench import shelves

Call = Callable[[], bytes]
Measurement = tuple[str, str, Callable[[], Call]]
REGION = "yunling-petition"
# Who looks at lists: the scope is one unit, the office of a prefecture, all of the prefecture, the whole region.
OFFICERS = {
    "handler": (synthetic.FOCUS_UNIT, Role.HANDLER),
    "unit receiver": (synthetic.FOCUS_UNIT, Role.UNIT_RECEIVER),
    "triage": (synthetic.FOCUS_OFFICE, Role.TRIAGE),
    "leader of the prefecture": (synthetic.FOCUS_OFFICE, Role.OFFICE_LEADER),
    "leader of the region": (REGION, Role.OFFICE_LEADER),
}


def everything() -> Iterator[Measurement]:
    posts = {who: officer_of(*post) for who, post in OFFICERS.items()}
    yield from _lists(posts)
    for who in ("handler", "leader of the prefecture"):
        yield "case", f"case page, {who}", partial(_page, posts[who], _case_address())
    yield "portal", "tracking page", _tracking
    yield from _searches(posts)
    yield from _counts(posts)
    yield from oversight.measurements(_page, officer_of)
    yield "submission", "submission, the step alone", _direct_submission
    yield "submission", "submission, REST", _rest_submission
    yield "submission", "submission, last page of the portal", _portal_submission
    yield "step", "step, sign in", _sign_in
    yield "alike", "much the same text, region", partial(_much_the_same, posts["leader of the region"])
    yield "alike", "much the same text, prefecture", partial(_much_the_same, posts["triage"])


def officer_of(organisation: str, role: Role) -> Officer:
    posts = Officer.objects.select_related("user", "organisation").filter(organisation__key=organisation)
    return next(post for post in posts.order_by("pk") if role.value in post.roles)


def _page(officer: Officer, path: str, expect: int = 200) -> Call:
    visitor = Visitor()
    visitor.sign_in(officer.user)
    return lambda: visitor.get(path, expect=expect)


# ---- lists -----------------------------------------------------------------------------------------------------------


def _lists(posts: dict[str, Officer]) -> Iterator[Measurement]:
    """Every shelf of these posts in its own order; the widest ones in every other order, and their second pages both ways."""
    for who, officer in posts.items():
        for shelf in shelves.shelves_of(officer):
            yield "list", f"list, {who}, {shelf.key}", partial(_page, officer, _queue(shelf=shelf.key))
    for who, key in (("triage", "unit"), ("triage", "closed"), ("leader of the region", "area"), ("leader of the region", "below")):
        shelf = shelves.BY_KEY[key]
        for order in shelf.orders:
            if order != shelf.order:
                yield "list", f"list, {who}, {key}, by {order}", partial(_page, posts[who], _queue(shelf=key, order=order))
        yield "list", f"list, {who}, {key}, next page", partial(_neighbour, posts[who], _queue(shelf=key), "after")
        yield "list", f"list, {who}, {key}, page before", partial(_neighbour, posts[who], _queue(shelf=key), "after", "before")


def _queue(**query: str) -> str:
    return f"{reverse('workbench:queue')}?{urlencode(query)}"


def _neighbour(officer: Officer, path: str, *ways: str) -> Call:
    """The page that one comes to by these links of the list."""
    for way in ways:
        link = re.search(rf'href="([^"]*[?&;]{way}=[^"]+)"'.encode(), _page(officer, path)())
        if link is None:
            raise NoReverseMatch("the list has only one page")
        path = html.unescape(link.group(1).decode())
        path = path if path.startswith("/") else reverse("workbench:queue") + path
    return _page(officer, path)


# ---- one matter --------------------------------------------------------------------------------------------------------


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


def _searches(posts: dict[str, Officer]) -> Iterator[Measurement]:
    """Words of each sort, as a unit, a prefecture and the whole region look for them; a person who is at the window."""
    scopes = {"unit": "handler", "prefecture": "leader of the prefecture", "region": "leader of the region"}
    for scope, who in scopes.items():
        for sort, words in search_words().items():
            yield "search", f"search, {scope}, {sort}", partial(_page, posts[who], _search(q=words))
    region, common = posts["leader of the region"], search_words()["common, 2 characters"]
    yield "search", "search, region, best first", partial(_page, region, _search(q=common, order="best"))
    yield "search", "search, region, filters", partial(_page, region, _search(q=common, kind="request", channel="letter", group="closed"))
    yield "search", "search, region, second page", partial(_second_page_of, region, _search(q=common))
    number = _search(q=case_in_handling().number)  # leads to the case page
    yield "search", "search, region, number", partial(_page, region, number, expect=302)
    yield "person", "person at the window", _person


def search_words() -> dict[str, str]:
    unique = SearchEntry.objects.filter(pk__lte=1000).order_by("-matter_id")[0].petition.partition("材料编号")[2][:10]
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
    link = html.unescape(following.group(1).decode())
    return _page(officer, link if link.startswith("/") else reverse("workbench:search") + link)


def _person() -> Call:
    """A name that some petitioners have, typed by many receptionists: one of them may look up only so many an hour."""
    posts = Officer.objects.select_related("user", "organisation").filter(organisation__line="petition_office", active=True)
    lookers = [post for post in posts.order_by("pk") if finding.may_look_for_person(post)][:12]
    if not lookers:
        raise LookupError("no post may look for persons")
    name = Petitioner.objects.order_by("-pk").first().identity().name
    visitors = []
    for post in lookers:
        visitor = Visitor()
        visitor.sign_in(post.user)
        visitor.trust_forms()
        visitors.append(visitor)
    turn = itertools.cycle(visitors)
    asked = {"person": name, "purpose": "window"}
    return lambda: next(turn).post_form(reverse("workbench:find_person"), asked, expect=200)


def _much_the_same(officer: Officer) -> Call:
    """The look-up alone, each time of another matter."""
    own = Matter.objects.visible_to(officer).filter(sealed=False, pk__lte=10_000).order_by("-received_at")
    matters = itertools.cycle(list(own[:60]))
    return lambda: str(len(same.earlier(next(matters), officer))).encode()


# ---- counts ------------------------------------------------------------------------------------------------------------


def _counts(posts: dict[str, Officer]) -> Iterator[Measurement]:
    """The page of statistics, as wide as a post may see; a post that counts one unit only, too."""
    for who, officer in posts.items():
        if allowed(officer.role_set, "statistics", Action.COUNT) is None:
            continue
        for period in ("year", "all"):
            yield "counts", f"counts, {who}, {period}", partial(_page, officer, f"{reverse('workbench:statistics')}?period={period}")
    region = posts["leader of the region"]
    narrowed = urlencode({"period": "all", "kind": "request", "channel": "letter"})
    yield "counts", "counts, leader of the region, narrowed", partial(_page, region, f"{reverse('workbench:statistics')}?{narrowed}")


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

    address, at = reverse("api:submit"), timezone.now()
    _client, token = clients.create(f"measure {at:%Y%m%d%H%M%S%f}", at=at, rate=1_000_000)
    body = json.dumps(words("lanjiang-gov"), ensure_ascii=False).encode()
    visitor, count = Visitor(), itertools.count()
    return lambda: visitor.post_json(
        address, body, authorization=f"Bearer {token}", idempotency_key=f"measure-{next(count):08d}"
    )


def _portal_submission() -> Call:
    """The button under the page that shows everything once more; the draft behind it is written beforehand."""
    visitors = (_with_draft(number) for number in itertools.count())
    ready = [next(visitors) for _ in range(120)]
    turn = itertools.chain(ready, visitors)
    return lambda: next(turn).post_form(reverse("portal:check"), {}, expect=302)


def _with_draft(number: int) -> Visitor:
    from xinqiao.portal import drafts

    said, at, request = words(""), timezone.now(), SimpleNamespace()
    draft = drafts.begin(request, at=at)
    place = Organisation.objects.get(key="lanjiang-gov")
    person = said["people"][0]
    pages = {
        "kind": {"purpose": "solve"},
        "elsewhere": {"danger": "no"},
        "place": {"place": str(place.pk), "detail": said["place_detail"]},
        "story": {"content": said["content"]},
        "requests": {"request_0": said["requests"][0], "request_1": said["requests"][1]},
        "files": {},
        "who": {"who": "self"},
        "you": person,
        "wishes": {"secrecy": "no", "publish": "no", "electronic": "yes"},
    }
    for slug, typed in pages.items():
        drafts.save(draft, slug, typed, at=at)
    visitor = Visitor(source=f"10.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}")
    visitor.cookies[drafts.COOKIE] = request.new_draft[0]
    visitor.trust_forms()
    return visitor


# ---- a step --------------------------------------------------------------------------------------------------------------


def _sign_in() -> Call:
    """签收 of one matter after the other by its unit. Taken back each time, after the checks of a commit, so that a database can be
    measured again."""
    waiting = Referral.objects.filter(stage=Stage.AWAITING_SIGN_IN, is_open=True, sealed=False)
    desks = list(waiting.select_related("organisation").order_by("pk")[:60])
    receivers = {post.organisation_id: post for post in Officer.objects.select_related("user", "organisation") if Role.UNIT_RECEIVER.value in post.roles}
    turn = itertools.cycle([desk for desk in desks if desk.organisation_id in receivers])

    def sign() -> bytes:
        desk = next(turn)
        with transaction.atomic():
            steps.accept.sign_in(desk.matter_id, by=receivers[desk.organisation_id], at=timezone.now())
            transaction.get_connection().check_constraints()
            transaction.set_rollback(True)
        return b""

    return sign
