"""抽查: drawn from what may be opened, without reports, checked sheet by sheet, added up with both numbers (G.2, C-01)."""

import pytest
from django.urls import reverse

from tests.world import World, at, client_of
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.sampling import SampleSort, questions_of
from xinqiao.rules.stages import Kind
from xinqiao.supervision import sampling
from xinqiao.supervision.models import Sample, Sheet

pytestmark = pytest.mark.django_db
DAY = at("2026-03-20")
RIGHT = {row.code: "yes" for row in questions_of(SampleSort.REGISTRATION)}


@pytest.fixture
def world():
    return World()


def drawn(world, officer=None, **changes):
    given = {"sort": "registration", "organisation": world.office, "from_on": at("2026-03-01").date(), "to_on": at("2026-03-15").date(),
             "size": 5, "at": DAY, "seed": 7, **changes}  # fmt: skip
    return sampling.draw(officer or world.sun_supervises, **given)


class TestSample:
    def test_is_drawn_without_reports_and_can_be_drawn_again(self, world):
        open_ones = {world.triaged("2026-03-02").pk for _ in range(6)}
        sealed = world.triaged("2026-03-02", kind=Kind.REPORT, purpose="accuse").pk
        sample = drawn(world)
        ids = set(sample.sheets.values_list("matter_id", flat=True))
        assert (sample.population, sample.size, sample.seed) == (6, 5, 7) and ids <= open_ones and sealed not in ids
        assert sampling.drawn_again(sample, world.sun_supervises)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"size": 1}, "size"),
            ({"to_on": at("2027-01-01").date()}, "period"),
            ({"sort": "people"}, "sort"),
            ({"sort": "opinion"}, "nothing"),
        ],
        ids=["too few", "in the future", "no such sort", "nothing to draw"],
    )
    def test_what_cannot_be_drawn_is_said(self, world, changes, code):
        world.triaged("2026-03-02")
        with pytest.raises(StepRefused) as refused:
            drawn(world, **changes)
        assert refused.value.code == code

    def test_is_for_supervisors_and_of_their_own_office(self, world):
        world.triaged("2026-03-02")
        with pytest.raises(StepRefused):
            drawn(world, officer=world.li_triages)
        sample = drawn(world)
        address = reverse("workbench:sample", args=[sample.pk])
        assert client_of(world.wang_leads_office).get(address).status_code == 200
        assert [client_of(one).get(address).status_code for one in (world.niu_at_region_office, world.li_triages)] == [
            404,
            404,
        ]


class TestFigures:
    def test_right_of_checked_with_what_was_left_out_apart(self, world):
        for _ in range(3):
            world.triaged("2026-03-02")
        sheets = list(drawn(world).sheets.order_by("pk"))
        said = ("信访人还要求赔偿家具，没有列为诉求。", RIGHT | {"requests": "no", "class": "na"})
        sampling.check(sheets[0].pk, answers=RIGHT, note="", by=world.sun_supervises, at=DAY)
        sampling.check(sheets[1].pk, answers=said[1], note=said[0], by=world.sun_supervises, at=DAY)
        found = {
            row.code: (row.right, row.checked, row.left_out)
            for row in sampling.figures(world.office, (DAY.date(), DAY.date()))
        }
        assert (found["requests"], found["class"], found["kind"]) == ((1, 2, 0), (1, 1, 1), (2, 2, 0))
        assert sampling.figures(world.housing, (DAY.date(), DAY.date())) == []

    def test_the_sheet_is_filled_in_on_its_page_and_leads_to_the_next(self, world):
        for _ in range(2):
            world.triaged("2026-03-02")
        first, second = drawn(world).sheets.order_by("pk")
        client = client_of(world.sun_supervises)
        address = reverse("workbench:sheet", args=[first.sample_id, first.pk])
        assert client.get(address).status_code == 200
        wrong = client.post(address, {**RIGHT, "unit": "no", "note": ""})
        assert wrong.status_code == 422 and "哪里不对" in wrong.content.decode()
        answer = client.post(address, {**RIGHT, "unit": "no", "note": "应当转给县住建局，转错了单位。"})
        assert answer.url == reverse("workbench:sheet", args=[first.sample_id, second.pk])
        assert Sheet.objects.get(pk=first.pk).answers["unit"] == "no"
        page = client.get(reverse("workbench:sample", args=[first.sample_id])).content.decode()
        assert "去向错误" in page and "已查 1 件" in page
        assert "提出督办" in client.get(address).content.decode()


class TestSupervision:
    """From the sheet to the letter: what was found wrong stands in the form (SV-1, SV-2)."""

    NOTE = "意见书只写了已经转办，没有写结果。"

    @pytest.fixture
    def sheet(self, world):
        matter = world.in_handling("2026-03-02")
        sample = Sample.objects.create(
            office=world.office, sort="opinion", organisation=world.government, from_on=DAY.date(), to_on=DAY.date(), size=1,
            population=1, seed=1, drawn_by=world.sun_supervises, drawn_at=DAY,
        )  # fmt: skip
        answers = {row.code: "yes" for row in questions_of("opinion")} | {"gt4": "no"}
        return Sheet.objects.create(sample=sample, matter=matter, organisation=world.housing, org_lft=world.housing.lft, answers=answers,
                                    note=self.NOTE, checked_at=DAY, checked_by=world.sun_supervises)  # fmt: skip

    def form(self, officer, sheet, query):
        address = reverse("workbench:step", args=[sheet.matter.number, "propose_supervision"])
        return client_of(officer).get(address + query).context["form"]

    def test_carries_the_fault_over(self, world, sheet):
        page = client_of(world.sun_supervises).get(reverse("workbench:sheet", args=[sheet.sample_id, sheet.pk]))
        assert f"?sheet={sheet.pk}" in page.context["propose_url"]
        first = self.form(world.sun_supervises, sheet, f"?sheet={sheet.pk}").initial
        assert self.NOTE in first["broken"] and "第三十二条" in first["broken"]
        assert (first["to"], first["ground"]) == (world.housing.pk, "poor_opinion")

    @pytest.mark.parametrize("query", ["", "?sheet=x", "?sheet=9999999999999999999999", "?sheet=1٢"])
    def test_what_is_no_sheet_is_left_out(self, world, sheet, query):
        assert "broken" not in self.form(world.sun_supervises, sheet, query).initial

    def test_the_sheet_of_another_office_or_matter_is_none(self, world, sheet):
        Sample.objects.update(office=world.county_office)
        assert "broken" not in self.form(world.sun_supervises, sheet, f"?sheet={sheet.pk}").initial
        Sample.objects.update(office=world.office)
        Sheet.objects.update(matter=world.signed_in("2026-03-02"))
        assert "broken" not in self.form(world.sun_supervises, sheet, f"?sheet={sheet.pk}").initial
