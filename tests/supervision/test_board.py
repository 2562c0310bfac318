"""The supervisor's board: found things in the own area, checked and decided on record; nothing of it for anybody else."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.world import World, at
from xinqiao.integrity.models import AuditEntry
from xinqiao.jobs import deadlines
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Step
from xinqiao.supervision import findings, patrol
from xinqiao.supervision.models import Finding, FindingState

pytestmark = pytest.mark.django_db
WHY_NOT = "单位当天已经当面告知，登记漏了，凭证已补。"


@pytest.fixture
def world():
    return World()


@pytest.fixture
def finding(world):
    """The housing bureau told the citizen nothing for 15 days."""
    matter = world.signed_in("2026-03-02")
    deadlines.sweep(at("2026-03-18"))
    patrol.look(matter.events.get(step=Step.RECORD_SILENCE), at=at("2026-03-18"))
    return Finding.objects.get(matter=matter)


def page(finding):
    return reverse("workbench:finding", args=[finding.pk])


class TestBoard:
    def test_shows_what_is_wrong_since_when_and_where(self, client, world, finding):
        client.force_login(world.sun_supervises.user)
        body = client.get(reverse("workbench:patrol")).content.decode()
        assert finding.row.name in body and world.housing.name in body and "3月18日" in body

    def test_an_empty_board_says_what_would_stand_there(self, client, world):
        client.force_login(world.sun_supervises.user)
        assert "这里没有巡查发现" in client.get(reverse("workbench:patrol")).content.decode()

    @pytest.mark.parametrize(
        "query", ["?state=x&ground=y&trigger=z", "?after=1.1&before=..", "?ground=poor_opinion", "?state=dismissed"]
    )
    def test_odd_choices_are_no_error(self, client, world, finding, query):
        client.force_login(world.sun_supervises.user)
        assert client.get(reverse("workbench:patrol") + query).status_code == 200

    @pytest.mark.parametrize("who", ["feng_in_county", "li_triages", "tang_registers", "sys_admin", "xu_handles"])
    def test_others_find_no_page_or_no_row(self, client, world, finding, who):
        client.force_login(getattr(world, who).user)
        answer = client.get(reverse("workbench:patrol"))
        assert answer.status_code == 404 or finding.row.name not in _list(answer)
        assert client.get(page(finding)).status_code == 404

    def test_the_unit_reads_what_is_said_of_it_and_cannot_decide(self, client, world, finding):
        client.force_login(world.zhou_leads_unit.user)
        assert finding.row.name in client.get(page(finding)).content.decode()
        assert client.post(page(finding), {"agrees": "no", "note": WHY_NOT}).status_code == 422
        finding.refresh_from_db()
        assert finding.state == FindingState.NEW


def _list(answer) -> str:
    return answer.content.decode().partition("<tbody>")[2]


class TestDecision:
    def test_agreed_and_on_record(self, client, world, finding):
        client.force_login(world.sun_supervises.user)
        assert client.post(page(finding), {"agrees": "yes", "note": ""}).status_code == 302
        finding.refresh_from_db()
        assert (finding.state, finding.decided_by) == (FindingState.ACCEPTED, world.sun_supervises)
        entry = AuditEntry.objects.get(kind=AuditKind.FINDING_DECIDED)
        assert entry.subject == f"finding:{finding.pk}" and entry.matter_id == finding.matter_id

    def test_a_dismissal_needs_a_reason_that_can_be_read_and_keeps_what_was_typed(self, client, world, finding):
        client.force_login(world.sun_supervises.user)
        for note in ("", "没事", "\u200b" * 20 + "太短"):
            answer = client.post(page(finding), {"agrees": "no", "note": note})
            assert answer.status_code == 422 and "至少10个字" in answer.content.decode()
        finding.refresh_from_db()
        assert finding.state == FindingState.NEW
        assert client.post(page(finding), {"agrees": "no", "note": WHY_NOT}).status_code == 302
        assert WHY_NOT in client.get(page(finding)).content.decode()

    def test_nothing_chosen_says_so(self, client, world, finding):
        client.force_login(world.sun_supervises.user)
        assert "请选择" in client.post(page(finding), {"note": WHY_NOT}).content.decode()

    def test_an_office_does_not_wave_away_its_own_lateness(self, world):
        matter = world.triaged("2026-03-02")
        deadlines.sweep(at("2026-03-18"))
        event = matter.events.filter(step=Step.RECORD_OVERDUE).last()
        patrol.look(event, at=at("2026-03-18"))
        own = Finding.objects.get(matter=matter)
        with pytest.raises(StepRefused, match="上级信访部门"):
            findings.decide(own.pk, agrees=False, note=WHY_NOT, by=world.wang_leads_office, at=timezone.now())

    def test_what_is_hidden_cannot_be_decided(self, world, finding):
        with pytest.raises(Finding.DoesNotExist):
            findings.decide(finding.pk, agrees=True, note="", by=_supervisor_elsewhere(world), at=timezone.now())


def _supervisor_elsewhere(world):
    from xinqiao.rules.stages import Role

    return world.officer("elsewhere", "别县督", world.county_office, Role.SUPERVISOR)
