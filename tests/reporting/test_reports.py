"""Reports: every sort has its parts, drafted from figures, nothing typed is lost, frozen once issued, nobody named (H.1, H.4, H.5, R-41(1))."""

import io
import re
from types import SimpleNamespace

import docx
import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from pypdf import PdfReader

from tests.workbench.test_statistics import lies_at
from tests.world import World, at, client_of
from xinqiao.jobs import duties
from xinqiao.ledgers import campaigns
from xinqiao.matters import counted
from xinqiao.matters.models import Matter
from xinqiao.notifications.models import InAppMessage
from xinqiao.organisations.models import Organisation
from xinqiao.reporting.reports import drafting, printed, sections, writing
from xinqiao.reporting.reports.models import Copy, Report, Version
from xinqiao.reporting.reports.writing import Edit
from xinqiao.rules import reports
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.reports import ANNUAL_CONTENTS, ROWS, SECTIONS, PartKind, ReportSort, ReportState
from xinqiao.rules.small_cells import NOT_SHOWN
from xinqiao.rules.stages import Kind, Role

pytestmark = pytest.mark.django_db
MARCH = {"start_on": at("2026-03-01").date(), "end_on": at("2026-03-31").date()}
NOW = "2026-04-02"


@pytest.fixture
def world():
    made = World()
    lies_at(made, made.housing, 12, month="2026-03")
    lies_at(made, made.housing, 10, month="2026-02")
    lies_at(made, made.environment, 3, month="2026-03")
    lies_at(made, made.county_housing, 6, month="2026-03")
    made.chief = made.officer("chief", "高专员", made.government, Role.LEADER)
    made.in_county = made.officer("lead", "洪县长", made.county_gov, Role.LEADER)
    return made


def drafted(world, sort=ReportSort.MONTHLY, by=None, **changes) -> Report:
    said = {"title": "3月信访形势分析", **MARCH, **changes}
    report = drafting.ask(sort, by=by or world.li_triages, at=at(NOW), **said)
    while drafting.draft_waiting(at(NOW)):
        pass
    return Report.objects.get(pk=report.pk)


def says(report: Report) -> str:
    return "\n".join(writing.words_of(one) for one in report.blocks)


def block_of(report: Report, section: str, kind=PartKind.TEXT) -> dict:
    return next(one for one in report.blocks if one["section"] == section and one["kind"] == kind)


def write(world, report: Report, section: str, text: str, by=None) -> Report:
    edit = Edit("write", block_of(report, section)["id"], said={"text": text})
    return writing.change(report.pk, edit, seq=report.seq, by=by or world.li_triages, at=at(NOW))


def handed_in(world, report: Report) -> Report:
    for section in reports.missing(ReportSort(report.sort), writing.filled(report)):
        report = write(world, report, section.code, "研究后写的内容。")
    return writing.submit(report.pk, by=world.li_triages, at=at(NOW))


def issued(world, report: Report, *copies) -> Report:
    return writing.issue(handed_in(world, report).pk, copies=copies, by=world.wang_leads_office, at=at("2026-04-03"))


class TestRules:
    def test_every_section_has_a_maker_or_a_writer_and_a_rule(self):
        assert {row.sort for row in ROWS.values()} == set(ReportSort)
        for row in ROWS.values():
            assert set(row.mandatory) <= set(row.sections) <= set(SECTIONS)
        assert all(one.basis and one.shows for one in SECTIONS.values())

    def test_the_annual_report_says_all_four_items_of_the_article(self):
        """R-41(1)"""
        asked = {code for codes in ANNUAL_CONTENTS.values() for code in codes}
        assert len(ANNUAL_CONTENTS) == 4 and asked == set(ROWS[ReportSort.ANNUAL].mandatory)

    @pytest.mark.parametrize(
        ("now", "before", "words"),
        [(12, 10, "升20.0%"), (9, 12, "降25.0%"), (5, 5, "持平"), (5, 0, "新增"), (None, 9, "数字小，不比较"), (9, None, "数字小，不比较")],
    )  # fmt: skip
    def test_growth_is_said_in_words_and_never_of_what_is_withheld(self, now, before, words):
        assert reports.growth(now, before) == words


