"""研判例会: recorded, issued once, decisions followed up as ledger items; nothing on it that its readers may not know (A-48, A-53, C-01)."""

import io
from datetime import date, timedelta

import docx
import pytest
from django.urls import reverse
from django.utils.timezone import localdate
from pypdf import PdfReader

from tests.information.town import town
from tests.world import at, client_of
from xinqiao.information import meetings, minutes, reports
from xinqiao.information.models import Meeting
from xinqiao.jobs import meetings_held
from xinqiao.ledgers.models import Item
from xinqiao.notifications.models import InAppMessage
from xinqiao.rules.information import MeetingKind, MeetingState, ReportKind, TopicSort
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Kind

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return town()


def said(*topics, **changes) -> meetings.Said:
    facts = {
        "kind": MeetingKind.ANALYSIS, "title": "3月信访形势分析研判会", "held_at": at("2026-03-30 09:30"), "place": "三楼会议室",
        "chair": "副专员", "members": "信访局\n住建局", "topics": topics or ("热点：新房漏水", "一季度形势"), "summary": "漏水类增多。",
    }  # fmt: skip
    return meetings.Said(**{**facts, **changes})


def recorded(world, *topics) -> Meeting:
    return meetings.record(said(*topics), by=world.li_triages, at=at("2026-03-30 15:00"))


class TestRecord:
    def test_agenda_points_to_petitions_and_reports_by_number(self, world):
        matter = world.triaged("2026-03-02")
        report = reports.write(
            reports.Said(ReportKind.POLICY_TREND, "漏水", "多处"), by=world.li_triages, at=at("2026-03-03")
        )
        meeting = recorded(world, "热点：新房漏水", f"信访件{matter.number}怎么办", f"{report.number}", "其他")
        assert [(one.sort, one.number) for one in meeting.topics.all()] == [
            (TopicSort.HOT_ISSUE, ""), (TopicSort.MATTER, matter.number), (TopicSort.REPORT, report.number), (TopicSort.TOPIC, ""),
        ]  # fmt: skip

    def test_a_report_on_officials_stands_on_no_agenda_nor_what_one_may_not_open(self, world):
        sealed = world.triaged("2026-03-02", kind=Kind.REPORT)
        elsewhere = world.triaged("2026-03-02")
        with pytest.raises(StepRefused, match="第1个议题"):
            recorded(world, f"件{sealed.number}")
        with pytest.raises(StepRefused, match="第1个议题"):
            meetings.record(said(f"件{elsewhere.number}"), by=world.han_at_county_housing, at=at("2026-03-30"))

    def test_how_it_read_before_stays(self, world):
        meeting = recorded(world)
        meetings.change(meeting.pk, said(title="改过的名称"), by=world.li_triages, at=at("2026-03-31"))
        assert [event.said["title"] for event in meeting.events.order_by("seq")] == [
            "3月信访形势分析研判会",
            "改过的名称",
        ]

    def test_an_issued_record_does_not_change(self, world):
        meeting = recorded(world)
        with pytest.raises(StepRefused, match="负责人"):
            meetings.issue(meeting.pk, by=world.li_triages, at=at("2026-03-31"))
        meetings.issue(meeting.pk, by=world.wang_leads_office, at=at("2026-03-31"))
        with pytest.raises(StepRefused, match="已经印发"):
            meetings.change(meeting.pk, said(), by=world.li_triages, at=at("2026-03-31"))

    def test_a_draft_is_the_units_own_and_the_issued_one_is_read_from_above(self, world):
        meeting = meetings.record(said(), by=world.luo_leads_township, at=at("2026-03-30"))
        seen = Meeting.objects.visible_to(world.feng_in_county).filter(pk=meeting.pk)
        assert not seen.exists()
        meetings.issue(meeting.pk, by=world.luo_leads_township, at=at("2026-03-31"))
        assert seen.exists() and not Meeting.objects.visible_to(world.zhou_leads_unit).filter(pk=meeting.pk).exists()


class TestPaper:
    def test_minutes_as_pdf_and_word(self, world):
        meeting = recorded(world)
        meetings.decide(
            meeting.pk, text="住建局牵头拿出维修方案", organisation=world.housing, due_on=date(2026, 4, 20), by=world.li_triages,
            at=at("2026-03-30"),
        )  # fmt: skip
        meetings.issue(meeting.pk, by=world.wang_leads_office, at=at("2026-03-31"))
        meeting.refresh_from_db()
        words = "".join(
            "".join(page.extract_text() for page in PdfReader(io.BytesIO(minutes.pdf(meeting))).pages).split()
        )
        paper = docx.Document(io.BytesIO(minutes.docx(meeting)))
        cells = "".join(cell.text for table in paper.tables for row in table.rows for cell in row.cells)
        for text in ("热点问题", "住建局牵头拿出维修方案", world.housing.name, "2026年4月20日"):
            assert text in words and text in cells + "".join(one.text for one in paper.paragraphs)


