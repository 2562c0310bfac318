"""Showing an identity in full: the record comes first, and without it nothing is shown (B.3, C-11, C-12)."""

from datetime import timedelta
from unittest import mock

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.access.looking import MOBILE, NAME, PASSWORD, entries, page, reveal, signed_in
from tests.world import World
from xinqiao.access import reveal as access_reveal
from xinqiao.access.reveal import Level
from xinqiao.integrity import audit
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.permissions import Action, cell
from xinqiao.rules.reveal import FIELDS, OPEN_MINUTES, PURPOSES, reason_fault
from xinqiao.rules.stages import Kind, Purpose, Role

pytestmark = pytest.mark.django_db
MASKED_ROLES = [role for role in Role if (found := cell(role, "identity")) and not found.lets(Action.READ)]


@pytest.fixture
def world():
    return World()


@pytest.fixture
def matter(world):
    people = [{"name": NAME, "mobile": MOBILE, "address": "临江地区柳河镇和平路12号院3号楼501", "id_type": "resident_id",
               "id_number": "110101199003074258"}]  # fmt: skip
    return world.in_handling(people=people, content=f"我叫{NAME}，电话{MOBILE}，屋顶漏水。")


class TestMasked:
    def test_until_somebody_says_what_for(self, world, matter):
        shown = page(signed_in(world.xu_handles), matter)
        for clear in (NAME, MOBILE, "110101199003074258", "3号楼501"):
            assert clear not in shown, clear
        for masked in ("王**", "138******00", "110101**********58", "柳河镇****"):
            assert masked in shown, masked
        assert "查看完整信息" in shown
        assert not entries(AuditKind.READ_IDENTITY).exists()

    def test_on_the_pages_of_steps_too(self, world, matter):
        client = signed_in(world.xu_handles)
        for step in ("record_contact", "request_extension"):
            answer = client.get(reverse("workbench:step", args=[matter.number, step]))
            assert NAME not in answer.content.decode(), step
            assert MOBILE not in answer.content.decode(), step

    @pytest.mark.parametrize("role", MASKED_ROLES)
    def test_for_every_role_marked_m_without_a_button(self, world, matter, role):
        officer = world.officer(f"m-{role}", "某某", world.housing, role)
        if not Matter.objects.visible_to(officer).filter(pk=matter.pk).exists():
            matter.referrals.filter(organisation=world.housing).update(handler=officer)
        client = signed_in(officer)
        shown = page(client, matter)
        assert "王**" in shown
        assert NAME not in shown
        assert "查看完整信息" not in shown
        assert reveal(client, matter).status_code == 404

    def test_nothing_at_all_for_a_role_without_a_cell(self, world, matter):
        analyst = world.officer("ana", "分析", world.office, Role.ANALYST)
        client = signed_in(analyst)
        shown = page(client, matter)
        for text in (NAME, "王**", MOBILE, "138******00", "柳河镇"):
            assert text not in shown.replace("问题属地", ""), text
        assert "信访人身份由信访部门保密" in shown
        assert reveal(client, matter).status_code == 404


class TestShown:
    def test_after_the_purpose_and_the_password_and_on_record_each_time(self, world, matter):
        client = signed_in(world.xu_handles)
        answer = reveal(client, matter)
        assert answer.status_code == 302
        assert answer["Location"] == f"/desk/cases/{matter.number}/#people", "nothing about it in the address"
        assert not entries(AuditKind.READ_IDENTITY).exists(), "nothing was shown yet"
        shown = page(client, matter)
        assert NAME in shown and MOBILE in shown
        assert "110101199003074258" not in shown, "not needed to telephone (PIPL 6)"
        page(client, matter)
        first, _second = entries(AuditKind.READ_IDENTITY, matter_id=matter.pk)
        assert (first.officer_id, first.fields) == (world.xu_handles.pk, "name,mobile,phone")
        assert first.reason == PURPOSES["contact"].reason

    def test_one_press_is_enough_once_the_password_was_given(self, world, matter):
        client, other = signed_in(world.xu_handles), world.in_handling()
        reveal(client, matter)
        assert 'name="purpose" value="contact"' in page(client, other)
        assert client.post(reverse("workbench:reveal", args=[other.number]), {"purpose": "contact"}).status_code == 302
        assert NAME in page(client, other)

    def test_only_in_this_matter_this_session_and_this_post(self, world, matter):
        client, other = signed_in(world.xu_handles), world.in_handling()
        reveal(client, matter)
        assert NAME not in page(client, other)
        assert NAME not in page(signed_in(world.xu_handles), matter)
        assert NAME not in page(signed_in(world.zhou_leads_unit), matter)

    def test_for_ten_minutes_or_until_it_is_closed(self, world, matter):
        client = signed_in(world.xu_handles)
        reveal(client, matter)
        later = timezone.now() + timedelta(minutes=OPEN_MINUTES, seconds=1)
        with mock.patch("xinqiao.workbench.pages.case.timezone.now", return_value=later):
            shown = page(client, matter)
        assert NAME not in shown
        assert "再次查看：联系信访人核实情况" in shown or "查看完整信息" in shown
        reveal(client, matter)
        client.post(reverse("workbench:reveal_close", args=[matter.number]))
        shown = page(client, matter)
        assert NAME not in shown
        assert "再次查看：联系信访人核实情况" in shown

    def test_not_when_secrecy_was_asked_for_meanwhile(self, world, matter):
        client = signed_in(world.xu_handles)
        reveal(client, matter)
        Matter.objects.filter(pk=matter.pk).update(secrecy=True)
        assert NAME not in page(client, matter)

    def test_is_never_kept_by_a_browser(self, world, matter):
        client = signed_in(world.xu_handles)
        reveal(client, matter)
        assert client.get(reverse("workbench:case", args=[matter.number]))["Cache-Control"] == "no-store"
        assert NAME not in str(dict(client.session))