class TestDraft:
    @pytest.mark.parametrize("sort", ReportSort)
    def test_each_sort_has_all_its_sections_in_order(self, world, sort):
        report = drafted(world, sort)
        headings = [one["section"] for one in report.blocks if one["kind"] == PartKind.HEADING]
        assert headings == list(ROWS[sort].sections) and report.state == ReportState.DRAFT

    def test_a_figure_has_a_plain_sentence_and_a_small_one_is_not_told(self, world):
        report = drafted(world)
        assert "2026年3月，临江地区行政公署共收到信访事项21件，比上月升110.0%" in says(report)
        rows = block_of(report, "places", PartKind.TABLE)["rows"]
        told = {row[0]: row[1] for row in rows}
        assert told["临江地区生态环境局"] == "未显示" and "3" not in told.values()
        tree = Organisation.objects.filter(name__in=told).order_by("lft").values_list("name", flat=True)
        assert list(told) == list(tree)  # never by number (G.4)

    def test_what_is_withheld_is_left_out_of_the_sentence(self):
        area = SimpleNamespace(levels=lambda: [("地区（市、州）", NOT_SHOWN), ("县（市、区）", "15")])
        sentence, table = sections.MAKERS["levels"](SimpleNamespace(area=area))
        assert sentence["text"] == "县（市、区）15件。" and len(table["rows"]) == 2

    def test_reports_on_officials_are_in_no_figure(self, world):
        """C-01"""
        before = says(drafted(world))
        lies_at(world, world.environment, 30, kind=Kind.REPORT)
        Matter.objects.filter(kind=Kind.REPORT).update(sealed=True)
        counted.rebuild()
        assert says(drafted(world)) == before

    def test_a_worker_that_died_goes_on_where_it_stopped(self, world, monkeypatch):
        report = drafting.ask(ReportSort.MONTHLY, title="3月", by=world.li_triages, at=at(NOW), **MARCH)
        whole, broken = sections.make, []

        def dies(code, draft):
            if code == "fields" and not broken:
                broken.append(code)
                raise RuntimeError
            return whole(code, draft)

        monkeypatch.setattr(sections, "make", dies)
        monkeypatch.setattr(drafting, "BATCH", 5)
        drafting.draft_waiting(at(NOW))
        report.refresh_from_db()
        assert (report.state, report.done_sections) == (ReportState.DRAFTING, 4)
        assert duties.run_due(at(NOW)) and drafting.draft_waiting(at(NOW))
        while drafting.draft_waiting(at(NOW)):
            pass
        report.refresh_from_db()
        assert [one["section"] for one in report.blocks if one["kind"] == PartKind.HEADING] == list(
            ROWS[ReportSort.MONTHLY].sections
        )
        assert InAppMessage.objects.filter(officer=world.li_triages, subject=f"{report}:drafted").count() == 1

    def test_what_takes_its_worker_down_again_and_again_is_given_up(self, world, monkeypatch):
        monkeypatch.setattr(sections, "make", lambda *_: 1 / 0)
        report = drafting.ask(ReportSort.BRIEF, title="3月", by=world.li_triages, at=at(NOW), **MARCH)
        while drafting.draft_waiting(at(NOW)):
            pass
        report.refresh_from_db()
        assert report.state == ReportState.FAILED and report.problem


