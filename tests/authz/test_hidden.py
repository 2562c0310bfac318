"""Hidden and missing look the same: status, headers, body, and as many statements, at every address that names a matter."""

import re
from datetime import date
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from tests.authz.oracle import Oracle
from xinqiao.organisations.models import User
from xinqiao.rules.entrances import ENTRANCES
from xinqiao.rules.numbering import make_matter_number
from xinqiao.workbench import door

pytestmark = pytest.mark.django_db

CSRF = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
MISSING = {
    "number": make_matter_number("990200", date(2026, 1, 1), 99_999),
    "document_id": 99_999_999,
    "attachment_id": 99_999_999,
}
# An identity that may not see the matter, for each kind of reason.
HIDDEN_FROM = (
    ("a-accused_officer", "a-report", "accused"),
    ("a-accused_head", "a-fresh_report", "accused, and still at the petition office"),
    ("a-subordinate", "a-report", "below the accused (C-02)"),
    ("a-sibling", "a-handled", "another unit"),
    ("b-handler", "a-handled", "another prefecture"),
    ("b-office_leader", "a-report", "another prefecture, a report"),
    ("above_supervisor", "a-report", "above, a report"),
    ("a-system_administrator", "a-handled", "no post in any case"),
    ("a-auditor", "a-secret", "no post in any case"),
)


@pytest.fixture(autouse=True)
def sessions_are_not_written(monkeypatch):
    """Once a minute a page writes the session: on a slow machine one of two that are compared."""
    monkeypatch.setattr(door, "SEEN_EVERY_SECONDS", 10**9)


def addresses(made: dict, prefix: str) -> dict[str, tuple[str, str]]:
    """Name -> (address at this matter, the same address of what does not exist)."""
    here = {
        "number": made["number"],
        "document_id": made["letters"][0]["id"] if made["letters"] else 0,
        "attachment_id": made["files"][0],
    }
    more = {
        "workbench:letter": {"form": "pdf"},
        "workbench:step": {"step": "accept"},
        "workbench:opinion_page": {"page": 1},
        "workbench:model_draft": {"sort": "summary"},
        "portal:rate": {"target": "office"},
    }
    found = {}
    for name in ENTRANCES:
        if not name.startswith(prefix):
            continue
        for keys in (
            ("number",),
            ("document_id",),
            ("attachment_id",),
            ("number", "document_id"),
            ("number", "attachment_id"),
        ):
            fixed = more.get(name, {})
            try:
                found[name] = tuple(
                    reverse(name, kwargs={**fixed, **{key: one[key] for key in keys}}) for one in (here, MISSING)
                )
            except NoReverseMatch:
                continue
    return found


def answer(client: Client, path: str) -> tuple:
    """Everything that somebody outside can tell, without what is new in each answer and without the address itself."""
    with CaptureQueriesContext(connection) as asked:
        got = client.get(path)
    headers = {
        name: value for name, value in got.headers.items() if name != "Content-Length"
    }  # the page names its own address
    body = CSRF.sub(b"", got.content).decode().replace(path, "")
    return (
        got.status_code,
        str(headers).replace(path, ""),
        body.replace(quote(path), "").replace(quote(path, safe=""), ""),
        len(asked),
    )


@pytest.mark.parametrize(("who", "matter", "why"), HIDDEN_FROM)
def test_at_the_desk(authz, who, matter, why):
    oracle = Oracle(authz)
    made = next(one for one in oracle.matters if one["key"] == matter)
    person = next(one for one in oracle.people if one.key == who)
    assert not oracle.sees(person, made), why
    client = Client(REMOTE_ADDR="10.8.0.1")
    client.force_login(User.objects.get(pk=person.told["user_id"]))
    client.get(reverse("workbench:queue"))
    wrong = []
    for name, (hidden, missing) in addresses(made, "workbench:").items():
        answer(client, missing)
        one, other = answer(client, hidden), answer(client, missing)
        wrong += [
            f"{name}: {part}"
            for part, a, b in zip(("status", "headers", "body", "statements"), one, other, strict=True)
            if a != b
        ]
        if one[0] not in (404, 405):  # 405: only forms are sent there, whatever the number
            wrong.append(f"{name}: {one[0]}")
    assert not wrong, f"{why}: {wrong}"


def test_on_the_portal(authz):
    """To a stranger, and to the citizen of another matter."""
    made = next(one for one in authz["matters"] if one["key"] == "a-report")
    other = next(one for one in authz["matters"] if one["key"] == "a-handled")
    citizen = Client(REMOTE_ADDR="10.8.0.2")
    citizen.post(reverse("portal:track"), {"number": other["number"], "code": other["query_code"]})
    wrong = []
    for client in (Client(REMOTE_ADDR="10.8.0.3"), citizen):
        for name, (hidden, missing) in addresses(made, "portal:").items():
            answer(client, missing)
            one, two = answer(client, hidden), answer(client, missing)
            wrong += [
                f"{name}: {part}"
                for part, a, b in zip(("status", "headers", "body", "statements"), one, two, strict=True)
                if a != b
            ]
    assert not wrong


def test_a_disabled_accounts_session_gets_nothing(authz):
    """Not at the log-in only: a session that was open while the account was disabled."""
    from xinqiao.organisations.models import Officer

    person = next(one for one in authz["identities"] if one["key"] == "a-handler")
    client = Client(REMOTE_ADDR="10.8.0.4")
    client.force_login(User.objects.get(pk=person["user_id"]))
    made = next(one for one in authz["matters"] if one["key"] == "a-handled")
    case = reverse("workbench:case", args=[made["number"]])
    assert client.get(case).status_code == 200
    for disable in (
        lambda: User.objects.filter(pk=person["user_id"]).update(is_active=False),
        lambda: Officer.objects.filter(user_id=person["user_id"]).update(active=False),
    ):
        client.force_login(User.objects.get(pk=person["user_id"]))
        disable()
        for name in ENTRANCES:
            if not name.startswith("workbench:") or ENTRANCES[name].who != "officer":
                continue
            path = addresses(made, name).get(name, (None,))[0]
            if path is None:
                try:
                    path = reverse(name)
                except NoReverseMatch:
                    continue
            got = client.get(path)
            assert got.status_code in (302, 405), f"{name}: {got.status_code}"
            assert got.status_code == 405 or "/login/" in got.headers["Location"], name
            assert made["canaries"]["title"] not in got.content.decode()
        User.objects.filter(pk=person["user_id"]).update(is_active=True)
        Officer.objects.filter(user_id=person["user_id"]).update(active=True)
