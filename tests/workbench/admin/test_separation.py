"""三员分立: who asks does not decide, nobody decides about oneself, nobody holds two of the three (B.3)."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from tests.world import World
from xinqiao.integrity.models import AuditEntry
from xinqiao.organisations import rights
from xinqiao.organisations.models import Officer, RightsRequest, User
from xinqiao.rules.stages import Role
from xinqiao.rules.three_administrators import RightsChange
from xinqiao.workbench.account import factors

pytestmark = pytest.mark.django_db
PASSWORD = "不要用在别处的密码1"
REASON = "新来的同志，负责登记"


@pytest.fixture
def world():
    town = World()
    town.sec = town.officer("sec", "安全员", town.office, Role.SECURITY_ADMINISTRATOR)
    town.sec2 = town.officer("sec2", "安全员乙", town.office, Role.SECURITY_ADMINISTRATOR)
    town.aud = town.officer("aud", "审计员", town.office, Role.AUDITOR)
    return town


def at_desk(officer: Officer) -> Client:
    client = Client()
    client.post("/desk/login/", {"username": officer.user.username, "password": PASSWORD})
    return client


def new_user(client: Client, world, **more):
    facts = {
        "username": "newbie", "name": "新同志", "organisation": world.office.name, "title": "科员",
        "roles": [Role.REGISTRAR.value], "phone": "", "reason": REASON, "password": PASSWORD,
    }  # fmt: skip
    return client.post("/desk/admin/users/new/", {**facts, **more})


def decide(client: Client, request: RightsRequest, decision: str = "approve", reason: str = ""):
    url = f"/desk/admin/requests/{request.pk}/decide/"
    return client.post(url, {"decision": decision, "reason": reason, "password": PASSWORD})


class TestNewUser:
    def test_exists_only_after_the_approval_and_signs_in_with_a_one_time_password(self, world):
        system = at_desk(world.sys_admin)
        assert new_user(system, world).status_code == 302
        asked = RightsRequest.objects.get()
        assert not User.objects.filter(username="newbie").exists()
        assert decide(at_desk(world.sec), asked).status_code == 302
        assert User.objects.get(username="newbie").has_usable_password() is False
        shown = system.post(f"/desk/admin/requests/{asked.pk}/password/", {"password": PASSWORD})
        one_time = shown.context["one_time"]
        assert one_time in shown.content.decode()
        again = system.post(f"/desk/admin/requests/{asked.pk}/password/", {"password": PASSWORD}, follow=True)
        assert one_time not in again.content.decode(), "shown once"
        client = Client()
        client.post("/desk/login/", {"username": "newbie", "password": one_time})
        assert client.get("/desk/").url.startswith("/desk/account/password/")
        assert one_time not in str(list(AuditEntry.objects.values())), "the log knows no password"

    def test_who_asked_cannot_decide_nor_can_the_auditor(self, world):
        system = at_desk(world.sys_admin)
        new_user(system, world)
        asked = RightsRequest.objects.get()
        for person in (system, at_desk(world.aud), at_desk(world.xu_handles)):
            assert decide(person, asked).status_code == 404
        with pytest.raises(rights.RightsRefused):
            rights.decide(asked.pk, approve=True, reason="", by=world.sys_admin, at=timezone.now())
        asked.refresh_from_db()
        assert asked.state == "waiting"

    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            ({"username": "XU!"}, "用户名应以小写字母开头"),
            ({"username": "xu1", "organisation": "没有这个单位"}, "没有找到这个单位"),
            ({"organisation": "临江地区"}, "有几个单位都符合"),
            ({"roles": []}, "至少选择一种岗位"),
            ({"roles": ["citizen"]}, "没有这种岗位"),
            ({"reason": "短"}, "理由太短"),
            ({"password": "不对"}, "密码不对"),
            ({"roles": ["system_administrator", "auditor"]}, "不能同时担任"),
            ({"roles": ["auditor", "registrar"]}, "不能同时办理信访业务"),
            ({"username": "zhou"}, "已经有人用"),
        ],
    )
    def test_bad_input_is_named_and_nothing_typed_is_lost(self, world, facts, words):
        answer = new_user(at_desk(world.sys_admin), world, **facts)
        page = answer.content.decode()
        assert (answer.status_code, words in page) == (422, True), words
        assert 'value="新同志"' in page
        assert not RightsRequest.objects.exists()


class TestChanges:
    def ask(self, world, **more) -> RightsRequest:
        return rights.ask_to_change(
            world.xu_handles, title="承办人", roles=(Role.UNIT_LEADER,), phone="", reason=REASON, by=world.sys_admin, at=timezone.now()
        )  # fmt: skip

    def test_a_role_holds_after_the_approval_and_ends_the_session(self, world):
        theirs = at_desk(world.xu_handles)
        asked = self.ask(world)
        assert theirs.get("/desk/").status_code == 200
        decide(at_desk(world.sec), asked)
        assert Officer.objects.get(pk=world.xu_handles.pk).roles == ["unit_leader"]
        assert theirs.get("/desk/").status_code == 302
        kinds = AuditEntry.objects.filter(subject=f"rights:{asked.pk}").values_list("kind", flat=True)
        assert list(kinds) == ["rights_decided"], "asked by the rule here, not by the page"

    def test_a_refusal_needs_a_reason_and_changes_nothing(self, world):
        asked, security = self.ask(world), at_desk(world.sec)
        assert decide(security, asked, "refuse").status_code == 422
        assert decide(security, asked, "refuse", "没有任职文件").status_code == 302
        assert Officer.objects.get(pk=world.xu_handles.pk).roles == ["handler"]
        decide(security, asked)
        asked.refresh_from_db()
        assert asked.state == "refused"

    def test_disabling_holds_at_once_and_a_refusal_undoes_it(self, world):
        theirs, system = at_desk(world.xu_handles), at_desk(world.sys_admin)
        url = f"/desk/admin/users/{world.xu_handles.user_id}/ask/disable_user/"
        system.post(url, {"reason": "调离本单位", "password": PASSWORD})
        assert theirs.get("/desk/").status_code == 302
        asked = RightsRequest.objects.get()
        decide(at_desk(world.sec), asked, "refuse", "没有调离，只是请假")
        assert User.objects.get(pk=world.xu_handles.user_id).is_active

    def test_nobody_decides_about_oneself(self, world):
        asked = rights.ask_about(
            RightsChange.RESET_PASSWORD, world.sec.user, reason=REASON, by=world.sys_admin, at=timezone.now()
        )
        decide(at_desk(world.sec), asked)
        asked.refresh_from_db()
        assert asked.state == "waiting"
        decide(at_desk(world.sec2), asked)
        asked.refresh_from_db()
        assert asked.state == "approved"

    def test_the_system_administrator_does_not_change_the_own_rights(self, world):
        me = world.sys_admin.user_id
        system = at_desk(world.sys_admin)
        for path in (
            f"users/{me}/posts/new/",
            f"users/{me}/ask/reset_password/",
            f"users/{me}/posts/{world.sys_admin.pk}/",
        ):
            assert system.get(f"/desk/admin/{path}").status_code == 404

    def test_two_requests_together_cannot_join_what_must_stay_apart(self, world):
        user = User.objects.create_user("lutwo", PASSWORD, name="陆两头")
        now = timezone.now()
        first = rights.ask_for_post(
            user, rights.PostFacts(world.office, "审计", (Role.AUDITOR,)), reason=REASON, by=world.sys_admin, at=now
        )
        second = rights.ask_for_post(
            user, rights.PostFacts(world.office, "登记", (Role.REGISTRAR,)), reason=REASON, by=world.sys_admin, at=now
        )
        rights.decide(first.pk, approve=True, reason="", by=world.sec, at=now)
        with pytest.raises(rights.RightsRefused):
            rights.decide(second.pk, approve=True, reason="", by=world.sec, at=now)
        assert rights.roles_of(user) == {Role.AUDITOR}

    def test_the_database_refuses_who_asked_as_who_decided(self, world):
        from django.db import IntegrityError, transaction

        asked = self.ask(world)
        with pytest.raises(IntegrityError), transaction.atomic():
            RightsRequest.objects.filter(pk=asked.pk).update(state="approved", decided_by=world.sys_admin.user)


class TestWhoReadsWhat:
    def test_administrators_read_no_petition(self, world):
        matter = world.in_handling()
        for officer in (world.sys_admin, world.sec, world.aud):
            client = at_desk(officer)
            assert client.get(f"/desk/cases/{matter.number}/").status_code == 404
            assert client.get("/desk/").status_code == 302
            if officer is not world.aud:  # whose log names matters by their numbers
                assert matter.number not in client.get("/desk/", follow=True).content.decode()

    def test_nobody_else_learns_that_the_pages_exist(self, world):
        client = at_desk(world.xu_handles)
        for path in ("", "users/new/", f"users/{world.sec.user_id}/", "requests/", "requests/1/"):
            assert client.get(f"/desk/admin/{path}").status_code == 404, path

    def test_a_list_is_searched_by_name_and_organisation(self, world):
        client = at_desk(world.sys_admin)
        assert "徐承办" in client.get("/desk/admin/?q=徐").content.decode()
        assert "徐承办" in client.get(f"/desk/admin/?q={world.xu_handles.organisation.name}").content.decode()
        assert "徐承办" not in client.get("/desk/admin/?q=公安").content.decode()
        for odd in ("%00", "%", "'", "&page=x", "&page=99", "&only=zz"):
            assert client.get(f"/desk/admin/?q={odd}").status_code == 200


class TestFactorReset:
    def test_is_the_security_administrators_with_a_reason_and_not_for_oneself(self, world):
        user = world.xu_handles.user
        factors.new_recovery_codes(user)
        url = f"/desk/admin/users/{user.pk}/factor/"
        assert at_desk(world.sys_admin).post(url, {"reason": REASON, "password": PASSWORD}).status_code == 404
        security, theirs = at_desk(world.sec), at_desk(world.xu_handles)
        assert security.post(url, {"reason": "", "password": PASSWORD}).status_code == 422
        assert security.post(url, {"reason": "手机丢失，已当面核对", "password": PASSWORD}).status_code == 302
        assert theirs.get("/desk/").status_code == 302
        entry = AuditEntry.objects.get(kind="factor_changed")
        assert json.loads(entry.detail_text) == {"count": 1, "user": user.pk, "what": "reset"}
        assert security.get(f"/desk/admin/users/{world.sec.user_id}/factor/").status_code == 404
