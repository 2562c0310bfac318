"""Answers that everybody may read (公开答复): proposed without identities, read by a second person, gone at once when the citizen says so (I-17, PIPL 25).

    row = start(matter, by=triage, at=now)            a draft with everything masked that is known or looks like somebody's
    save(row, title=…, question=…, answer=…, …)       a person makes it readable and takes out the rest
    hand_in(row, …) → approve(row, by=leader, …)      the other person reads it word by word
    withdraw(row, …), take_back_consent(matter, …)    the office, the citizen

What is public at this moment is `PublicAnswer.objects.public()`: it asks the matter each time. A report, a sealed or anonymous matter, one with
a wish for secrecy is never prepared.
"""

import re
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from xinqiao.integrity import audit
from xinqiao.matters import identities
from xinqiao.matters.models import Matter, Opinion, Referral
from xinqiao.matters.models.opinion import GIVEN
from xinqiao.matters.opinions import cited
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.organisations.tree import ancestors
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.permissions import Action, allowed
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Line, Outcome
from xinqiao.search.words import fold, tokens

from . import organs
from .models import PublicAnswer
from .models.answers import MAY_BE_PUBLIC
from .text import answers as reading
from .text import names
from .text.proposal import Reading

LOOKED_THROUGH = 1000  # closed desks of the own organisation in which matters with consent are looked for, the newest
OFFERED = 20
_DOOR = re.compile(r"[0-9０-９一二三四五六七八九十]{1,5}\s*(?:号院|号楼|栋|幢|单元|室|弄|号(?![文召令称码线]))")
_SOMEBODY = "某"
_AREA = re.compile(r"(?:街道|镇|乡|村|社区|屯|农场|团场)$")
# Names that no table knows are only pointed at: where they begin, nobody can say.
_ESTATE = re.compile(r"[一-龥]{2,3}(?:小区|花园|家园|公寓|新村|苑)|[一-龥]{2}村(?![民里委干组])")
COUNTY = 3  # level; what is narrower tells too much


def why_not(matter: Matter) -> str:
    """Why this matter's answer cannot be made public; "" when it can."""
    if not matter.publish_consent:
        return "信访人没有同意公开。"
    if matter.sealed or identities.is_report(matter) or matter.has_accused:
        return "检举控告的内容不公开。"
    if matter.secrecy or matter.anonymous:
        return "信访人要求保密或者匿名，不公开。"
    if not matter.is_closed:
        return "这一件还没有办结。"
    row = PublicAnswer.objects.filter(matter=matter).only("consent_withdrawn_at").first()
    if row and row.consent_withdrawn_at:
        return "信访人已经收回同意。"
    return "" if _answer_of(matter) else "这一件没有可以公开的答复。"


def may_write(officer: Officer) -> bool:
    return allowed(officer.role_set, "public_answer", Action.WRITE) is not None


def may_approve(officer: Officer) -> bool:
    return allowed(officer.role_set, "public_answer", Action.APPROVE) is not None


def to_prepare(officer: Officer) -> list[Matter]:
    """Matters whose answer might be made public, of the newest closed ones of the own desk; at most OFFERED."""
    if not may_write(officer):
        return []
    desks = Referral.objects.filter(org_lft=officer.organisation.lft, organisation_id=officer.organisation_id)
    newest = desks.order_by("-received_at", "-pk").values_list("matter_id", flat=True)[:LOOKED_THROUGH]
    found = Matter.objects.visible_to(officer).filter(MAY_BE_PUBLIC, pk__in=list(newest))
    begun = PublicAnswer.objects.filter(matter__in=found.values("pk")).values("matter_id")
    answered = Opinion.objects.filter(instance="handling", state__in=GIVEN).values("matter_id")
    return list(found.filter(pk__in=answered).exclude(pk__in=begun).order_by("-received_at", "-pk")[:OFFERED])


# ---- the draft -------------------------------------------------------------------------------------------------------


@transaction.atomic
def start(matter: Matter, *, by: Officer, at: datetime) -> PublicAnswer:
    """A draft of the public text, or the one that is there. Raises StepRefused with the reason why it cannot be public."""
    if why := why_not(matter):
        raise StepRefused(why, code="not_public")
    if row := PublicAnswer.objects.filter(matter=matter).first():
        return row
    title, question, answer = proposed(matter)
    opinion = _answer_of(matter)
    county = _county(matter)
    return PublicAnswer.objects.create(
        matter=matter, office=by.organisation, title=title, question=question, answer=answer, answered_by=opinion.organisation,
        answered_on=localdate(opinion.issued_at) if opinion.issued_at else None, content_class=matter.content_class,
        place=county, prepared_by=by, prepared_at=at,
    )  # fmt: skip


