"""收件: one submission is received, numbered and kept, whatever happens next (T-01, I-01, I-02, I-15)."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.utils.timezone import localdate

from xinqiao import crypto, database
from xinqiao.crypto.canonical import encode_all
from xinqiao.database.clock import database_now
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.organisations.tree import line_organ_of, petition_office_above, petition_office_for
from xinqiao.people.models import Petitioner
from xinqiao.rules import numbering
from xinqiao.rules.moves import find_move
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Line, Purpose, ReferralKind, Role, Stage, Step

from .. import clocks, counted, entries, history
from ..actors import SYSTEM, Actor
from ..against import Against, against_of
from ..intake import GROUP_FROM, Intake
from ..models import Attachment, IdempotencyKey, Matter, MatterNumber, Referral, Request, Submission

# Who can go on to register what they took in; a village hands it to the petition office (I-13).
REGISTERING = (Role.REGISTRAR, Role.TRIAGE, Role.UNIT_RECEIVER)


class IntakeClosed(Exception):
    """The database would not keep a petition safely now, so none is taken: better no receipt than a false one."""


class KeyReused(StepRefused):
    """The same idempotency key came with another body."""


class ReceiptForgotten(StepRefused):
    """The same key and body came again after the receipt, which holds the query code, was emptied."""


@dataclass(frozen=True)
class Receipt:
    """What the citizen gets at once: number, query code (shown once, stored only as a slow hash), when, and the content's hash."""

    matter_id: int
    number: str
    query_code: str
    received_at: datetime
    content_hash: str
    hash_algorithm: str
    office: str
    due_on: date


@transaction.atomic
def receive(
    intake: Intake, *, by: Actor, at: datetime, office: Organisation | None = None, against: Against | None = None
) -> Receipt:
    """Keep the submission, open the matter, start the 15 days of the petition office (PO15) or of the unit (DIRECT15).

    An officer receives at the own organisation (window, letter, phone); anybody else, a village's information officer among them, at
    the petition office of the place. What accuses somebody never comes to the desk of the accused, nor to one that might be meant by
    words that name nobody for certain (C-01); against a discipline organ it goes up unread (C-08). `office` and `against` are
    given where a step decided them. Raises IntakeClosed when the database does not keep what it is given, StepRefused when no office is competent.
    """
    problem = database.durability_problem()
    if problem:
        raise IntakeClosed(problem)
    find_move(Step.RECEIVE, Stage.RECEIVED, by.role_set)
    against = against or against_of(intake)
    office = office or _receiving(intake, against, by)
    matter, code = _new_matter(intake, office, at=at)
    submission = _keep(matter, intake, office, by=by, at=at)
    against.keep(matter)
    desk = _first_desk(matter, office, at=at)
    _start_clocks(matter, desk, at=at)
    facts = {
        "submission": submission.pk,
        "content_hash": submission.content_hash,
        "hash_algorithm": submission.hash_algorithm,
        "channel": intake.channel.value,
        "number": matter.number,  # what the receipt says is what the history proves
        "office": office.name,
    }
    history.record(
        matter,
        Step.RECEIVE,
        by=by,
        at=at,
        recorded_at=database_now(),
        facts=facts,
        to_stage=Stage.RECEIVED,
        referral_id=desk.pk,
    )
    clocks.refresh_desks(matter)
    matter.save()
    counted.note(matter, None)
    entries.keep(matter, Step.RECEIVE)
    if matter.sealed:
        from .reports import pass_on_unread  # above this module: it takes a step on what was received here

        pass_on_unread(matter, against, at=at, by=SYSTEM)
    return Receipt(
        matter_id=matter.pk,
        number=matter.number,
        query_code=code,
        received_at=at,
        content_hash=submission.content_hash,
        hash_algorithm=submission.hash_algorithm,
        office=office.name,
        due_on=matter.due_on,
    )


