"""Who asks: petitioners, their sealed identity, citizens' accounts (B.3, C.2, C-11, C-12).

Identity is kept apart from the text and sealed field by field. A search starts from a matter, never from a person (G.4): by blind index
earlier submissions on the same matter are proposed (DU-1), and somebody who is at the window is served (`matters.finding`).
"""

from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.db import models

from xinqiao import crypto
from xinqiao.rules import masking

SEALED = ("name", "id_number", "mobile", "phone", "email", "address", "work_unit")


@dataclass(frozen=True)
class Identity:
    """One petitioner in the clear, or masked: what a page may show."""

    name: str = ""
    id_type: str = ""
    id_number: str = ""
    mobile: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    work_unit: str = ""

    def masked(self) -> "Identity":
        """C-12: 张*, first and last digits, the address to the township."""
        return Identity(
            name=masking.mask_name(self.name),
            id_type=self.id_type,
            id_number=masking.mask_id_number(self.id_number),
            mobile=masking.mask_phone(self.mobile),
            phone=masking.mask_phone(self.phone),
            address=masking.mask_address(self.address),
        )


class Petitioner(models.Model):
    """One petitioner (信访人) of one matter. `position` 1 is the main one (主访人); representatives are at most five (R-20(3))."""

    matter_id = models.BigIntegerField(db_index=True)
    position = models.SmallIntegerField(default=1)
    representative = models.BooleanField("群众代表", default=False)
    agent = models.BooleanField("代理人", default=False)
    name_masked = models.CharField(max_length=60, blank=True)
    id_type = models.CharField("证件类型", max_length=30, blank=True)
    sealed_name = models.TextField(blank=True)
    sealed_id_number = models.TextField(blank=True)
    sealed_mobile = models.TextField(blank=True)
    sealed_phone = models.TextField(blank=True)
    sealed_email = models.TextField(blank=True)
    sealed_address = models.TextField(blank=True)
    sealed_work_unit = models.TextField(blank=True)
    name_index = models.CharField(max_length=64, blank=True)
    id_index = models.CharField(max_length=64, blank=True)
    mobile_index = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="petitioner_position", fields=["matter_id", "position"])]
        indexes = [
            models.Index(fields=["mobile_index"], condition=~models.Q(mobile_index=""), name="petitioner_by_mobile"),
            models.Index(fields=["id_index"], condition=~models.Q(id_index=""), name="petitioner_by_id"),
            models.Index(fields=["name_index"], condition=~models.Q(name_index=""), name="petitioner_by_name"),
        ]

    def set_identity(self, identity: Identity) -> None:
        """Seal each field and note the masked name and the blind indexes. Values must be canonical already."""
        for column, value in self.columns_of(identity).items():
            setattr(self, column, value)

    @classmethod
    def columns_of(cls, identity: Identity) -> dict[str, str]:
        """What is stored of an identity, column by column: for those who write thousands at once."""
        sealed = {f"sealed_{f}": crypto.seal(getattr(identity, f), context=f"petitioner.{f}") for f in SEALED}
        return sealed | {
            "id_type": identity.id_type,
            "name_masked": cls.mask(identity.name),
            "name_index": crypto.blind_index(identity.name, context="name"),
            "id_index": crypto.blind_index(identity.id_number, context="id"),
            "mobile_index": crypto.blind_index(identity.mobile, context="mobile"),
        }

    def indexes_of(self, field: str) -> list[str]:
        """Blind indexes of "mobile" or "id_number" under every index key, for comparing with other rows; empty without one."""
        context, stored = {"mobile": ("mobile", self.mobile_index), "id_number": ("id", self.id_index)}[field]
        if not stored or len(crypto.keys.every("index")) == 1:
            return [stored] if stored else []
        plain = crypto.open_sealed(getattr(self, f"sealed_{field}"), context=f"petitioner.{field}")
        return list({stored, *crypto.blind_indexes(plain, context=context)})

    @staticmethod
    def mask(name: str) -> str:
        return masking.mask_name(name)

    def identity(self) -> Identity:
        """In the clear. Callers decide first who may see it: `matters.identities`."""
        opened = {f: crypto.open_sealed(getattr(self, f"sealed_{f}"), context=f"petitioner.{f}") for f in SEALED}
        return Identity(id_type=self.id_type, **opened)


class Account(models.Model):
    """A citizen's account (群众账号): one mobile number, proved by a code. Nobody needs one to file (I-16)."""

    mobile_index = models.CharField(max_length=64, unique=True)
    sealed_mobile = models.TextField()
    created_at = models.DateTimeField()
    last_login_at = models.DateTimeField(null=True, blank=True)

    @property
    def mobile(self) -> str:
        return crypto.open_sealed(self.sealed_mobile, context="account.mobile")


class LoginCode(models.Model):
    """A six-digit code sent to a mobile number: bound to the browser session, five tries, five minutes, single use."""

    mobile_index = models.CharField(max_length=64, db_index=True)
    session_key = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=120)
    expires_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    used = models.BooleanField(default=False)


class RecentTries(models.Model):
    """The moments of the last tries of one key, at most as many as its limit: a window that slides (secure-checklist 49)."""

    key = models.CharField(max_length=120, primary_key=True)
    moments = ArrayField(models.FloatField(), help_text="seconds since 1970, oldest first")
    granted = models.BooleanField(help_text="whether the last try was within the limit")


class Attempt(models.Model):
    """How often something was tried in one minute: the limiter's only memory (secure-checklist 49)."""

    key = models.CharField(max_length=120)
    minute = models.BigIntegerField(help_text="minutes since 1970")
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="attempt_once_a_minute", fields=["key", "minute"])]
