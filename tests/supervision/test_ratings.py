"""评价: the reminder on day 20, the end of the window, ratings that look alike, the doors for somebody who is not satisfied (D.17, G.4)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from tests.world import World, at, client_of
from xinqiao.jobs import rating_windows
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Matter, Rating
from xinqiao.notifications.models import Message
from xinqiao.rules.rating import DOORS, DissatisfactionReason, RatingStatus
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Kind, Step
from xinqiao.supervision import ratings
from xinqiao.supervision.models import AlikeRatings, RatingTrace, RatingWindow

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def opened(world):
    """Signed in on 2 March: the petition office can be rated from then on."""
    matter = world.signed_in("2026-03-02")
    return matter, ratings.open_window(matter.events.get(step=Step.TRANSFER))


class TestWindow:
    def test_reminds_once_on_day_20_and_ends_as_not_rated_which_is_no_satisfaction(self, world):
        matter, window = opened(world)

        def reminders():
            return Message.objects.filter(purpose="rating_reminder").count()

        rating_windows.keep(at("2026-03-21"))
        assert reminders() == 0
        rating_windows.keep(at("2026-03-24"))  # two days late: a worker that stood still
        rating_windows.keep(at("2026-03-25"))
        assert reminders() == 1
        rating_windows.keep(at("2026-04-20"))
        window.refresh_from_db()
        assert window.status == RatingStatus.OVERDUE_NOT_RATED and window.closed_at
        assert ratings.status(matter, "unit", today=at("2026-04-20").date()) == RatingStatus.WAITING

    def test_who_has_rated_is_not_reminded(self, world):
        matter, window = opened(world)
        world.take(Step.RATE, matter.pk, Citizen(matter_id=matter.pk), "2026-03-05", target="office", value="satisfied")
        rating_windows.keep(at("2026-03-24"))
        assert not Message.objects.filter(purpose="rating_reminder").exists()
        rating_windows.keep(at("2026-04-20"))
        window.refresh_from_db()
        assert window.status == RatingStatus.RATED

    def test_a_repeat_is_not_rated(self, world):
        matter = world.signed_in("2026-03-02")
        Matter.objects.filter(pk=matter.pk).update(repeat=True)
        assert (
            ratings.open_window(Matter.objects.get(pk=matter.pk).events.get(step=Step.TRANSFER)) is None
            and not RatingWindow.objects.exists()
        )


def rated_alike(world, count, *, value="satisfied", browser=lambda number: "one phone", minutes=7):
    for number in range(count):
        matter = world.signed_in("2026-03-02")
        moment = at("2026-03-05 15:00") + timedelta(minutes=minutes * number)
        reason = {"reason": "attitude"} if value == "dissatisfied" else {}
        Rating.objects.create(
            matter=matter, target="office", organisation=world.office, value=value, rated_at=moment, **reason
        )
        ratings.note_trace(matter, "office", address="10.1.2.3", browser=browser(number), at=moment)


class TestAlike:
    @pytest.mark.parametrize(
        ("changes", "found"),
        [
            ({"count": 3}, ["device"]),
            ({"count": 2}, []),
            ({"count": 3, "value": "dissatisfied"}, []),
            ({"count": 4, "browser": "phone {}".format, "minutes": 0}, ["minute"]),
            ({"count": 4, "browser": "phone {}".format}, []),
        ],
        ids=["one device", "two of a family", "not the top mark", "four in one minute", "each from an own device"],
    )
    def test_is_found_by_device_or_minute_and_only_of_top_marks(self, world, changes, found):
        rated_alike(world, **changes)
        ratings.compare(at("2026-04-30"))
        assert list(AlikeRatings.objects.values_list("sort", flat=True)) == found
        assert not RatingTrace.objects.exists(), "what was compared is forgotten"

    def test_nothing_is_compared_before_every_window_has_closed(self, world):
        rated_alike(world, 3)
        ratings.compare(at("2026-03-20"))
        assert RatingTrace.objects.count() == 3 and not AlikeRatings.objects.exists()

    def test_a_trace_says_nothing_beyond_its_organ_and_day(self, world):
        matter = world.signed_in("2026-03-02")
        ratings.note_trace(matter, "office", address="10.1.2.3", browser="phone", at=at("2026-03-05"))
        other = world.signed_in("2026-03-02")
        ratings.note_trace(other, "office", address="10.1.2.3", browser="phone", at=at("2026-03-06"))
        devices = list(RatingTrace.objects.values_list("device", flat=True))
        assert len(set(devices)) == 2 and all("10.1" not in device and len(device) == 10 for device in devices)

    def test_is_decided_above_with_a_reason_never_by_the_organ_itself(self, world):
        rated_alike(world, 3)
        ratings.compare(at("2026-04-30"))
        row = AlikeRatings.objects.get()
        with pytest.raises(StepRefused, match="上级"):
            ratings.decide(
                row.pk, confirmed=False, note="窗口那天没有代评的情况。", by=world.sun_supervises, at=timezone.now()
            )
        client = client_of(world.niu_at_region_office)
        address = reverse("workbench:rating", args=[row.pk])
        assert client.post(address, {"confirmed": "yes", "note": "有"}).status_code == 422
        assert (
            client.post(
                address, {"confirmed": "yes", "note": "窗口工作人员用自己的手机代评三件，已经批评。"}
            ).status_code
            == 302
        )
        row.refresh_from_db()
        assert (row.state, row.decided_by) == ("confirmed", world.niu_at_region_office)
        assert "王秀兰" not in client.get(address).content.decode()
        assert client_of(world.xu_handles).get(address).status_code == 404


class TestDoors:
    def test_each_reason_has_one_and_supervision_is_never_far(self):
        assert set(DOORS) == set(DissatisfactionReason)

    def test_the_page_offers_what_is_open_now_with_the_reason_filled_in(self, client, world):
        receipt = world.file(timezone.localtime().strftime("%Y-%m-%d %H:%M"))
        today = timezone.localtime().strftime("%Y-%m-%d %H:%M")
        world.take(Step.REGISTER, receipt.matter_id, world.tang_registers, today)
        given = {"kind": Kind.REQUEST, "content_class": world.housing_class, "requests": ["修好屋顶"]}
        world.take(Step.CLASSIFY, receipt.matter_id, world.li_triages, today, **given)
        world.take(
            Step.TRANSFER, receipt.matter_id, world.li_triages, today, to=world.housing, reason="房屋质量由住建局监管。"
        )
        client.post(reverse("portal:track"), {"number": receipt.number, "code": receipt.query_code})
        said = {"value": "dissatisfied", "reason": "passed_around", "text": ""}
        answer = client.post(reverse("portal:rate", args=[receipt.number, "office"]), said)
        assert answer.status_code == 302 and RatingTrace.objects.filter(matter=receipt.matter_id).count() == 1
        page = client.get(answer.url).content.decode()
        supervision = reverse("portal:supervision", args=[receipt.number])
        assert supervision + "?text=" in page and reverse("portal:review", args=[receipt.number]) not in page
        assert (
            "推来推去" in client.get(supervision, {"text": "评价时选择的原因：推来推去，没有人管。"}).content.decode()
        )
        assert localdate() <= RatingTrace.objects.get().forget_on
