"""汇总提醒: figures only, at working hours of working days, once a period whatever stood still; nothing of what is hidden."""

from datetime import date

import pytest
from django.urls import reverse

from tests.information.town import town
from tests.world import at, client_of
from xinqiao.information import roundup
from xinqiao.jobs import roundups as job
from xinqiao.notifications import outgoing, roundups
from xinqiao.notifications.models import InAppMessage, Message, RoundupChoice, State
from xinqiao.rules.calendar import WorkCalendar
from xinqiao.rules.information import Rhythm, next_roundup_on, roundup_words
from xinqiao.rules.stages import Kind

pytestmark = pytest.mark.django_db
MOBILE = "13911112222"


@pytest.fixture
def world():
    return town()


def choose(officer, when="2026-03-02 09:00", **changes) -> RoundupChoice:
    facts = {"rhythm": Rhythm.DAILY, "by_bell": True, "by_sms": True, "by_email": False, "mobile": MOBILE, "email": ""}
    return roundups.choose(officer, **{**facts, **changes}, at=at(when))


class TestWhen:
    @pytest.mark.parametrize(
        ("rhythm", "after", "expected", "why"),
        [
            (Rhythm.DAILY, (2026, 3, 3), (2026, 3, 4), "the next day"),
            (Rhythm.DAILY, (2026, 3, 6), (2026, 3, 9), "not on Saturday and Sunday"),
            (Rhythm.DAILY, (2025, 9, 30), (2025, 10, 9), "not in the National Day holiday"),
            (Rhythm.WEEKLY, (2026, 3, 3), (2026, 3, 9), "the next Monday"),
            (Rhythm.WEEKLY, (2025, 9, 29), (2025, 10, 9), "the first working day of a week of holidays"),
        ],
    )
    def test_next(self, rhythm, after, expected, why):
        assert next_roundup_on(rhythm, date(*after), WorkCalendar.default()) == date(*expected), why

    @pytest.mark.parametrize(
        ("when", "quiet"),
        [
            ("2026-03-03 08:00", False),
            ("2026-03-03 21:59", False),
            ("2026-03-03 22:00", True),
            ("2026-03-03 06:59", True),
            ("2026-03-07 10:00", True),
        ],
    )
    def test_quiet_at_night_and_on_days_of_rest(self, when, quiet):
        assert roundups.is_quiet(at(when)) is quiet

    def test_once_a_period_and_one_after_a_long_stop(self, world):
        world.signed_in("2026-03-02")
        choose(world.zhou_leads_unit)
        told = [
            job.send(at(when))
            for when in ("2026-03-02 20:00", "2026-03-03 07:59", "2026-03-03 08:00", "2026-03-03 08:01")
        ]
        assert told == [0, 0, 1, 0]
        assert [
            job.send(at(when))
            for when in ("2026-03-14 10:00", "2026-03-15 23:00", "2026-03-16 15:00", "2026-03-16 16:00")
        ] == [0, 0, 1, 0]
        assert (
            Message.objects.count() == 2
            and InAppMessage.objects.filter(officer=world.zhou_leads_unit, subject__startswith="roundup").count() == 2
        )

    def test_who_left_or_has_nothing_to_do_is_told_nothing(self, world):
        choose(world.wu_at_police)
        assert job.send(at("2026-03-03 08:00")) == 1 and not Message.objects.exists()
        world.wu_at_police.active = False
        world.wu_at_police.save()
        assert job.send(at("2026-03-04 08:00")) == 1
        gone = RoundupChoice.objects.get(officer=world.wu_at_police)
        assert gone.next_at is None and not gone.mobile, "the address goes with the post"


class TestWhat:
    def test_figures_and_a_link_and_nothing_else(self, world, settings):
        matter = world.signed_in("2026-03-02")
        choose(world.zhou_leads_unit)
        job.send(at("2026-03-16 08:00"))
        text = Message.objects.get().text
        assert "3天内到期1件" in text and settings.XINQIAO_PUBLIC_URL in text
        for word in (matter.title[:6], matter.number, "王", world.housing.name):
            assert word not in text

    def test_a_handler_is_told_of_the_own_desk_a_leader_of_the_unit(self, world):
        world.signed_in("2026-03-02")
        facts = {"today": date(2026, 3, 20), "since": at("2026-03-01")}
        assert roundup.figures(world.xu_handles, **facts)["overdue"] == 0
        assert roundup.figures(world.zhou_leads_unit, **facts)["overdue"] == 1
        leader = roundup.figures(world.wang_leads_office, **facts)
        assert (leader["overdue"], leader["area_open"], leader["area_overdue"]) == (0, 1, 1)

    def test_a_report_is_in_no_figure_of_an_area(self, world):
        facts = {"today": date(2026, 3, 20), "since": at("2026-03-01")}
        before = roundup.figures(world.sun_supervises, **facts)
        world.triaged("2026-03-02", kind=Kind.REPORT)
        after = roundup.figures(world.sun_supervises, **facts)
        assert before == after

    def test_words(self):
        assert roundup_words({"overdue": 2, "soon": 0, "new": 1000}) == "已超期2件，新到999+件"
        assert roundup_words({"overdue": 0}) == ""


class TestPage:
    PAGE = "workbench:roundup"

    def test_chosen_with_a_number_that_is_sealed(self, world):
        client, page = client_of(world.zhou_leads_unit), reverse(self.PAGE)
        assert "汇总提醒" in client.get(page).content.decode()
        wrong = client.post(page, {"rhythm": "daily", "by_sms": "on", "mobile": "123"})
        assert wrong.status_code == 422
        assert client.post(page, {"rhythm": "daily"}).status_code == 422, "no way chosen"
        assert client.post(page, {"rhythm": "daily", "by_sms": "on", "mobile": MOBILE}).status_code == 302
        choice = RoundupChoice.objects.get()
        assert choice.mobile == MOBILE and MOBILE not in choice.sealed_mobile and choice.next_at

    def test_a_way_without_a_gateway_says_so(self, world, settings):
        settings.XINQIAO_SMS = "off"
        world.signed_in("2026-03-02")
        client, page = client_of(world.zhou_leads_unit), reverse(self.PAGE)
        assert "没有配置这个通道" in client.get(page).content.decode()
        choose(world.zhou_leads_unit)
        job.send(at("2026-03-16 08:00"))
        assert Message.objects.get().state == State.NOT_CONFIGURED
        assert "没有配置通道" in client.get(page).content.decode()
        assert outgoing.send_next("t", at=at("2026-03-16 09:00")) is None
