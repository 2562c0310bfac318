"""What may be asked about a petition and about organisations, and the description of the interface."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from tests.conftest import PHONE
from xinqiao.api import clients
from xinqiao.api.models import ApiClient
from xinqiao.matters import tracking
from xinqiao.organisations.models import Organisation
from xinqiao.rules.stages import Kind, Step


def follow(number, code, **headers):
    return Client().get(f"/api/v1/submissions/{number}", headers={"X-Query-Code": code, **headers})


class TestFollow:
    def test_says_in_the_citizens_words_where_it_is(self, world):
        receipt = world.file()
        status = follow(receipt.number, receipt.query_code).json()
        assert status["headline"] == "已收到，待登记"
        assert status["unit"] == "临江地区信访局"
        assert status["due_on"] == "2026-03-17"
        assert status["since"] == "2026-03-02"
        assert [event["step"] for event in status["events"]] == ["receive"]

    def test_inner_work_is_not_told(self, world):
        receipt = world.file()
        world.take(Step.REGISTER, receipt.matter_id, world.tang_registers, "2026-03-02")
        world.take(
            Step.CLASSIFY, receipt.matter_id, world.li_triages, "2026-03-02",
            kind=Kind.REQUEST, content_class=world.housing_class, requests=["修好屋顶"],
        )  # fmt: skip
        assert [one["step"] for one in follow(receipt.number, receipt.query_code).json()["events"]] == [
            "receive",
            "register",
        ]

    def test_code_as_it_is_printed_and_typed(self, world):
        receipt = world.file()
        typed = " ".join(receipt.query_code[n : n + 4] for n in range(0, 16, 4)).lower()
        assert follow(receipt.number, typed).status_code == 200

    def test_missing_and_wrong_look_the_same(self, world):
        receipt = world.file()
        wrong = follow(receipt.number, "0000000000000000")
        missing = follow("990100202603029999X", receipt.query_code)
        nonsense = follow("%00", "x")
        assert {one.status_code for one in (wrong, missing, nonsense)} == {404}
        assert wrong.content == missing.content == nonsense.content

    def test_a_report_names_no_unit(self, world):
        receipt = world.file(purpose="accuse")
        told = follow(receipt.number, receipt.query_code).content.decode()
        assert "信访局" not in told

    def test_guessing_is_bounded_by_source(self, world, still):
        codes = [follow("1", "0").status_code for _ in range(tracking.GUESSES_A_MINUTE + 1)]
        assert codes[-2:] == [404, 429]
        receipt = world.file()
        _client, token = clients.create("热线", at=timezone.now())
        known = follow(receipt.number, receipt.query_code, Authorization=f"Bearer {token}")
        assert known.status_code == 200, "a known program is counted by itself"
        assert follow(receipt.number, receipt.query_code, Authorization="Bearer x").status_code == 401

    def test_many_addresses_are_braked_together(self, world, still, monkeypatch):
        monkeypatch.setattr(tracking, "WRONG_EVERYWHERE", 2)
        codes = [follow("1", "0").status_code for _ in range(2 + tracking.WHILE_BRAKED + 1)]
        assert codes == [404] * (2 + tracking.WHILE_BRAKED) + [429]

    def test_moments_are_in_local_time(self, world):
        receipt = world.file()
        assert follow(receipt.number, receipt.query_code).json()["received_at"] == "2026-03-02T10:00:00+08:00"


class TestOrganisations:
    def ask(self, **query):
        return Client().get("/api/v1/organisations", query).json()

    def test_lists_the_tree_by_pages(self, world):
        first = self.ask(limit=3)
        second = self.ask(limit=100, after=first["next"])
        keys = [one["key"] for one in first["items"] + second["items"]]
        assert keys[0] == "region-gov"
        assert len(keys) == len(set(keys)) == Organisation.objects.count()
        assert second["next"] is None

    @pytest.mark.parametrize(
        ("query", "keys"),
        [
            ({"level": 4}, ["township-gov"]),
            ({"parent": "county-gov", "q": "信访"}, ["county-po"]),
            ({"q": "没有这个"}, []),
        ],
    )
    def test_finds(self, world, query, keys):
        assert [one["key"] for one in self.ask(**query)["items"]] == keys

    @pytest.mark.parametrize("query", [{"level": 9}, {"limit": 0}, {"level": "x"}, {"q": "\x00"}, {"after": "x" * 61}])
    def test_nonsense_is_told(self, world, query):
        response = Client().get("/api/v1/organisations", query)
        assert response.status_code == 422
        assert list(response.json()["errors"]) == list(query)


class TestDescription:
    def test_openapi_names_every_answer(self, db):
        schema = Client().get("/api/v1/openapi.json").json()
        assert schema["openapi"].startswith("3.1")
        answers = schema["paths"]["/api/v1/submissions"]["post"]["responses"]
        assert set(answers) == {"201", "400", "401", "409", "413", "422", "429", "500", "503"}
        assert "Retry-After" in answers["429"]["headers"]
        for methods in schema["paths"].values():
            for operation in methods.values():
                assert {"400", "422", "503"} <= set(operation["responses"])

    def test_the_page_is_made_from_it(self, db):
        page = Client().get("/api/v1/docs").content.decode()
        for word in ("提交信访件", "上传材料", "Idempotency-Key", "X-Query-Code", "求决", "curl"):
            assert word in page

    def test_the_page_in_a_browser(self, browser):
        for size in (PHONE, {"width": 1366, "height": 768}):
            browser.begin(size)
            browser.open("/api/v1/docs")
            assert browser.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            browser.screenshot(f"api-docs-{size['width']}")
            browser.assert_accessible()


class TestClients:
    def test_create_shows_the_token_once(self, world, capsys):
        call_command("apiclient", "create", "热线", "--organisation", "pref-po", "--json")
        token = json.loads(capsys.readouterr().out)["token"]
        assert clients.find(token).organisation.key == "pref-po"
        assert not ApiClient.objects.filter(token_hash__contains=token).exists()
        call_command("apiclient", "list")
        shown = capsys.readouterr().out
        assert "热线" in shown and token not in shown

    def test_disable(self, world, capsys):
        _client, token = clients.create("热线", at=timezone.now())
        call_command("apiclient", "disable", "热线")
        assert clients.find(token) is None

    @pytest.mark.parametrize(
        "words",
        [
            ("create", "热线"),
            ("create", " "),
            ("create", "x", "--organisation", "nope"),
            ("create", "y", "--rate", "0"),
            ("disable", "nope"),
        ],
    )
    def test_mistakes_are_told(self, world, words):
        clients.create("热线", at=timezone.now())
        with pytest.raises(CommandError):
            call_command("apiclient", *words)