class TestInspectionBulletin:
    """督查通报 (H.5, A-55): what the rounds of a campaign found, as its page tells it."""

    @pytest.fixture
    def campaign(self, world):
        leader, begins = world.wang_leads_office, at("2026-03-01")
        said = {"begins_on": begins.date(), "ends_on": at("2026-06-01").date(), "by": leader, "at": begins}
        made = campaigns.make(name="清欠行动", about="清理拖欠工程款，年底前全部结清。", **said)
        for organ, officer in ((world.housing, world.xu_handles), (world.county_housing, world.han_at_county_housing)):
            target = {"problem": "拖欠工程款没有结清", "measure": "督促结清", "limit_on": at("2026-03-20").date()}
            target |= {"place": world.government, "organisation": organ, "officer": officer}
            campaigns.add_target(made, by=leader, at=at("2026-03-02"), **target)
        for number, day in ((1, "2026-03-16"), (2, "2026-03-31")):
            units = {
                world.housing.pk: ("criticism", "看了三处工地，两处还没有结清。"),
                world.county_housing.pk: ("praise", "三处工地都已结清，凭证齐全。"),
            }
            held = {"held_on": at(day).date(), "findings": f"第{number}轮总体平稳", "units": units}
            campaigns.close_round(made.rounds.get(number=number).pk, by=leader, at=at(day), **held)
        return made

    def test_says_what_the_summary_of_each_round_says(self, world, campaign):
        report = drafted(world, ReportSort.INSPECTION, campaign_id=campaign.pk)
        words = says(report)
        tables = [one for one in report.blocks if one["section"] == "round" and one["kind"] == PartKind.TABLE]
        rounds = list(campaign.rounds.filter(held_on__isnull=False))
        for one, table in zip(rounds, tables, strict=True):
            told = campaigns.round_summary(one, today=at(NOW).date())
            assert (told.total, told.late) == (3, 2), "the third is to answer to the command"
            assert f"目标{told.total}项，已销号{told.done}项，超过期限{told.late}项。{told.findings}" in words
            rows = [
                [unit.organisation, str(unit.total), str(unit.done), str(unit.late), unit.text] for unit in told.units
            ]
            assert table["rows"] == rows and table["title"] == f"清欠行动第{told.number}轮"
        assert f"{world.housing.name}：批评，连续2轮，应当向指挥部说明。" in words
        assert f"{world.county_housing.name}：表扬，连续2轮" not in words

    def test_says_nothing_of_another_campaign_or_of_rounds_outside_the_period(self, world, campaign):
        assert "没有完成的督查轮次" in says(drafted(world, ReportSort.INSPECTION, campaign_id=campaign.pk + 1))
        april = {"start_on": at("2026-04-01").date(), "end_on": at("2026-04-30").date()}
        assert "没有完成的督查轮次" in says(drafted(world, ReportSort.INSPECTION, **april))


