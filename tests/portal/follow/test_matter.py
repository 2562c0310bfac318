"""The page of one matter: every stage renders, for its petitioner only, in few statements, and says nothing it should not."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.world import at
from xinqiao.documents.models import Document
from xinqiao.matters.models import Event, Matter
from xinqiao.portal.follow import story
from xinqiao.rules.citizen_words import CITIZEN_WORDS
from xinqiao.rules.numbering import print_matter_number
from xinqiao.rules.stages import Kind, Purpose, Stage, Step

from .conftest import day

pytestmark = pytest.mark.django_db


def served(world, visit, ago=10):
    return visit(world.served, day(ago + 40), issued=day(ago + 1), served=day(ago))


class TestWho:
    def test_stranger_and_missing_number_get_the_same_404(self, client, world, visit):
        petitioner = visit(world.in_handling, day(5))
        hidden = client.get(petitioner.url())
        missing = client.get(petitioner.url().replace(petitioner.number, "990100202603029999" + "0"))
        assert hidden.status_code == missing.status_code == 404
        assert strip(hidden) == strip(missing)

    @pytest.mark.parametrize(
        "rest", ["reckoning/", "supplement/", "ask/", "withdraw/", "rate/unit/", "review/", "letters/1/", "files/1/"]
    )
    def test_every_page_below_is_hidden_too(self, client, world, visit, rest):
        petitioner = served(world, visit)
        assert client.get(petitioner.url(rest)).status_code == 404
        assert client.post(petitioner.url(rest), {}).status_code in (404, 405)

    def test_petitioner_of_another_matter_gets_404(self, world, visit):
        mine = visit(world.in_handling, day(5))
        other = visit(world.in_handling, day(4))
        assert mine.client.get(other.url()).status_code == 404

    def test_after_30_idle_minutes_it_asks_again_and_keeps_what_was_typed(self, world, visit, monkeypatch):
        petitioner = visit(world.in_handling, day(5))
        timezone_plus(monkeypatch, minutes=31)
        assert petitioner.get().url == "/track/"
        petitioner.post("ask/", {"text": "什么时候来看房？"})
        again = petitioner.proves()
        assert again.url == petitioner.url("ask/"), "straight back to the form"
        assert "什么时候来看房？" in petitioner.client.get(again.url).content.decode()

    def test_reading_on_keeps_it_open(self, world, visit, monkeypatch):
        petitioner = visit(world.in_handling, day(5))
        for minutes in (20, 40, 60):
            timezone_plus(monkeypatch, minutes=minutes)
            assert petitioner.get().status_code == 200

    def test_leaving_closes_it(self, world, visit):
        petitioner = visit(world.in_handling, day(5))
        petitioner.client.post("/track/leave/")
        assert petitioner.get().status_code == 404


class TestStages:
    def test_every_stage_has_a_page(self, world, visit):
        petitioner = served(world, visit)
        seen = set()
        for stage in Stage:
            Matter.objects.filter(pk=petitioner.matter.pk).update(stage=stage)  # no way leads to all of them
            page = petitioner.get()
            assert page.status_code == 200, stage
            text = page.content.decode()
            assert CITIZEN_WORDS[stage].headline in text, stage
            assert "{" not in text.split("<main")[1].split("</main>")[0], f"{stage}: a field was not filled in"
            for link in acts_in(text) - seen:
                seen.add(link)
                answer = petitioner.client.get(link)
                assert answer.status_code in (200, 302), f"{stage}: {link}"

    def test_every_step_is_told_or_kept_inside(self):
        assert set(story.LINES) | story.INSIDE == set(Step)
        assert not set(story.LINES) & story.INSIDE

    def test_overdue_is_said_with_an_apology(self, world, visit):
        petitioner = visit(world.in_handling, day(90))
        text = petitioner.get().content.decode()
        assert "我们没有按时做到，对不起" in text
        assert "hero late" in text

    def test_carrying_out_is_never_dated_by_the_window_of_the_citizen(self, world, visit):
        petitioner = served(world, visit)
        world.take(Step.START_EXECUTION, petitioner.matter.pk, world.xu_handles, day(9), plan="6月底前更换屋面防水层")
        text = petitioner.get().content.decode()
        assert "2026年6月30日" in text or "6月30日落实" in text, "the day that the opinion promises"

    def test_joined_matter_says_where_it_went(self, world, visit):
        first = visit(world.in_handling, day(9))
        second = visit(world.file, day(2))
        world.take(Step.JOIN_REPEAT, second.matter.pk, world.tang_registers, day(1), earlier_id=first.matter.pk)
        assert print_matter_number(first.number) in second.get().content.decode()

    def test_part_that_was_split_off_opens_without_another_code(self, world, visit):
        petitioner = visit(world.triaged, day(3))
        receipt = world.take(
            Step.SPLIT, petitioner.matter.pk, world.li_triages, day(2), title="噪音", extract="夜里施工噪音大。", requests=["夜里停工"],
            kind=Kind.REQUEST,
        )  # fmt: skip
        assert receipt.number in petitioner.get().content.decode()
        assert petitioner.client.get(f"/matters/{receipt.number}/").status_code == 200


class TestSilence:
    """What the citizen's page never shows."""

    def test_internal_steps_and_notes_stay_inside(self, world, visit):
        petitioner = visit(world.in_handling, day(9))
        world.take(
            Step.RECORD_CONTACT,
            petitioner.matter.pk,
            world.xu_handles,
            day(8),
            manner="phone",
            text="内部记录：对方情绪激动，需注意。",
        )
        world.take(
            Step.REQUEST_EXTENSION,
            petitioner.matter.pk,
            world.xu_handles,
            day(7),
            days=30,
            reasons="需要等检测报告出来才能答复",
        )
        text = petitioner.get().content.decode()
        assert "内部记录" not in text and "检测报告" not in text
        assert world.li_triages.name not in text and world.tang_registers.name not in text

    def test_contact_that_is_shown_names_the_handler(self, world, visit):
        petitioner = visit(world.in_handling, day(9))
        world.take(
            Step.RECORD_CONTACT, petitioner.matter.pk, world.xu_handles, day(8), manner="phone", text="已电话联系，约定周三上门查看。",
            shown_to_citizen=True,
        )  # fmt: skip
        text = petitioner.get().content.decode()
        assert "约定周三上门查看" in text and "徐承办" in text

    def test_discipline_organ_and_its_steps_are_not_named(self, world, visit):
        petitioner = visit(
            world.file, day(9), purpose=Purpose.ACCUSE,
            respondent={"name": "赵某", "unit": "临江地区生态环境局", "organisation_id": world.environment.pk},
        )  # fmt: skip
        matter = petitioner.matter
        world.take(Step.REGISTER, matter.pk, world.tang_registers, day(9))
        world.take(
            Step.CLASSIFY, matter.pk, world.li_triages, day(8), kind=Kind.REPORT, content_class=world.housing_class, requests=[],
            accused=[world.environment],
        )  # fmt: skip
        world.take(Step.TRANSFER_DISCIPLINE, matter.pk, world.dai_liaises, day(7), to=world.discipline)
        text = petitioner.get().content.decode()
        assert "已转有权机关" in text
        assert world.discipline.name not in text and "赵某" not in text

    def test_office_target_is_no_promise(self, world, visit):
        petitioner = visit(world.in_handling, "2026-08-02")  # the 60th day is a holiday, so that offices aim earlier
        assert "请争取" in petitioner.matter.clocks.get(term="HANDLE60").explanation
        assert "请争取" not in petitioner.get("reckoning/").content.decode()


