"""Carriers as adapters: a spool folder (default), a generic HTTP SMS gateway, SMTP. One message, one recipient.

Each `send` returns an Outcome; it never says `sent` when nothing but a file was written, and it never guesses: what may or may not
have gone out is `unknown` (secure-checklist 25).
"""

import json
import os
import smtplib
from dataclasses import dataclass
from email.utils import formataddr
from pathlib import Path
from string import Template
from urllib.parse import quote

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from xinqiao import http_client

from .models import Channel, State

SERVER_ERROR, BUSY = 500, (429, 503)


@dataclass(frozen=True)
class Outgoing:
    """What a carrier gets."""

    key: str
    recipient: str
    text: str
    subject: str = ""


@dataclass(frozen=True)
class Outcome:
    """`waiting` asks for another try later: nothing was handed over."""

    state: State
    provider_id: str = ""
    error: str = ""


class Spool:
    """One JSON line per message in XINQIAO_SPOOL, for a carrier or a person to fetch. A line written twice has the same key."""

    idempotent = True

    def __init__(self, name: str):
        self.name = name

    def send(self, message: Outgoing) -> Outcome:
        line = {"key": message.key, "to": message.recipient, "subject": message.subject, "text": message.text}
        path = Path(settings.XINQIAO_SPOOL) / f"{self.name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, (json.dumps(line, ensure_ascii=False) + "\n").encode())  # one write: lines never mix
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return Outcome(State.SPOOLED)


class HttpSms:
    """Any gateway that takes one POST: address, headers and body are the operator's templates with $mobile, $text and $key.

    The body is JSON when it starts with `{`: values are put in as JSON strings; otherwise a form, values percent-encoded.
    """

    def __init__(self):
        self.idempotent = settings.XINQIAO_SMS_IDEMPOTENT

    def send(self, message: Outgoing) -> Outcome:
        is_json = settings.XINQIAO_SMS_BODY.lstrip().startswith("{")
        values = {"mobile": message.recipient, "text": message.text, "key": message.key}
        in_url = {name: quote(value, safe="") for name, value in values.items()}
        in_body = {name: json.dumps(value)[1:-1] for name, value in values.items()} if is_json else in_url
        media_type = "application/json" if is_json else "application/x-www-form-urlencoded"
        headers = {
            "Content-Type": media_type,
            "Idempotency-Key": message.key,
            **json.loads(settings.XINQIAO_SMS_HEADERS),
        }
        try:
            answer = http_client.post(
                Template(settings.XINQIAO_SMS_URL).substitute(in_url),
                Template(settings.XINQIAO_SMS_BODY).substitute(in_body).encode(),
                headers,
                private_network=settings.XINQIAO_SMS_PRIVATE_NETWORK,
                loopback=settings.XINQIAO_INSECURE_HTTP,
            )
        except http_client.NotReached as error:
            return Outcome(State.WAITING, error=str(error))
        except http_client.OutcomeUnknown as error:
            return Outcome(State.UNKNOWN, error=str(error))
        return _understood(answer)


def _understood(answer: http_client.Answer) -> Outcome:
    """200 with the operator's word of success is sent; 429 and 503 took nothing; other 5xx may have; the rest refused it."""
    status = answer.status
    if status in BUSY:
        return Outcome(State.WAITING, error=f"HTTP {status}")
    if status >= SERVER_ERROR:
        return Outcome(State.UNKNOWN, error=f"HTTP {status}")
    text = answer.body.decode("utf-8", "replace")
    if status // 100 != 2 or settings.XINQIAO_SMS_SUCCESS not in text:
        return Outcome(State.FAILED, error=f"HTTP {status}: 通道没有接受")
    return Outcome(State.SENT, provider_id=_provider_id(text))


def _provider_id(text: str) -> str:
    try:
        found = json.loads(text)
        return str(found.get(settings.XINQIAO_SMS_ID_FIELD, ""))[:120] if isinstance(found, dict) else ""
    except ValueError:
        return ""


class Smtp:
    """The office's mail server, by Django's own backend (EMAIL_*)."""

    idempotent = False

    def send(self, message: Outgoing) -> Outcome:
        sender = formataddr((settings.XINQIAO_SITE_NAME, settings.DEFAULT_FROM_EMAIL))
        headers = {
            "Message-ID": f"<{message.key}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>",
            "Auto-Submitted": "auto-generated",
        }
        mail = EmailMessage(message.subject, message.text, sender, [message.recipient], headers=headers)
        connection = get_connection(timeout=http_client.TIMEOUT_SECONDS)
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(State.WAITING, error=type(error).__name__)
        try:
            connection.send_messages([mail])
        except smtplib.SMTPRecipientsRefused:
            return Outcome(State.FAILED, error="收件地址被拒绝")
        except smtplib.SMTPResponseException as error:
            busy = 400 <= error.smtp_code < SERVER_ERROR
            return Outcome(State.WAITING if busy else State.FAILED, error=f"SMTP {error.smtp_code}")
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(State.UNKNOWN, error=type(error).__name__)
        finally:
            connection.close()
        return Outcome(State.SENT)


def gateway_for(channel: str) -> Spool | HttpSms | Smtp | None:
    """The carrier the operator chose for a channel; None: `off`, messages are kept as not_configured."""
    chosen = {Channel.SMS: settings.XINQIAO_SMS, Channel.EMAIL: settings.XINQIAO_MAIL}[channel]
    match chosen:
        case "spool":
            return Spool(channel)
        case "http":
            return HttpSms()
        case "smtp":
            return Smtp()
    return None