class TestWriting:
    def test_blocks_are_written_added_moved_and_taken_out_and_every_version_stays(self, world):
        report = drafted(world)
        first = report.blocks[0]["id"]
        report = writing.change(
            report.pk, Edit("add", first, said={"text": "新的一段"}), seq=1, by=world.li_triages, at=at(NOW)
        )
        new = report.blocks[1]
        assert new["text"] == "新的一段"
        report = writing.change(report.pk, Edit("up", new["id"]), seq=2, by=world.li_triages, at=at(NOW))
        assert report.blocks[0]["id"] == new["id"]
        report = writing.change(report.pk, Edit("remove", new["id"]), seq=3, by=world.li_triages, at=at(NOW))
        assert all(one["id"] != new["id"] for one in report.blocks)
        kept = Version.objects.filter(report=report).values_list("seq", flat=True)
        assert list(kept) == [1, 2, 3, 4] and "新的一段" in str(Version.objects.get(report=report, seq=2).said)
        with pytest.raises(DatabaseError), transaction.atomic():
            Version.objects.filter(report=report).update(act="x")

    def test_whoever_was_slower_is_told_and_sees_both_texts(self, world):
        report = drafted(world)
        part = block_of(report, "volume")["id"]
        write(world, report, "volume", "先存的", by=world.wang_leads_office)
        page = client_of(world.li_triages).post(
            reverse("workbench:analysis_part", args=[report.pk, part]), {"seq": report.seq, "text": "后写的一句"}
        )
        words = page.content.decode()
        assert page.status_code == 409 and "先存的" in words and "后写的一句" in words
        again = client_of(world.li_triages).post(
            reverse("workbench:analysis_part", args=[report.pk, part]), {"seq": report.seq + 1, "text": "后写的一句"}
        )
        assert again.status_code == 302 and "后写的一句" in says(Report.objects.get())

    def test_the_title_is_written_like_a_part(self, world):
        report = drafted(world)
        client, address = client_of(world.li_triages), reverse("workbench:analysis_title", args=[report.pk])
        page = reverse("workbench:analysis_report", args=[report.pk])
        assert address in client.get(page).content.decode() and report.title in client.get(address).content.decode()
        for wrong in ("", "请找13800138000", "字" * 101):
            answer = client.post(address, {"seq": report.seq, "title": wrong})
            assert answer.status_code == 422 and wrong in answer.content.decode()
        report = handed_in(world, report)
        assert client.post(address, {"seq": report.seq, "title": "三月形势分析"}).status_code == 302
        renamed = Report.objects.get()
        assert (renamed.title, renamed.state) == ("三月形势分析", ReportState.DRAFT), (
            "what was handed in bore another title"
        )
        slower = client.post(address, {"seq": report.seq, "title": "后写的标题"})
        assert slower.status_code == 409
        assert all(words in slower.content.decode() for words in ("三月形势分析", "后写的标题"))
        assert client_of(world.feng_in_county).get(address).status_code == 404

    def test_numbers_of_people_are_refused_and_what_was_typed_stays(self, world):
        report = drafted(world)
        address = reverse("workbench:analysis_part", args=[report.pk, block_of(report, "volume")["id"]])
        page = client_of(world.li_triages).post(address, {"seq": report.seq, "text": "请找张某，电话13800138000"})
        assert page.status_code == 422 and "13800138000" in page.content.decode()
        assert "13800138000" not in says(Report.objects.get())

    def test_a_table_is_typed_line_by_line(self, world):
        report = drafted(world)
        address = reverse("workbench:analysis_part", args=[report.pk, block_of(report, "volume", PartKind.TABLE)["id"]])
        client = client_of(world.li_triages)
        wrong = client.post(address, {"seq": report.seq, "title": "表", "cells": "项目 | 件数\n收到 | 21 | 多的"})
        assert wrong.status_code == 422 and "第2行有3列" in wrong.content.decode()
        assert (
            client.post(address, {"seq": report.seq, "title": "表", "cells": "项目\t件数\n收到\t21"}).status_code == 302
        )
        assert block_of(Report.objects.get(), "volume", PartKind.TABLE)["rows"] == [["收到", "21"]]


