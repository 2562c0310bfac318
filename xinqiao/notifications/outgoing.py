"""Messages on their way: owed in the caller's transaction, sent one by one, each with a key that never changes (secure-checklist 25).

owe(…)        write the message; the worker sends it
send_next(…)  what the worker calls: one message, claimed with SKIP LOCKED
send_sms(…)   at once, for log-in codes that somebody is waiting for
"""

import logging
import secrets
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils.timezone import localtime

from xinqiao import crypto, metrics
from xinqiao.rules import masking

from . import messages
from .gateways import Outcome, Outgoing, gateway_for
from .models import Channel, Message, OptOut, State

logger = logging.getLogger("xinqiao.notifications")

TRIES = 6
FIRST_PAUSE = timedelta(minutes=1)  # then four times as long each time: 1, 4, 16, 64, 256 minutes
DONE = (State.SENT, State.SPOOLED)
SUBJECT = "您有新的进展"  # of e-mails: what a locked screen shows
SUBJECTS = {"roundup": "待办汇总"}  # of those that are not about one petition


def owe(
    channel: str, recipient: str, text: str, *, at: datetime, purpose: str, event_id: int | None = None, matter_id: int | None = None,
    urgent: bool = False,
) -> Message | None:  # fmt: skip
    """Owe one message, in the caller's transaction. None when it is owed already, or the person does not want any."""
    indexes = recipient_indexes(channel, recipient)
    if OptOut.objects.filter(recipient_index__in=indexes).exists():
        return None
    if event_id and Message.objects.filter(event_id=event_id, channel=channel, recipient_index__in=indexes).exists():
        return None
    message = _new(channel, recipient, indexes[0], text, at=at, purpose=purpose, event_id=event_id, matter_id=matter_id)
    message.next_try_at = at if urgent else after_quiet_hours(at)
    if gateway_for(channel) is None:
        message.state = State.NOT_CONFIGURED
    message.save(force_insert=True)
    return message


def _new(channel, recipient, index, text, *, at, purpose, event_id=None, matter_id=None) -> Message:
    mask = masking.mask_phone if channel == Channel.SMS else masking.mask_email
    return Message(
        key=secrets.token_hex(16),
        matter_id=matter_id,
        event_id=event_id,
        channel=channel,
        purpose=purpose,
        sealed_recipient=crypto.seal(recipient, context="message.recipient"),
        recipient_masked=mask(recipient)[:80],
        recipient_index=index,
        sealed_text=crypto.seal(text, context="message.text"),
        created_at=at,
        next_try_at=at,
    )


def recipient_index(channel: str, recipient: str) -> str:
    """Blind index of a number or an address: who it is can be compared, not read."""
    return recipient_indexes(channel, recipient)[0]


def recipient_indexes(channel: str, recipient: str) -> list[str]:
    """The same under every index key, newest first; rows may be older than the last rotation."""
    return crypto.blind_indexes(recipient, context="mobile" if channel == Channel.SMS else "email") or [""]


def after_quiet_hours(at: datetime) -> datetime:
    """`at`, or the end of the night: nobody is woken by a message that can wait (XINQIAO_QUIET_HOURS, hours of the day)."""
    begins, ends = settings.XINQIAO_QUIET_HOURS
    local = localtime(at)
    if begins == ends:
        return at
    is_night = local.hour >= begins or local.hour < ends if begins > ends else begins <= local.hour < ends
    if not is_night:
        return at
    morning = datetime.combine(local.date(), time(ends), local.tzinfo)
    return morning if morning > local else morning + timedelta(days=1)


def send_sms(
    mobile: str, text: str, *, at: datetime, purpose: str, event_id: int | None = None, matter_id: int | None = None
) -> Message:
    """Send now and return the message with its state; a failure is said, not tried again. Codes are not kept, only that one was sent.

    Call it outside a transaction: the message is committed as `sending` before the carrier is asked.
    """
    index = recipient_index(Channel.SMS, mobile)
    kept = "" if purpose == "login_code" else text
    message = _new(Channel.SMS, mobile, index, kept, at=at, purpose=purpose, event_id=event_id, matter_id=matter_id)
    gateway = gateway_for(Channel.SMS)
    message.state = State.SENDING if gateway else State.NOT_CONFIGURED
    message.attempts, message.claimed_by = 1, "at once"
    message.next_try_at = at + timedelta(days=36500)  # whoever asked for it waits; nobody sends an old code later
    message.save(force_insert=True)
    if gateway:
        outcome = _asked(gateway, message, Outgoing(message.key, mobile, text))
        _note(message, outcome, at=at, again=False)
    return message