def proposed(matter: Matter) -> tuple[str, str, str]:
    """Title, question and answer with everything masked that is known of the petitioner or looks like somebody's: a start for a person."""
    people = [one.identity() for one in matter.petitioners]
    first = matter.submissions.order_by("pk").first()
    opinion = _answer_of(matter)
    detail = (matter.place_detail,) if matter.place_detail else ()
    plain = lambda text: _nobody(identities.without_identity(text, people, strict=True, wholly=True), detail)  # noqa: E731
    lines = []
    for one in opinion.answers:
        outcome = Outcome(one["outcome"]).label if one.get("outcome") else ""
        basis = "、".join(map(cited, one.get("basis", [])))
        said = "".join(filter(None, (one.get("conclusion"), one.get("reasons"))))
        numbered = f"{one['number']}. " if len(opinion.answers) > 1 else ""
        head = "" if outcome and outcome in said else f"{outcome}。"
        lines.append(f"{numbered}{head}{said}" + (f"依据：{basis}。" if basis else ""))
    return plain(matter.title)[:60], plain(first.content if first else ""), plain("\n".join(lines))


def _answer_of(matter: Matter) -> Opinion | None:
    given = Opinion.objects.filter(matter=matter, instance="handling", state__in=GIVEN)
    return given.select_related("organisation").order_by("round", "pk").last()


def _nobody(text: str, details: tuple[str, ...] = ()) -> str:
    """A text without names of third persons, plates of cars, numbers of houses, towns and villages; the address of the matter goes whole."""
    for detail in details:
        text = text.replace(detail, f"{_SOMEBODY}处")
    for start, end in reversed(_signs(text)):
        kind = _AREA.search(text[start:end])
        text = text[:start] + _SOMEBODY + (kind[0] if kind else "") + text[end:]
    return re.sub(r"(?:\*{2,}|某){2,}", _SOMEBODY, text)


def _signs(text: str) -> list[tuple[int, int]]:
    """Where something stands that may tell who somebody is or where they live."""
    spans = [(one.start, one.end) for one in reading.people(text)] + [one.span() for one in _DOOR.finditer(text)]
    spans += [(one.start - 1, one.end - 1) for one in names.named(Reading("", text)) if one.sort == "person"]
    known = organs.standing().gazetteer
    spans += [
        (one.start, one.end)
        for one in known.find(text)
        if not known.is_bare(one.words) and all(known.areas[area].level > COUNTY for area in one.areas)
    ]
    apart, end = [], -1
    for span in sorted(spans):
        if span[0] >= end:
            apart.append(span)
            end = span[1]
    return apart


def warnings(row: PublicAnswer) -> list[str]:
    """Words of the text that a person should look at again before anybody else reads it."""
    text = "\n".join((row.title, row.question, row.answer))
    found = [text[start:end] for start, end in _signs(text)] + [
        one[0] for one in _ESTATE.finditer(text) if _SOMEBODY not in one[0]
    ]
    return list(dict.fromkeys(found))


def known_inside(row: PublicAnswer) -> bool:
    """Whether something that is known of the petitioners stands in the text: this is never let through."""
    people = [one.identity() for one in row.matter.petitioners]
    text = "\n".join((row.title, row.question, row.answer))
    return identities.without_identity(text, people, strict=True, wholly=True) != text


def _county(matter: Matter) -> Organisation | None:
    """The county of the place, or what is above it: nothing narrower is told (C-14)."""
    chain = [one for one in ancestors(matter.place) if one.line == Line.GOVERNMENT and one.level <= COUNTY]
    return chain[-1] if chain else None


# ---- from the draft to the page --------------------------------------------------------------------------------------


def _locked(row: PublicAnswer, officer: Officer, action: Action) -> PublicAnswer:
    if allowed(officer.role_set, "public_answer", action) is None:
        raise StepRefused("您的岗位不能做这一步。", code="role")
    found = (
        PublicAnswer.objects.visible_to(officer)
        .select_for_update(of=("self",))
        .select_related("matter", "prepared_by")
        .filter(pk=row.pk)
        .first()
    )
    if found is None:
        raise StepRefused("没有找到这份公开答复。", code="gone")
    return found


@transaction.atomic
def save(
    row: PublicAnswer, *, by: Officer, at: datetime, revision: int, title: str, question: str, answer: str
) -> PublicAnswer:
    """Keep what was written; not while it is public. Raises StepRefused; code `conflict` when a colleague saved meanwhile."""
    row = _locked(row, by, Action.WRITE)
    if row.state == "public":
        raise StepRefused("已经公开的，请先撤下再修改。", code="public")
    if row.revision != revision:
        raise StepRefused("同事刚刚保存过。您写的内容还在本页，请对照后再保存。", code="conflict")
    row.title, row.question, row.answer = title, question, answer
    row.prepared_by, row.prepared_at, row.handed_in_at, row.approved_by, row.approved_at = by, at, None, None, None
    row.withdrawn_at = row.withdrawn_by = None
    row.tokens = sorted(tokens(fold("\n".join((title, question, answer)))))
    row.revision += 1
    row.save()
    return row


