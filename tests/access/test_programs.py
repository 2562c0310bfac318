"""A program that reads the state of a matter is on record like a person (C-11)."""

import pytest
from django.test import Client
from django.utils import timezone

from tests.access.looking import entries
from tests.world import World
from xinqiao.access import looked
from xinqiao.api import clients
from xinqiao.matters.models import Matter
from xinqiao.rules.audit import AuditKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt():
    return World().file()


def ask(receipt, token: str = "", code: str = ""):
    headers = {"X-Query-Code": code or receipt.query_code} | ({"Authorization": f"Bearer {token}"} if token else {})
    return Client().get(f"/api/v1/submissions/{receipt.number}", headers=headers)


def test_once_an_hour_with_its_own_name_and_told_to_the_citizen(receipt):
    client, token = clients.create("12345热线", at=timezone.now())
    for _again in range(2):
        assert ask(receipt, token).status_code == 200
    noted = entries(AuditKind.OPENED_FILE, matter_id=receipt.matter_id).get()
    assert (noted.subject, noted.user_id, noted.officer_id) == (f"client:{client.pk}", None, None)
    [(_day, looks)] = looked.days(Matter.objects.get(pk=receipt.matter_id))
    assert [one.organisation for one in looks] == ["有权限的业务系统"]


def test_the_citizen_with_the_code_is_nobodys_business(receipt):
    assert ask(receipt).status_code == 200
    assert not entries(AuditKind.OPENED_FILE).exists()


def test_a_wrong_code_reads_nothing(receipt):
    _client, token = clients.create("12345热线", at=timezone.now())
    assert ask(receipt, token, code="AAAA-AAAA-AAAA").status_code in (404, 422)
    assert not entries(AuditKind.OPENED_FILE).exists()
