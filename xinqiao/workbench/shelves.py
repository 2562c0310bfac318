"""The lists of the queue (工作台各栏): what lies where, for whom, in which order.

A shelf narrows `Referral.objects.visible_to(officer)`, never anything wider; counts stop at a hundred, that of the list shown at a thousand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Q, QuerySet

from xinqiao.matters.models import ASSIGNED_READERS, READERS, REPORT_READERS, REPORT_REGISTRARS, Referral
from xinqiao.organisations.models import Officer
from xinqiao.rules.confidentiality import TERRITORY_ROLES
from xinqiao.rules.moves import ENDED
from xinqiao.rules.stages import ReferralKind, Role, Stage

from .duties import DUTIES, waits_for, waits_for_approval

COUNTED_TO = 100  # in the side bar and on tiles: shown as 99+
TOTAL_TO = 1000  # above the list
TOTAL = "shown"
SOON_DAYS = 3  # calendar days
R, S = Role, Stage

OFFICE_ROLES = frozenset({R.REGISTRAR, R.TRIAGE, R.OFFICE_LEADER, R.DISCIPLINE_LIAISON})
UNIT_ROLES = frozenset({R.UNIT_RECEIVER, R.HANDLER, R.UNIT_LEADER})
ASKED_ROLES = frozenset(role for duty in DUTIES for role in duty.roles)
APPROVERS = frozenset({R.UNIT_LEADER, R.OFFICE_LEADER})
ALL_READERS = READERS | ASSIGNED_READERS | REPORT_READERS | REPORT_REGISTRARS
INTAKE_STAGES = (S.RECEIVED, S.REGISTERED, S.TRIAGE, S.REPORTED_UP, S.OBJECTED, S.JURISDICTION_DISPUTED)


@dataclass(frozen=True)
class Shelf:
    """One list. `roles`: whose side bar shows it (empty: everybody's). `order`: how it is sorted unless one asks otherwise."""

    key: str
    label: str
    icon: str
    condition: Callable[[Officer, date], Q]
    empty: tuple[str, str]
    roles: frozenset[Role] = frozenset()
    order: str = "due"
    tone: str = ""
    wide: bool = False  # holds what lies with other organs too: the list says where

    def is_for(self, officer: Officer) -> bool:
        return not self.roles or bool(self.roles & officer.role_set)

    def desks(self, officer: Officer, today: date) -> QuerySet[Referral]:
        """The desks on this shelf that `officer` may see."""
        return Referral.objects.visible_to(officer).filter(self.condition(officer, today))


def own(officer: Officer, **more) -> Q:
    """Desks of the officer's own organisation; `org_lft` is what the indexes begin with."""
    return Q(org_lft=officer.organisation.lft, organisation_id=officer.organisation_id, **more)


SHELVES = (
    Shelf("todo", "待我办理", "list-checks", lambda officer, today: waits_for(officer),
          ("今天的都办完了", "轮到您的岗位办理的，会出现在这里。"), ASKED_ROLES, tone="new"),
    Shelf("intake", "待登记、待甄别", "inbox", lambda officer, today: own(officer, is_open=True, stage__in=INTAKE_STAGES),
          ("没有待登记、待甄别的信访件", "群众新提交的会出现在这里；来访、来信请点“登记新件”。"), OFFICE_ROLES),
    Shelf("sign_in", "待签收", "mail-check", lambda officer, today: own(officer, is_open=True, stage=S.AWAITING_SIGN_IN),
          ("没有待签收的信访件", "信访部门转来的会出现在这里。"), UNIT_ROLES),
    Shelf("accept", "待受理", "scan-search", lambda officer, today: own(officer, is_open=True, stage__in=(S.SIGNED_IN, S.OBJECTED)),
          ("没有待受理的信访件", "签收后15日内要告知信访人是否受理。"), UNIT_ROLES),
    Shelf("mine", "我承办的", "gavel", lambda officer, today: Q(handler=officer, is_open=True),
          ("您现在没有承办的信访件", "确定您为承办人后，会出现在这里。"), frozenset({R.HANDLER, R.LEADER, R.MEDIATOR})),
    Shelf("approval", "待我审批", "stamp", lambda officer, today: waits_for_approval(officer),
          ("没有等您审批的", "意见书送审、延期申请等会出现在这里。"), APPROVERS, tone="new"),
    Shelf("archive", "待归档", "archive", lambda officer, today: own(officer, matter__stage__in=ENDED),
          ("没有待归档的信访件", "办结的会出现在这里。"), frozenset({R.ARCHIVIST}), "received", wide=True),
    Shelf("due", "快到期和超期", "alarm-clock",
          lambda officer, today: Q(is_open=True, due_on__lte=today + timedelta(days=SOON_DAYS)),
          ("三天内没有到期的，也没有超期的", "期限临近时会出现在这里。"), ALL_READERS, tone="hot", wide=True),
    Shelf("review", "复查复核", "scale",
          lambda officer, today: own(officer, kind__in=(ReferralKind.REVIEW, ReferralKind.RECHECK), is_open=True),
          ("没有等待复查、复核的信访件", "信访人请求复查、复核的，会出现在这里。"), frozenset({R.REVIEWER})),
    Shelf("closed", "已办结", "circle-check", lambda officer, today: own(officer, is_open=False),
          ("本单位还没有办结的信访件", "办完的会留在这里，可以随时查看。"), READERS | REPORT_READERS, "received", wide=True),
    Shelf("all", "本单位全部", "layers", lambda officer, today: own(officer),
          ("本单位还没有信访件", "收到以后会出现在这里。"), READERS | REPORT_READERS, "received", wide=True),
    Shelf("area", "辖区全部", "map", lambda officer, today: Q(organisation=F("matter__unit")),
          ("辖区内还没有信访件", "收到以后会出现在这里。"), TERRITORY_ROLES, "received", wide=True),
)  # fmt: skip
COUNTED = ("todo", "intake", "sign_in", "accept", "mine", "approval", "due", "review", "archive")
# For posts that read no petition (B.3: the three administrators): a page that says so, not an empty list that seems to say "all done".
NOTHING = Shelf("", "工作台", "inbox", lambda officer, today: Q(pk__in=()),
                ("您现在的岗位不查看信访件", "需要办理信访件的，请在右上角姓名处切换岗位，或者联系本单位管理员。"))  # fmt: skip
BY_KEY = {shelf.key: shelf for shelf in SHELVES}


def shelves_of(officer: Officer) -> list[Shelf]:
    """The shelves in this officer's side bar."""
    return [shelf for shelf in SHELVES if shelf.is_for(officer)]


def find(key: str, officer: Officer) -> Shelf:
    """The shelf that was asked for, or the officer's first one when there is none of this name for them."""
    wanted = BY_KEY.get(key)
    if wanted and wanted.is_for(officer):
        return wanted
    return next(iter(shelves_of(officer)), NOTHING)


def counts(queries: dict[str, QuerySet]) -> dict[str, int]:
    """How many rows each query has, up to COUNTED_TO (the one named TOTAL up to TOTAL_TO), in one statement."""
    names, parts, values = [], [], []
    for name, query in queries.items():
        try:
            limit = TOTAL_TO if name == TOTAL else COUNTED_TO
            sql, params = query.order_by().values("pk")[:limit].query.sql_with_params()
        except EmptyResultSet:
            continue
        names.append(name)
        parts.append(f"(SELECT count(*) FROM ({sql}) AS counted)")
        values += params
    if not parts:
        return dict.fromkeys(queries, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), values)
        return dict.fromkeys(queries, 0) | dict(zip(names, cursor.fetchone(), strict=True))


def shown_count(number: int) -> str:
    """14, or 99+; nothing for 0."""
    return f"{COUNTED_TO - 1}+" if number >= COUNTED_TO else str(number or "")
