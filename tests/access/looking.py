"""What somebody does to see an identity in full, for the tests of pages."""

from django.test import Client
from django.urls import reverse

from xinqiao.integrity.models import AuditEntry
from xinqiao.rules.audit import AuditKind
from xinqiao.workbench import door  # noqa: F401  a session of the door begins with its signal

PASSWORD = "不要用在别处的密码1"  # of everybody in tests.world
NAME, MOBILE = "王秀兰", "13800138000"


def signed_in(officer) -> Client:
    client = Client()
    client.force_login(officer.user)
    return client


def reveal(client: Client, matter, **said):
    """Say what for, with the password; the answer leads back to the case page."""
    facts = {"purpose": "contact", "password": PASSWORD, **said}
    return client.post(reverse("workbench:reveal", args=[matter.number]), facts)


def page(client: Client, matter, name: str = "case") -> str:
    return client.get(reverse(f"workbench:{name}", args=[matter.number])).content.decode()


def entries(kind: AuditKind, **more):
    return AuditEntry.objects.filter(kind=kind, **more).order_by("pk")