class TestLetters:
    def test_letter_for_the_citizen_is_a_pdf(self, world, visit):
        petitioner = visit(world.in_handling, day(5))
        link = letter_links(petitioner.get())[0]
        answer = petitioner.client.get(link)
        assert answer["Content-Type"] == "application/pdf"
        assert b"".join([answer.content])[:5] == b"%PDF-"
        assert "attachment" in answer["Content-Disposition"]

    def test_letter_between_organs_is_404(self, world, visit):
        petitioner = visit(world.in_handling, day(5))
        inner = Document.objects.get(matter_id=petitioner.matter.pk, kind="F-03")
        assert petitioner.get(f"letters/{inner.pk}/").status_code == 404
        assert str(inner.number) not in petitioner.get().content.decode()

    def test_opinion_can_be_read_from_its_service_on(self, world, visit):
        petitioner = visit(world.in_handling, day(40))
        world.draft(petitioner.matter, day(6))
        world.take(Step.SUBMIT_OPINION, petitioner.matter.pk, world.xu_handles, day(6))
        world.take(Step.ISSUE_OPINION, petitioner.matter.pk, world.zhou_leads_unit, day(5))
        opinion = Document.objects.get(matter_id=petitioner.matter.pk, kind="F-16")
        assert petitioner.get(f"letters/{opinion.pk}/").status_code == 404
        proof = {"signed_on": at(day(3)).date(), "signed_by": "王秀兰", "relation": "self"}
        world.take(Step.SERVE_OPINION, petitioner.matter.pk, world.xu_handles, day(3), manner="in_person", proof=proof)
        assert petitioner.get(f"letters/{opinion.pk}/").status_code == 200

    def test_letter_of_another_matter_is_404(self, world, visit):
        mine, other = visit(world.in_handling, day(5)), visit(world.in_handling, day(4))
        link = letter_links(other.get())[0].replace(other.number, mine.number)
        assert mine.client.get(link).status_code == 404


class TestCost:
    def test_page_stays_below_15_statements(self, world, visit, django_assert_max_num_queries):
        petitioner = served(world, visit)
        petitioner.get()
        with django_assert_max_num_queries(15):
            assert petitioner.get().status_code == 200

    def test_number_of_steps_does_not_matter(self, world, visit, django_assert_max_num_queries):
        petitioner = visit(world.in_handling, day(9))
        for turn in range(8):
            petitioner.post("ask/", {"text": f"第{turn}次问"})
        assert Event.objects.filter(matter=petitioner.matter).count() > 12
        petitioner.get()
        with django_assert_max_num_queries(15):
            petitioner.get()


def acts_in(html: str) -> set[str]:
    links = set(re.findall(r'href="(/matters/[^"]+)"', html))
    return {link for link in links if "/letters/" not in link and "/files/" not in link}


def letter_links(page) -> list[str]:
    return re.findall(r'href="(/matters/[^"]+/letters/\d+/)"', page.content.decode())


def strip(response) -> str:
    """The page without what changes each time."""
    return re.sub(r'value="[^"]{20,}"', "", response.content.decode()).replace(response.wsgi_request.path, "")


def timezone_plus(monkeypatch, *, minutes: int):
    """The clock of the pages stands so many minutes later."""
    real = timezone.now.__wrapped__ if hasattr(timezone.now, "__wrapped__") else timezone.now

    def later():
        return real() + timedelta(minutes=minutes)

    later.__wrapped__ = real
    monkeypatch.setattr(timezone, "now", later)
