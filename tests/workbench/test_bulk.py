"""批量办理: several petitions at once, each by its own step, with a result for each - and nothing that has to be judged one by one."""

import re

import pytest
from django.urls import reverse

from tests.reading import words
from tests.world import World, client_of
from xinqiao.bulk import taking
from xinqiao.bulk.models import Batch, BatchItem
from xinqiao.integrity.models import AuditEntry
from xinqiao.matters.models import Event, Matter, Referral
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.bulk import AT_ONCE, BULK_ACTS, ONE_BY_ONE
from xinqiao.rules.moves import MOVES
from xinqiao.rules.stages import Kind, Role, Stage, Step

pytestmark = pytest.mark.django_db
REASON = "房屋质量监管都属于住建部门职责"
CANARY = "金丝雀举报人"


@pytest.fixture
def world():
    return World()


def choose(officer, act, matters, **more):
    """What the list sends; the page that asks."""
    return client_of(officer).post(reverse("workbench:bulk"), {"act": act, "desk": [m.number for m in matters], **more})


def hidden_fields(page: str) -> dict:
    """What the page that asks would send along by itself."""
    listed = re.findall(r'name="listed" value="([^"]+)"', page)
    ticked = re.findall(r'name="desk" value="([^"]+)" checked', page)
    one = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("act", "key", "back")}
    return {**one, "listed": listed, "desk": ticked}


def take(officer, act, matters, **facts):
    """Both pages; gives the answer to the second."""
    fields = hidden_fields(choose(officer, act, matters).content.decode())
    return client_of(officer).post(reverse("workbench:bulk"), {**fields, "do": "take", **facts})


def result(officer, answer) -> str:
    assert answer.status_code == 302, answer.content.decode()
    return words(client_of(officer).get(answer.url).content.decode())


def steps_of(matter, step) -> int:
    return Event.objects.filter(matter=matter, step=step).count()


class TestTheTable:
    def test_every_step_of_an_officer_is_decided_one_way(self):
        machine = {Role.CITIZEN, Role.SYSTEM}
        steps = {move.step for move in MOVES if move.roles - machine}
        together = {act.step for act in BULK_ACTS.values()} - {None}
        assert steps == together | set(ONE_BY_ONE), "decide in rules/bulk.py whether this step may be taken on several"
        assert not together & set(ONE_BY_ONE)

    def test_nothing_that_a_leader_approves_is_done_in_bulk(self):
        together = {act.step for act in BULK_ACTS.values()}
        assert not [move.step for move in MOVES if move.approval and move.step in together]

    def test_each_says_why(self):
        assert all(len(act.why) > 10 and act.words and act.done and act.not_done for act in BULK_ACTS.values())
        assert all(len(why) > 5 for why in ONE_BY_ONE.values())


