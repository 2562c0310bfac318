"""The pages of hot issues: who sees what, what is sent on, that no paper names anybody (H.3, B.3, C-14, A-66)."""

import io
from datetime import timedelta

import docx
import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from tests.analysis.test_hot import UNTIL, Town, ids_of
from tests.canaries import WORDS
from tests.world import at, client_of
from xinqiao.analysis.hot import acts, figures, sheet, surges
from xinqiao.analysis.hot.figures import Window
from xinqiao.analysis.models import HotIssue, HotMember, HotSurge
from xinqiao.information.models import Meeting
from xinqiao.jobs import hot_issues
from xinqiao.ledgers.models import Item
from xinqiao.matters.models import Matter
from xinqiao.notifications.models import InAppMessage
from xinqiao.reporting.reports import hot
from xinqiao.rules.hot import Target
from xinqiao.rules.stages import Role
from xinqiao.supervision.models import Recommendation

pytestmark = pytest.mark.django_db
SHEET = {
    "facts": "和平路一带自来水发黄，居民反映集中。",
    "cause": "管网老化，多年没有更换。",
    "law": "城市供水条例第二十条。",
    "options": "分段更换管网，每周公布水质。",
}
THEN = f"?days=30&until={UNTIL}"


@pytest.fixture
def town():
    town = Town()
    for number in range(6):
        town.writes(number)
    town.groups()
    town.issue = HotIssue.objects.get()
    return town


@pytest.fixture
def ready(town):
    """Confirmed, with a complete sheet for the housing bureau."""
    acts.confirm(town.issue.pk, name="和平路自来水发黄", by=town.analyst, at=at("2026-03-20 21:00"))
    acts.write_sheet(town.issue.pk, **SHEET, lead=town.housing, by=town.analyst, at=at("2026-03-20 21:05"))
    return town


def page(town, who, name="hot_issue", *, query=THEN):
    where = reverse(f"workbench:{name}", args=[town.issue.pk] if name != "hot_issues" else [])
    return client_of(getattr(town, who)).get(where + query)


class TestPages:
    def test_the_board_and_the_issue(self, town):
        board, issue = page(town, "analyst", "hot_issues"), page(town, "analyst")
        assert (board.status_code, issue.status_code) == (200, 200)
        assert town.issue.name in board.content.decode()
        for word in WORDS:
            assert word not in issue.content.decode()

    def test_who_opens_it(self, town):
        table = {"xu_handles": 404, "zhou_leads_unit": 404, "feng_in_county": 404, "sun_supervises": 200}
        assert {who: page(town, who).status_code for who in table} == table

    def test_an_issue_that_was_given_is_read_without_the_rest(self, ready):
        """The leading unit reads figures, small ones withheld, and of the matters only those on its own desk."""
        acts.send(ready.issue.pk, target=Target.LEAD, by=ready.wang_leads_office, at=at("2026-03-20 22:00"))
        found = page(ready, "zhou_leads_unit")
        assert found.status_code == 200
        assert "其中没有您可以打开的信访件" in found.content.decode()
        assert found.context["excerpts"] == found.context["history"] == []
        assert (
            client_of(ready.zhou_leads_unit)
            .get(reverse("workbench:hot_act", args=[ready.issue.pk, "name"]))
            .status_code
            == 404
        )

    def test_what_was_typed_wrongly_stays(self, town):
        where = reverse("workbench:hot_act", args=[town.issue.pk, "dismiss"])
        answer = client_of(town.analyst).post(where, {"reason": "不是", "version": town.issue.version})
        assert (answer.status_code, "不是" in answer.content.decode()) == (422, True)

    def test_a_split_by_the_page(self, town):
        chosen = sorted(ids_of(town.issue))[:2]
        where = reverse("workbench:hot_act", args=[town.issue.pk, "split"])
        answer = client_of(town.analyst).post(
            where, {"matter_ids": chosen, "name": "水压不够", "version": town.issue.version}
        )
        assert answer.status_code == 302
        assert ids_of(HotIssue.objects.get(name="水压不够")) == set(chosen)

    def test_a_merge_is_confirmed_first(self, town):
        other = acts.split(
            town.issue.pk,
            matter_ids=sorted(ids_of(town.issue))[:2],
            name="水压不够",
            by=town.analyst,
            at=at("2026-03-20 21:00"),
        )
        where, client = reverse("workbench:hot_act", args=[other.pk, "merge"]), client_of(town.analyst)
        assert client.post(where, {"into_id": town.issue.pk}).status_code == 422
        assert client.post(where, {"into_id": town.issue.pk, "agreed": "on"}).status_code == 302
        assert len(ids_of(town.issue)) == 6


