"""The queue: what waits for whom, complete pages, and nothing that is not theirs."""

from datetime import date

import pytest
from django.urls import reverse

from tests.world import World, at, client_of
from xinqiao.matters import intake, steps
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Matter, Referral
from xinqiao.rules.confidentiality import REPORT_TITLE
from xinqiao.rules.moves import DESK_DONE, MOVES
from xinqiao.rules.stages import Kind, Purpose, Role, Stage, Step
from xinqiao.workbench import duties, keyset, shelves, tally

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def titles(answer) -> list[str]:
    return [row["title"] for row in answer.context["rows"]]


class TestDuties:
    def test_every_step_that_is_asked_is_allowed_to_the_post_that_is_asked(self):
        for duty in duties.DUTIES:
            for stage in duty.stages:
                rows = [
                    move for move in MOVES
                    if move.step == duty.step and stage in move.origins and move.roles & duty.roles
                    and (not duty.desk_kinds or not move.desk_kinds or move.desk_kinds & set(duty.desk_kinds))
                ]  # fmt: skip
                assert rows, f"{duty.step} at {stage}"

    def test_no_stage_of_an_open_desk_is_forgotten(self):
        waiting = {stage for duty in duties.DUTIES for stage in duty.stages}
        at_rest = {  # the citizen, a time or another organ is next
            Stage.ASSIGNED, Stage.RECHECK_SERVED, Stage.RETURNED,
        }  # fmt: skip
        beside = {Stage(stage) for stage in Stage if stage in DESK_DONE}
        assert set(Stage) - waiting - at_rest - beside == set()


class TestWhatWaits:
    """One matter on its way: it lies in the list of whoever has to act, and of nobody else."""

    def test_moves_from_post_to_post(self, world):
        def waits() -> set[str]:
            everybody = [
                world.tang_registers, world.li_triages, world.qian_receives, world.xu_handles, world.zhou_leads_unit,
                world.wu_at_police, world.sun_supervises,
            ]  # fmt: skip
            shelf = shelves.BY_KEY["todo"]
            return {one.user.name for one in everybody if shelf.desks(one, date(2026, 3, 2)).exists()}

        receipt = world.file("2026-03-02")
        assert waits() == {"唐登记"}
        world.take(Step.REGISTER, receipt.matter_id, world.tang_registers, "2026-03-02")
        assert waits() == {"李甄别"}
        world.take(Step.CLASSIFY, receipt.matter_id, world.li_triages, "2026-03-02", kind=Kind.REQUEST,
                   content_class=world.housing_class, requests=["修好屋顶", "赔偿2300元"])  # fmt: skip
        assert waits() == {"李甄别"}
        world.take(Step.TRANSFER, receipt.matter_id, world.li_triages, "2026-03-02", to=world.housing,
                   reason="房屋质量监管属于住建部门职责")  # fmt: skip
        assert waits() == {"钱收文"}
        world.take(Step.SIGN_IN, receipt.matter_id, world.qian_receives, "2026-03-02")
        assert waits() == {"徐承办", "周负责"}
        world.take(Step.ACCEPT, receipt.matter_id, world.xu_handles, "2026-03-02")
        world.take(Step.START_HANDLING, receipt.matter_id, world.zhou_leads_unit, "2026-03-02",
                   handler=world.xu_handles, no_interest=True)  # fmt: skip
        assert waits() == {"徐承办"}, "what a handler has taken on is theirs alone"
        world.take(Step.REQUEST_EXTENSION, receipt.matter_id, world.xu_handles, "2026-03-20", days=20,
                   reasons="需要委托检测机构进行质量鉴定")  # fmt: skip
        assert waits() == {"徐承办", "周负责"}, "an extension waits for the leader"

    def test_lists_only_what_the_post_may_see(self, world):
        matter = world.in_handling()
        assert titles(client_of(world.xu_handles).get("/desk/?shelf=all")) == [matter.title]
        assert titles(client_of(world.sun_supervises).get("/desk/?shelf=area")) == [matter.title]
        assert client_of(world.sys_admin).get("/desk/?shelf=all").url == "/desk/admin/", "who administers has no queue"
        for stranger in (world.wu_at_police, world.han_at_county_housing, world.shen_reviews):
            for shelf in ("all", "todo", "due", "area", "closed"):
                answer = client_of(stranger).get(f"/desk/?shelf={shelf}")
                assert titles(answer) == [], (stranger, shelf)
                assert matter.title not in answer.content.decode()

    def test_a_report_is_listed_without_its_words(self, world):
        matter = world.triaged(kind=Kind.REPORT, title="举报局长收钱")
        for page in ("/desk/?shelf=all", f"/desk/cases/{matter.number}/"):
            shown = client_of(world.dai_liaises).get(page).content.decode()
            assert REPORT_TITLE in shown and matter.title not in shown, page
        opened = client_of(world.dai_liaises).get(f"/desk/cases/{matter.number}/report/").content.decode()
        assert matter.title in opened

    def test_says_so_to_a_post_that_reads_no_petition(self, world):
        digests = world.officer("luzhaiyao", "陆摘要", world.office, Role.PERSONNEL_LIAISON)
        page = client_of(digests).get("/desk/").content.decode()
        assert "不查看信访件" in page and "没有超期" not in page

    @pytest.mark.parametrize("address", ["/desk/cases/%00/", "/desk/cases/%00/steps/accept/", "/desk/search/?q=%00漏"])
    def test_a_character_that_no_text_holds_is_no_error(self, world, address):
        assert client_of(world.xu_handles).get(address).status_code in (200, 404)

    def test_a_report_is_listed_without_a_name_and_only_to_its_posts(self, world):
        world.triaged(kind=Kind.REPORT, purpose=Purpose.ACCUSE, respondent={"unit": "某某公司"})
        assert titles(client_of(world.dai_liaises).get("/desk/")) != []
        page = client_of(world.dai_liaises).get("/desk/").content.decode()
        assert "王" not in page.replace("王局长", "")
        assert titles(client_of(world.tang_registers).get("/desk/?shelf=all")) == []
        assert titles(client_of(world.sun_supervises).get("/desk/?shelf=area")) == []

    def test_never_marks_a_person(self, world):
        matter = world.in_handling()
        Matter.objects.filter(pk=matter.pk).update(repeat=True)
        page = client_of(world.xu_handles).get("/desk/").content.decode()
        for label in ("重复", "缠访", "老户", "闹访", "非正常"):
            assert label not in page