class TestTaking:
    def test_several_are_transferred_and_each_has_its_own_event_letter_and_limit(self, world):
        matters = [world.triaged(f"2026-03-0{n}") for n in (2, 3, 4)]
        answer = take(world.li_triages, "transfer", matters, to=world.housing.pk, reason=REASON)
        page = result(world.li_triages, answer)
        assert "3 件已转送。" in page and "没有转送" not in page
        for matter in matters:
            matter.refresh_from_db()
            assert (matter.stage, matter.unit) == (Stage.AWAITING_SIGN_IN, world.housing)
            event = Event.objects.get(matter=matter, step=Step.TRANSFER)
            assert event.facts["reason"] == REASON and set(event.facts["letters"]) == {"F-03", "F-07"}
            assert matter.clocks.filter(term="UNIT15", state="running").count() == 1

    def test_what_the_rules_refuse_is_said_for_that_one_and_the_others_are_done(self, world):
        good, later = world.triaged("2026-03-02", title="第一件"), world.triaged("2026-03-03", title="第二件")
        gone = world.in_handling("2026-03-04", title="第三件")
        fields = hidden_fields(choose(world.li_triages, "transfer", [good, later, gone]).content.decode())
        world.take(Step.TRANSFER, later.pk, world.wang_leads_office, "2026-03-05", to=world.environment, reason=REASON)
        sent = {**fields, "do": "take", "to": world.housing.pk, "reason": REASON}
        page = result(world.li_triages, client_of(world.li_triages).post(reverse("workbench:bulk"), sent))
        assert "1 件已转送，2 件没有转送。" in page
        assert "王局长（临江地区信访局）已在" in page and "现在不能“转送”" in page
        assert [steps_of(one, Step.TRANSFER) for one in (good, later, gone)] == [1, 1, 1]
        later.refresh_from_db()
        assert later.unit == world.environment

    def test_the_refused_ones_are_chosen_again_with_what_was_typed(self, world):
        good, mixed = world.triaged("2026-03-02"), world.triaged("2026-03-04", also_reports=True)
        answer = take(world.li_triages, "transfer", [good, mixed], to=world.housing.pk, reason=REASON)
        page = client_of(world.li_triages).get(answer.url).content.decode()
        again = re.search(r'<form method="post" action="/desk/bulk/">.*?</form>', page, re.S)[0]
        assert mixed.number in again and good.number not in again and REASON in again
        asked = choose(world.li_triages, "transfer", [mixed], to=world.housing.pk, reason=REASON).content.decode()
        assert REASON in asked and re.search(rf'value="{world.housing.pk}"[^>]* checked', asked)

    def test_signing_in_asks_nothing_and_changes_no_limit(self, world):
        matters = []
        for day in (2, 3):
            matters.append(world.triaged(f"2026-03-0{day}"))
            world.take(
                Step.TRANSFER, matters[-1].pk, world.li_triages, f"2026-03-0{day}", to=world.housing, reason=REASON
            )
        due = {m.pk: m.clocks.get(term="UNIT15").due_on for m in matters}
        assert "2 件已签收。" in result(world.qian_receives, take(world.qian_receives, "sign_in", matters))
        for matter in matters:
            assert matter.referrals.get(organisation=world.housing).signed_in_at
            assert matter.clocks.get(term="UNIT15").due_on == due[matter.pk]

    def test_a_handler_is_named_for_all_only_with_the_declaration(self, world):
        matters = [world.signed_in(f"2026-03-0{n}") for n in (2, 3)]
        for matter in matters:
            world.take(Step.ACCEPT, matter.pk, world.xu_handles, "2026-03-04")
        facts = {"handler": world.xu_handles.pk}
        answer = take(world.zhou_leads_unit, "start_handling", matters, **facts)
        assert answer.status_code == 422 and "有利害关系的应当回避" in answer.content.decode()
        assert not Batch.objects.exists()
        answer = take(world.zhou_leads_unit, "start_handling", matters, **facts, no_interest="on")
        assert "2 件已确定承办人。" in result(world.zhou_leads_unit, answer)
        assert all(m.referrals.get(organisation=world.housing).handler == world.xu_handles for m in matters)

    def test_the_declaration_is_never_brought_along(self, world):
        matter = world.signed_in()
        world.take(Step.ACCEPT, matter.pk, world.xu_handles, "2026-03-04")
        page = choose(world.zhou_leads_unit, "start_handling", [matter], handler=world.xu_handles.pk, no_interest="on")
        box = re.search(r'<input[^>]*name="no_interest"[^>]*>', page.content.decode())[0]
        assert "checked" not in box

    def test_marking_as_read_is_no_step(self, world):
        matters = [world.triaged(f"2026-03-0{n}") for n in (2, 3)]
        Referral.objects.filter(matter__in=matters).update(unread=True)
        before = Event.objects.count()
        assert "2 件已标为已读。" in result(world.li_triages, take(world.li_triages, "mark_read", matters))
        assert not Referral.objects.filter(matter__in=matters, organisation=world.office, unread=True).exists()
        assert Event.objects.count() == before

    def test_archiving_checks_each_by_itself(self, world):
        matters = [world.served(), world.triaged("2026-03-03")]
        page = result(world.he_archives, take(world.he_archives, "archive", matters))
        assert "0 件已归档，2 件没有归档。" in page and "现在不能“归档”" in page

    def test_a_fault_in_one_stops_nobody_else(self, world, monkeypatch):
        matters = [world.triaged(f"2026-03-0{n}") for n in (2, 3)]
        from xinqiao.matters import steps

        original = steps.FUNCTIONS[Step.TRANSFER]

        def broken(matter_id, **facts):
            if matter_id == matters[0].pk:
                original(matter_id, **facts)
                raise ZeroDivisionError
            return original(matter_id, **facts)

        monkeypatch.setitem(steps.FUNCTIONS, Step.TRANSFER, broken)
        page = result(world.li_triages, take(world.li_triages, "transfer", matters, to=world.housing.pk, reason=REASON))
        assert "1 件已转送，1 件没有转送。" in page and "办理时出现故障，这一件没有变化" in page
        assert [steps_of(one, Step.TRANSFER) for one in matters] == [0, 1]


