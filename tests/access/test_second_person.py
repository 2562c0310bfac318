"""A protected identity opens only after somebody else of the same organisation agreed (C-11, B.3)."""

from datetime import timedelta
from unittest import mock

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.access.looking import MOBILE, NAME, PASSWORD, entries, page, reveal, signed_in
from tests.world import World
from xinqiao.access.models import RequestState, RevealRequest
from xinqiao.notifications.models import InAppMessage
from xinqiao.organisations.models import Officer
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.reveal import DECIDED_WITHIN_HOURS, GRANT_HOURS
from xinqiao.rules.stages import Kind, Purpose, Role

pytestmark = pytest.mark.django_db
REASON = "要向本人核实收款的时间和地点"


@pytest.fixture
def world():
    return World()


@pytest.fixture
def report(world):
    return world.triaged(kind=Kind.REPORT, purpose=Purpose.ACCUSE, content="局长收了钱。")


@pytest.fixture
def second(world):
    """Another liaison of the same office."""
    return world.officer("dai2", "代对接", world.office, Role.DISCIPLINE_LIAISON)


def ask(world, report, who=None) -> RevealRequest:
    client = signed_in(who or world.dai_liaises)
    assert reveal(client, report, reason=REASON).status_code == 302
    return RevealRequest.objects.latest("pk")


def decide(officer, asked, do="grant", reason="", password=PASSWORD):
    url = reverse("workbench:reveal_decide", args=[asked.pk])
    return signed_in(officer).post(url, {"do": do, "reason": reason, "password": password})


class TestAsking:
    def test_opens_nothing_and_is_on_record(self, world, report):
        client = signed_in(world.dai_liaises)
        answer = reveal(client, report, reason=REASON)
        assert answer["Location"] == reverse("workbench:reveals")
        assert NAME not in page(client, report)
        assert NAME not in page(client, report, "report")
        asked = entries(AuditKind.REVEAL_ASKED, matter_id=report.pk).get()
        assert (asked.officer_id, asked.reason) == (world.dai_liaises.pk, REASON)

    def test_rings_the_bell_of_those_who_can_decide_and_of_nobody_else(self, world, report, second):
        asked = ask(world, report)
        told = set(InAppMessage.objects.filter(event_id__lt=0).values_list("officer_id", flat=True))
        assert told == {second.pk, world.wang_leads_office.pk}
        client = signed_in(second)
        assert (
            reverse("workbench:reveal_decide", args=[asked.pk])
            in client.get(reverse("workbench:reveals")).content.decode()
        )
        assert "等您决定" not in page(signed_in(world.tang_registers), world.triaged())

    def test_twice_is_refused_with_what_was_typed(self, world, report):
        ask(world, report)
        answer = reveal(signed_in(world.dai_liaises), report, reason=REASON)
        assert answer.status_code == 422
        assert REASON in answer.content.decode()
        assert RevealRequest.objects.count() == 1

    def test_says_so_where_nobody_could_decide(self, world, report):
        Officer.objects.filter(pk=world.wang_leads_office.pk).update(active=False)
        Officer.objects.filter(organisation=world.office, roles__contains=["triage"]).update(active=False)
        answer = reveal(signed_in(world.dai_liaises), report, reason=REASON)
        assert answer.status_code == 422
        assert "没有可以审批的人" in answer.content.decode()


class TestDeciding:
    def test_lets_the_asker_look_for_a_while(self, world, report, second):
        asked = ask(world, report)
        assert decide(second, asked).status_code == 302
        decided = entries(AuditKind.REVEAL_DECIDED, matter_id=report.pk).get()
        assert (decided.officer_id, decided.subject) == (second.pk, f"reveal:{asked.pk}")
        client = signed_in(world.dai_liaises)
        assert NAME not in page(client, report), "granted is not yet opened"
        reveal(client, report, purpose="", reason="")
        shown = page(client, report)
        assert NAME in shown and MOBILE in shown
        looked = entries(AuditKind.READ_IDENTITY, matter_id=report.pk).get()
        assert (looked.reason, looked.subject) == (REASON, f"reveal:{asked.pk}")

    def test_never_opens_it_to_the_decider_or_a_third(self, world, report, second):
        asked = ask(world, report)
        decide(second, asked)
        for other in (second, world.wang_leads_office):
            client = signed_in(other)
            reveal(client, report)
            assert NAME not in page(client, report)

    def test_own_request_is_not_there_whatever_posts_one_has(self, world, report):
        leader_too = Officer.objects.create(
            user=world.dai_liaises.user, organisation=world.office, title="副局长", roles=[Role.OFFICE_LEADER.value]
        )
        asked = ask(world, report)
        client = signed_in(world.dai_liaises)
        for post in (world.dai_liaises, leader_too):
            session = client.session
            session["officer_id"] = post.pk
            session.save()
            answer = client.post(
                reverse("workbench:reveal_decide", args=[asked.pk]), {"do": "grant", "password": PASSWORD}
            )
            assert answer.status_code == 404
        asked.refresh_from_db()
        assert asked.state == RequestState.WAITING

    def test_another_organisation_decides_nothing(self, world, report):
        asked = ask(world, report)
        for stranger in (world.yang_at_discipline, world.zhou_leads_unit, world.feng_in_county):
            assert decide(stranger, asked).status_code == 404, stranger

    def test_a_refusal_needs_a_reason_and_shows_nothing(self, world, report, second):
        asked = ask(world, report)
        assert decide(second, asked, "refuse", "不行").status_code == 422
        assert decide(second, asked, "refuse", "不看身份也能核实，请先核实账目").status_code == 302
        client = signed_in(world.dai_liaises)
        reveal(client, report, reason=REASON)
        assert NAME not in page(client, report)
        assert "请先核实账目" in client.get(reverse("workbench:reveals")).content.decode()

    def test_a_wrong_password_decides_nothing(self, world, report, second):
        asked = ask(world, report)
        answer = decide(second, asked, reason="同意，请注意保密", password="猜的")
        assert answer.status_code == 422
        assert "同意，请注意保密" in answer.content.decode()
        asked.refresh_from_db()
        assert asked.state == RequestState.WAITING

    def test_not_twice(self, world, report, second):
        asked = ask(world, report)
        decide(second, asked)
        assert decide(world.wang_leads_office, asked, "refuse", "这一件不需要看身份信息").status_code == 422
        asked.refresh_from_db()
        assert asked.state == RequestState.GRANTED


class TestTime:
    def test_a_request_lapses_after_a_day(self, world, report, second):
        asked = ask(world, report)
        RevealRequest.objects.update(asked_at=timezone.now() - timedelta(hours=DECIDED_WITHIN_HOURS, seconds=1))
        assert decide(second, asked).status_code == 422
        assert "没有等您决定的申请" in signed_in(second).get(reverse("workbench:reveals")).content.decode()
        ask(world, report)  # and can be asked again
        assert set(RevealRequest.objects.values_list("state", flat=True)) == {"lapsed", "waiting"}

    def test_the_consent_ends(self, world, report, second):
        decide(second, ask(world, report))
        client = signed_in(world.dai_liaises)
        reveal(client, report)
        assert NAME in page(client, report)
        over = timezone.now() + timedelta(hours=GRANT_HOURS, seconds=1)
        with mock.patch("xinqiao.workbench.pages.case.timezone.now", return_value=over):
            assert NAME not in page(client, report)
        RevealRequest.objects.update(open_until=timezone.now() - timedelta(seconds=1))
        assert NAME not in page(client, report)