class TestFilters:
    def test_narrow_by_channel_kind_and_news(self, world):
        web, letter = world.in_handling(), world.in_handling(channel="letter", title="来信反映漏水")
        client = client_of(world.xu_handles)
        assert titles(client.get("/desk/?shelf=all&channel=letter")) == [letter.title]
        assert set(titles(client.get("/desk/?shelf=all&kind=request"))) == {web.title, letter.title}
        assert titles(client.get("/desk/?shelf=all&kind=suggestion")) == []
        Referral.objects.filter(matter=letter, organisation=world.housing).update(unread=True)
        assert titles(client.get("/desk/?shelf=all&only=unread")) == [letter.title]

    @pytest.mark.parametrize("nonsense", [
        "shelf=nothing", "order=matter__petitioner_name", "channel=';--", "kind=x", "only=x", "after=2026", "after=x.y",
        "before=2026-13-01.3", "after=.99999999999999999999", "order=received&after=2026-03-02.1", "after=%00.1",
    ])  # fmt: skip
    def test_leave_out_what_is_not_known(self, world, nonsense):
        world.in_handling()
        assert client_of(world.xu_handles).get(f"/desk/?{nonsense}").status_code == 200

    def test_say_why_a_list_is_empty(self, world):
        client = client_of(world.xu_handles)
        assert "今天的都办完了" in client.get("/desk/").content.decode()
        assert "没有符合条件" in client.get("/desk/?channel=fax").content.decode()