class TestOnce:
    def test_the_same_page_sent_twice_acts_once(self, world):
        matters = [world.triaged(f"2026-03-0{n}") for n in (2, 3)]
        fields = hidden_fields(choose(world.li_triages, "transfer", matters).content.decode())
        sent = {**fields, "do": "take", "to": world.housing.pk, "reason": REASON}
        client = client_of(world.li_triages)
        first, second = (client.post(reverse("workbench:bulk"), sent) for _ in range(2))
        assert first.url == second.url and Batch.objects.count() == 1
        assert "2 件已转送。" in result(world.li_triages, second)
        assert [steps_of(one, Step.TRANSFER) for one in matters] == [1, 1]

    def test_what_a_break_left_is_done_by_going_on_and_nothing_twice(self, world, monkeypatch):
        matters = [world.triaged(f"2026-03-0{n}") for n in (2, 3, 4)]
        original, calls = taking._do, []

        def dies(item, *rest):
            calls.append(item.pk)
            if len(calls) == 2:
                raise KeyboardInterrupt  # the process is killed here
            return original(item, *rest)

        monkeypatch.setattr(taking, "_do", dies)
        with pytest.raises(KeyboardInterrupt):
            take(world.li_triages, "transfer", matters, to=world.housing.pk, reason=REASON)
        monkeypatch.setattr(taking, "_do", original)
        url = reverse("workbench:bulk_result", args=[Batch.objects.get().pk])
        client = client_of(world.li_triages)
        assert "1 件已转送，2 件还没有办完。" in words(client.get(url).content.decode())
        assert "3 件已转送。" in result(world.li_triages, client.post(url))
        assert [steps_of(one, Step.TRANSFER) for one in matters] == [1, 1, 1]

    def test_what_takes_too_long_for_one_request_is_gone_on_with(self, world, monkeypatch):
        monkeypatch.setattr("xinqiao.workbench.bulk.pages.SECONDS", -1)
        answer = take(world.li_triages, "transfer", [world.triaged()], to=world.housing.pk, reason=REASON)
        assert "0 件已转送，1 件还没有办完。" in result(world.li_triages, answer)
        monkeypatch.undo()
        assert "1 件已转送。" in result(world.li_triages, client_of(world.li_triages).post(answer.url))