class TestSheet:
    def test_names_nobody_and_tells_no_small_figure(self, ready):
        issue = HotIssue.objects.select_related("area", "lead", "content_class").get()
        for one in list(Matter.objects.all())[:2]:
            Matter.objects.filter(pk=one.pk).update(place=ready.township)
        found = figures.of([issue], Window(UNTIL, 30))[issue.pk]
        paper = docx.Document(io.BytesIO(sheet.docx(issue, found, organ="临江地区信访局", at=at("2026-03-21"))))
        said = "\n".join(
            [
                *(one.text for one in paper.paragraphs),
                *(cell.text for table in paper.tables for row in table.rows for cell in row.cells),
            ]
        )
        assert not [word for word in WORDS if word in said]
        assert "6件" in said
        assert "未显示" in said
        assert ready.township.name in said
        assert "逐件答复" in said

    def test_an_incomplete_one_goes_nowhere(self, town):
        acts.confirm(town.issue.pk, name="水发黄", by=town.analyst, at=at("2026-03-20 21:00"))
        answer = client_of(town.wang_leads_office).post(
            reverse("workbench:hot_send", args=[town.issue.pk]), {"target": "lead"}
        )
        assert answer.status_code == 422


class TestSending:
    def send(self, town, who, **said):
        return client_of(getattr(town, who)).post(reverse("workbench:hot_send", args=[town.issue.pk]), said)

    def test_a_policy_recommendation_begins_with_the_sheet(self, ready):
        answer = self.send(ready, "sun_supervises", target="policy")
        client = client_of(ready.sun_supervises)
        form = client.get(answer.url)
        assert SHEET["law"] in form.content.decode()
        said = {
            "organisation": ready.government.pk,
            "provision": SHEET["law"],
            "facts": SHEET["facts"],
            "proposal": SHEET["options"],
        }
        assert client.post(answer.url, said).status_code == 302
        made = Recommendation.objects.get()
        assert acts.sent(ready.issue)[0].subject == f"recommendation:{made.pk}"

    def test_it_is_put_on_an_agenda(self, ready):
        answer = self.send(ready, "sun_supervises", target="conference", meeting="new")
        said = {
            "kind": "joint_conference", "title": "第2次联席会议", "held_on": "2026-03-25", "held_time": "09:00", "place": "三楼会议室",
            "chair": "副专员", "members": "信访局、住建局", "topics": "热点：和平路自来水发黄",
        }  # fmt: skip
        client_of(ready.sun_supervises).post(answer.url, said)
        first = Meeting.objects.get()
        self.send(ready, "sun_supervises", target="conference", meeting=first.pk)
        assert [one.sort for one in first.topics.all()] == ["hot_issue", "hot_issue"]
        assert {one.subject for one in acts.sent(ready.issue)} == {f"meeting:{first.pk}"}

    def test_a_reminder_of_risks_stands_in_the_ledger(self, ready):
        limit = localdate() + timedelta(days=30)
        answer = self.send(ready, "wang_leads_office", target="risk", officer=ready.zhou_leads_unit.pk, limit_on=limit)
        assert answer.status_code == 302, answer.context["form"].errors
        assert Item.objects.get().source == f"hot:{ready.issue.pk}"

    def test_only_the_leader_gives_it_away(self, ready):
        assert self.send(ready, "sun_supervises", target="lead").status_code == 422
        assert self.send(ready, "wang_leads_office", target="lead").status_code == 302


