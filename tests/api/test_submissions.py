"""The same intake over REST: one receipt for one key, every error told in Chinese, nothing that makes it fall over."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.world import World
from xinqiao import database
from xinqiao.api import clients
from xinqiao.api.models import ApiClient, Upload
from xinqiao.matters.models import Attachment, Event, Matter, Submission

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
)


class Gateway:
    """A city's hotline that hands petitions in."""

    def __init__(self, name="12345热线", rate=10_000):
        self.client, self.token = clients.create(name, at=timezone.now(), rate=rate)

    def body(self, **changes) -> dict:
        return {
            "purpose": "solve",
            "channel": "media",
            "title": "电梯坏了两个星期没人修",
            "content": "我们小区3号楼的电梯坏了两个星期，物业说没有维修资金。",
            "requests": ["尽快修好电梯"],
            "place": "pref-gov",
            "people": [{"name": "王秀兰", "mobile": "13800138000"}],
            "source_number": "GD20260302001",
            **changes,
        }

    def send(self, body=None, *, key="2026-03-02-0001", token=None, raw=None, **headers):
        return Client().post(
            "/api/v1/submissions",
            data=raw if raw is not None else json.dumps(body if body is not None else self.body()),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token or self.token}", "Idempotency-Key": key, **headers},
        )

    def upload(self, content=PDF, name="合同.pdf"):
        return Client().post(
            "/api/v1/files",
            {"file": SimpleUploadedFile(name, content)},
            headers={"Authorization": f"Bearer {self.token}"},
        )


def problem(response, status: int, code: str) -> dict:
    """The one form of every error; returns its `errors`."""
    assert response.status_code == status, response.content.decode()
    told = response.json()
    assert set(told) == {"code", "message", "errors"}
    assert told["code"] == code
    assert any("\u4e00" <= char <= "\u9fff" for char in told["message"]), "for a person who reads Chinese"
    return told["errors"]


@pytest.fixture
def gateway(world):
    return Gateway()


class TestReceipt:
    def test_names_everything_the_citizen_needs(self, gateway, world):
        response = gateway.send()
        assert response.status_code == 201, response.content.decode()
        receipt = response.json()
        assert set(receipt) == {
            "number", "query_code", "received_at", "content_hash", "hash_algorithm", "office", "due_on",
        }  # fmt: skip
        assert receipt["office"] == "临江地区信访局"
        assert response["Idempotency-Replayed"] == "false"
        matter = Matter.objects.get(number=receipt["number"])
        assert (matter.channel, matter.source, matter.source_number) == ("media", "12345热线", "GD20260302001")
        assert Submission.objects.get(matter=matter).stated_by == "client"

    def test_chinese_is_sent_as_chinese(self, gateway):
        assert "临江地区信访局" in gateway.send().content.decode()

    @pytest.mark.parametrize(
        ("place", "office"), [("pref-gov", "临江地区信访局"), ("990121", "青石县信访局"), ("990199", "x")]
    )
    def test_place_is_a_key_or_a_division_code(self, gateway, place, office):
        response = gateway.send(gateway.body(place=place))
        if office == "x":
            assert "place" in problem(response, 422, "invalid"), "no organisation has this code"
        else:
            assert response.json()["office"] == office

    def test_the_reported_office_does_not_get_the_report(self, gateway):
        body = gateway.body(
            purpose="accuse", place="county-gov", respondent={"unit": "青石县信访局", "organisation": "county-po"}
        )
        assert gateway.send(body).json()["office"] == "临江地区信访局"


class TestOnce:
    def test_same_key_same_body_is_the_same_receipt(self, gateway):
        first = gateway.send()
        spaced = gateway.send(raw=json.dumps(dict(reversed(gateway.body().items())), indent=3, ensure_ascii=False))
        assert spaced.status_code == 201
        assert spaced.json() == first.json()
        assert spaced["Idempotency-Replayed"] == "true"
        assert Matter.objects.count() == 1

    def test_same_key_other_body_is_a_conflict(self, gateway):
        gateway.send()
        problem(gateway.send(gateway.body(title="另一件事")), 409, "key_reused")
        assert Matter.objects.count() == 1

    def test_two_clients_may_use_the_same_key(self, gateway):
        assert gateway.send().json()["number"] != Gateway("另一个系统").send().json()["number"]

    def test_a_refused_body_does_not_use_the_key_up(self, gateway):
        problem(gateway.send(gateway.body(content="")), 422, "invalid")
        assert gateway.send().status_code == 201

    @pytest.mark.parametrize("key", ["", "short", "x" * 121, "has blank in", "中文中文中文中文"])
    def test_the_key_itself_is_checked(self, gateway, key):
        assert "Idempotency-Key" in problem(gateway.send(key=key), 422, "invalid")