def send_next(name: str, *, at: datetime) -> Message | None:
    """Claim one message that is owed and send it; None when there is none. Called outside a transaction."""
    claimed = _claim(name, at=at)
    if claimed is None:
        return None
    message, before = claimed
    gateway = gateway_for(message.channel)
    if gateway is None:
        outcome = Outcome(State.NOT_CONFIGURED)
    elif before == State.SENDING and not gateway.idempotent:
        outcome = Outcome(State.UNKNOWN, error="发送时程序中断，不知对方是否收到")  # never sent blindly again
    elif message.attempts > TRIES:
        outcome = Outcome(State.FAILED, error=message.error or "多次没有发出")
    else:
        subject = SUBJECTS.get(message.purpose, SUBJECT)
        outcome = _asked(gateway, message, Outgoing(message.key, message.recipient, message.text, subject))
    _note(message, outcome, at=at)
    return message


def _claim(name: str, *, at: datetime) -> tuple[Message, str] | None:
    """One owed message, now `sending` and committed. A row that was `sending` was left by a sender that died."""
    lease = at + timedelta(seconds=settings.XINQIAO_LEASE_SECONDS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "WITH due AS (SELECT id, state FROM notifications_message"
            "  WHERE state IN ('waiting', 'sending') AND next_try_at <= %s"
            "  ORDER BY next_try_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)"
            " UPDATE notifications_message AS m"
            " SET state = 'sending', claimed_by = %s, next_try_at = %s, attempts = m.attempts + 1"
            " FROM due WHERE m.id = due.id RETURNING m.id, due.state",
            [at, name, lease],
        )
        row = cursor.fetchone()
    return (Message.objects.get(pk=row[0]), row[1]) if row else None


def _asked(gateway, message: Message, outgoing: Outgoing) -> Outcome:
    try:
        return gateway.send(outgoing)
    except Exception as error:
        logger.exception("message.gateway_broken", extra={"message_id": message.pk})
        state = State.WAITING if gateway.idempotent else State.UNKNOWN
        return Outcome(state, error=type(error).__name__)


def _note(message: Message, outcome: Outcome, *, at: datetime, again: bool = True) -> None:
    """Write down how it ended, unless somebody else has taken the message over meanwhile."""
    state = outcome.state
    if state == State.UNKNOWN and again and getattr(gateway_for(message.channel), "idempotent", False):
        state = State.WAITING  # the carrier tells a second try by its key
    if state == State.WAITING and (message.attempts >= TRIES or not again):
        state = State.FAILED
    changes = {"state": state, "provider_id": outcome.provider_id, "error": outcome.error[:300]}
    if state == State.WAITING:
        changes["next_try_at"] = at + FIRST_PAUSE * 4 ** (message.attempts - 1)
    if state in DONE:
        changes["sent_at"] = at
    metrics.job("message", message.channel, state)
    owned = Message.objects.filter(pk=message.pk, state=State.SENDING, claimed_by=message.claimed_by)
    owned.update(**changes)
    for name, value in changes.items():
        setattr(message, name, value)
    if state in (State.FAILED, State.UNKNOWN):
        logger.error(f"message.{state}", extra={"message_id": message.pk, "attempts": message.attempts})


def opt_out(channel: str, recipient: str, *, at: datetime) -> None:
    """No more progress messages to this number or address."""
    if not OptOut.objects.filter(recipient_index__in=recipient_indexes(channel, recipient)).exists():
        OptOut.objects.get_or_create(recipient_index=recipient_index(channel, recipient), defaults={"since": at})


def opt_in(channel: str, recipient: str) -> None:
    """Progress messages again."""
    OptOut.objects.filter(recipient_index__in=recipient_indexes(channel, recipient)).delete()


def login_code_text(code: str) -> str:
    """The message with a log-in code."""
    text = messages.text_for("login_code", neutral=True)
    return messages.compose(text, site=settings.XINQIAO_SITE_NAME, code=code)


def forget_before(at: datetime, *, days: int = 180, limit: int = 1000) -> int:
    """Recipients and texts of old messages are wiped (PIPL 47); that something was sent, and when, stays."""
    old = Message.objects.filter(created_at__lt=at - timedelta(days=days)).exclude(sealed_recipient="")
    ids = list(old.order_by("created_at").values_list("pk", flat=True)[:limit])
    return Message.objects.filter(pk__in=ids).update(sealed_recipient="", sealed_text="")
