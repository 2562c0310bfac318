"""汇总提醒: what an officer chose, and one message of figures on its way (checklist 46: numbers and a link, no name, no title).

choose(officer, rhythm=…, …, at=now)
take_due(at)                    one choice that is due, locked; called in the transaction that tells it
tell(choice, words, at=, today=)
"""

from datetime import date, datetime, time

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localtime, make_aware

from xinqiao import crypto
from xinqiao.matters import policy
from xinqiao.organisations.models import Officer
from xinqiao.rules.information import QUIET, ROUNDUP_HOUR, Rhythm, next_roundup_on

from . import inbox, outgoing
from .gateways import gateway_for
from .models import Channel, Message, RoundupChoice, State

PURPOSE = "roundup"


def choice_of(officer: Officer) -> RoundupChoice:
    """What the post chose; nothing yet: an unsaved row that says so."""
    return RoundupChoice.objects.filter(officer=officer).first() or RoundupChoice(officer=officer)


@transaction.atomic
def choose(
    officer: Officer, *, rhythm: Rhythm, by_bell: bool, by_sms: bool, by_email: bool, mobile: str, email: str, at: datetime
) -> RoundupChoice:  # fmt: skip
    """Keep the choice of the own post; the next one is due on the next working day it speaks of."""
    rows = RoundupChoice.objects.select_for_update().filter(officer=officer)
    choice = rows.first() or RoundupChoice(officer=officer)
    choice.rhythm, choice.by_bell, choice.by_sms, choice.by_email = rhythm, by_bell, by_sms, by_email
    choice.sealed_mobile = crypto.seal(mobile, context="roundup.mobile") if mobile else ""
    choice.sealed_email = crypto.seal(email, context="roundup.email") if email else ""
    choice.next_at = _next_at(rhythm, localtime(at).date())
    choice.save()
    return choice


def is_quiet(at: datetime) -> bool:
    """At night, and on a day on which the office rests, nobody is told anything that can wait."""
    local = localtime(at)
    return QUIET.is_quiet(local.hour) or (QUIET.rest_days and not policy.calendar().is_working_day(local.date()))


def take_due(at: datetime) -> RoundupChoice | None:
    """One choice whose time has come and that no other worker has; its next time is set from today, however late this one is."""
    due = RoundupChoice.objects.filter(next_at__lte=at).order_by("next_at", "pk")
    choice = (
        due.select_for_update(skip_locked=True, of=("self",))
        .select_related("officer__user", "officer__organisation")
        .first()
    )
    if choice is not None:
        choice.next_at = _next_at(Rhythm(choice.rhythm), localtime(at).date())
        choice.save(update_fields=["next_at"])
    return choice


def tell(choice: RoundupChoice, words: str, *, at: datetime, today: date) -> int:
    """Owe it by every way that was chosen, in the caller's transaction. Returns how many ways. A way without a gateway is kept as such."""
    ways = 0
    if choice.by_bell:
        inbox.tell_own(choice.officer, f"待办汇总：{words}"[:120], subject=f"roundup:{today:%Y%m%d}", at=at)
        ways += 1
    text = f"【{settings.XINQIAO_SITE_NAME}】待办汇总：{words}。登录办理：{settings.XINQIAO_PUBLIC_URL}/desk/"
    for channel, wanted, address in (
        (Channel.SMS, choice.by_sms, choice.mobile),
        (Channel.EMAIL, choice.by_email, choice.email),
    ):
        if wanted and address and outgoing.owe(channel, address, text, at=at, purpose=PURPOSE):
            ways += 1
    choice.sent_at, choice.told = at, words[:300]
    choice.save(update_fields=["sent_at", "told"])
    return ways


def stop(choice: RoundupChoice) -> None:
    """The post is held by nobody any more: nothing is sent, and the addresses go (PIPL 47)."""
    choice.rhythm, choice.next_at, choice.sealed_mobile, choice.sealed_email = Rhythm.NEVER, None, "", ""
    choice.save(update_fields=["rhythm", "next_at", "sealed_mobile", "sealed_email"])


def last_state(channel: str, address: str) -> State | None:
    """What became of the last one to this address."""
    if not address:
        return None
    indexes = outgoing.recipient_indexes(channel, address)
    rows = Message.objects.filter(purpose=PURPOSE, channel=channel, recipient_index__in=indexes)
    found = rows.order_by("-pk").values_list("state", flat=True).first()
    return State(found) if found else None


def is_configured(channel: str) -> bool:
    """Whether the operator set up a carrier for this way."""
    return gateway_for(channel) is not None


def _next_at(rhythm: Rhythm, today: date) -> datetime | None:
    if rhythm is Rhythm.NEVER:
        return None
    return make_aware(datetime.combine(next_roundup_on(rhythm, today, policy.calendar()), time(ROUNDUP_HOUR)))