@pytest.mark.django_db(transaction=True)
def test_a_hundred_at_once_give_one_petition():
    World()
    gateway = Gateway()

    def send(_number):
        try:
            return gateway.send()
        finally:
            connection.close()

    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(send, range(100)))
    while any(answer.status_code == 503 for answer in answers):  # told to come again: too many connections
        answers = [send(0) if answer.status_code == 503 else answer for answer in answers]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum(answer["Idempotency-Replayed"] == "false" for answer in answers) <= 1
    assert Matter.objects.count() == Submission.objects.count() == Event.objects.count() == 1


WRONG = [
    ({"nonsense": 1}, "nonsense", "unknown fields are named, not ignored"),
    ({"people": [{"name": "王秀兰", "wechat": "x"}]}, "people.0.wechat", "inside a person too"),
    ({"stated_by": "officer"}, "stated_by", "who brought it is not the program's to say"),
    ({"account_id": 1}, "account_id", "nor whose account it is"),
    ({"purpose": "complain"}, "purpose", "closed list"),
    ({"channel": "visit"}, "channel", "a visit needs a person at the window"),
    ({"content": ""}, "content", "nothing was said"),
    ({"content": "字" * 40_001}, "content", "40,000 characters"),
    ({"content": "坏\u0000了"}, "content", "NUL cannot be stored"),
    ({"content": 7}, "content", "text is text"),
    ({"title": "标" * 101}, "title", "never cut silently"),
    ({"requests": ["修"] * 31}, "requests", "30 at most"),
    ({"requests": "修"}, "requests", "a list"),
    ({"people": [{"name": "王秀兰", "mobile": "1380013"}]}, "people.mobile", "eleven digits"),
    (
        {"people": [{"name": "王秀兰", "id_number": "11010519491231002X", "id_type": "wish"}]},
        "people.0.id_type",
        "closed list",
    ),
    ({"people": []}, "people", "a name or the wish to have none"),
    ({"headcount": 0}, "headcount", "at least one"),
    ({"headcount": "many"}, "headcount", "a number"),
    ({"petition_on": "2999-01-01"}, "petition_on", "not in the future"),
    ({"petition_on": "yesterday"}, "petition_on", "a day"),
    ({"place": "atlantis"}, "place", "no such place"),
    ({"place": ""}, "place", "a place is needed"),
    ({"place": "\u0000"}, "place", "nor is this one"),
    ({"respondent": {"organisation": "atlantis"}}, "respondent.organisation", "no such organ"),
    ({"respondent": {"name": "某\u0000某"}}, "respondent.name", "NUL cannot be stored"),
    ({"respondent": {"unit": "长" * 101}}, "respondent.unit", "never cut silently"),
    ({"source_number": "\u0007"}, "source_number", "nor can BEL"),
    ({"files": ["made-up"]}, "files.0", "no such file"),
]  # what is changed in a good body, the field that is named, why


NOT_JSON = [
    b"null", b"[]", b'"text"', b"{", b'{"a": NaN}', b"\xff\xfe", b"[" * 100_000, b'{"title": "\\ud800"}',
    b'{"\\ud800": 1}', b'{"headcount": ' + b"9" * 5000 + b"}", "{'a': 1}".encode("gb18030"),
]  # fmt: skip


