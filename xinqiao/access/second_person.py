"""The second person (双人查看): a protected identity opens only after somebody else of the same organisation agreed (C-11, B.3)."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from xinqiao.integrity import audit
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer
from xinqiao.rules import reveal as rules
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.refusals import StepRefused

from .models import RequestState, RevealRequest
from .reveal import Level, level


def ask(request, matter: Matter, *, purpose: str, reason: str, at: datetime) -> RevealRequest:
    """Ask to see. The entry in the log comes first. Raises StepRefused when one waits already or nobody could decide."""
    officer = request.officer
    if level(matter, officer) is not Level.TOGETHER:
        raise StepRefused("这一件不需要第二人同意，请直接查看。", code="no_second_person_needed")
    if not deciders(matter, officer):
        raise StepRefused(
            "本单位现在没有可以审批的人。请联系本单位系统管理员，确定一名负责人或者纪检监察对接人。",
            code="nobody_decides",
        )
    _lapse(at)
    audit.note(
        AuditKind.REVEAL_ASKED, officer=officer, matter_id=matter.pk, request=request, reason=reason,
        fields=",".join(rules.PURPOSES[purpose].fields), detail={"purpose": purpose},
    )  # fmt: skip
    try:
        with transaction.atomic():
            return RevealRequest.objects.create(
                matter_id=matter.pk, officer=officer, organisation_id=officer.organisation_id, purpose=purpose,
                reason=reason, asked_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise StepRefused("您已经提出申请，请等待审批。", code="reveal_waits") from None


def decide(
    request, reveal: RevealRequest, matter: Matter, *, granted: bool, reason: str, at: datetime
) -> RevealRequest:
    """Agree, or refuse with a reason. Raises StepRefused for one's own request and for one that no longer waits."""
    officer = request.officer
    if reveal.officer.user_id == officer.user_id:
        raise StepRefused("不能审批自己的申请，请由本单位另一位负责人审批。", code="own_request")
    if not may_decide(officer, reveal):
        raise StepRefused("您的岗位不能审批这项申请。", code="not_a_decider")
    if not granted and (fault := rules.reason_fault(reason)):
        raise StepRefused(fault.replace("为什么要看", "不同意的理由"), code="reason_missing")
    with transaction.atomic():
        locked = RevealRequest.objects.select_for_update().get(pk=reveal.pk)
        if not locked.waits(at):
            raise StepRefused(f"这项申请{locked.shown_state(at)}，不能再审批。", code="reveal_over")
        locked.state = RequestState.GRANTED if granted else RequestState.REFUSED
        locked.decided_by, locked.decided_at, locked.decision_reason = officer, at, reason
        locked.open_until = at + timedelta(hours=rules.GRANT_HOURS) if granted else None
        audit.note(
            AuditKind.REVEAL_DECIDED, officer=officer, matter_id=matter.pk, request=request, reason=reason,
            subject=locked.subject, detail={"purpose": locked.purpose, "granted": granted},
        )  # fmt: skip
        locked.save(update_fields=["state", "decided_by", "decided_at", "decision_reason", "open_until"])
    return locked


def may_decide(officer: Officer, reveal: RevealRequest) -> bool:
    """Whether this officer can be the second person of this request."""
    return rules.may_decide(
        officer.role_set,
        same_organisation=officer.organisation_id == reveal.organisation_id,
        same_person=officer.user_id == reveal.officer.user_id,
    )


def deciders(matter: Matter, asker: Officer) -> list[Officer]:
    """The colleagues who can be the second person: they hold a deciding role and may open the matter themselves."""
    rows = Officer.objects.filter(
        organisation_id=asker.organisation_id, active=True, user__is_active=True,
        roles__overlap=[role.value for role in rules.DECIDERS],
    )  # fmt: skip
    others = list(rows.exclude(user_id=asker.user_id).select_related("user", "organisation").order_by("pk"))
    opened = {f"to_{one.pk}": Exists(Matter.objects.visible_to(one).filter(pk=OuterRef("pk"))) for one in others}
    opens = Matter.objects.filter(pk=matter.pk).annotate(**opened).values(*opened).first() if others else {}
    return [one for one in others if opens[f"to_{one.pk}"]]


def waiting_for(officer: Officer, at: datetime) -> list[tuple[RevealRequest, Matter]]:
    """The requests that this officer can decide now, oldest first, each with its matter."""
    if not officer.role_set & rules.DECIDERS:
        return []
    since = at - timedelta(hours=rules.DECIDED_WITHIN_HOURS)
    rows = RevealRequest.objects.filter(
        organisation_id=officer.organisation_id, state=RequestState.WAITING, asked_at__gte=since
    )
    rows = rows.exclude(officer__user_id=officer.user_id).select_related("officer__user").order_by("asked_at")
    return _with_matters(officer, list(rows))


def asked_by(officer: Officer, limit: int = 30) -> list[tuple[RevealRequest, Matter]]:
    """What this officer asked, newest first."""
    rows = RevealRequest.objects.filter(officer=officer).select_related("decided_by__user").order_by("-asked_at")
    return _with_matters(officer, list(rows[:limit]))


def latest(matter: Matter, officer: Officer) -> RevealRequest | None:
    """The last request of this officer in this matter."""
    rows = RevealRequest.objects.filter(matter_id=matter.pk, officer=officer).select_related("decided_by__user")
    return rows.order_by("-pk").first()


def _with_matters(officer: Officer, rows: list[RevealRequest]) -> list[tuple[RevealRequest, Matter]]:
    """Requests on matters that are hidden from this officer now are left out."""
    found = Matter.objects.visible_to(officer).in_bulk({row.matter_id for row in rows})
    return [(row, found[row.matter_id]) for row in rows if row.matter_id in found]


def _lapse(at: datetime) -> None:
    since = at - timedelta(hours=rules.DECIDED_WITHIN_HOURS)
    RevealRequest.objects.filter(state=RequestState.WAITING, asked_at__lt=since).update(state=RequestState.LAPSED)