@transaction.atomic
def receive_once(
    intake: Intake, *, client: str, key: str, fingerprint: str, by: Actor, at: datetime, **decided
) -> tuple[Receipt, bool]:
    """`receive`, at most once for one `key` of one `client`: the same key again gives the same receipt (and False).

    A hundred at once give one: the key is inserted first, later ones wait for it. Raises KeyReused when `fingerprint` (the hash of
    the body) differs, ReceiptForgotten when the receipt was emptied meanwhile (`forget_receipts`).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO matters_idempotencykey (client, key, request_hash, response, created_at) "
            "VALUES (%s, %s, %s, '', %s) ON CONFLICT (client, key) DO NOTHING",
            [client, key, fingerprint, at],
        )
        first = cursor.rowcount == 1
    row = IdempotencyKey.objects.get(client=client, key=key)
    if row.request_hash != fingerprint:
        raise KeyReused("这个 Idempotency-Key 已经用于另一份内容。请换一个新的键再提交。", code="key_reused")
    if not first:
        return _receipt_again(row), False
    receipt = receive(intake, by=by, at=at, **decided)
    stored = {**receipt.__dict__, "received_at": receipt.received_at.isoformat(), "due_on": receipt.due_on.isoformat()}
    row.matter_id, row.response = receipt.matter_id, crypto.seal(json.dumps(stored), context="idempotency")
    row.save(update_fields=["matter_id", "response"])
    return receipt, True


def content_hash(intake: Intake) -> tuple[str, str]:
    """(digest, algorithm) of what the citizen wrote: title, content, reasons, each request, as stored."""
    algorithm = crypto.preferred_digest()
    parts = (intake.title, intake.content, intake.reasons, len(intake.requests), *intake.requests)
    return crypto.digest(encode_all(parts), algorithm), algorithm


def _receiving(intake: Intake, against: Against, by: Actor) -> Organisation:
    """The organisation at whose desk it arrives."""
    if isinstance(by, Officer) and by.may(*REGISTERING) and not against.touches(by.organisation):
        return by.organisation
    return office_for(intake, against)


def office_for(intake: Intake, against: Against | None = None) -> Organisation:
    """The petition office of the place; when the report is against it, its people or an organ above it, the next one up (C-01)."""
    against = against or against_of(intake)
    first = office = petition_office_for(intake.place)
    while office and against.touches(office):
        first, office = office, petition_office_above(office)
    if office is None and first and discipline_organ_beside(first, against):
        return first  # the highest office is accused: what it receives is passed on at once, unread (pass_on_unread)
    if office is None:
        raise StepRefused(
            "这个地方还没有接通网上信访。请选择上一级地方，或打电话、写信、到信访接待场所反映。", code="no_office"
        )
    return office


def discipline_organ_beside(office: Organisation, against: Against) -> Organisation | None:
    """The discipline organ of the same government, unless the report is against it too."""
    organ = line_organ_of(office.parent, Line.DISCIPLINE) if office.parent else None
    return organ if organ and not against.touches(organ) else None


def _new_matter(intake: Intake, office: Organisation, *, at: datetime) -> tuple[Matter, str]:
    code = numbering.new_query_code()
    main = intake.people[0].identity if intake.people else None
    matter = Matter(
        number=_next_number(office.division_code[:6], localdate(at)),
        stage=Stage.RECEIVED,
        purpose=intake.purpose,
        channel=intake.channel,
        title=intake.title,
        place=intake.place,
        place_detail=intake.place_detail,
        received_at=at,
        received_on=localdate(at),
        received_by=office,
        unit=office,
        unit_since=at,
        anonymous=intake.anonymous,
        contactable=intake.contactable,
        secrecy=intake.secrecy,
        sealed=intake.purpose is Purpose.ACCUSE,
        publish_consent=intake.publish_consent,
        electronic_service=intake.electronic_service,
        headcount=intake.headcount,
        group=intake.headcount >= GROUP_FROM,
        joint=intake.joint,
        accessibility_need=intake.accessibility_need,
        account_id=intake.account_id,
        query_code_hash=crypto.slow_hash(code),
        source=intake.source,
        source_number=intake.source_number,
    )
    if main and not intake.secrecy and not matter.sealed:
        matter.petitioner_name = Petitioner.mask(main.name)
    matter.save(force_insert=True)
    MatterNumber.objects.create(number=matter.number, matter_id=matter.pk)
    return matter, code


def _next_number(division: str, day: date) -> str:
    """The next number of this division and day; the counter's row lock is held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO matters_numberseries (series, last) VALUES (%s, 1) "
            "ON CONFLICT (series) DO UPDATE SET last = matters_numberseries.last + 1 RETURNING last",
            [f"{division}{day:%Y%m%d}"],
        )
        return numbering.make_matter_number(division, day, cursor.fetchone()[0])


