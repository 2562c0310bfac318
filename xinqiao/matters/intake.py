"""What comes in, made fit to store: one form for the portal, the window, the programme interface and the import (C.0 to C.3).

`clean()` says everything that is wrong at once, each with the field it belongs to; nothing is silently cut or changed.
"""

from dataclasses import dataclass, field
from datetime import date

from xinqiao.organisations.models import Organisation
from xinqiao.people.models import Identity
from xinqiao.rules import identity as identity_rules
from xinqiao.rules import wording
from xinqiao.rules.stages import Channel, Purpose

REPRESENTATIVES_AT_MOST = 5  # R-20(3)
GROUP_FROM = 5  # I-09: five or more people are a group visit in the statistics; nothing follows from it for anybody
REQUESTS_AT_MOST = 30
PEOPLE_AT_MOST = 200
LIMITS = {**wording.LIMITS, "reasons": wording.LIMITS["facts_reasons"], "accessibility_need": 100}


class IntakeInvalid(ValueError):
    """What was typed cannot be stored yet. `errors` maps a field to what is wrong and what to do."""

    def __init__(self, errors: dict[str, str]):
        self.errors = errors
        super().__init__("；".join(errors.values()))


@dataclass(frozen=True)
class Person:
    """One petitioner of a submission: canonical identity, and whether they speak for others."""

    identity: Identity
    representative: bool = False
    agent: bool = False


@dataclass(frozen=True)
class StoredFile:
    """A file that has passed the checks and lies in the file store (see matters/files.py)."""

    stored_name: str
    original_name: str
    media_type: str
    size_bytes: int
    digest: str
    original_digest: str
    hash_algorithm: str
    note: str = ""


@dataclass(frozen=True)
class Intake:
    """One submission (信访件), clean and complete."""

    purpose: Purpose
    channel: Channel
    title: str
    content: str
    place: Organisation
    reasons: str = ""
    requests: tuple[str, ...] = ()
    place_detail: str = ""
    people: tuple[Person, ...] = ()
    anonymous: bool = False
    secrecy: bool = False
    publish_consent: bool = False
    electronic_service: bool = False
    headcount: int = 1
    joint: bool = False
    respondent: dict = field(default_factory=dict)  # name, unit, post, organisation_id
    channel_facts: dict = field(default_factory=dict)
    petition_on: date | None = None  # default: the day it is received
    accessibility_need: str = ""
    attachments: tuple[StoredFile, ...] = ()
    account_id: int | None = None
    stated_by: str = "citizen"
    source: str = ""
    source_number: str = ""

    @property
    def contactable(self) -> bool:
        """Whether a notice can reach somebody (R-23(2), I-11)."""
        return any(p.identity.mobile or p.identity.phone or p.identity.address or p.identity.email for p in self.people)


def clean(raw: dict, *, today: date) -> Intake:
    """An Intake from plain values: the fields of Intake, with `people` as dicts of Identity fields. Raises IntakeInvalid."""
    errors: dict[str, str] = {}
    text = _texts(raw, errors)
    people = _people(raw, errors)
    headcount = _headcount(raw, sum(not person.agent for person in people), errors)  # an agent speaks, but is no party
    representatives = sum(person.representative for person in people)
    if representatives > REPRESENTATIVES_AT_MOST:
        errors["representatives"] = (
            f"代表人数不能超过{REPRESENTATIVES_AT_MOST}人（现在是{representatives}人），请减少代表；参加的人数不受限制。"
        )
    if raw.get("place") is None:
        errors["place"] = "请选择问题发生在哪里，这样我们才知道交给谁办。"
    petition_on = raw.get("petition_on") or today
    if petition_on > today:
        errors["petition_on"] = "信访日期不能晚于今天，请核对。"
    respondent = _respondent(raw.get("respondent") or {}, errors)
    source_number = _line(raw.get("source_number"), 60, "source_number", "来源编号", errors)
    anonymous = bool(raw.get("anonymous"))
    if not anonymous and not people:
        errors.setdefault("people", "请填写您的姓名。如果不想写名字，可以选择“匿名”。")
    values = {
        "purpose": _one_of(Purpose, raw, "purpose", "请选择您要反映的是哪一类事。", errors),
        "channel": _one_of(Channel, raw, "channel", "请选择信访形式。", errors),
    }
    if errors:
        raise IntakeInvalid(errors)
    return Intake(
        **values,
        **text,
        place=raw["place"],
        people=people,
        anonymous=anonymous,
        headcount=headcount,
        petition_on=petition_on,
        **{name: bool(raw.get(name)) for name in ("secrecy", "publish_consent", "electronic_service", "joint")},
        respondent=respondent,
        channel_facts=dict(raw.get("channel_facts") or {}),
        attachments=tuple(raw.get("attachments") or ()),
        account_id=raw.get("account_id"),
        stated_by=raw.get("stated_by") or "citizen",
        source=(raw.get("source") or "")[:60],
        source_number=source_number,
    )


