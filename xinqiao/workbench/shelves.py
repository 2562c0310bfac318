"""The lists of the queue (工作台各栏): what lies where, for whom, in which order.

A shelf narrows `Referral.objects.visible_to(officer)`, never anything wider. Each has an index for every order that it offers
(`orders`), so that a first page costs the same among a thousand desks and among ten million; tests/test_plans.py walks SHELVES.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import and_

from django.db.models import F, Q, QuerySet

from xinqiao.matters.models import ASSIGNED_READERS, READERS, REPORT_READERS, REPORT_REGISTRARS, Opinion, Referral
from xinqiao.organisations.models import Officer
from xinqiao.rules.confidentiality import TERRITORY_ROLES
from xinqiao.rules.stages import ReferralKind, Role, Stage

from . import filters, keyset
from .duties import DUTIES, waits_for, waits_for_approval

R, S = Role, Stage

OFFICE_ROLES = frozenset({R.REGISTRAR, R.TRIAGE, R.OFFICE_LEADER, R.DISCIPLINE_LIAISON})
UNIT_ROLES = frozenset({R.UNIT_RECEIVER, R.HANDLER, R.UNIT_LEADER})
ASKED_ROLES = frozenset(role for duty in DUTIES for role in duty.roles)
APPROVERS = frozenset({R.UNIT_LEADER, R.OFFICE_LEADER})
ORGANISATION_READERS = READERS | REPORT_READERS
ALL_READERS = READERS | ASSIGNED_READERS | REPORT_READERS | REPORT_REGISTRARS
# The desk on which a matter came in, after it went on: it is with another desk then. Told by the desk alone, so that a list begins with
# what lies somewhere now without looking up every matter of its first days.
PASSED_ON = Q(kind=ReferralKind.INTAKE, stage__in=(S.TRANSFERRED, S.RELAYED))
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
    is_open: bool = True  # holds open desks only
    territory: bool = False  # desks of many units: it can be sorted by unit, and narrowed to one below
    counted: bool = True  # in the side bar
    own_open: bool = False  # holds open desks of the own organisation, and nothing else
    only: str = ""  # the tile (filters.ONLY) that would change nothing here, because everything here is of that sort

    def is_for(self, officer: Officer) -> bool:
        return not self.roles or bool(self.roles & officer.role_set)

    def desks(self, officer: Officer, today: date) -> QuerySet[Referral]:
        """The desks on this shelf that `officer` may see."""
        return Referral.objects.visible_to(officer).filter(self.condition(officer, today))

    def asks(self, officer: Officer, today: date, chosen: filters.Chosen) -> Q:
        """What this shelf and `chosen` ask of a desk, as one condition."""
        conditions = filters.condition(chosen, officer, today, by_desk=self.territory, is_open=self.is_open)
        return reduce(and_, conditions, self.condition(officer, today))

    def narrowed(self, officer: Officer, today: date, chosen: filters.Chosen) -> QuerySet[Referral]:
        """The same, as far as `chosen` lets them through."""
        return Referral.objects.visible_to(officer).filter(self.asks(officer, today, chosen))

    def to_count(self, officer: Officer, today: date, chosen: filters.Chosen) -> QuerySet[Referral]:
        """As many, for the number beside the list."""
        return Referral.objects.counted_by(officer).filter(self.asks(officer, today, chosen))

    @property
    def orders(self) -> dict[str, keyset.Order]:
        """The orders that this list can be sorted by."""
        return _ORDERS[self.territory, self.is_open]


_PLAIN = {key: order for key, order in keyset.ORDERS.items() if not order.group}
_ORDERS = {
    (False, False): _PLAIN,
    (False, True): _PLAIN,
    (True, True): keyset.ORDERS,
    (True, False): keyset.ORDERS | keyset.UNIT_OF_ALL,
}


def own(officer: Officer, **more) -> Q:
    """Desks of the officer's own organisation. Its place in the tree is what the indexes begin with, and says it alone: with the
    organisation beside it the database would read both indexes."""
    return Q(org_lft=officer.organisation.lft, **more)


def came_back(officer: Officer) -> Q:
    """What went out and came back: an objection (R-23(3)), a dispute on competence (R-24(1)), a filing that the citizen objects to (T-12),
    an opinion that the leader returned (R-32)."""
    own_open = Referral.objects.filter(own(officer, is_open=True))
    found = [own_open.filter(stage__in=(S.OBJECTED, S.JURISDICTION_DISPUTED))]
    if officer.role_set & OFFICE_ROLES:  # from the few that were objected to, not from all that wait for triage
        found.append(own_open.filter(stage=S.TRIAGE, matter__filing_objected=True))
    if officer.role_set & UNIT_ROLES:
        drafts = Opinion.objects.filter(organisation_id=officer.organisation_id, state="draft").exclude(return_note="")
        found.append(own_open.filter(pk__among_rows=drafts.values("referral_id"), stage__in=(S.HANDLING, S.EXTENDED)))
    few = [rows.order_by().values("pk") for rows in found]
    return own(officer, is_open=True) & Q(pk__among_rows=few[0].union(*few[1:], all=True))


SHELVES = (
    Shelf("todo", "待我办理", "list-checks", lambda officer, today: waits_for(officer),
          ("今天的都办完了", "轮到您的岗位办理的，会出现在这里。"), ASKED_ROLES, tone="new", own_open=True),
    Shelf("new", "新到未看", "bell-dot", lambda officer, today: own(officer, is_open=True, unread=True),
          ("没有新到的", "新到本单位的，或者有了新动态、还没有人打开看的，会出现在这里。"), ORGANISATION_READERS, "received", tone="new", own_open=True,
          only="unread"),
    Shelf("intake", "待登记、待甄别", "inbox", lambda officer, today: own(officer, is_open=True, stage__in=INTAKE_STAGES),
          ("没有待登记、待甄别的信访件", "群众新提交的会出现在这里；来访、来信请点“登记新件”。"), OFFICE_ROLES, own_open=True),
    Shelf("sign_in", "待签收", "mail-check", lambda officer, today: own(officer, is_open=True, stage=S.AWAITING_SIGN_IN),
          ("没有待签收的信访件", "信访部门转来的会出现在这里。"), UNIT_ROLES, own_open=True),
    Shelf("accept", "待受理", "scan-search", lambda officer, today: own(officer, is_open=True, stage__in=(S.SIGNED_IN, S.OBJECTED)),
          ("没有待受理的信访件", "签收后15日内要告知信访人是否受理。"), UNIT_ROLES, own_open=True),
    Shelf("mine", "我承办的", "gavel", lambda officer, today: Q(handler=officer, is_open=True),
          ("您现在没有承办的信访件", "确定您为承办人后，会出现在这里。"), frozenset({R.HANDLER, R.LEADER, R.MEDIATOR})),
    Shelf("approval", "待我审批", "stamp", lambda officer, today: waits_for_approval(officer),
          ("没有等您审批的", "意见书送审、延期申请等会出现在这里。"), APPROVERS, tone="new", own_open=True),
    Shelf("returned", "退回和异议", "undo-2", lambda officer, today: came_back(officer),
          ("没有退回和提出异议的", "对转办有异议的、受理有争议的、意见书被退回修改的，会出现在这里。"), OFFICE_ROLES | UNIT_ROLES, own_open=True),
    Shelf("overdue", "已超期", "alarm-clock", lambda officer, today: Q(is_open=True, due_on__lt=today),
          ("没有超期的", "超过法定期限还没有办的，会出现在这里。"), ALL_READERS, tone="hot", wide=True, territory=True,
          only="overdue"),
    Shelf("due", "快到期", "clock",
          lambda officer, today: Q(is_open=True, due_on__range=(today, today + timedelta(days=filters.SOON_DAYS))),
          (f"{filters.SOON_DAYS}天内没有到期的", "期限临近时会出现在这里。"), ALL_READERS, wide=True, territory=True,
          only="soon"),
    Shelf("archive", "待归档", "archive", lambda officer, today: own(officer, to_archive=True),
          ("没有待归档的信访件", "办结的会出现在这里。"), frozenset({R.ARCHIVIST}), "received", wide=True, is_open=False),
    Shelf("review", "复查复核", "scale",
          lambda officer, today: own(officer, kind__in=(ReferralKind.REVIEW, ReferralKind.RECHECK), is_open=True),
          ("没有等待复查、复核的信访件", "信访人请求复查、复核的，会出现在这里。"), frozenset({R.REVIEWER}), own_open=True),
    Shelf("unit", "本单位在办", "building-2", lambda officer, today: own(officer, is_open=True),
          ("本单位没有在办的信访件", "收到以后、办完以前，都在这里。"), ORGANISATION_READERS, counted=False, own_open=True),
    Shelf("below", "下级在办", "network", lambda officer, today: Q(is_open=True, sealed=False) & ~Q(org_lft=officer.organisation.lft),
          ("下级没有在办的信访件", "辖区内其他单位收到的会出现在这里。"), TERRITORY_ROLES, wide=True, territory=True, counted=False),
    Shelf("closed", "已办结", "circle-check", lambda officer, today: own(officer, is_open=False),
          ("本单位还没有办结的信访件", "办完的会留在这里，可以随时查看。"), ORGANISATION_READERS, "received", wide=True, is_open=False,
          counted=False),
    Shelf("all", "本单位全部", "layers", lambda officer, today: own(officer),
          ("本单位还没有信访件", "收到以后会出现在这里。"), ORGANISATION_READERS, "received", wide=True, is_open=False, counted=False),
    Shelf("area", "辖区全部", "map", lambda officer, today: Q(organisation=F("matter__unit")) & ~PASSED_ON,
          ("辖区内还没有信访件", "收到以后会出现在这里。"), TERRITORY_ROLES, "received", wide=True, is_open=False, territory=True,
          counted=False),
)  # fmt: skip
# For posts that read no petition (B.3: the three administrators): a page that says so, not an empty list that seems to say "all done".
NOTHING = Shelf("", "工作台", "inbox", lambda officer, today: Q(pk__in=()),
                ("您现在的岗位不查看信访件", "需要办理信访件的，请在右上角姓名处切换岗位，或者联系本单位管理员。"))  # fmt: skip
BY_KEY = {shelf.key: shelf for shelf in (*SHELVES, NOTHING)}


def shelves_of(officer: Officer) -> list[Shelf]:
    """The shelves in this officer's side bar."""
    roles = officer.role_set
    return [shelf for shelf in SHELVES if not shelf.roles or shelf.roles & roles]


def find(key: str, officer: Officer) -> Shelf:
    """The shelf that was asked for, or the officer's first one when there is none of this name for them."""
    wanted = BY_KEY.get(key)
    if wanted and wanted.key and wanted.is_for(officer):
        return wanted
    return next(iter(shelves_of(officer)), NOTHING)