class TestWhoMay:
    def test_what_is_not_visible_is_counted_and_named_nowhere(self, world):
        own, other = world.triaged("2026-03-02"), world.in_handling("2026-03-03", title="别人的一件")
        answer = choose(world.gu_at_environment, "sign_in", [own, other])
        page = answer.content.decode()
        assert answer.status_code == 422 and "有 2 件没有找到" in page
        for one in (own, other):
            assert one.number not in page and one.title not in page
        assert AuditEntry.objects.filter(kind=AuditKind.REFUSED).count() == 2

    def test_what_was_hidden_in_the_meantime_is_counted_without_number(self, world):
        stays, goes = world.triaged("2026-03-02"), world.triaged("2026-03-03", title="后来是检举")
        fields = hidden_fields(choose(world.li_triages, "transfer", [stays, goes]).content.decode())
        Referral.objects.filter(matter=goes).delete()  # as if it had been sealed for others
        Matter.objects.filter(pk=goes.pk).update(received_by=world.region_office)
        sent = {**fields, "do": "take", "to": world.housing.pk, "reason": REASON}
        page = result(world.li_triages, client_of(world.li_triages).post(reverse("workbench:bulk"), sent))
        assert "1 件已转送，1 件没有转送。" in page and "没有找到 1 件" in page
        assert goes.number not in page and goes.title not in page
        assert not BatchItem.objects.filter(matter_id=goes.pk).exists()

    def test_a_report_is_never_among_them(self, world):
        report = world.triaged(kind=Kind.REPORT, people=[{"name": CANARY, "mobile": "13900139000"}])
        page = result(
            world.li_triages, take(world.li_triages, "transfer", [report], to=world.housing.pk, reason=REASON)
        )
        assert "检举控告要逐件办理" in page and CANARY not in page
        assert steps_of(report, Step.TRANSFER) == 0

    @pytest.mark.parametrize("act", ["refuse", "issue_opinion", "accept", "", "register"])
    def test_what_is_not_in_the_table_is_not_found(self, world, act):
        assert choose(world.zhou_leads_unit, act, [world.signed_in()]).status_code == 404

    def test_an_act_of_another_post_is_not_found(self, world):
        assert choose(world.tang_registers, "archive", [world.triaged()]).status_code == 404

    def test_nobody_opens_the_result_of_another(self, world):
        answer = take(world.li_triages, "transfer", [world.triaged()], to=world.housing.pk, reason=REASON)
        assert client_of(world.wang_leads_office).get(answer.url).status_code == 404
        assert client_of(world.wang_leads_office).post(answer.url).status_code == 404

    def test_the_result_leaves_out_what_one_may_no_longer_see(self, world):
        matter = world.triaged(title="后来看不到")
        answer = take(world.li_triages, "transfer", [matter], to=world.housing.pk, reason=REASON)
        Referral.objects.filter(matter=matter).delete()
        Matter.objects.filter(pk=matter.pk).update(received_by=world.region_office, unit=world.region_office)
        page = result(world.li_triages, answer)
        assert "1 件已转送" in page and "另有 1 件" in page and matter.title not in page and matter.number not in page


class TestTheOffer:
    """What stands above a list: possible for at least one row of it."""

    def acts(self, officer, query="?shelf=all") -> list[str]:
        answer = client_of(officer).get(reverse("workbench:queue") + query)
        return re.findall(r'<button class="btn" name="act" value="([a-z_]+)"', answer.content.decode())

    def test_follows_the_stage_and_the_post(self, world):
        matter = world.triaged()
        assert self.acts(world.li_triages) == ["transfer", "transfer_down"]
        assert self.acts(world.tang_registers) == []
        world.take(Step.TRANSFER, matter.pk, world.li_triages, "2026-03-03", to=world.housing, reason=REASON)
        Referral.objects.filter(matter=matter).update(unread=False)
        assert self.acts(world.li_triages) == []
        assert self.acts(world.qian_receives) == ["sign_in"]
        world.take(Step.SIGN_IN, matter.pk, world.qian_receives, "2026-03-03")
        assert self.acts(world.zhou_leads_unit) == ["pass_down"]
        world.take(Step.ACCEPT, matter.pk, world.xu_handles, "2026-03-04")
        assert self.acts(world.zhou_leads_unit) == ["start_handling"]

    def test_whoever_only_reads_has_no_boxes(self, world):
        world.triaged()
        page = client_of(world.sun_supervises).get(reverse("workbench:queue") + "?shelf=area").content.decode()
        assert 'name="desk"' not in page and "data-select-all" not in page

    def test_a_report_has_no_box(self, world):
        report, other = world.triaged(kind=Kind.REPORT), world.triaged("2026-03-03")
        page = client_of(world.li_triages).get(reverse("workbench:queue") + "?shelf=all").content.decode()
        assert f'name="desk" value="{other.number}"' in page and f'name="desk" value="{report.number}"' not in page