class TestIssue:
    def test_it_is_complete_numbered_frozen_and_given_out(self, world):
        report = drafted(world, ReportSort.QUARTERLY, start_on=at("2026-01-01").date())
        with pytest.raises(StepRefused, match="还没有写：形势判断"):
            writing.submit(report.pk, by=world.li_triages, at=at(NOW))
        report = handed_in(world, report)
        with pytest.raises(StepRefused, match="负责人签发"):
            writing.issue(report.pk, by=world.li_triages, at=at(NOW))
        report = writing.issue(report.pk, copies=[world.county_gov], by=world.wang_leads_office, at=at("2026-04-03"))
        assert report.number == "临信析〔2026〕1号" and len(report.digest) == 64
        assert InAppMessage.objects.filter(officer=world.in_county, subject__startswith=str(report)).exists()
        with pytest.raises(StepRefused):
            writing.change(report.pk, Edit("remove", report.blocks[0]["id"]), seq=None, by=world.li_triages, at=at(NOW))
        with pytest.raises(DatabaseError), transaction.atomic():
            Report.objects.filter(pk=report.pk).update(title="改了")
        page = client_of(world.in_county).get(reverse("workbench:analysis_report", args=[report.pk]))
        assert (
            page.status_code == 200
            and "临信析〔2026〕1号" in page.content.decode()
            and Copy.objects.get().opened_by == world.in_county
        )
        second = issued(world, drafted(world, ReportSort.MONTHLY))
        assert second.number == "临信析〔2026〕2号"

    def test_looking_for_an_organ_keeps_what_was_ticked(self, world, monkeypatch):
        monkeypatch.setattr("xinqiao.workbench.acts.fields.LISTED_AT_MOST", 2)
        report = handed_in(world, drafted(world, ReportSort.BRIEF))
        client, address = (
            client_of(world.wang_leads_office),
            reverse("workbench:analysis_act", args=[report.pk, "issue"]),
        )
        assert world.police.name not in client.get(address).content.decode()
        ticked = [world.county_housing.pk, world.environment.pk, "9" * 30]
        sent = {"seq": report.seq, "copies": ticked, "unit_search": world.police.name, "do": "find"}
        found = client.post(address, sent)
        words = found.content.decode()
        assert found.status_code == 200 and Report.objects.get().state == ReportState.SUBMITTED
        assert world.police.name in words and len(re.findall(r'name="copies"[^>]* checked', words)) == 2
        sent = {"seq": report.seq, "copies": [*ticked[:2], world.police.pk], "unit_search": world.police.name}
        assert client.post(address, sent).status_code == 302
        given = set(Copy.objects.values_list("organisation", flat=True))
        assert given == {world.county_housing.pk, world.environment.pk, world.police.pk}

    def test_nobody_else_sees_it(self, world):
        report = drafted(world)
        for stranger in (world.chief, world.in_county, world.feng_in_county, world.han_at_county_housing):
            assert client_of(stranger).get(reverse("workbench:analysis_report", args=[report.pk])).status_code == 404
            assert (
                client_of(stranger).get(reverse("workbench:analysis_file", args=[report.pk, "pdf"])).status_code == 404
            )
        assert (
            client_of(world.wang_leads_office).get(reverse("workbench:analysis_report", args=[report.pk])).status_code
            == 200
        )

    def test_no_petitioner_of_a_named_matter_and_no_report_on_officials(self, world):
        matter, sealed = world.triaged("2026-03-02"), world.triaged("2026-03-03", kind=Kind.REPORT)
        name = matter.petitioners.first().identity().name
        report = write(world, drafted(world), "hot", f"如信访件{matter.number}，{name}反映漏水")
        with pytest.raises(StepRefused, match="信访人姓名"):
            handed_in(world, report)
        report = write(world, Report.objects.get(pk=report.pk), "hot", f"如信访件{sealed.number}")
        with pytest.raises(StepRefused, match="不能写进报告"):
            handed_in(world, report)
        report = write(world, Report.objects.get(pk=report.pk), "hot", f"如信访件{matter.number}，反映漏水")
        assert issued(world, report).matter_ids == [matter.pk]


class TestPaper:
    def test_pdf_and_word_carry_the_figures_as_text_tables_and_a_plot(self, world):
        report = issued(world, drafted(world, ReportSort.BRIEF), world.county_gov)
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(printed.pdf(report))).pages)
        flat = "".join(text.split())
        assert "共收到信访事项21件" in flat and report.number in flat and "发送：青石县人民政府" in flat
        assert printed.pdf(report) == printed.pdf(Report.objects.get(pk=report.pk))
        paper = docx.Document(io.BytesIO(printed.docx(report)))
        words = "\n".join(one.text for one in paper.paragraphs)
        assert "共收到信访事项21件" in words and paper.inline_shapes
        assert "21" in [cell.text for row in paper.tables[0].rows for cell in row.cells]
        left = {
            one["text"]
            for one in report.blocks
            if one["kind"] == PartKind.HEADING and one["section"] not in writing.filled(report)
        }
        assert left and not any(heading in flat or heading in words for heading in left), (
            "a part nobody wrote is not printed"
        )
        answer = client_of(world.li_triages).get(reverse("workbench:analysis_file", args=[report.pk, "docx"]))
        assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