class TestSurges:
    def rises(self, town, moment="2026-03-20 20:00"):
        Matter.objects.all().update(content_class=town.housing_class, received_at=at("2026-03-20 15:00"))
        return hot_issues.watch(at(moment))

    def test_the_alarm_is_rung_once(self, town):
        other = town.officer("qi", "齐处理", town.housing, Role.ANALYST)
        self.rises(town)
        told = set(InAppMessage.objects.filter(subject__startswith="surge:").values_list("officer", flat=True))
        assert town.analyst.pk in told
        assert town.wang_leads_office.pk in told
        assert other.pk not in told
        self.rises(town, "2026-03-20 20:10")
        assert HotSurge.objects.count() == 1
        assert InAppMessage.objects.filter(subject__startswith="surge:").count() == len(told)

    def test_it_says_nothing_of_the_matters(self, town):
        self.rises(town)
        for one in InAppMessage.objects.filter(subject__startswith="surge:"):
            assert "水" not in one.text
            assert town.housing_class.name not in one.text

    def test_a_confirmed_issue_is_watched_too(self, ready):
        """Without a class, so that nothing else rises; what is only proposed for it counts."""
        HotMember.objects.filter(issue=ready.issue).update(likely=True)
        Matter.objects.all().update(content_class=None, received_at=at("2026-03-20 15:00"))
        hot_issues.watch(at("2026-03-20 23:00"))
        surge = HotSurge.objects.get()
        assert (surge.issue, surge.area) == (ready.issue, ready.issue.area)
        board = (
            client_of(ready.analyst).get(f"{reverse('workbench:hot_issues')}?days=30&until={UNTIL}").content.decode()
        )
        assert "小时内" in board
        assert reverse("workbench:hot_issue", args=[ready.issue.pk]) in board.split("看这些信访件")[0]
        HotIssue.objects.update(state="closed")
        assert surges.issues_risen(at("2026-03-20 23:00")) == []

    def test_one_sender_is_no_surge(self, town):
        Matter.objects.all().update(content_class=town.housing_class, received_at=at("2026-03-20 15:00"), account_id=7)
        assert surges.risen(at("2026-03-20 20:00")) == []

    def test_a_report_is_in_none(self, town):
        Matter.objects.all().update(content_class=town.housing_class, received_at=at("2026-03-20 15:00"), sealed=True)
        assert surges.risen(at("2026-03-20 20:00")) == []

    def test_what_is_usual_is_no_surge(self, town):
        """As many every day of the weeks before."""
        Matter.objects.all().update(content_class=town.housing_class, received_at=at("2026-03-20 15:00"))
        first = Matter.objects.first()
        usual = [
            Matter(number=f"X{n}", stage=first.stage, purpose=first.purpose, channel=first.channel, title="水", place=first.place,
                   content_class=town.housing_class, received_at=at("2026-03-19 09:00") - timedelta(hours=4 * n), received_on=first.received_on,
                   received_by=first.received_by, unit=first.unit)
            for n in range(150)
        ]  # fmt: skip
        Matter.objects.bulk_create(usual)
        assert surges.risen(at("2026-03-20 20:00")) == []


class TestReports:
    def test_the_month_and_the_analysis_tell_what_was_confirmed(self, ready):
        """In the words of the sheet; a proposal of the machine stands in neither (PIPL 24)."""
        acts.split(
            ready.issue.pk,
            matter_ids=sorted(ids_of(ready.issue))[:1],
            name="水压不够",
            by=ready.analyst,
            at=at("2026-03-20 22:00"),
        )
        HotIssue.objects.filter(name="水压不够").update(state="proposed")
        month = client_of(ready.sun_supervises).get(reverse("workbench:month") + "?month=2026-03").content.decode()
        assert "和平路自来水发黄" in month
        assert "水压不够" not in month
        told = hot.confirmed(ready.government.interval, at("2026-03-01").date(), UNTIL, most=5)
        assert [(one.issue.name, one.words) for one in told] == [("和平路自来水发黄", "5件，涉及1个地方，新出现")]
