"""约谈、通报、挂牌督办、责令限期整改: proposed, decided by the conference, reported, lifted with evidence; seen by the organ (SV-6, R-39(3))."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from tests.supervision.test_recommendations import issued
from tests.world import World, at, client_of
from xinqiao.documents import letters
from xinqiao.jobs import recommended
from xinqiao.notifications.models import InAppMessage
from xinqiao.rules.measures import MEASURES, Sort, State, faults
from xinqiao.rules.refusals import StepRefused
from xinqiao.supervision import measures as acts
from xinqiao.supervision.models import Measure
from xinqiao.supervision.recommendations import Incomplete

FACTS = "屋面漏水四次督办没有整改，超期三个月。"
DEMAND = "七月底以前修好屋面，由住户验收。"
BODY = "临江地区信访工作联席会议2026年第2次会议"


class TestTable:
    @pytest.mark.parametrize("sort", Sort)
    def test_only_what_presses_for_a_result_needs_a_last_day(self, sort):
        given = {"facts": FACTS, "demand": DEMAND, "grounds": ["R-45(1)"]}
        assert ("limit_on" in faults(sort, given)) == (sort in (Sort.LISTING, Sort.CORRECTION))
        assert set(MEASURES) == set(Sort)


@pytest.fixture
def world():
    return World()


def proposed(world, **changes) -> Measure:
    given = {"sort": Sort.LISTING, "organisation": world.housing, "grounds": ("R-45(1)",), "facts": FACTS, "demand": DEMAND,
             "limit_on": at("2026-07-31").date(), **changes}  # fmt: skip
    return acts.propose(acts.Proposal(**given), by=world.sun_supervises, at=at("2026-05-10"))


def decided(world, **changes) -> Measure:
    row = proposed(world, **changes)
    said = {"agrees": True, "body": BODY, "decided_on": at("2026-05-12").date(), "note": ""}
    return acts.decide(row.pk, **said, by=world.wang_leads_office, at=at("2026-05-12"))


@pytest.mark.django_db
class TestWay:
    def test_decided_reported_continued_lifted(self, world):
        row = decided(world)
        letter = letters.by_id(row.document_id, matter_id=letters.NO_MATTER)
        assert (letter.title, letter.number) == ("挂牌督办决定书", "临信信联〔2026〕1号") and BODY in str(letter.text)
        acts.report(row.pk, result="已经进场维修，七月十日完工。", by=world.zhou_leads_unit, at=at("2026-07-01"))
        acts.keep_in_force(
            row.pk,
            note="住户还没有验收，请补充。",
            limit_on=at("2026-08-15").date(),
            by=world.wang_leads_office,
            at=at("2026-07-12"),
        )
        acts.report(row.pk, result="住户已经验收签字，不再漏水。", by=world.zhou_leads_unit, at=at("2026-08-01"))
        with pytest.raises(StepRefused):
            acts.lift(row.pk, evidence="好了", by=world.wang_leads_office, at=at("2026-08-02"))
        done = acts.lift(row.pk, evidence="看过验收单，雨后现场不漏。", by=world.wang_leads_office, at=at("2026-08-02"))
        assert (done.state, done.lifted_by) == (State.LIFTED, world.wang_leads_office)

    @pytest.mark.parametrize(
        ("changes", "field", "why"),
        [
            ({"limit_on": None}, "limit_on", "a listing has a last day"),
            ({"grounds": ()}, "grounds", "SV-7"),
            ({"limit_on": at("2027-07-31").date()}, "limit_on", "half a year at most"),
        ],
    )
    def test_what_is_missing_is_named(self, world, changes, field, why):
        with pytest.raises(Incomplete) as refused:
            proposed(world, **changes)
        assert field in refused.value.fields, why

    def test_only_organs_of_the_own_territory_and_never_oneself(self, world):
        for organ in (world.region_housing, world.office):
            with pytest.raises(Incomplete):
                proposed(world, organisation=organ)

    def test_who_proposes_does_not_decide(self, world):
        row = proposed(world)
        with pytest.raises(StepRefused, match="登记决定"):
            acts.decide(
                row.pk,
                agrees=True,
                body=BODY,
                decided_on=at("2026-05-12").date(),
                note="",
                by=world.sun_supervises,
                at=at("2026-05-12"),
            )

    def test_the_organ_sees_it_only_once_it_is_decided(self, world):
        row = proposed(world)
        assert not Measure.objects.visible_to(world.zhou_leads_unit).exists()
        acts.decide(row.pk, agrees=False, body=BODY, decided_on=at("2026-05-12").date(), note="已经进场维修，先看效果再定。", by=world.wang_leads_office, at=at("2026-05-12"))  # fmt: skip
        assert not Measure.objects.visible_to(world.zhou_leads_unit).exists(), (
            "what was not done is not held against it"
        )
        decided(world)
        assert Measure.objects.visible_to(world.zhou_leads_unit).count() == 1
        for other in (world.gu_at_environment, world.feng_in_county, world.tang_registers):
            assert not Measure.objects.visible_to(other).exists()

    def test_told_once_and_found_late_once(self, world):
        decided(world)
        for moment in ("2026-05-12", "2026-05-12 10:01", "2026-08-10", "2026-08-11"):
            recommended.tell(at(moment))
        told = InAppMessage.objects.filter(officer=world.zhou_leads_unit, subject__startswith="measure").order_by("pk")
        assert [row.text for row in told] == [
            "联席会议对本单位采取了措施，请查看并落实。",
            "措施的最后期限已过，请马上报告落实情况。",
        ]


@pytest.mark.django_db
class TestPages:
    def test_from_a_recommendation_to_the_end(self, world):
        row = issued(world)
        supervisor, head, unit = map(client_of, (world.sun_supervises, world.wang_leads_office, world.zhou_leads_unit))
        address = reverse("workbench:measure_new") + f"?recommendation={row.pk}"
        assert "建议临江地区住房和城乡建设局改进工作" in supervisor.get(address).content.decode()
        given = {
            "sort": "correction",
            "organisation": world.housing.pk,
            "grounds": ["R-45(3)"],
            "facts": FACTS,
            "demand": DEMAND,
            "do": "save",
        }
        answer = supervisor.post(address, given)
        assert (
            answer.status_code == 422 and FACTS in answer.content.decode() and "要有最后期限" in answer.content.decode()
        )
        limit = (localdate() + timedelta(days=30)).isoformat()
        assert (
            supervisor.post(address, given | {"limit_on": limit, "numbers": row.matters.get().number}).status_code
            == 302
        )
        page = reverse("workbench:measure", args=[Measure.objects.get().pk])
        assert unit.get(page).status_code == 404
        said = {"do": "decide", "agrees": "yes", "body": BODY, "decided_on": localdate().isoformat()}
        assert head.post(page, said | {"decided_on": "2020-01-01"}).status_code == 422
        assert head.post(page, said).status_code == 302
        assert "责令限期整改" in unit.get(reverse("workbench:measures")).content.decode()
        assert (
            unit.get(reverse("workbench:measure_letter", args=[Measure.objects.get().pk, "pdf"])).content[:5]
            == b"%PDF-"
        )
        assert unit.post(page, {"do": "report", "result": "已经进场维修，月底完工。"}).status_code == 302
        assert head.post(page, {"do": "lift", "evidence": "看过验收单，雨后现场不漏。"}).status_code == 302
        assert "整改已完成" in unit.get(page).content.decode()
        assert Measure.objects.get().recommendation == row and timezone.now() > Measure.objects.get().lifted_at
