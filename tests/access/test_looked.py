"""谁看过我的信访件 and 我的信息: what the citizen is told (LG-6, PIPL 44 to 50)."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.access.looking import MOBILE, NAME, page, reveal, signed_in
from tests.world import World
from xinqiao.exports import making
from xinqiao.exports.models import ExportKind
from xinqiao.integrity import audit
from xinqiao.people import accounts
from xinqiao.people.models import Account, Petitioner
from xinqiao.portal.follow import proof
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.stages import Kind, Purpose, Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def citizen(matter, *, account: Account | None = None) -> Client:
    """A browser in which number and query code were right, or an account is logged in."""
    client = Client()
    session = client.session
    if account:
        session[accounts._ACCOUNT] = accounts._seal({"id": account.pk, "seen": timezone.now().timestamp()})
    else:
        session["proved"] = proof._seal({str(matter.pk): timezone.now().timestamp()})
    session.save()
    return client


def told(matter, name: str = "looked") -> str:
    return citizen(matter).get(reverse(f"portal:{name}", args=[matter.number])).content.decode()


def exported(world, matter) -> None:
    """A list with this matter has left the house."""
    export = making.ask(
        ExportKind.LIST, officer=world.li_triages, form="xlsx", purpose="每周例会核对在办件", at=timezone.now(), matter_ids=[matter.pk]
    )
    audit.note(AuditKind.EXPORTED, officer=world.li_triages, subject=str(export), reason=export.purpose)


class TestWhoLooked:
    def test_tells_of_a_list_that_left_with_it(self, world):
        matter, other = world.in_handling(), world.in_handling()
        exported(world, other)
        assert "导出了信访件的信息" not in told(matter)
        exported(world, matter)
        shown = told(matter)
        assert "导出了信访件的信息" in shown and "每周例会" not in shown
        assert "导出了信访件的信息" in told(matter, "my_data_copy")

    def test_tells_of_no_export_for_an_inspection_that_held_a_report(self, world):
        matter = world.triaged(kind=Kind.REPORT, purpose=Purpose.ACCUSE)
        exported(world, matter)
        assert "导出了信访件的信息" not in told(matter)

    def test_nobody_yet(self, world):
        assert "还没有人查看" in told(world.in_handling())

    def test_tells_organisation_post_and_purpose_but_no_name_and_no_words(self, world):
        matter, client = world.in_handling(), signed_in(world.xu_handles)
        page(client, matter)
        reveal(client, matter, reason="给王秀兰打电话约时间看房")
        page(client, matter)
        page(signed_in(world.sun_supervises), matter)
        shown = told(matter)
        for text in (
            "临江地区住房和城乡建设局",
            "承办人",
            "看了您的身份信息（姓名、手机、电话）",
            "联系信访人核实情况",
            "督查专员",
        ):
            assert text in shown, text
        for text in ("徐承办", "孙督查", "约时间看房"):
            assert text not in shown, text

    def test_refused_attempts_and_decisions_are_not_told(self, world):
        matter = world.in_handling()
        signed_in(world.wu_at_police).get(reverse("workbench:case", args=[matter.number]))
        assert "还没有人查看" in told(matter)

    def test_the_discipline_organ_on_a_report_is_withheld_and_that_is_said(self, world):
        report = world.triaged(kind=Kind.REPORT, purpose=Purpose.ACCUSE)
        page(signed_in(world.dai_liaises), report, "report")
        world.take(Step.TRANSFER_DISCIPLINE, report.pk, world.dai_liaises, "2026-03-03", to=world.discipline, pages=3)
        page(signed_in(world.yang_at_discipline), report, "report")
        shown = told(report)
        assert "临江地区信访局" in shown
        assert "临江地区纪律检查委员会" not in shown
        assert "以免影响核查" in shown
        assert "以免影响核查" not in told(world.in_handling())

    def test_is_for_this_citizen_only(self, world):
        matter = world.in_handling()
        for name in ("looked", "my_data", "my_data_copy"):
            assert Client().get(reverse(f"portal:{name}", args=[matter.number])).status_code == 404
            assert citizen(world.in_handling()).get(reverse(f"portal:{name}", args=[matter.number])).status_code == 404
        assert reverse("portal:looked", args=[matter.number]) in told(matter, "matter")


class TestMyData:
    def test_with_the_code_one_sees_it_masked(self, world):
        shown = told(world.in_handling(), "my_data")
        assert "王**" in shown and NAME not in shown
        assert "138******00" in shown and MOBILE not in shown
        assert "更正" in shown

    def test_with_the_very_mobile_number_in_full(self, world):
        matter = world.in_handling()
        own = Petitioner.objects.get(matter_id=matter.pk).mobile_index
        account = Account.objects.create(mobile_index=own, sealed_mobile="", created_at=timezone.now())
        other = Account.objects.create(mobile_index="other", sealed_mobile="", created_at=timezone.now())
        for who, sees in ((account, True), (other, False)):
            type(matter).objects.filter(pk=matter.pk).update(account_id=who.pk)
            answer = citizen(matter, account=who).get(reverse("portal:my_data", args=[matter.number]))
            assert answer.status_code == 200
            assert (NAME in answer.content.decode()) is sees

    def test_a_copy_holds_the_own_words_whole(self, world):
        matter = world.in_handling(content="第一行\n" + "长" * 5000)
        answer = citizen(matter).get(reverse("portal:my_data_copy", args=[matter.number]))
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["Cache-Control"] == "no-store"
        copy = json.loads(answer.content)
        assert copy["编号"] == matter.number
        assert copy["提交"][0]["内容"] == "第一行\n" + "长" * 5000
        assert NAME not in answer.content.decode()