def _keep(matter: Matter, intake: Intake, office: Organisation, *, by: Actor, at: datetime) -> Submission:
    digest, algorithm = content_hash(intake)
    submission = Submission.objects.create(
        matter=matter,
        channel=intake.channel,
        title=intake.title,
        content=intake.content,
        reasons=intake.reasons,
        requests=list(intake.requests),
        respondent=intake.respondent,
        channel_facts=intake.channel_facts,
        petition_on=intake.petition_on or localdate(at),
        received_at=at,
        received_by=office,
        registrar=by if isinstance(by, Officer) else None,
        stated_by=intake.stated_by,
        content_hash=digest,
        hash_algorithm=algorithm,
    )
    if intake.requests:
        Request.objects.bulk_create(
            Request(matter=matter, number=number, text=text) for number, text in enumerate(intake.requests, 1)
        )
    _keep_people(matter, intake)
    add_attachments(matter, intake.attachments, at=at, submission_id=submission.pk)
    return submission


def _keep_people(matter: Matter, intake: Intake) -> None:
    people = []
    for position, person in enumerate(intake.people, 1):
        row = Petitioner(
            matter_id=matter.pk, position=position, representative=person.representative, agent=person.agent
        )
        row.set_identity(person.identity)
        people.append(row)
    Petitioner.objects.bulk_create(people)


def add_attachments(
    matter: Matter, files, *, at: datetime, submission_id=None, event_seq=None, from_citizen=True
) -> None:
    """Rows for files that lie in the store already."""
    Attachment.objects.bulk_create(
        Attachment(
            matter=matter,
            submission_id=submission_id,
            event_seq=event_seq,
            added_at=at,
            from_citizen=from_citizen,
            **file.__dict__,
        )
        for file in files
    )


def _first_desk(matter: Matter, office: Organisation, *, at: datetime) -> Referral:
    at_office = office.line == Line.PETITION_OFFICE
    return Referral.objects.create(
        matter=matter,
        kind=ReferralKind.INTAKE if at_office else ReferralKind.DIRECT,
        organisation=office,
        org_lft=office.lft,
        stage=Stage.RECEIVED,
        received_at=at,
        number_order=numbering.place_in_order(matter.number),
        sealed=matter.sealed,
    )


def _start_clocks(matter: Matter, desk: Referral, *, at: datetime) -> None:
    on = localdate(at)
    clocks.start(matter, "REGISTER1WD", on=on, desk=desk)
    clocks.start(matter, "PO15" if desk.kind == ReferralKind.INTAKE else "DIRECT15", on=on, desk=desk)


def forget_receipts(before: datetime, *, most: int) -> int:
    """Empty up to `most` answers older than `before`; returns how many.

    An answer holds the query code, which is kept for good only as a slow hash (I-15). The key itself stays: the same
    letter sent once more must never become a second matter.
    """
    old = IdempotencyKey.objects.filter(created_at__lt=before).exclude(response="").values_list("pk", flat=True)
    return IdempotencyKey.objects.filter(pk__in=list(old[:most])).update(response="")


def _receipt_again(row: IdempotencyKey) -> Receipt:
    if not row.response:
        number = Matter.objects.values_list("number", flat=True).get(pk=row.matter_id)
        raise ReceiptForgotten(
            f"这份内容早已收到，没有重复登记，信访件编号是 {number}。回执已过保存期，不能再给出查询码。"
            "请用当时的查询码查询；查询码丢失的，请向受理的信访部门询问。",
            code="receipt_forgotten",
        )
    stored = json.loads(crypto.open_sealed(row.response, context="idempotency"))
    stored["received_at"] = datetime.fromisoformat(stored["received_at"])
    stored["due_on"] = date.fromisoformat(stored["due_on"])
    return Receipt(**stored)