class TestThePage:
    def test_unticked_ones_stay_on_the_page_and_are_not_taken(self, world):
        first, second = world.triaged("2026-03-02"), world.triaged("2026-03-03")
        fields = hidden_fields(choose(world.li_triages, "transfer", [first, second]).content.decode())
        sent = {**fields, "desk": [first.number], "do": "take", "to": world.housing.pk, "reason": "太短"}
        answer = client_of(world.li_triages).post(reverse("workbench:bulk"), sent)
        page = answer.content.decode()
        assert answer.status_code == 422 and "至少10个字" in page and second.number in page
        assert hidden_fields(page)["desk"] == [first.number]
        sent["reason"] = REASON
        result(world.li_triages, client_of(world.li_triages).post(reverse("workbench:bulk"), sent))
        assert [steps_of(one, Step.TRANSFER) for one in (first, second)] == [1, 0]

    def test_what_is_missing_is_said_and_nothing_typed_is_lost(self, world):
        matter = world.triaged()
        answer = take(world.li_triages, "transfer", [matter], reason=REASON)
        page = answer.content.decode()
        assert answer.status_code == 422 and "请选择“转给哪个机关、单位”" in page and REASON in page
        assert hidden_fields(page)["listed"] == [f"{matter.number}~{matter.version}"]
        assert not Batch.objects.exists()

    def test_searching_for_an_organ_keeps_ticks_and_words(self, world):
        matter = world.triaged()
        fields = hidden_fields(choose(world.li_triages, "transfer", [matter]).content.decode())
        sent = {**fields, "do": "find", "to_find": "住房", "reason": REASON}
        page = client_of(world.li_triages).post(reverse("workbench:bulk"), sent).content.decode()
        assert REASON in page and hidden_fields(page) == fields and "请选择" not in page

    def test_nothing_chosen_and_too_many(self, world):
        answer = choose(world.li_triages, "transfer", [])
        assert answer.status_code == 422 and "还没有选择信访件" in answer.content.decode()
        sent = {"act": "transfer", "desk": [f"XF{n:017}" for n in range(AT_ONCE + 1)]}
        answer = client_of(world.li_triages).post(reverse("workbench:bulk"), sent)
        assert (
            answer.status_code == 422 and f"一次最多办理{AT_ONCE}件，您选了{AT_ONCE + 1}件" in answer.content.decode()
        )

    @pytest.mark.parametrize("sent", [
        {"desk": ["\x00", "x" * 5000], "listed": ["~", "a~-1", "~~9", "b~99999999999999999999"]},
        {"desk": ["1"], "back": "https://example.org/", "key": "<script>", "do": "take", "to": "x" * 99, "reason": "\x00"},
    ])  # fmt: skip
    def test_nonsense_is_answered_politely(self, world, sent):
        answer = client_of(world.li_triages).post(reverse("workbench:bulk"), {"act": "transfer", **sent})
        assert answer.status_code == 422 and "example.org" not in answer.content.decode()

    def test_the_way_back_leads_to_the_list_it_came_from(self, world):
        page = choose(
            world.li_triages, "transfer", [world.triaged()], back="/desk/?shelf=all&order=number"
        ).content.decode()
        assert 'href="/desk/?shelf=all&amp;order=number"' in page

    def test_looking_at_the_address_leads_to_the_list(self, world):
        assert client_of(world.li_triages).get(reverse("workbench:bulk")).url == reverse("workbench:queue")

    def test_results_go_after_their_time(self, world):
        from datetime import timedelta

        from django.utils import timezone

        take(world.li_triages, "transfer", [world.triaged()], to=world.housing.pk, reason=REASON)
        assert taking.forget_before(timezone.now() + timedelta(days=29)) == 0
        assert taking.forget_before(timezone.now() + timedelta(days=31)) and not Batch.objects.exists()