def _texts(raw: dict, errors: dict) -> dict:
    made = {}
    for name, label in (
        ("title", "标题"), ("content", "内容"), ("reasons", "事实和理由"), ("place_detail", "详细地址"),
        ("accessibility_need", "语言、无障碍需求"),
    ):  # fmt: skip
        made[name] = _text(raw.get(name) or "", name, label, errors)
    made["requests"] = _requests(raw.get("requests") or (), errors)
    if not made["content"] and "content" not in errors:
        errors["content"] = "请写下发生了什么。写不清楚也没关系，我们会联系您核实。"
    if not made["title"]:
        made["title"] = headline(made["requests"][0] if made["requests"] else made["content"])
    return made


def headline(text: str, limit: int = 40) -> str:
    """A title from the first line of a text, for those who give none."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return first if len(first) <= limit else first[: limit - 1] + "…"


def _text(value: str, name: str, label: str, errors: dict) -> str:
    try:
        return wording.clean(str(value), limit=LIMITS[name], field=label).strip()
    except ValueError as error:
        errors[name] = str(error)
        return ""


def _requests(values, errors: dict) -> tuple[str, ...]:
    lines = values.splitlines() if isinstance(values, str) else list(values)
    cleaned = [_text(line, "request", "诉求", errors) for line in lines]
    kept = tuple(line for line in cleaned if line)
    if "request" in errors:
        errors["requests"] = errors.pop("request")
    if len(kept) > REQUESTS_AT_MOST:
        errors["requests"] = f"诉求最多写{REQUESTS_AT_MOST}条（现在是{len(kept)}条）。相近的请合成一条。"
    return kept


def _people(raw: dict, errors: dict) -> tuple[Person, ...]:
    people = []
    rows = list(raw.get("people") or ())
    if len(rows) > PEOPLE_AT_MOST:
        errors["people"] = f"一次最多登记{PEOPLE_AT_MOST}人，其余的人请写在人数里。"
        return ()
    for position, row in enumerate(rows, 1):
        prefix = "" if position == 1 else f"第{position}位："
        identity = _identity(row, prefix, errors)
        if any((identity.name, identity.mobile, identity.phone, identity.address, identity.email)):
            people.append(Person(identity, bool(row.get("representative")), bool(row.get("agent"))))
    if not raw.get("anonymous") and people and not people[0].identity.name and "name" not in errors:
        errors["name"] = "请填写您的姓名。如果不想写名字，可以选择“匿名”。"
    return tuple(people)


def _identity(row: dict, prefix: str, errors: dict) -> Identity:
    checks = {
        "name": identity_rules.check_name,
        "mobile": identity_rules.check_phone,
        "phone": identity_rules.check_phone,
        "email": identity_rules.check_email,
        "id_number": lambda value: identity_rules.check_document(row.get("id_type") or "resident_id", value),
        "address": lambda value: wording.clean_line(value, limit=200, field="住址").strip(),
        "work_unit": lambda value: wording.clean_line(value, limit=100, field="工作单位").strip(),
    }
    made = {"id_type": (row.get("id_type") or "resident_id") if row.get("id_number") else ""}
    for name, check in checks.items():
        value = str(row.get(name) or "").strip()
        try:
            made[name] = check(value) if value else ""
        except ValueError as error:
            errors.setdefault(name, f"{prefix}{error}")
            made[name] = ""
    return Identity(**made)


def _headcount(raw: dict, people: int, errors: dict) -> int:
    try:
        headcount = int(str(raw.get("headcount") or max(people, 1)).strip())
    except ValueError:
        errors["headcount"] = "人数请填数字，例如 12。"
        return 1
    if not 1 <= headcount <= 100_000:
        errors["headcount"] = "人数应在1到100000之间，请核对。"
    elif headcount < people:
        errors["headcount"] = f"人数（{headcount}）少于已登记的人（{people}人），请核对。"
    return headcount


def _respondent(raw: dict, errors: dict) -> dict:
    labels = {"name": "被反映人姓名", "unit": "被反映的单位", "post": "被反映人职务"}
    kept = {name: _line(raw.get(name), 100, f"respondent.{name}", label, errors) for name, label in labels.items()}
    if raw.get("organisation_id"):
        kept["organisation_id"] = int(raw["organisation_id"])
    return {name: value for name, value in kept.items() if value}


def _line(value, limit: int, name: str, label: str, errors: dict) -> str:
    try:
        return wording.clean_line(str(value or ""), limit=limit, field=label).strip()
    except ValueError as error:
        errors[name] = str(error)
        return ""


def _one_of(choices, raw: dict, name: str, message: str, errors: dict):
    try:
        return choices(raw.get(name))
    except ValueError:
        errors[name] = message
        return None
