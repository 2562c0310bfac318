"""登记、更正、甄别、重复件、并案: what the first office does before it decides (T-02, T-03, DU-1 to DU-6)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from xinqiao.organisations.models import ContentClass, Officer, Organisation
from xinqiao.people.models import Petitioner
from xinqiao.rules.stages import Channel, Kind, Purpose, Role, Stage, Step
from xinqiao.rules.urgent import OPEN

from .. import clocks, identities, letter_facts
from ..act import REASON_AT_LEAST, Act, begin, finish, refusal, too_short
from ..models import REPORT_READERS, Matter, Referral, Request, Submission
from ..secrecy import add_accused, is_shut_out
from .unseal import lowering, open_to_readers, second_person
from .urgent import mark


@transaction.atomic
def register(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, read_back: bool = False
) -> Matter:
    """Register the submission (R-22(1), R-23(1)) and make the registration form F-01. Filing twice is never refused."""
    act = begin(Step.REGISTER, matter_id, by=by, at=at, version=version)
    if act.matter.sealed and not _somebody_reads_on(act):
        raise refusal(
            "本单位没有能接着办检举控告的岗位，登记以后就没有人能打开这一件。请改用“密封上送”，或者请管理员先设甄别转办岗。",
            "nobody_reads_on",
        )
    act.matter.registered_at = at
    # A sealed report of the same person counts only for those who may know of it
    seen = Matter.objects.visible_to(by)
    act.matter.repeat = seen.filter(pk__in=earlier_of_same_person(act.matter).values("pk")).exists()
    finish(act, letters={"F-01": registration_form(act, read_back=read_back)}, facts={"repeat": act.matter.repeat})
    return act.matter


def _somebody_reads_on(act: Act) -> bool:
    """Whether this office has a post that may open a report once it is registered: who only registers may not (B.3), and a report
    that nobody can open lies there until its limits have passed."""
    posts = Officer.objects.filter(organisation=act.by.organisation, active=True, user__is_active=True)
    able = posts.filter(roles__overlap=[role.value for role in REPORT_READERS])
    return any(Matter.objects.visible_to(post).filter(pk=act.matter.pk).exists() for post in able)


def earlier_of_same_person(matter: Matter, people: list[Petitioner] | None = None):
    """Matters of the same mobile or ID number filed before this one (DU-2), found by blind index. Nobody is counted or ranked.

    `people`: its petitioners, where they were read already.
    """
    mine = list(matter.petitioners) if people is None else people
    mobiles = {index for petitioner in mine for index in petitioner.indexes_of("mobile")}
    ids = {index for petitioner in mine for index in petitioner.indexes_of("id_number")}
    same = Petitioner.objects.filter(Q(mobile_index__in=mobiles) | Q(id_index__in=ids)).exclude(matter_id=matter.pk)
    return Matter.objects.filter(pk__in=same.values("matter_id"), received_at__lte=matter.received_at)


def candidates(matter: Matter, officer: Officer, limit: int = 10, *, people: list[Petitioner] | None = None):
    """Earlier submissions that may be on the same matter (DU-1), for a person to judge: same person or same place and words."""
    seen = Matter.objects.visible_to(officer).exclude(pk=matter.pk)
    by_person = seen.filter(pk__in=earlier_of_same_person(matter, people).values("pk"))
    return by_person.select_related("unit").order_by("-received_at")[:limit]


@transaction.atomic
def correct_registration(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    reason: str,
    title: str = "",
    place_detail: str = "",
) -> Matter:
    """Correct title or address of a registration; the submission itself stays as it came. The old values stay in the history."""
    act = begin(Step.CORRECT_REGISTRATION, matter_id, by=by, at=at, version=version)
    if too_short(reason):
        raise refusal(f"请写明更正的理由（至少{REASON_AT_LEAST}个字）。", "reason_missing")
    before = {"title": act.matter.title, "place_detail": act.matter.place_detail}
    act.matter.title = title or act.matter.title
    act.matter.place_detail = place_detail or act.matter.place_detail
    finish(act, facts={"reason": reason, "before": before})
    return act.matter


@transaction.atomic
def classify(
    matter_id: int,
    *,
    by: Officer,
    at: datetime,
    version: int | None = None,
    kind: Kind,
    content_class: ContentClass,
    place: Organisation | None = None,
    requests: list[str],
    also_reports: bool = False,
    accused: list[Organisation] = (),
    accused_officers: list[Officer] = (),
    accused_people: list[str] = (),
    litigation: bool = False,
    urgent: bool = False,
    unseal_reason: str = "",
) -> Matter:
    """Triage: kind, class, place, the numbered requests, the accused set (C-01), whether it belongs to litigation.

    A report is sealed from here on; so is a request that also reports on somebody (`also_reports`), which must be split (C-03).
    What the citizen called an accusation is unsealed only with a written reason and by a second person (steps/unseal.py).
    """
    act = begin(Step.CLASSIFY, matter_id, by=by, at=at, version=version)
    matter = act.matter
    lines = [line.strip() for line in requests if line.strip()]
    if kind == Kind.REQUEST and not lines:
        raise refusal(
            "申诉求决类至少要列出一项诉求，答复时才能逐项回应。请把来信中的诉求写成一行一项。", "requests_missing"
        )
    before = {"kind": matter.kind, "requests": [row.text for row in matter.requests.all()]}
    matter.kind, matter.content_class = kind, content_class
    matter.place = place or matter.place
    matter.litigation = litigation
    matter.urgent = (
        urgent or matter.urgent_reports.filter(state__in=OPEN).exists()
    )  # a report that is open is ended there only
    matter.mixed = also_reports and kind != Kind.REPORT
    set_requests(matter, lines)
    named = add_accused(
        matter, organisations=accused, users=[post.user for post in accused_officers], people=accused_people
    )
    if is_shut_out(matter.pk, by.organisation):
        raise refusal(
            "检举控告涉及本部门或者本级党委、政府的，本部门不能继续看。请不要保存，改用“密封上送”，由上一级办理。",
            "own_office",
        )
    facts = {"kind": kind.value, "class": content_class.code, "unseal_reason": unseal_reason}
    if kind == Kind.REPORT or matter.mixed:
        matter.sealed, matter.unseal_by, matter.petitioner_name = True, None, ""
        # Of a report the history keeps numbers only: neither what it says nor whom it is against (C-01, C-08)
        counts = {"requests_count": len(lines), "accused_count": named, "before": {"kind": before["kind"]}}
        finish(act, facts={**facts, **counts})
        return matter
    facts |= {"requests": lines, "accused": [organisation.key for organisation in accused], "before": before}
    if matter.sealed:
        return _propose_unsealing(act, unseal_reason, {**facts, "requests": [], "accused": [], "before": {}})
    if urgent:  # the minutes until it must be sent count from here (UR-3)
        mark(matter, by=by, at=at)
    finish(act, facts=facts)
    return matter


def _propose_unsealing(act: Act, reason: str, facts: dict) -> Matter:
    """The kind is noted; the seal stays until a second person agrees. In an office of one the reason alone must do."""
    if too_short(reason):
        raise refusal(
            f"这一件按检举控告保密，改为其他类别会让更多人看到。请写明理由（至少{REASON_AT_LEAST}个字）。",
            "unseal_reason",
        )
    home = act.by.organisation_id == act.matter.received_by_id
    if not home or not act.by.may(Role.TRIAGE):
        raise refusal("只有首接的信访部门的甄别人员可以提出改为其他类别。请保留检举控告类。", "not_home_office")
    if second_person(act.by):
        act.matter.unseal_by = act.by.pk
        finish(act, facts=facts)
        return act.matter
    with lowering(act.matter):
        open_to_readers(act.matter)
        finish(act, facts={**facts, "alone": True})
    return act.matter


def set_requests(matter: Matter, lines: list[str]) -> None:
    """Number the requests anew; the words of the submission stay as they came."""
    matter.requests.all().delete()
    Request.objects.bulk_create(Request(matter=matter, number=n, text=text) for n, text in enumerate(lines, 1))


@transaction.atomic
def join_repeat(matter_id: int, *, by: Officer, at: datetime, version: int | None = None, earlier_id: int) -> Matter:
    """A repeat while the earlier matter is pending (R-19(3)): it joins, no new clock runs, the citizen gets state and dates (DU-3)."""
    act = begin(Step.JOIN_REPEAT, matter_id, by=by, at=at, version=version)
    earlier = Matter.objects.visible_to(by).filter(pk=earlier_id).exclude(pk=matter_id).select_related("unit").first()
    if earlier is None:
        raise refusal("没有找到先件，或者您不能查看它。请核对编号。", "no_earlier")
    if earlier.is_closed or earlier.joined_to:
        raise refusal("先件已经办结或已并入别的件，不能再并入。请按新的信访件办理。", "earlier_closed")
    _require_same_seal(act.matter, earlier)
    act.matter.joined_to, act.matter.unit, act.matter.repeat = earlier.pk, earlier.unit, True
    clocks.cancel(act.matter.clocks, on=act.today)
    act.matter.stage = Stage.ENDED_JOINED
    finish(act, facts={"joined_to": earlier.number})
    Referral.objects.filter(matter=earlier, is_open=True).update(unread=True)
    return act.matter


def _require_same_seal(matter: Matter, other: Matter) -> None:
    """What is sealed is never joined to what is not: whoever reads the one would learn of the other (C-01)."""
    if matter.sealed != other.sealed or matter.accused.exists() != other.accused.exists():
        raise refusal("检举控告不能和其他类别的信访件合在一起。请分别办理。", "not_together")


@transaction.atomic
def merge(matter_id: int, *, by: Officer, at: datetime, version: int | None = None, lead_id: int) -> Matter:
    """Merge several petitioners' files on one matter under a lead file (DU-6): each keeps number, notices, rating, review right."""
    act = begin(Step.MERGE, matter_id, by=by, at=at, version=version)
    lead = Matter.objects.visible_to(by).filter(pk=lead_id).exclude(pk=matter_id).first()
    if lead is None or lead.joined_to:
        raise refusal("没有找到主件，或主件本身已并入别的件。请核对编号。", "no_lead")
    _require_same_seal(act.matter, lead)
    act.matter.joined_to = lead.pk
    finish(act, facts={"lead": lead.number})
    return act.matter