class TestPages:
    """A hundred rows with the same few due dates: each once, forwards and backwards."""

    @pytest.fixture
    def hundred(self, world) -> World:
        for number in range(103):
            moment = at("2026-03-02")
            made = intake.clean(world.raw(title=f"第{number}件"), today=moment.date())
            steps.receive.receive(made, by=Citizen(), at=moment)
        rows = list(Referral.objects.order_by("pk"))
        for place, row in enumerate(rows):
            row.due_on = None if place % 4 == 3 else date(2026, 3, 10 + place % 2)
        Referral.objects.bulk_update(rows, ["due_on"])
        return world

    def test_are_complete_both_ways_in_every_order(self, hundred, django_assert_max_num_queries):
        client = client_of(hundred.tang_registers)
        for order in keyset.ORDERS:
            with django_assert_max_num_queries(15):  # however many rows
                answer = client.get(f"/desk/?shelf=intake&order={order}")
            assert not answer.context["previous_url"]
            seen = [numbers(answer)]
            while answer.context["next_url"]:
                answer = client.get(answer.context["next_url"])
                seen.append(numbers(answer))
            forward = [number for page in seen for number in page]
            assert [len(page) for page in seen] == [30, 30, 30, 13], order
            assert len(set(forward)) == 103, order
            back = [seen[-1]]
            while answer.context["previous_url"]:
                answer = client.get(answer.context["previous_url"])
                back.insert(0, numbers(answer))
            assert back == seen, order
        self.walks_every_order()
        rows = Referral.objects.visible_to(hundred.tang_registers)
        days, after = [], ""
        while True:
            page = keyset.page(rows, keyset.ORDERS["due"], ("due_on",), after=after)
            days += [row["due_on"] for row in page.rows]
            if not page.after:
                break
            after = page.after
        assert days == sorted(days, key=lambda day: day or date.max), "the nearest limit first, none last"

    def walks_every_order(self):
        """All orders, also those by unit, over desks of three units and pages of seven: forwards, and back from the last one."""
        for place, row in enumerate(Referral.objects.order_by("pk")):
            Referral.objects.filter(pk=row.pk).update(org_lft=place % 3)
        rows = Referral.objects.all()
        for order in [*keyset.ORDERS.values(), *keyset.UNIT_OF_ALL.values()]:
            expected = [row["pk"] for row in order.sorted(rows).values("pk")]
            pages, after = [], ""
            while not pages or after:
                pages.append(keyset.page(rows, order, ("pk",), after=after, size=7))
                after = pages[-1].after
            assert [row["pk"] for page in pages for row in page.rows] == expected, order
            back = [pages[-1]]
            while back[0].before:
                back.insert(0, keyset.page(rows, order, ("pk",), before=back[0].before, size=7))
            assert [row["pk"] for page in back for row in page.rows][-len(expected):] == expected, order
            lasts = [row["due_on"] is None for page in pages for row in page.rows] if order.column == "due_on" and not order.group else []
            assert lasts == sorted(lasts), f"{order}: whatever has no limit stands last"
        hundred_at = Referral.objects.select_related("organisation")
        for row in hundred_at:
            Referral.objects.filter(pk=row.pk).update(org_lft=row.organisation.lft)

    def test_cost_few_statements_for_wide_scopes(self, world, django_assert_max_num_queries):
        world.in_handling()
        for officer, shelf in ((world.sun_supervises, "area"), (world.wang_leads_office, "due")):
            client = client_of(officer)
            with django_assert_max_num_queries(15):
                client.get(f"/desk/?shelf={shelf}")

    def test_count_stops_at_a_limit(self, world):
        world.in_handling()
        world.in_handling()
        asked = {"all": tally.Wanted("all", limit=1), "closed": tally.Wanted("closed")}
        assert tally.count(world.xu_handles, date(2026, 3, 2), asked) == {"all": 1, "closed": 0}
        assert (tally.shown_count(0), tally.shown_count(14), tally.shown_count(tally.COUNTED_TO)) == ("", "14", "99+")


def numbers(answer) -> list[str]:
    return [row["number"] for row in answer.context["rows"]]


class TestSearch:
    def test_opens_a_number_however_it_is_typed(self, world):
        matter = world.in_handling()
        client = client_of(world.xu_handles)
        spaced = f"{matter.number[:6]} {matter.number[6:14]} {matter.number[14:].lower()}"
        assert client.get("/desk/search/", {"q": spaced}).url == reverse("workbench:case", args=[matter.number])
        stranger = client_of(world.wu_at_police).get("/desk/search/", {"q": matter.number})
        assert stranger.status_code == 200, "a hidden number is answered like a word that nobody used"
        assert numbers(stranger) == []

    def test_finds_words_in_titles_within_the_own_scope(self, world):
        matter = world.in_handling()
        assert numbers(client_of(world.xu_handles).get("/desk/search/", {"q": "漏水"})) == [matter.number]
        answer = client_of(world.wu_at_police).get("/desk/search/", {"q": "漏水"})
        assert numbers(answer) == []
        assert "没有找到" in answer.content.decode()

    def test_lists_a_matter_once(self, world):
        world.in_handling()
        assert len(numbers(client_of(world.sun_supervises).get("/desk/search/", {"q": "漏水"}))) == 1
