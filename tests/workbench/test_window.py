"""The registration windows (C.1 to C.3, I-01 to I-04): every channel, nothing lost, one form one registration."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.world import World, client_of
from xinqiao.documents.models import Document
from xinqiao.matters import files
from xinqiao.matters.models import Matter, Submission
from xinqiao.people.models import Petitioner
from xinqiao.rules.stages import Channel, Line, Role, Stage
from xinqiao.workbench import places
from xinqiao.workbench.channels import WINDOWS
from xinqiao.workbench.window_form import FACT

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def typed(channel: str, **changes) -> dict:
    """What a registrar types for 马建国."""
    window = WINDOWS[channel]
    facts = {FACT + fact.key: _example(fact.sort) for fact in window.facts}
    return {
        "key": "form-1", "name": "马建国", "mobile": "13900139000", "address": "青石县柳河镇3组", "place": "青石县",
        "content": "村里的水渠塌了半年没人修。", "requests": "修好水渠\n赔偿玉米损失", "purpose": "solve",
        "read_back": "on", "headcount": "1", **facts, **changes,
    }  # fmt: skip


def _example(sort) -> str:
    if isinstance(sort, tuple):
        return sort[0]
    return {"day": "2026-03-01", "moment": "2026-03-02T09:30", "number": "3", "yes": "on"}.get(sort, "如实填写")


def url(channel: str) -> str:
    return reverse("workbench:window", args=[channel])


class TestEveryChannel:
    def test_has_a_window_but_the_web(self):
        assert {row.channel for row in WINDOWS.values()} == set(Channel) - {Channel.WEB}

    def test_registers_in_one_go_and_keeps_what_is_its_own(self, world):
        client = client_of(world.tang_registers)
        for channel, window in WINDOWS.items():
            assert client.get(url(channel)).status_code == 200, channel
            answer = client.post(url(channel), typed(channel, key=f"form-{channel}"))
            assert (answer.status_code, answer.url) == (302, "/desk/receipt/"), channel
            matter = Matter.objects.order_by("-pk").first()
            submission = matter.submissions.get()
            assert (matter.channel, matter.stage) == (window.channel, Stage.REGISTERED)
            assert (matter.place, matter.received_by) == (world.county_gov, world.office)
            assert set(submission.channel_facts) == {fact.key for fact in window.facts}, channel
            assert submission.stated_by == "officer"
            assert submission.registrar == world.tang_registers
            assert [row.text for row in matter.requests.all()] == ["修好水渠", "赔偿玉米损失"]
            assert Document.objects.filter(matter_id=matter.pk, kind="F-01").count() == 1

    @pytest.mark.parametrize("channel", [key for key, row in WINDOWS.items() if row.oral])
    def test_what_was_said_is_read_back_before_it_is_registered(self, world, channel):
        answer = client_of(world.tang_registers).post(url(channel), typed(channel, read_back=""))
        assert answer.status_code == 422
        assert "宣读" in answer.content.decode()
        assert not Matter.objects.exists()


class TestErrors:
    def test_lose_nothing_that_was_typed(self, world):
        wrong = typed(
            "visit",
            place="",
            mobile="139",
            headcount="两个",
            content="水渠塌了" * 20,
            fact_ticket="A037",
            companions="李四 138",
        )
        answer = client_of(world.tang_registers).post(url("visit"), wrong)
        page = answer.content.decode()
        assert answer.status_code == 422
        for value in ("马建国", "水渠塌了" * 20, "A037", "李四 138", "修好水渠", "form-1"):
            assert value in page, value
        for message in ("请选择问题发生在哪里", "人数请填数字"):
            assert message in page, message
        assert not Matter.objects.exists()

    def test_are_said_once_and_to_the_officer(self, world):
        answer = client_of(world.tang_registers).post(
            url("letter"), typed("letter", name="", mobile="", address="", content="")
        )
        errors = answer.context["form"].errors
        assert {name: len(said) for name, said in errors.items()} == {"name": 1, "content": 1}
        assert "您的姓名" not in answer.content.decode()

    def test_keep_the_files_that_came_with_them(self, world):
        client = client_of(world.tang_registers)
        scan = SimpleUploadedFile("来信.txt", "原文".encode())
        answer = client.post(url("letter"), {**typed("letter", place=""), "attachments": scan})
        assert answer.status_code == 422
        token = re.search(r'name="kept" value="([^"]+)"', answer.content.decode())[1]
        assert "来信.txt" in answer.content.decode()
        client.post(url("letter"), {**typed("letter"), "kept": token})
        attachment = Matter.objects.get().attachments.get()
        with files.open_stored(attachment.stored_name) as file:
            assert file.read().decode() == "原文"

    def test_ignore_files_that_nobody_sealed(self, world):
        client_of(world.tang_registers).post(url("letter"), {**typed("letter"), "kept": "../../etc/passwd"})
        assert not Matter.objects.get().attachments.exists()

    def test_a_refused_file_is_named(self, world):
        answer = client_of(world.tang_registers).post(
            url("letter"), {**typed("letter"), "attachments": SimpleUploadedFile("病毒.exe", b"MZ" * 50)}
        )
        assert answer.status_code == 422
        assert "病毒.exe" in answer.content.decode()

    def test_a_group_has_at_most_five_representatives(self, world):
        others = "\n".join(f"代表{name}" for name in "甲乙丙丁戊")
        answer = client_of(world.tang_registers).post(
            url("visit"), typed("visit", headcount="30", representatives=others)
        )
        assert answer.status_code == 422
        assert "代表人数不能超过5人" in answer.content.decode()


class TestPeople:
    def test_a_group_is_kept_with_its_representatives_and_headcount(self, world):
        client_of(world.tang_registers).post(
            url("visit"),
            typed(
                "visit",
                headcount="32",
                representatives="李代表 13800138001\n古丽娜尔·哈力克，0990-5551234",
                companions="张随访 柳河镇",
            ),
        )
        matter = Matter.objects.get()
        people = list(Petitioner.objects.filter(matter_id=matter.pk).order_by("position"))
        known = [(one.identity().name, one.identity().mobile, one.representative) for one in people]
        assert known[0] == ("马建国", "13900139000", True)
        assert known[1] == ("李代表", "13800138001", True)
        assert known[2][0] == "古丽娜尔·哈力克"
        assert known[3][0] == "张随访"
        assert not known[3][2]
        assert (matter.headcount, matter.group, matter.joint) == (32, True, True)

    def test_anonymous_is_registered_too(self, world):
        client_of(world.tang_registers).post(
            url("opinion-box"), typed("opinion-box", name="", mobile="", address="", anonymous="on")
        )
        assert Matter.objects.get().anonymous


class TestPlaces:
    @pytest.mark.parametrize(
        ("words", "found"),
        [("青石县", "county-gov"), ("青石县人民政府", "county-gov"), (" 青石县 柳河镇 ", "township-gov"), ("柳河", "township-gov"),
         ("临江地区", "pref-gov"), ("青政", "county-gov")],
    )  # fmt: skip
    def test_are_found_by_what_people_type(self, world, words, found):
        options = places.resolve(words, places.place_options())
        assert [one.pk for one in options] == [places.places().get(key=found).pk]

    def test_are_found_by_first_letters(self, world):
        world.county_gov.pinyin = "qsxrmzf"
        world.county_gov.save()
        assert [one.pk for one in places.resolve("QSX", places.place_options())] == [world.county_gov.pk]

    def test_several_of_one_name_are_told_apart(self, world):
        for key, parent in (("village-a", world.township), ("village-b", world.county_gov)):
            world._organisation(key, "新华村村民委员会", key, Line.VILLAGE, 5, parent, code="990121101")
        answer = client_of(world.tang_registers).post(url("letter"), typed("letter", place="新华村"))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "临江地区 青石县 柳河镇 新华村" in page
        client_of(world.tang_registers).post(url("letter"), typed("letter", place="临江地区 青石县 柳河镇 新华村"))
        assert Matter.objects.get().place.key == "village-a"

    def test_nowhere_is_said(self, world):
        answer = client_of(world.tang_registers).post(url("letter"), typed("letter", place="火星"))
        assert "没有找到“火星”" in answer.content.decode()


class TestReceipt:
    def test_shows_number_and_code_once_and_prints_them(self, world):
        client = client_of(world.tang_registers)
        client.post(url("phone"), typed("phone"))
        page = client.get("/desk/receipt/").content.decode()
        matter = Matter.objects.get()
        assert matter.number[6:14] in page
        code = re.search(r'<dd class="num">([0-9A-Z ]{19})</dd>', page)[1]
        from xinqiao import crypto

        assert crypto.slow_hash_matches(code.replace(" ", ""), matter.query_code_hash)
        assert client.get("/desk/receipt/slip.pdf").content.startswith(b"%PDF")
        assert client_of(world.tang_registers).get("/desk/receipt/").url == "/desk/"
        assert client_of(world.tang_registers).get("/desk/receipt/slip.pdf").status_code == 404

    def test_is_gone_after_half_an_hour(self, world):
        from datetime import timedelta
        from unittest import mock

        client = client_of(world.tang_registers)
        client.post(url("phone"), typed("phone"))
        later = timezone.now() + timedelta(minutes=31)
        with mock.patch("xinqiao.workbench.pages.receipt.timezone.now", return_value=later):
            assert client.get("/desk/receipt/slip.pdf").status_code in (302, 404)

    def test_sending_twice_registers_once(self, world):
        client = client_of(world.tang_registers)
        for _ in range(2):
            assert client.post(url("letter"), typed("letter")).status_code == 302
        assert Submission.objects.count() == 1
        changed = client.post(url("letter"), typed("letter", content="另外一件事"))
        assert changed.status_code == 422, "one form is one submission"


class TestWho:
    def test_may_not_who_does_not_take_in(self, world):
        for officer in (world.xu_handles, world.li_triages, world.sun_supervises, world.sys_admin):
            client = client_of(officer)
            assert client.get(url("visit")).status_code == 404, officer
            assert client.post(url("visit"), typed("visit")).status_code == 404, officer
            assert not client.get("/desk/", follow=True).context["bench"]["new_url"]
        assert not Matter.objects.exists()
        assert Client().get(url("visit")).status_code == 302

    def test_there_is_no_window_of_another_name(self, world):
        assert client_of(world.tang_registers).get("/desk/window/web/").status_code == 404

    def test_a_unit_registers_what_came_to_it_directly(self, world):
        client_of(world.qian_receives).post(url("letter"), typed("letter"))
        matter = Matter.objects.get()
        assert (matter.received_by, matter.stage) == (world.housing, Stage.SIGNED_IN)

    def test_a_village_hands_it_to_the_petition_office(self, world):
        village = world._organisation(
            "village", "新华村村民委员会", "新村", Line.VILLAGE, 5, world.township, code="990121101"
        )
        world.township.refresh_from_db()
        peng = world.officer("peng", "彭信息", village, Role.VILLAGE_INFORMATION_OFFICER)
        client = client_of(peng)
        client.post(url("agent"), typed("agent"))
        matter = Matter.objects.get()
        assert (matter.received_by, matter.stage) == (world.county_office, Stage.RECEIVED)
        assert client.get("/desk/receipt/").status_code == 200

    def test_a_report_disappears_from_the_registrar_but_the_receipt_stays(self, world):
        client = client_of(world.tang_registers)
        answer = client.post(
            url("visit"), typed("visit", purpose="accuse", respondent_unit=world.police.name, respondent_name="某人")
        )
        assert answer.status_code == 302
        matter = Matter.objects.get()
        assert matter.sealed
        assert matter.accused.get(organisation__isnull=False).organisation == world.police
        page = client.get("/desk/receipt/").content.decode()
        assert matter.number[6:14] in page
        assert "打开这一件" not in page
        assert client.get(reverse("workbench:case", args=[matter.number])).status_code == 404

    def test_a_unit_that_is_only_guessed_is_not_accused(self, world):
        client_of(world.tang_registers).post(url("visit"), typed("visit", purpose="accuse", respondent_unit="公安"))
        assert not Matter.objects.get().accused.exists()