@transaction.atomic
def hand_in(row: PublicAnswer, *, by: Officer, at: datetime) -> None:
    """Give it to the second person. Raises StepRefused when the text still tells who somebody is."""
    row = _locked(row, by, Action.WRITE)
    _must_be_clean(row)
    row.handed_in_at, row.returned_note = at, ""
    row.save(update_fields=["handed_in_at", "returned_note"])


@transaction.atomic
def approve(row: PublicAnswer, *, by: Officer, at: datetime, revision: int, read: bool, request=None) -> None:
    """Put it on the public page. The person who wrote it cannot; whoever approves confirms having read every word."""
    row = _locked(row, by, Action.APPROVE)
    if row.state != "waiting":
        raise StepRefused("这份公开答复没有在等审核，请刷新页面。", code="state")
    if row.revision != revision:
        raise StepRefused("内容刚刚改过，请重新读一遍再审核。", code="conflict")
    if row.prepared_by is None or row.prepared_by.user_id == by.user_id:
        raise StepRefused("不能审核自己写的公开答复，请由另一位同事审核。", code="second_person")
    if not read:
        raise StepRefused("请逐字读完，并勾选“没有能认出个人的内容”。", code="not_read")
    _must_be_clean(row)
    row.approved_by, row.approved_at = by, at
    row.save(update_fields=["approved_by", "approved_at"])
    _note(row, by, request, "approved")


@transaction.atomic
def send_back(row: PublicAnswer, *, by: Officer, note: str) -> None:
    row = _locked(row, by, Action.APPROVE)
    if row.state != "waiting":
        raise StepRefused("这份公开答复没有在等审核，请刷新页面。", code="state")
    if not note.strip():
        raise StepRefused("请写明要改什么。", code="no_note")
    row.handed_in_at, row.returned_note = None, note
    row.save(update_fields=["handed_in_at", "returned_note"])


@transaction.atomic
def withdraw(row: PublicAnswer, *, by: Officer, at: datetime, reason: str, request=None) -> None:
    """Take it off the public page, with a reason. Whoever prepares may, without waiting for a second person."""
    row = _locked(row, by, Action.WRITE)
    if row.state != "public":
        raise StepRefused("这份答复现在没有公开，请刷新页面。", code="state")
    if not reason.strip():
        raise StepRefused("请写明撤下的原因。", code="no_reason")
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = by, at, reason
    row.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    _note(row, by, request, "withdrawn")


def of_citizen(matter: Matter) -> PublicAnswer | None:
    """What everybody may read of this matter now, for the citizen's own page."""
    return PublicAnswer.objects.public().filter(matter=matter).first()


@transaction.atomic
def take_back_consent_for(row: PublicAnswer, *, by: Officer, at: datetime, how: str, request=None) -> None:
    """The same, said to an officer: on the telephone, at the window, by letter. `how` stands beside it; the moment is now and no other."""
    row = _locked(row, by, Action.WRITE)
    if row.consent_withdrawn_at:
        raise StepRefused("信访人已经收回同意。", code="state")
    if not how.strip():
        raise StepRefused("请写明信访人是怎么提出的，例如：来电，本人核对过编号。", code="no_reason")
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = by, at, how
    row.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    take_back_consent(row.matter, at=at, by=by, request=request)


@transaction.atomic
def take_back_consent(matter: Matter, *, at: datetime, by: Officer | None = None, request=None) -> None:
    """The citizen no longer agrees: it is gone with this, and never prepared again for this matter. The caller has opened the matter for the citizen,
    or is the officer who was told."""
    row, _made = PublicAnswer.objects.get_or_create(
        matter=matter, defaults={"office": matter.received_by, "title": "", "question": "", "answer": ""}
    )
    if row.consent_withdrawn_at is None:
        row.consent_withdrawn_at = at
        row.title = row.question = row.answer = ""  # nobody needs the words any more (PIPL 47)
        row.tokens = []
        row.save(update_fields=["consent_withdrawn_at", "title", "question", "answer", "tokens"])
        _note(row, by, request, "consent_withdrawn")


def consent_is_taken_back(matter: Matter) -> bool:
    return PublicAnswer.objects.filter(matter=matter, consent_withdrawn_at__isnull=False).exists()


def _must_be_clean(row: PublicAnswer) -> None:
    if why := why_not(row.matter):
        raise StepRefused(why, code="not_public")
    if known_inside(row):
        raise StepRefused("文字里还有信访人的姓名、号码或者住址，请删去再提交。", code="identity")
    if not (row.title.strip() and row.question.strip() and row.answer.strip()):
        raise StepRefused("标题、问题和答复都要写。", code="empty")


def _note(row: PublicAnswer, by: Officer | None, request, what: str) -> None:
    audit.note(
        AuditKind.PUBLISHED, officer=by, matter_id=row.matter_id, subject=f"answer:{row.pk}", request=request,
        detail={"act": what, "revision": row.revision},
    )  # fmt: skip