class TestRefused:
    def test_a_wrong_password_keeps_what_was_typed(self, world, matter):
        client = signed_in(world.xu_handles)
        answer = reveal(client, matter, reason="约王阿姨周三上门看漏水的地方", password="不是这个")
        assert answer.status_code == 422
        assert "约王阿姨周三上门看漏水的地方" in answer.content.decode()
        assert "密码不对" in answer.content.decode()
        assert "不是这个" not in answer.content.decode()
        assert NAME not in page(client, matter)

    @pytest.mark.parametrize(
        ("reason", "why"),
        [
            ("看一下", "three characters"),
            ("看 一 下 看 一 下", "spaces do not count"),
            ("看" * 12, "one character twelve times"),
        ],
    )
    def test_a_reason_that_says_nothing(self, world, matter, reason, why):
        client = signed_in(world.xu_handles)
        answer = reveal(client, matter, purpose="other", reason=reason)
        assert answer.status_code == 422, why
        assert reason in answer.content.decode(), "what was typed stays"
        assert NAME not in page(client, matter)

    def test_another_purpose_must_be_written_out(self, world, matter):
        assert reveal(signed_in(world.xu_handles), matter, purpose="other").status_code == 422
        assert reveal(signed_in(world.xu_handles), matter, purpose="nonsense").status_code == 422

    def test_who_may_not_open_the_matter_gets_the_page_of_a_missing_one(self, world, matter):
        stranger = signed_in(world.wu_at_police)
        assert reveal(stranger, matter).status_code == 404
        assert stranger.get(reverse("workbench:reveal", args=[matter.number])).status_code == 404
        assert Client().get(reverse("workbench:reveal", args=[matter.number])).status_code == 302


class TestNoRecordNoData:
    def test_the_record_is_written_before_the_identity_is_read(self, world, matter):
        client, seen = signed_in(world.xu_handles), []
        client.raise_request_exception = False
        reveal(client, matter)
        page(client, matter)
        wrote = audit.note

        def note(kind, **rest):
            seen.append(kind)
            return wrote(kind, **rest)

        def people(*_args):
            seen.append("identity")
            raise RuntimeError("nobody needs the page")

        with (
            mock.patch.object(audit, "note", note),
            mock.patch("xinqiao.people.models.Petitioner.identity", people),
            mock.patch("xinqiao.errors.logger"),
        ):
            client.get(reverse("workbench:case", args=[matter.number]))
        assert seen[:2] == [AuditKind.READ_IDENTITY, "identity"]

    @pytest.mark.parametrize("opened", [False, True])
    def test_when_it_cannot_be_written_there_is_a_503_without_a_name(self, world, matter, opened):
        client = signed_in(world.xu_handles)
        if opened:
            page(client, matter)
            reveal(client, matter)
        with mock.patch.object(audit, "_append", side_effect=DatabaseError("full")):
            answer = client.get(reverse("workbench:case", args=[matter.number]))
        assert answer.status_code == 503
        for text in (NAME, MOBILE, "王**", "屋顶漏水"):
            assert text not in answer.content.decode()

    def test_nor_a_letter_or_an_attachment(self, world, matter):
        from xinqiao.documents.models import Document

        client = signed_in(world.xu_handles)
        letter = Document.objects.get(matter_id=matter.pk, kind="F-08")
        with mock.patch.object(audit, "_append", side_effect=DatabaseError("full")):
            answer = client.get(reverse("workbench:letter", args=[letter.pk, "pdf"]))
        assert answer.status_code == 503
        assert not answer.content.startswith(b"%PDF")


