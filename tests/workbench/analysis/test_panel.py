"""系统建议 beside a form: said with why, filled in by a press, nothing typed lost, nothing decided, nothing shown that must not be."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.world import World, client_of
from xinqiao.analysis import proposals
from xinqiao.analysis.models import Proposal
from xinqiao.analysis.proposers import Proposer
from xinqiao.analysis.text.proposal import Candidate, Reason
from xinqiao.integrity.models import AuditEntry
from xinqiao.matters.models import Matter
from xinqiao.rules.proposals import Sort
from xinqiao.rules.stages import Kind, Step
from xinqiao.workbench.analysis.marking import Word, marked

STATEMENTS = 16  # one or two for each sort that is looked up in the form, six for the matter and its text
TEXT = {"title": "新房漏水", "content": "我家住在和平路，<b>屋顶</b>漏水，王秀兰报修三次没人管。"}
AT = TEXT["title"] + "\n" + TEXT["content"]


def why(words, **more):
    return Reason(words, AT.index(words), AT.index(words) + len(words), **more)


def proposers(world):
    rows = {
        Sort.CLASS: [
            Candidate("03-02", "工程质量", 0.91, (why("<b>屋顶</b>漏水", weight=2.0), why("王秀兰报修"))),
            Candidate("77", "没有这一类", 0.02, (why("屋顶"),)),
        ],
        Sort.KIND: [Candidate("request", "申诉求决", 0.8, (why("没人管"),))],
        Sort.PLACE: [
            Candidate(str(world.county_gov.pk), "青石县人民政府", 0.6, (why("和平路"),)),
            Candidate(str(world.government.pk), "没有依据的属地", 0.1),
        ],
        Sort.REQUESTS: [Candidate("请把王秀兰家的屋顶修好", "请把王秀兰家的屋顶修好", None, (why("报修三次"),))],
        Sort.URGENCY: [Candidate("life", "有人身危险", None, (why("漏水", note="规则"),))],
        Sort.RESPONDENTS: [
            Candidate(f"organisation:{world.housing.pk}", "临江地区住房和城乡建设局", None, (why("没人管"),))
        ],
        Sort.UNIT: [
            Candidate(str(world.housing.pk), "临江地区住房和城乡建设局", 0.7, (Reason(note="职责：工程质量"),))
        ],
    }
    return tuple(
        Proposer(sort, lambda reading, matter, found=found: found, lambda: "test-1") for sort, found in rows.items()
    )


@pytest.fixture
def world(db, monkeypatch):
    town = World()
    monkeypatch.setattr(proposals, "PROPOSERS", proposers(town))
    found = [
        Candidate(
            str(town.housing.pk),
            town.housing.name,
            0.7,
            (Reason(note="职责：工程质量"), Reason(note="本地3件同类事项由该单位受理")),
        )
    ]
    monkeypatch.setattr(proposals.units, "propose_units", lambda *_asked, **_more: found)  # as its own tests show
    return town


def registered(world, **changes) -> Matter:
    receipt = world.file("2026-03-02", **{**TEXT, **changes})
    world.take(Step.REGISTER, receipt.matter_id, world.tang_registers, "2026-03-02")
    matter = Matter.objects.get(pk=receipt.matter_id)
    proposals.make(matter, at=timezone.now())
    return matter


def address(matter, step=Step.CLASSIFY):
    return reverse("workbench:step", args=[matter.number, step.value])


def wish(page: str, sort: str, number: int = 0) -> str:
    return re.findall(rf'name="do" value="(adopt:{sort}:[^"]*)"', page)[number]


class TestWhatIsShown:
    def test_each_proposal_with_how_sure_and_why(self, world):
        page = client_of(world.li_triages).get(address(registered(world))).content.decode()
        assert "系统建议（由您决定）" in page
        assert "很有把握，91%" in page
        assert page.count('name="do" value="adopt:class:') == 1  # a class that is none of the office's has no button
        assert "adopt:unit" not in page  # of another step
        assert "没有依据的属地" not in page  # what cannot say why is not proposed

    def test_nothing_is_filled_in_beforehand(self, world):
        matter = registered(world, purpose="suggest")
        page = client_of(world.li_triages).get(address(matter)).content.decode()
        assert not re.search(r'value="request"[^>]*checked', page)
        assert not re.search(r'name="(content_class|accused|urgent|litigation)"[^>]*checked', page)

    def test_words_of_the_text_are_escaped_and_marked_and_only_as_the_reader_sees_them(self, world):
        page = client_of(world.li_triages).get(address(registered(world))).content.decode()
        assert "<mark>&lt;b&gt;屋顶&lt;/b&gt;漏水</mark>" in page
        assert "<b>屋顶</b>" not in page
        assert (
            "王秀兰" not in page.split('id="proposals"')[1].split("</section>")[0]
        )  # masked in the text, so named nowhere (C-12)

    def test_the_page_of_registering_shows_them_to_be_read(self, world):
        receipt = world.file("2026-03-02", **TEXT)
        matter = Matter.objects.get(pk=receipt.matter_id)
        proposals.make(matter, at=timezone.now())
        page = client_of(world.tang_registers).get(address(matter, Step.REGISTER)).content.decode()
        assert "工程质量" in page and "adopt:" not in page

    def test_it_costs_few_statements_however_many_are_proposed(self, world, settings, monkeypatch):
        matter, client = registered(world), client_of(world.li_triages)
        client.get(address(matter))  # the session is as on the second page of a day
        with CaptureQueriesContext(connection) as shown:
            client.get(address(matter))
        settings.ANALYSIS = False
        with CaptureQueriesContext(connection) as without:
            client.get(address(matter))
        assert len(shown) - len(without) <= STATEMENTS

    def test_switched_off_the_page_is_as_before(self, world, settings):
        matter = registered(world)
        settings.ANALYSIS = False
        page = client_of(world.li_triages).get(address(matter)).content.decode()
        assert "系统建议" not in page and "<mark>" not in page

    def test_without_a_model_it_says_so_in_a_sentence(self, world):
        matter = registered(world)
        Proposal.objects.filter(sort=Sort.CLASS).delete()
        page = client_of(world.li_triages).get(address(matter)).content.decode()
        assert "没有可用的分类模型" in page and "申诉求决" in page


class TestAdopting:
    def press(self, world, matter, which, step=Step.CLASSIFY, officer=None, **typed):
        client = client_of(officer or world.li_triages)
        page = client.get(address(matter, step)).content.decode()
        answer = client.post(address(matter, step), {"version": matter.version, **typed, "do": wish(page, which)})
        assert answer.status_code == 200
        return answer.context["form"], answer.content.decode()

    @pytest.mark.parametrize(
        ("sort", "field"),
        [
            ("class", "content_class"),
            ("kind", "kind"),
            ("place", "place"),
            ("urgency", "urgent"),
            ("respondents", "accused"),
        ],
    )
    def test_one_press_fills_one_field_and_takes_no_step(self, world, sort, field):
        matter = registered(world, purpose="suggest")
        before = matter.event_count
        form, page = self.press(world, matter, sort, requests="我自己写的一行", kind="suggestion")
        expected = {
            "class": world.housing_class.pk,
            "kind": "request",
            "place": world.county_gov.pk,
            "urgency": True,
            "respondents": world.housing.pk,
        }
        assert form.given(field) == [str(expected[sort])]
        assert form.given("requests") == ["我自己写的一行"]
        assert sort == "kind" or form.given("kind") == ["suggestion"]
        assert "已填入" in page and "已在表单中" in page
        matter.refresh_from_db()
        assert (matter.event_count, matter.content_class_id, matter.urgent) == (before, None, False)

    def test_a_request_is_added_to_the_lines_as_the_officer_reads_it(self, world):
        form, _page = self.press(world, registered(world), "requests", requests="我自己写的一行")
        first, second = form.given("requests")[0].splitlines()
        assert first == "我自己写的一行"
        assert second.endswith("家的屋顶修好") and "王秀兰" not in second

    def test_the_unit_of_a_transfer(self, world):
        matter = world.triaged(**TEXT)
        proposals.make(matter, at=timezone.now())
        form, page = self.press(world, matter, "unit", step=Step.TRANSFER, reason="我写的理由")
        assert form.given("to") == [str(world.housing.pk)]
        assert form.given("reason") == ["我写的理由"]
        assert "职责：工程质量" in page and "本地3件同类事项由该单位受理" in page

    def test_a_unit_in_the_accused_set_is_not_offered(self, world):
        matter = world.triaged(kind=Kind.REQUEST, **TEXT)
        proposals.make(matter, at=timezone.now())
        from xinqiao.matters.secrecy import add_accused

        add_accused(matter, organisations=[world.housing])
        page = client_of(world.li_triages).get(address(matter, Step.TRANSFER)).content.decode()
        assert "adopt:unit" not in page

    @pytest.mark.parametrize(
        "made_up", ["adopt:class:0:1", "adopt:class:9:", "adopt:sort", "adopt:", "adopt:unit:0:0", "adopt:class:x:y"]
    )
    def test_a_wish_that_no_button_has_fills_nothing_in(self, world, made_up):
        matter = registered(world)
        answer = client_of(world.li_triages).post(address(matter), {"do": made_up, "requests": "我写的"})
        assert answer.status_code == 200
        assert answer.context["form"].given("requests") == ["我写的"]
        assert answer.context["form"].given("content_class") == []


class TestReports:
    def test_first_the_text_on_record_then_its_proposals_on_record(self, world):
        matter = registered(world, purpose="accuse")
        client = client_of(world.li_triages)
        page = client.get(address(matter)).content.decode()
        assert "先打开材料" in page and "工程质量" not in page.split('id="proposals"')[1].split("</section>")[0]
        client.get(reverse("workbench:report", args=[matter.number]))
        entries = AuditEntry.objects.filter(kind="read_report", matter_id=matter.pk)
        assert entries.count() == 1
        page = client.get(address(matter)).content.decode()
        assert "工程质量" in page.split('id="proposals"')[1].split("</section>")[0]
        assert entries.count() == 2

    def test_the_machine_never_proposes_to_unseal(self, world):
        matter = registered(world, purpose="accuse")
        client = client_of(world.li_triages)
        client.get(reverse("workbench:report", args=[matter.number]))
        page = client.get(address(matter)).content.decode()
        assert "adopt:class" in page and "adopt:kind" not in page
        stamp = int(Proposal.objects.get(matter=matter, sort=Sort.KIND).made_at.timestamp() * 1000)
        answer = client.post(address(matter), {"kind": "report", "do": f"adopt:kind:0:{stamp}"})
        assert answer.context["form"].given("kind") == ["report"]

    def test_a_press_before_the_text_was_opened_fills_nothing_in(self, world):
        matter = registered(world, purpose="accuse")
        stamp = int(Proposal.objects.get(matter=matter, sort=Sort.CLASS).made_at.timestamp() * 1000)
        answer = client_of(world.li_triages).post(address(matter), {"do": f"adopt:class:0:{stamp}"})
        assert answer.context["form"].given("content_class") == []

    def test_who_registers_it_is_shown_none(self, world):
        matter = Matter.objects.get(pk=world.file("2026-03-02", purpose="accuse", **TEXT).matter_id)
        proposals.make(matter, at=timezone.now())
        page = client_of(world.tang_registers).get(address(matter, Step.REGISTER)).content.decode()
        assert "系统建议" not in page


class TestMarking:
    @pytest.mark.parametrize(
        ("text", "words", "expected", "reason"),
        [
            ("甲乙丙", [Word("乙", 1)], "甲<mark>乙</mark>丙", "where it stands"),
            ("乙甲乙", [Word("乙", 2)], "乙甲<mark>乙</mark>", "the nearest of two"),
            ("张*说甲乙", [Word("甲乙", 5)], "张*说<mark>甲乙</mark>", "the text is shorter than the original"),
            ("甲乙丙丁", [Word("甲乙", 0), Word("乙丙", 1)], "<mark>甲乙丙</mark>丁", "they overlap"),
            ("<i>甲", [Word("<i>", 0)], "<mark>&lt;i&gt;</mark>甲", "escaped inside the mark"),
            ("<script>", [Word("没有", 0)], "&lt;script&gt;", "a word that is not shown"),
            ("甲" * 50, [Word("甲" * 41, 0)], "甲" * 50, "a whole sentence marks nothing"),
            ("甲 乙", [Word(" ", 1), Word("", 0)], "甲 乙", "white space is no word"),
        ],
    )
    def test_words_are_marked_where_they_are_shown(self, text, words, expected, reason):
        assert marked(text, words) == expected, reason
