"""What is explained is what happens: both pages ask `visible_to` itself (B.3, issue 3)."""

import pytest
from django.urls import reverse

from tests.access.looking import entries, page, signed_in
from tests.world import World
from xinqiao.access import explain
from xinqiao.matters.models import Matter
from xinqiao.organisations.models import Officer
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.stages import Channel, Kind, Purpose, Role, Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = World()
    make = world.officer
    world.analyst = make("ana", "分析", world.office, Role.ANALYST)
    world.region_leader = make("reg-pol", "区局", world.region_office, Role.OFFICE_LEADER, Role.SUPERVISOR)
    world.village = make("vio", "村信", world.township, Role.VILLAGE_INFORMATION_OFFICER)
    world.leader = make("ldr", "接访", world.government, Role.LEADER)
    world.auditor = make("aud", "审计", world.office, Role.AUDITOR)
    world.off_duty = make("off", "离岗", world.housing, Role.HANDLER)
    Officer.objects.filter(pk=world.off_duty.pk).update(active=False)
    world.disabled = make("dis", "停用", world.housing, Role.HANDLER)
    type(world.disabled.user).objects.filter(pk=world.disabled.user_id).update(is_active=False)
    return world


def matters(world) -> list[Matter]:
    """One of every sort that the rule treats differently."""
    accused = {"unit": world.housing.name, "organisation_id": world.housing.pk}
    received = [
        world.file().matter_id,
        world.file(by=world.tang_registers, channel=Channel.VISIT).matter_id,
        world.file(by=world.village, channel=Channel.AGENT, place=world.township).matter_id,
        world.file(purpose=Purpose.ACCUSE, respondent=accused).matter_id,
    ]
    made = [
        world.triaged(),
        world.in_handling(),
        world.in_handling(secrecy=True),
        world.served(),
        world.triaged(kind=Kind.REPORT, purpose=Purpose.ACCUSE),
        world.triaged(kind=Kind.REPORT, purpose=Purpose.ACCUSE, respondent=accused),
    ]
    sent = world.triaged(kind=Kind.REPORT, purpose=Purpose.ACCUSE)
    world.take(Step.TRANSFER_DISCIPLINE, sent.pk, world.dai_liaises, "2026-03-03", to=world.discipline, pages=3)
    return [*Matter.objects.filter(pk__in=[*received, sent.pk]), *made]


class TestReaders:
    def test_are_exactly_those_whom_the_rule_lets_in(self, world):
        everybody = list(Officer.objects.select_related("user", "organisation"))
        for matter in matters(world):
            by_rule = {one.pk for one in everybody if Matter.objects.visible_to(one).filter(pk=matter.pk).exists()}
            explained = {one.pk for one in explain.readers(matter)}
            assert explained == by_rule, (matter, matter.stage, matter.kind)
            assert by_rule, "somebody can open it, or the test proves nothing"

    def test_page_is_for_those_who_watch_over(self, world):
        matter = world.in_handling()
        shown = page(signed_in(world.sun_supervises), matter, "readers")
        for text in ("徐承办", "临江地区住房和城乡建设局", "唐登记", "分析"):
            assert text in shown, text
        for stranger in ("吴警官", "系统员", "离岗", "停用"):
            assert stranger not in shown, stranger
        assert signed_in(world.xu_handles).get(reverse("workbench:readers", args=[matter.number])).status_code == 404

    def test_nobody_reads_the_record_of_the_own_looking(self, world):
        matter = world.in_handling()
        page(signed_in(world.xu_handles), matter)
        client = signed_in(world.sun_supervises)
        page(client, matter)
        assert entries(AuditKind.OPENED_FILE, officer_id=world.sun_supervises.pk).exists()
        listed = [one.officer for one in explain.opened_by(matter, world.sun_supervises)]
        assert listed == [world.xu_handles]
        assert "还没有别人打开过" not in page(client, matter, "readers")

    def test_the_accused_are_named_to_the_liaison_alone(self, world):
        accused = {"unit": world.housing.name, "organisation_id": world.housing.pk}
        report = world.triaged(kind=Kind.REPORT, purpose=Purpose.ACCUSE, respondent=accused)
        assert explain.shut_out(report, world.dai_liaises) == [world.housing.name]
        assert explain.shut_out(report, world.wang_leads_office) == []


class TestWhy:
    def test_names_every_role_that_opens_it_and_no_other(self, world):
        for matter in matters(world):
            for officer in explain.readers(matter):
                why = explain.why(matter, officer)
                assert {one.role for one in why.grounds} <= officer.role_set
                assert why.grounds, (officer, matter.stage)
                assert why.rights

    def test_of_several_posts_only_the_one_that_counts(self, world):
        both = world.officer("both", "双岗", world.office, Role.SUPERVISOR, Role.DISCIPLINE_LIAISON)
        matter = world.in_handling()
        assert [one.role for one in explain.why(matter, both).grounds] == [Role.SUPERVISOR]
        report = world.triaged(kind=Kind.REPORT, purpose=Purpose.ACCUSE)
        assert [one.role for one in explain.why(report, both).grounds] == [Role.DISCIPLINE_LIAISON]

    def test_page_says_what_is_seen_and_what_not(self, world):
        matter = world.in_handling()
        shown = page(signed_in(world.xu_handles), matter, "why")
        assert "您是这一件的承办人" in shown
        assert "再输一次密码" in shown
        masked = page(signed_in(world.sun_supervises), matter, "why")
        assert "只看脱敏后的" in masked
        assert "王秀兰" not in shown + masked
        analyst = page(signed_in(world.analyst), matter, "why")
        assert "不能打开" in analyst

    def test_hidden_from_who_may_not_open_it(self, world):
        matter = world.in_handling()
        assert signed_in(world.wu_at_police).get(reverse("workbench:why", args=[matter.number])).status_code == 404
