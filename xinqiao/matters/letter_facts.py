"""What letters say of a matter: the one place that turns rows into the plain data of rules/document_contents.py."""

from datetime import date

from django.conf import settings
from django.utils.timezone import localdate

from xinqiao.organisations.models import Officer, Organisation
from xinqiao.organisations.tree import review_organs
from xinqiao.rules import numbering
from xinqiao.rules.stages import Outcome

from . import identities
from .act import Act
from .models import Matter, Opinion

PUBLISHED = "以本单位公开信息为准"


def to_citizen(act: Act, **more) -> dict:
    """Head of a letter to the petitioner."""
    return {**_head(act), "addressee": identities.addressee(act.matter, act.by), **more}


def to_organ(act: Act, organ: Organisation, **more) -> dict:
    """Head of a letter to another organ, with the transfer's facts; a petitioner who asked for secrecy is not named."""
    matter = act.matter
    hidden = matter.secrecy or matter.sealed or matter.anonymous
    data = {
        **_head(act),
        "addressee": organ.name,
        "petitioner": identities.HIDDEN.name if hidden else identities.main_petitioner(matter).name,
        "sender_chain": chain(matter, act),
        "enclosures": ["信访件"] + [item.original_name for item in matter.attachments.all()],
        "secrecy": "对信访人身份保密" if hidden else "无",
    }
    return {**data, **more}


def without_persons(act: Act, *, addressee: str, **more) -> dict:
    """Head of a letter that tells of what happens, not of whom: neither petitioner nor title, which citizens write themselves (UR-5)."""
    head = _head(act)
    kept = ("org_name", "org_short", "issued_on", "handler_name", "handler_phone", "contact_address", "matter_number", "seal_kind")
    return {**{name: head[name] for name in kept}, "addressee": addressee, **more}


def requests(matter: Matter) -> list[dict]:
    return [{"number": row.number, "text": row.text} for row in matter.requests.all()]


def chain(matter: Matter, act: Act) -> list[dict]:
    """Which organ had it from when (转交经过): one entry a desk."""
    rows = [
        {"organisation": desk.organisation.name, "on": localdate(desk.received_at).isoformat()}
        for desk in matter.referrals.select_related("organisation").order_by("pk")
    ]
    return rows or [{"organisation": matter.received_by.name, "on": matter.received_on.isoformat()}]


def remedy(organisation: Organisation) -> dict:
    """The organs that may review a decision of `organisation`, from the tree (D.9, GT-6)."""
    found = review_organs(organisation)
    addresses = dict(Organisation.objects.filter(pk__in=[one.organ_id for one in found]).values_list("pk", "address"))
    return {
        "review_organs": [{"name": one.name, "address": addresses.get(one.organ_id) or PUBLISHED} for one in found],
        "no_further_instance": not found,
    }


def opinion_answers(opinion: Opinion) -> list[dict]:
    """The answers of an opinion with the standard term of each outcome (empty while none is chosen)."""
    label = lambda value: Outcome(value).label if value else ""  # noqa: E731
    return [{**one, "outcome_label": label(one["outcome"])} for one in opinion.answers]


def query_url() -> str:
    return f"{settings.XINQIAO_PUBLIC_URL}/track/"


def iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _head(act: Act) -> dict:
    matter, organisation = act.matter, act.by.organisation or act.matter.received_by
    officer = act.by if isinstance(act.by, Officer) else None
    return {
        "org_name": organisation.name,
        "org_short": organisation.short,
        "issued_on": act.today.isoformat(),
        "handler_name": officer.user.name if officer else "窗口工作人员",
        "handler_phone": (officer.phone if officer else "") or organisation.phone or PUBLISHED,
        "contact_address": organisation.address or PUBLISHED,
        "matter_number": numbering.print_matter_number(matter.number),
        "matter_title": matter.title,
        "petition_date": matter.received_on.isoformat(),
        # 本机关收到: the day it reached this desk, not the day the petition office got it (R-23(3)).
        "received_on": (localdate(act.desk.received_at) if act.desk else matter.received_on).isoformat(),
        "accepted_on": iso(matter.accepted_on),
        "requests": requests(matter),
        "query_url": query_url(),
        "seal_kind": "organ",
    }
