"""分案: one submission becomes two matters; what goes out of a mixed one is an extract that two people have read (C-03, T-14)."""

from datetime import datetime

from django.db import transaction

from xinqiao import crypto
from xinqiao.organisations.models import Officer
from xinqiao.rules import extracts
from xinqiao.rules.stages import Channel, Kind, Purpose, Stage, Step

from .. import clocks, counted
from ..act import REASON_AT_LEAST, Act, begin, finish, refusal, too_short
from ..intake import Intake, Person, StoredFile
from ..models import Attachment, Matter
from ..secrecy import accused_names, add_accused
from .receive import Receipt, receive
from .unseal import require_other_person, second_person


@transaction.atomic
def split(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    title: str,
    extract: str,
    requests: list[str],
    kind: Kind,
    attachments: list[int] = (),
) -> Receipt:
    """Split a submission (C-03, T-14): the second matter gets an extract written for it, and only the files that were chosen.

    Where a request also reports on a person, the request goes out as the new matter; the original stays sealed here as the report.
    """
    act = begin(Step.SPLIT, matter_id, by=by, at=at, version=version)
    if not extract.strip():
        raise refusal("请写出分出部分的摘要，不要带上检举的内容。", "extract_missing")
    guarded = act.matter.mixed or act.matter.sealed
    if guarded:
        _check_guarded(act.matter, title, extract, requests, kind)
    receipt = receive(
        _part(act.matter, title, extract, requests, kind, attachments), by=by, at=at, office=by.organisation
    )
    made = Matter.objects.get(pk=receipt.matter_id)
    before = counted.cell_of(made)
    made.split_from, made.query_code_hash = act.matter.pk, act.matter.query_code_hash
    if kind == Kind.REPORT:
        rows = act.matter.accused.select_related("organisation", "user")
        add_accused(
            made,
            organisations=[row.organisation for row in rows if row.organisation],
            users=[row.user for row in rows if row.user],
            people=[row.person for row in rows if row.person],
        )
    if guarded and second_person(by):
        made.extract_by = by.pk
    _count_from_the_first_receipt(made, act)
    made.save()
    counted.note(made, before)
    if act.matter.mixed:
        act.matter.kind, act.matter.sealed, act.matter.petitioner_name = Kind.REPORT, True, ""
    said = {"requests_count": len(requests)} if guarded else {"requests": list(requests)}
    finish(act, facts={"into": receipt.number, **said})
    return receipt


def _check_guarded(matter: Matter, title: str, extract: str, requests: list[str], kind: Kind) -> None:
    """Of a report only a request is taken out, in new words: no name of an accused person, no passage of the original."""
    if kind == Kind.REPORT:
        raise refusal("原件留作检举控告办理。请把诉求部分分出来，类别选申诉求决或建议意见。", "report_stays")
    if not title.strip():
        raise refusal("请另写分出一件的标题。原来的标题可能说到检举的事。", "title_missing")
    found = leaks(matter, [title, extract, *requests])
    if found:
        shown = "；".join(f"“{one}”" for one in found[:8])
        raise refusal(
            f"摘要里还有被反映人的姓名，或者原信中的原话：{shown}。请用自己的话改写，再提交。", "extract_leaks"
        )


def leaks(matter: Matter, texts: list[str]) -> list[str]:
    """What of the original still stands in these texts (rules/extracts.py)."""
    names = accused_names(matter)
    original = []
    for submission in matter.submissions.all():
        original += [submission.title, submission.content, submission.reasons, *map(str, submission.requests)]
        respondent = submission.respondent
        names |= {respondent[name] for name in ("name",) if respondent.get(name)}
        if respondent.get("post") and respondent.get("unit"):
            names.add(f"{respondent['unit']}{respondent['post']}")
    original += list(matter.records.filter(sort="supplement").values_list("text", flat=True))
    return extracts.leaks(texts, original="\n".join(original), names=names)


def _part(matter: Matter, title: str, extract: str, requests: list[str], kind: Kind, attachments) -> Intake:
    people = tuple(Person(row.identity(), row.representative, row.agent) for row in matter.petitioners)
    chosen = Attachment.objects.filter(matter=matter, pk__in=list(attachments), from_citizen=True)
    return Intake(
        purpose=Purpose.SOLVE if kind != Kind.REPORT else Purpose.ACCUSE,
        channel=Channel(matter.channel),
        title=title.strip() or matter.title,
        content=extract.strip(),
        requests=tuple(line.strip() for line in requests if line.strip()),
        place=matter.place,
        place_detail=matter.place_detail,
        people=people,
        anonymous=matter.anonymous,
        # Reports are secret without asking: whoever filed one gets the same for the part that goes out (I-17, C-03).
        secrecy=matter.secrecy or matter.purpose == Purpose.ACCUSE,
        electronic_service=matter.electronic_service,
        account_id=matter.account_id,
        attachments=tuple(_file(row) for row in chosen),
        stated_by="officer",
    )


_FILE = (
    "stored_name",
    "original_name",
    "media_type",
    "size_bytes",
    "digest",
    "original_digest",
    "hash_algorithm",
    "note",
)


def _file(row: Attachment) -> StoredFile:
    return StoredFile(**{name: getattr(row, name) for name in _FILE})


def _count_from_the_first_receipt(part: Matter, act: Act) -> None:
    """Splitting wins no time: the 15 days of the part run from the day the whole was received (T-14, DL-15)."""
    for clock in part.clocks.filter(state="running", term__in=("PO15", "DIRECT15")):
        desk = part.referrals.get(pk=clock.referral_id)
        clocks.cancel(part.clocks.filter(pk=clock.pk), on=act.today)
        clocks.start(part, clock.term, on=act.matter.received_on, desk=desk)
    clocks.refresh_desks(part)


@transaction.atomic
def approve_extract(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, agree: bool, reason: str = ""
) -> Matter:
    """A second person has read exactly what will go out (C-03). Not agreed: the part ends, and the original is split anew."""
    act = begin(Step.APPROVE_EXTRACT, matter_id, by=by, at=at, version=version)
    matter = act.matter
    if not matter.extract_by:
        raise refusal("没有等待核准的摘要。请刷新页面。", "nothing_waiting")
    require_other_person(by, matter.extract_by)
    if not agree and too_short(reason):
        raise refusal(f"请写明要改什么（至少{REASON_AT_LEAST}个字）。", "reason_missing")
    matter.extract_by = None
    first = matter.submissions.order_by("pk").first()
    facts = {"agree": agree, "reason": reason, "text_hash": crypto.digest(first.content.encode(), first.hash_algorithm)}
    if not agree:
        clocks.cancel(matter.clocks, on=act.today)
        matter.stage, matter.joined_to = Stage.ENDED_JOINED, matter.split_from
        act.matter_stage = Stage.ENDED_JOINED
    finish(act, facts=facts)
    return matter