class TestPages:
    def test_from_the_record_to_the_ledger(self, world):
        writer, leader = client_of(world.li_triages), client_of(world.wang_leads_office)
        form = {
            "kind": "joint_conference", "title": "联席会议", "held_on": "2026-03-30", "held_time": "09:30", "place": "三楼", "chair": "副专员",
            "members": "信访局", "topics": "热点：漏水",
        }  # fmt: skip
        assert writer.post(reverse("workbench:meeting_new"), {**form, "topics": ""}).status_code == 422
        assert writer.post(reverse("workbench:meeting_new"), form).status_code == 302
        meeting = Meeting.objects.get()
        page, due = reverse("workbench:meeting", args=[meeting.pk]), localdate() + timedelta(days=20)
        decide = reverse("workbench:meeting_decide", args=[meeting.pk])
        wrong = writer.post(decide, {"text": "拿出方案", "organisation": world.housing.pk, "due_on": "2020-01-01"})
        assert wrong.status_code == 422 and "拿出方案" in wrong.content.decode()
        assert (
            writer.post(decide, {"text": "拿出方案", "organisation": world.housing.pk, "due_on": due}).status_code
            == 302
        )
        assert client_of(world.zhou_leads_unit).get(page).status_code == 404
        issue = reverse("workbench:meeting_issue", args=[meeting.pk])
        assert writer.post(issue).status_code == 404, "issued by the leader"
        assert leader.post(issue).status_code == 302
        meeting.refresh_from_db()
        item = Item.objects.get(source=f"meeting:{meeting.pk}")
        assert meeting.state == MeetingState.ISSUED and item.organisation == world.housing and item.limit_on == due
        assert reverse("workbench:ledger_item", args=[item.pk]) in writer.get(page).content.decode()
        assert "联席会议" in writer.get(reverse("workbench:meetings")).content.decode()
        for paper in ("pdf", "docx"):
            assert writer.get(reverse("workbench:minutes", args=[meeting.pk, paper])).status_code == 200
        assert writer.get(reverse("workbench:minutes", args=[meeting.pk, "exe"])).status_code == 404
        assert writer.get(reverse("workbench:meeting_edit", args=[meeting.pk])).status_code == 404


class TestEveryMonth:
    """A-48: a month without a record of its meeting is told once, to the heads of the offices that hold one."""

    NOW = at("2026-05-01 09:00")

    @pytest.fixture
    def begun(self, world):
        world.signed_in("2026-02-02")
        return world

    def told(self, *posts) -> list[int]:
        lines = InAppMessage.objects.filter(subject="meeting_month:2026-04")
        return [lines.filter(officer=post).count() for post in posts]

    def test_is_told_once_to_who_leads_an_office_that_has_petitions(self, begun):
        for hour in ("09:00", "15:00"):
            meetings_held.remind(at(f"2026-05-01 {hour}"))
        posts = (begun.wang_leads_office, begun.li_triages, begun.zhou_leads_unit, begun.feng_in_county)
        assert self.told(*posts) == [1, 0, 0, 0]  # the county office had none yet
        assert InAppMessage.objects.first().text == "2026年4月没有研判例会的记录。开过的请补记，没有开的请安排。"

    @pytest.mark.parametrize(
        ("held", "kind", "missing"),
        [("2026-04-30 16:00", MeetingKind.ANALYSIS, 0), ("2026-03-31 16:00", MeetingKind.ANALYSIS, 1), ("2026-04-15 09:00", MeetingKind.DEPARTMENTS, 1)],
        ids=["on the last day", "the month before", "another meeting"],
    )  # fmt: skip
    def test_a_record_of_that_month_is_enough(self, begun, held, kind, missing):
        meetings.record(said(kind=kind, held_at=at(held)), by=begun.li_triages, at=self.NOW)
        meetings_held.remind(self.NOW)
        assert self.told(begun.wang_leads_office) == [missing]

    def test_who_has_just_begun_is_not_told_of_what_lies_before(self, world):
        world.signed_in("2026-04-02")
        meetings_held.remind(self.NOW)
        assert self.told(world.wang_leads_office) == [0]

    def test_stands_on_the_page_and_the_bell_leads_there(self, begun, monkeypatch):
        monkeypatch.setattr("xinqiao.workbench.information.meetings.localdate", lambda *_: self.NOW.date())
        client = client_of(begun.li_triages)
        assert "2026年4月没有研判例会的记录" in client.get(reverse("workbench:meetings")).content.decode()
        assert (
            "没有研判例会的记录"
            not in client_of(begun.zhou_leads_unit).get(reverse("workbench:meetings")).content.decode()
        )
        meetings_held.remind(self.NOW)
        assert (
            reverse("workbench:meetings")
            in client_of(begun.wang_leads_office).get(reverse("workbench:messages")).content.decode()
        )
