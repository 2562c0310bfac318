"""第二步验证: codes of an app (TOTP), passkeys (WebAuthn), recovery codes. The cryptography is django-allauth's; the rules are ours.

Secrets are sealed with a key outside the database. A code of an app is taken once only, whatever process is asked.
"""

import re
from datetime import datetime

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from xinqiao import crypto
from xinqiao.organisations.models import User
from xinqiao.rules.wording import halfwidth

Type = Authenticator.Type
TOTP, PASSKEY, RECOVERY = "totp", "passkey", "recovery"
PERIOD_SECONDS = 30
CONTEXT = "officer.factor"  # a sealed secret moved elsewhere does not open
_ADDRESS = re.compile(r"[0-9.]+|\[.*\]")


class Adapter(DefaultMFAAdapter):
    """What allauth asks us: how secrets are kept, and what the app and the passkey show."""

    def encrypt(self, text: str) -> str:
        return crypto.seal(text, context=CONTEXT, lasting=True)  # inside JSON, where a rotation of keys does not reach

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.open_sealed(encrypted_text, context=CONTEXT)

    def get_totp_label(self, user: User) -> str:
        return user.username

    def get_totp_issuer(self) -> str:
        return settings.XINQIAO_SITE_NAME

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": settings.XINQIAO_SITE_NAME}

    def get_public_key_credential_user_entity(self, user: User) -> dict:
        return {"id": user_pk_to_url_str(user).encode(), "display_name": user.name, "name": user.username}


def of(user: User) -> list[Authenticator]:
    """The factors of a user that open the door, the oldest first; recovery codes are no factor of their own."""
    kinds = (Type.TOTP, Type.WEBAUTHN)
    return list(Authenticator.objects.filter(user=user, type__in=kinds).order_by("created_at", "pk"))


def has_any(user: User) -> bool:
    """Whether a second step is asked of this user."""
    return Authenticator.objects.filter(user=user, type__in=(Type.TOTP, Type.WEBAUTHN)).exists()


def has(user: User, kind: Type) -> bool:
    return Authenticator.objects.filter(user=user, type=kind).exists()


def passkeys_possible(request: HttpRequest) -> bool:
    """Browsers make passkeys for host names only, over HTTPS or on `localhost`."""
    host = request.get_host().rsplit(":", 1)[0]
    return not _ADDRESS.fullmatch(host) and (request.is_secure() or host == "localhost")


# --- Codes of an app --------------------------------------------------------------------------------------------------


def new_secret() -> str:
    """A fresh secret, to be put into an app and proved by a code before it counts."""
    return totp.generate_totp_secret()


def app_address(user: User, secret: str) -> str:
    """What the QR code says (otpauth://)."""
    return Adapter().build_totp_url(user, secret)


@transaction.atomic
def add_app(user: User, secret: str, code: str, *, at: datetime) -> bool:
    """Keep the app if `code` proves that it has the secret; an older app of the user is replaced."""
    counter = _counter_of(secret, _digits(code), at, after=0)
    if counter is None:
        return False
    Authenticator.objects.filter(user=user, type=Type.TOTP).delete()
    kept = totp.TOTP.activate(user, secret).instance
    kept.data["last_counter"] = counter  # the code just shown opens nothing
    kept.save(update_fields=["data"])
    return True


def check_code(user: User, typed: str, *, at: datetime) -> str:
    """`totp` or `recovery` if the code is right and unused, else "". A right one is used up by this."""
    digits = _digits(typed)
    if len(digits) == settings.MFA_RECOVERY_CODE_DIGITS:
        return RECOVERY if _use_recovery_code(user, digits, at) else ""
    return TOTP if _use_app_code(user, digits, at) else ""


@transaction.atomic
def _use_app_code(user: User, code: str, at: datetime) -> bool:
    app = Authenticator.objects.select_for_update().filter(user=user, type=Type.TOTP).first()
    if app is None:
        return False
    secret = Adapter().decrypt(app.data["secret"])
    counter = _counter_of(secret, code, at, after=app.data.get("last_counter", 0))
    if counter is None:
        return False
    app.data["last_counter"], app.last_used_at = counter, at
    app.save(update_fields=["data", "last_used_at"])
    return True


def _counter_of(secret: str, code: str, at: datetime, *, after: int) -> int | None:
    """The half minute that `code` belongs to: the present one or a neighbour, and later than the last one used (RFC 6238, 5.2)."""
    now = int(at.timestamp()) // PERIOD_SECONDS
    for counter in (now - 1, now, now + 1):
        if counter > after and totp.compare_user_code(
            actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, counter))
        ):
            return counter
    return None


def _digits(typed: str) -> str:
    return re.sub(r"[\s-]", "", halfwidth(typed))


# --- Recovery codes ---------------------------------------------------------------------------------------------------


@transaction.atomic
def new_recovery_codes(user: User) -> list[str]:
    """Ten codes, shown once; older ones are void."""
    Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).delete()
    return RecoveryCodes.activate(user).generate_codes()


def recovery_codes_left(user: User) -> int:
    """How many are unused."""
    row = Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).first()
    return len(RecoveryCodes(row).get_unused_codes()) if row else 0


def forget_recovery_codes(user: User) -> None:
    """Without a factor they open nothing."""
    Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).delete()


def forget_all(user: User) -> int:
    """Every factor of a user, recovery codes too; returns how many there were."""
    return Authenticator.objects.filter(user=user).delete()[0]


def _use_recovery_code(user: User, code: str, at: datetime) -> bool:
    row = Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).first()
    if row is None or not RecoveryCodes(row).validate_code(code):
        return False
    Authenticator.objects.filter(pk=row.pk).update(last_used_at=at)
    return True


# --- Passkeys ---------------------------------------------------------------------------------------------------------


def begin_passkey(user: User) -> dict:
    """What the browser needs to make a passkey that names its user and asks for finger, face or PIN."""
    return webauthn.begin_registration(user, passwordless=True)


def add_passkey(user: User, name: str, credential: dict) -> Authenticator | None:
    """Keep the passkey the browser made; None when it is not the one that was asked for."""
    try:
        webauthn.parse_registration_response(credential)
        data = webauthn.complete_registration(credential)
    except _BAD_ANSWER:
        return None
    if not data.is_user_verified():
        return None
    return webauthn.WebAuthn.add(user, name, credential).instance


def begin_passkey_use(user: User | None = None) -> dict:
    """What the browser needs to use a passkey: any on this site, or one of `user`."""
    return webauthn.begin_authentication(user)


def use_passkey(credential: dict, *, of: User | None = None, at: datetime) -> User | None:
    """The user whose passkey answered, `of` if given; None when the answer is not right."""
    try:
        user = of or webauthn.extract_user_from_response(credential)
        webauthn.parse_authentication_response(credential)
        found = webauthn.complete_authentication(user, credential)
    except _BAD_ANSWER:
        return None
    Authenticator.objects.filter(pk=found.pk).update(last_used_at=at)
    return user


# What a malformed or foreign answer of a browser may raise inside the library.
_BAD_ANSWER = (ValidationError, ValueError, TypeError, KeyError, AttributeError, LookupError)
