"""What leaders and supervisors look at: figures of a month, indicators down to the matters behind them, boards, ledgers, telling upwards.

Measured as pages of the group `oversight`. What these pages read beside the matters is filled by `fill` (called by `upkeep`).
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Min
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from bench import synthetic
from xinqiao.information.models import InformationReport
from xinqiao.ledgers.models import Item
from xinqiao.matters.models import Referral, Supervision
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.reporting.indicators import facts, few
from xinqiao.rules import indicators
from xinqiao.rules.information import ReportKind, ReportState
from xinqiao.rules.ledgers import Sort
from xinqiao.rules.patrol import TRIGGERS
from xinqiao.rules.stages import Role
from xinqiao.rules.supervision import SupervisionState
from xinqiao.supervision.models import Finding

GROUP = "oversight"
REGION = "yunling-petition"
POSTS = {
    "leader of the region": (REGION, Role.OFFICE_LEADER),
    "leader of the prefecture": (synthetic.FOCUS_OFFICE, Role.OFFICE_LEADER),
    "supervisor": (synthetic.FOCUS_OFFICE, Role.SUPERVISOR),
}
LEADERS = ("leader of the region", "leader of the prefecture")
# Page, its query, who looks.
PAGES = (
    ("month", {}, LEADERS),
    ("indicators", {}, LEADERS),
    ("indicator", {"period": "year"}, LEADERS),
    ("indicator_matters", {"period": "year"}, LEADERS),
    ("backlog", {}, LEADERS),
    ("ledgers", {}, LEADERS),
    ("campaigns", {}, LEADERS),
    ("screening", {}, LEADERS),
    ("information", {"show": "area"}, LEADERS),
    ("meetings", {}, LEADERS),
    ("reports", {}, LEADERS),
    ("hot_issues", {"days": "90"}, (*LEADERS, "supervisor")),
    ("patrol", {}, ("supervisor",)),
    ("supervisions", {"show": "open"}, ("supervisor",)),
    ("recommendations", {"show": "open"}, ("supervisor",)),
    ("measures", {"show": "open"}, ("supervisor",)),
    ("completions", {"show": "open"}, ("supervisor",)),
    ("samples", {}, ("supervisor",)),
    ("ratings", {}, ("supervisor",)),
    ("urgent_list", {}, ("supervisor",)),
)
OF_ONE = {"indicator": ("answer_in_time",), "indicator_matters": ("answer_in_time",)}
Measurement = tuple[str, str, Callable[[], Callable[[], bytes]]]


def measurements(page: Callable[[Officer, str], Callable[[], bytes]], officer_of: Callable) -> Iterator[Measurement]:
    """(group, name, what prepares the call); `page` makes the call of an address as somebody."""
    posts = {who: officer_of(*post) for who, post in POSTS.items()}
    for name, query, looking in PAGES:
        address = reverse(f"workbench:{name}", args=OF_ONE.get(name, ()))
        for who in looking:
            yield GROUP, f"oversight, {name}, {who}", partial(page, posts[who], f"{address}?{urlencode(query)}")


# ---- what these pages read beside the matters ------------------------------------------------------------------------

MOST_FACTS = 1_000_000  # of the one indicator whose matters are listed; the sums of every other one are made from these
ONE_IN = 100  # open desks for each finding, supervision, ledger item and report
_FACTS = """
INSERT INTO reporting_fact (matter_id, code, organisation_id, day, denominator, numerator, days, excluded)
SELECT id, 'answer_in_time', unit_id, received_on, 1, (id %% 8 > 0)::int, 0, 0 FROM matters_matter
WHERE NOT sealed AND unit_id IS NOT NULL ORDER BY id DESC LIMIT %s
"""
_SUMS = """
INSERT INTO reporting_monthsum (organisation_id, code, month, denominator, numerator, days, excluded)
SELECT organisation_id, one.code, date_trunc('month', day)::date, sum(denominator), sum(numerator), sum(denominator) * 9, 0
FROM reporting_fact CROSS JOIN unnest(%s::text[]) one (code) GROUP BY 1, 2, 3
"""


def fill() -> None:
    """Once for a database, as large as the matters ask for. As the owner of the tables, or of the program."""
    codes = [code for code in indicators.COMPUTED if code not in few.CODES]
    for table in reversed(TABLES):  # of a filling that was broken off
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, [MOST_FACTS])
        cursor.execute(_SUMS, [codes])
        cursor.execute(facts.INTO_AREAS)
    _boards()
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ANALYZE {table}")


TABLES = (
    "reporting_fact", "reporting_monthsum", "reporting_areasum", "supervision_finding", "matters_supervision", "ledgers_item",
    "information_informationreport",
)  # fmt: skip


def _boards() -> None:
    """A finding, a supervision, a ledger item and a report for one in a hundred of the open desks."""
    now, today = timezone.now(), localdate()
    posts = dict(Officer.objects.order_by().values_list("organisation").annotate(first=Min("pk")))
    office = Organisation.objects.get(key=synthetic.FOCUS_OFFICE)
    author = posts[office.pk]
    desks = (
        Referral.objects.filter(is_open=True, sealed=False, lead=True)
        .order_by("pk")
        .values_list("pk", "matter_id", "organisation_id", "org_lft")
    )
    chosen = [(place, *row) for place, row in enumerate(desks) if place % ONE_IN == 0 and row[2] in posts]
    trigger, states = next(iter(TRIGGERS)), (SupervisionState.ISSUED, SupervisionState.CLOSED)
    made = ([], [], [], [])
    for place, desk, matter, organ, lft in chosen:
        at = now - timedelta(minutes=place)
        day = today - timedelta(days=place % 300)
        common = {"organisation_id": organ}
        made[0].append(
            Finding(
                matter_id=matter,
                trigger=trigger,
                subject=f"clock:{desk}",
                org_lft=lft,
                since_on=day,
                found_at=at,
                **common,
            )
        )
        made[1].append(
            Supervision(
                matter_id=matter,
                office=office,
                state=states[place % 2],
                ground="not_handled",
                issued_at=at,
                answer_by_on=day,
                **common,
            )
        )
        made[2].append(
            Item(
                sort=Sort.DISPUTES,
                problem="屋顶漏水没有修",
                place_id=organ,
                officer_id=posts[organ],
                limit_on=day,
                measure="查明原因，按期维修。",
                office=office,
                matter_id=matter,
                added_by_id=author,
                added_at=at,
                **common,
            )
        )
        made[3].append(
            InformationReport(
                kind=ReportKind.DISPUTE,
                org_lft=lft,
                author_id=posts[organ],
                holder=office,
                state=ReportState.SENT,
                title="房屋漏水的反映增多",
                text="多户反映屋顶漏水。",
                written_at=at,
                moved_at=at,
                **common,
            )
        )
    for model, rows in zip((Finding, Supervision, Item, InformationReport), made, strict=True):
        model.objects.bulk_create(rows, batch_size=1000)