class TestRefusals:
    def test_each_names_its_field(self, gateway):
        for number, (changes, field, why) in enumerate(WRONG):
            errors = problem(gateway.send(gateway.body(**changes), key=f"wrong-{number:04}"), 422, "invalid")
            assert field in errors, f"{why}: {errors}"
            assert not any("Input should" in text or "Field required" in text for text in errors.values())
        assert Matter.objects.count() == 0

    def test_all_findings_at_once(self, gateway):
        errors = problem(gateway.send({"nonsense": 1}), 422, "invalid")
        assert {"purpose", "content", "place", "nonsense"} <= set(errors)

    def test_what_is_not_json_is_400(self, gateway):
        for raw in NOT_JSON:
            problem(gateway.send(raw=raw), 400, "not_json")

    def test_a_body_that_is_too_large_is_413(self, gateway):
        problem(gateway.send(gateway.body(content="字" * 1_000_000)), 413, "too_large")

    @pytest.mark.parametrize("token", ["wrong", "xq_" + "a" * 43, "中文"])
    def test_a_wrong_token_is_401(self, gateway, token):
        response = gateway.send(token=token.encode().decode("latin-1"))
        problem(response, 401, "wrong_token")
        assert response["WWW-Authenticate"] == "Bearer"

    def test_no_token_is_401(self, gateway):
        problem(Client().post("/api/v1/submissions", data="{}", content_type="application/json"), 401, "wrong_token")

    def test_a_disabled_client_is_out_at_once(self, gateway):
        ApiClient.objects.update(active=False)
        problem(gateway.send(), 401, "wrong_token")

    def test_too_many_calls_are_told_when_to_come_again(self, world, still):
        slow = Gateway("慢", rate=2)
        assert [slow.send(key=f"key-000{n}").status_code for n in range(3)][:2] == [201, 201]
        response = slow.send(key="key-0009")
        problem(response, 429, "too_many")
        assert 1 <= int(response["Retry-After"]) <= 60

    def test_trying_tokens_is_slowed_down(self, gateway, still):
        codes = [gateway.send(token=f"xq_{n}").status_code for n in range(clients.WRONG_TOKENS_A_MINUTE + 2)]
        assert codes[0] == 401
        assert codes[-1] == 429

    def test_an_unsafe_database_takes_nothing(self, gateway, monkeypatch):
        monkeypatch.setattr(database, "durability_problem", lambda: "fsync is off")
        response = gateway.send()
        problem(response, 503, "closed")
        assert response["Retry-After"] == "60"

    def test_what_breaks_is_told_without_inside_words(self, gateway, monkeypatch):
        def broken(*_args, **_named):
            raise RuntimeError("secret inside")

        monkeypatch.setattr("xinqiao.api.calls.receive_once", broken)
        response = gateway.send()
        problem(response, 500, "failed")
        assert "secret" not in response.content.decode()

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [("get", "nope", 404), ("post", "", 404), ("get", "submissions", 405), ("delete", "organisations", 405)],
    )
    def test_wrong_addresses_and_methods_are_told_in_json(self, gateway, method, path, status):
        problem(getattr(Client(), method)(f"/api/v1/{path}"), status, "not_found" if status == 404 else "wrong_method")

    def test_no_cookie_is_set_or_believed(self, gateway, world):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(world.tang_registers.user)
        response = browser.post("/api/v1/submissions", data="{}", content_type="application/json")
        problem(response, 401, "wrong_token")
        assert not gateway.send().cookies


class TestFiles:
    def test_a_file_goes_with_its_petition_once(self, gateway):
        sent = gateway.upload()
        assert sent.status_code == 201, sent.content.decode()
        body = gateway.body(files=[sent.json()["file"]])
        receipt = gateway.send(body)
        assert receipt.status_code == 201, receipt.content.decode()
        assert Attachment.objects.get().original_name == "合同.pdf"
        assert gateway.send(body).json() == receipt.json(), "a repeated call names it again and gets the same receipt"
        assert "files.0" in problem(gateway.send(body, key="another-key"), 422, "invalid")

    def test_only_for_the_client_that_sent_it(self, gateway):
        token = gateway.upload().json()["file"]
        other = Gateway("另一个系统")
        assert "files.0" in problem(other.send(other.body(files=[token])), 422, "invalid")

    def test_named_twice_is_refused(self, gateway):
        token = gateway.upload().json()["file"]
        assert "files.1" in problem(gateway.send(gateway.body(files=[token, token])), 422, "invalid")

    def test_after_a_day_it_is_gone(self, gateway):
        token = gateway.upload().json()["file"]
        Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert "files.0" in problem(gateway.send(gateway.body(files=[token])), 422, "invalid")
        gateway.upload()
        assert Upload.objects.count() == 1, "the next upload clears it away"

    @pytest.mark.parametrize("content", [b"", b"MZ\x90\x00not what it says"])
    def test_what_is_not_wanted_is_refused(self, gateway, content):
        response = gateway.upload(content=content)
        assert response.status_code == 422, response.content.decode()
        assert "file" in response.json()["errors"]

    def test_a_broken_form_is_told(self, gateway):
        headers = {"Authorization": f"Bearer {gateway.token}"}
        response = Client().post(
            "/api/v1/files", data=b"no boundary", content_type="multipart/form-data", headers=headers
        )
        problem(response, 400, "unreadable")


FIELDS = sorted(Gateway.body(None)) + [
    "reasons",
    "place_detail",
    "respondent",
    "headcount",
    "petition_on",
    "files",
    "x",
]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=6), complete=st.booleans())
def test_no_body_makes_it_fall_over(gateway, body, complete):
    raw = json.dumps(gateway.body(**body) if complete else body).encode()
    response = gateway.send(raw=raw, key=f"fuzz-{abs(hash(raw))}")
    assert response.status_code in {201, 400, 422}, (raw, response.content)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=40),
    field=st.sampled_from(["name", "mobile", "phone", "email", "id_number", "address", "work_unit"]),
)
def test_no_person_makes_it_fall_over(gateway, text, field):
    raw = json.dumps(gateway.body(people=[{"name": "王秀兰", field: text}])).encode()
    response = gateway.send(raw=raw, key=f"fuzz-{abs(hash(raw))}")
    assert response.status_code in {201, 400, 422}, (raw, response.content)
