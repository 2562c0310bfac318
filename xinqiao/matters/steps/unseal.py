"""改为其他类别: what was filed as an accusation is opened to more readers only by two people, and the database sees to it (B.3).

Whatever comes in later, from another office, a program or an import, can raise confidentiality, never lower it (secure-checklist 21).
"""

from datetime import datetime

from django.db import connection, transaction

from xinqiao.organisations.models import Officer
from xinqiao.people.models import Petitioner
from xinqiao.rules.stages import Kind, Role, Step

from .. import identities
from ..act import REASON_AT_LEAST, begin, finish, refusal, too_short
from ..models import Matter


def second_person(by: Officer) -> bool:
    """Whether somebody else in this office could look at it too: then a sealed text is opened by two (PRACTICE)."""
    colleagues = Officer.objects.filter(organisation_id=by.organisation_id, active=True, user__is_active=True)
    able = colleagues.filter(roles__overlap=[Role.TRIAGE.value, Role.OFFICE_LEADER.value])
    return able.exclude(user_id=by.user_id).exists()


def require_other_person(by: Officer, first_id: int) -> None:
    """Raise StepRefused when the one who proposed it decides it, though a second person is there."""
    first = Officer.objects.filter(pk=first_id).values_list("user_id", flat=True).first()
    if first == by.user_id and second_person(by):
        raise refusal("这一步要由另一个人核对。请另一位甄别人员或负责人办理。", "same_person")


@transaction.atomic
def unseal(
    matter_id: int, *, by: Officer, at: datetime, version: int | None = None, agree: bool, reason: str
) -> Matter:
    """A second person agrees, or not, that what the citizen filed as an accusation is of another kind and may be read by more."""
    act = begin(Step.UNSEAL, matter_id, by=by, at=at, version=version)
    matter = act.matter
    if not matter.unseal_by:
        raise refusal("没有等待决定的改类。请刷新页面。", "nothing_proposed")
    if too_short(reason):
        raise refusal(f"请写明理由（至少{REASON_AT_LEAST}个字）。", "reason_missing")
    require_other_person(by, matter.unseal_by)
    matter.unseal_by = None
    if not agree:
        matter.kind = Kind.REPORT
        finish(act, facts={"agree": False, "reason": reason})
        return matter
    with lowering(matter):
        open_to_readers(matter)
        finish(act, facts={"agree": True, "reason": reason})
    return matter


def open_to_readers(matter: Matter) -> None:
    """No longer sealed. Inside `lowering` only: the database refuses it anywhere else."""
    matter.sealed = False
    if not (matter.secrecy or matter.anonymous):
        matter.petitioner_name = Petitioner.mask(identities.main_petitioner(matter).name)


class lowering:
    """For these lines the database lets this one matter be unsealed (trigger `matter_never_lowered`)."""

    def __init__(self, matter: Matter):
        self.matter_id = matter.pk

    def __enter__(self):
        self._say(str(self.matter_id))

    def __exit__(self, *_error):
        if not _error[0]:
            self._say("")

    def _say(self, value: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('xinqiao.unsealing', %s, true)", [value])