@transaction.atomic
def unmerge(matter_id: int, *, by: Officer, at: datetime, version: int | None = None, reason: str) -> Matter:
    """Undo a merge (DU-6: reversible)."""
    act = begin(Step.UNMERGE, matter_id, by=by, at=at, version=version)
    if not act.matter.joined_to:
        raise refusal("这一件没有并案，不用撤销。", "not_merged")
    facts = {"lead_id": act.matter.joined_to, "reason": reason}
    act.matter.joined_to = None
    finish(act, facts=facts)
    return act.matter


def registration_form(act: Act, *, read_back: bool) -> dict:
    """F-01: all fields of C.2 that the matter has."""
    matter = act.matter
    submission: Submission = matter.submissions.order_by("pk").first()
    people = [person.identity() for person in matter.petitioners]
    oral = matter.channel in (Channel.VISIT, Channel.PHONE, Channel.OUTREACH, Channel.LEADER_RECEPTION)
    return letter_facts.to_citizen(
        act,
        channel=Channel(matter.channel).label,
        registered_on=act.today.isoformat(),
        registrar=act.by.user.name,
        petitioners=[
            {"name": one.name, "phone": one.mobile or one.phone, "address": one.address, "id_number": one.id_number}
            for one in people
        ]
        or [{"name": identities.ANONYMOUS.name}],
        headcount=matter.headcount,
        facts=submission.content,
        reasons=submission.reasons,
        requests=letter_facts.requests(matter) or [{"number": 1, "text": "（来件未单列诉求）"}],
        matter_place=f"{matter.place.name}{matter.place_detail}",
        purpose=Purpose(matter.purpose).label,
        publish_consent="同意公开" if matter.publish_consent else "不公开",
        secrecy_request="要求保密" if matter.secrecy else "未要求保密",
        anonymous=matter.anonymous,
        joint=matter.joint,
        oral=oral,
        read_back="已宣读，本人确认" if read_back else "",  # I-04: an oral filing without it cannot be registered
        respondents=submission.respondent.get("unit") or submission.respondent.get("name") or "",
        enclosures=[item.original_name for item in matter.attachments.all()],
    )