class TestLevels:
    @pytest.mark.parametrize(
        ("who", "changes", "level", "why"),
        [
            ("xu_handles", {}, Level.ALONE, "B.3: R, masked until asked"),
            ("sun_supervises", {}, Level.MASKED, "B.3: M"),
            ("xu_handles", {"secrecy": True}, Level.NONE, "B.3: only that the petitioner is known to the office"),
            ("li_triages", {"secrecy": True}, Level.NONE, "B.3: —"),
            ("dai_liaises", {"secrecy": True}, Level.TOGETHER, "B.3: R with reason, and a second person"),
            ("dai_liaises", {"anonymous": True}, Level.TOGETHER, "anonymous with a contact is a confidential identity"),
            ("li_triages", {"sealed": True}, Level.MASKED, "report: M"),
            ("yang_at_discipline", {"sealed": True}, Level.TOGETHER, "report: a second person"),
        ],
    )
    def test_follow_the_table(self, world, matter, who, changes, level, why):
        for name, value in changes.items():
            setattr(matter, name, value)
        assert access_reveal.level(matter, getattr(world, who)) is level, why

    def test_nobody_without_a_role(self, world, matter):
        officer = Officer(organisation=world.office, roles=[])
        assert access_reveal.level(matter, officer) is Level.NONE


class TestPurposes:
    def test_every_chip_is_a_reason_long_enough_and_shows_known_fields(self):
        for row in PURPOSES.values():
            assert not row.reason or not reason_fault(row.reason), row.code
            assert set(row.fields) <= set(FIELDS), row.code
        assert [row.code for row in PURPOSES.values() if not row.reason] == ["other"]

    @pytest.mark.parametrize(
        ("reason", "why"),
        [
            ("\u200b\u200c\u200d\u2060\ufeff" * 4, "ten and more characters, none of which can be read"),
            ("核实举报人的情况" + "\u200b\u200c\u200d", "eight characters and three of no width"),
            ("\u3164\u2800\u115f\uffa0" * 5, "letters that print nothing"),
        ],
    )
    def test_a_reason_is_counted_in_what_can_be_read(self, reason, why):
        assert "至少10个字" in reason_fault(reason), why


class TestReports:
    """A report's own text is folded, and each opening is on record."""

    def test_the_text_waits_behind_a_button(self, world):
        report = world.triaged(kind=Kind.REPORT, purpose=Purpose.ACCUSE, content="局长收了开发商的钱，金丝雀一号。")
        client = signed_in(world.dai_liaises)
        closed = page(client, report)
        assert "金丝雀一号" not in closed
        assert "打开材料" in closed
        assert not entries(AuditKind.READ_REPORT).exists()
        for count in (1, 2):
            assert "金丝雀一号" in page(client, report, "report")
            assert entries(AuditKind.READ_REPORT, matter_id=report.pk).count() == count

    def test_who_registers_it_is_offered_no_button_that_leads_nowhere(self, world):
        filed = world.file(purpose="accuse", respondent={"unit": world.housing.name})
        report = Matter.objects.get(pk=filed.matter_id)
        shown = page(signed_in(world.tang_registers), report)
        assert f"{report.number}/report/" not in shown
        assert "您的岗位负责登记" in shown

    def test_no_such_page_for_other_matters_or_other_people(self, world, matter):
        assert signed_in(world.xu_handles).get(reverse("workbench:report", args=[matter.number])).status_code == 404
        report = world.triaged(kind=Kind.REPORT, purpose=Purpose.ACCUSE)
        assert signed_in(world.sun_supervises).get(reverse("workbench:report", args=[report.number])).status_code == 404
        assert not entries(AuditKind.READ_REPORT).exists()


def test_password_is_asked_again_only_while_not_confirmed(world, matter):
    client = signed_in(world.xu_handles)
    url = reverse("workbench:reveal", args=[matter.number])
    assert 'type="password"' in client.get(url).content.decode()
    assert client.post(url, {"purpose": "contact"}).status_code == 422
    reveal(client, matter)
    assert 'type="password"' not in client.get(url).content.decode()
    assert PASSWORD not in str(dict(client.session))
