"""Reports (检举控告): nothing of one reaches anybody in its accused set, by whatever way; C-01 to C-08, C-15, B.3."""

import re

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from tests.world import World, at
from xinqiao.matters import opinions, secrecy, steps
from xinqiao.matters.act import MatterHidden
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Attachment, Event, Matter, Referral
from xinqiao.matters.steps.retaliation import complain
from xinqiao.notifications.models import InAppMessage
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules import extracts
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Kind, Role, Stage, Step

pytestmark = pytest.mark.django_db
REASON = "按照职责分工，这件事归这个部门办理。"
OFFERED = re.compile(r'<input (?=[^>]*name="(\w+)")(?=[^>]*value="(\d+)")')  # keys of other things may be the same numbers


@pytest.fixture
def world(db):
    return World()


def sees(officer, matter_id) -> bool:
    """Open and list obey one rule."""
    opened = Matter.objects.visible_to(officer).filter(pk=matter_id).exists()
    assert opened == Referral.objects.visible_to(officer).filter(matter_id=matter_id).exists()
    return opened


def said(response) -> str:
    """A page without the token against forged forms, which is new each time."""
    return re.sub(r'value="\w{64}"', "", response.content.decode())


def refused(call, *args, **facts) -> StepRefused:
    with pytest.raises(StepRefused) as found, transaction.atomic():
        call(*args, **facts)
    return found.value


def against(world, unit=None, **more):
    """A triaged report against the housing bureau."""
    unit = unit or world.housing
    return world.triaged(kind=Kind.REPORT, purpose="accuse", respondent={"unit": unit.name, "organisation_id": unit.pk, **more})


def give_desk(matter, organisation, **more):
    """A desk that should not be: whoever put it there, it shows nothing."""
    return Referral.objects.create(
        matter=matter, kind="transfer", organisation=organisation, org_lft=organisation.lft, stage=Stage.SIGNED_IN,
        received_at=at("2026-03-03"), **more,
    )  # fmt: skip


class TestAccusedSet:
    def test_a_person_is_kept_out_wherever_they_work_later_and_so_is_everybody_beside_them(self, world):
        matter = against(world, world.environment)
        secrecy.add_accused(matter, users=[world.xu_handles.user])
        for unit in (world.housing, world.police):
            give_desk(matter, unit)
        assert not sees(world.zhou_leads_unit, matter.pk), "superiors and colleagues of the accused"
        assert sees(world.wu_at_police, matter.pk)
        moved = world.officer("xu2", "占位", world.police, Role.HANDLER)
        Officer.objects.filter(pk=moved.pk).update(user=world.xu_handles.user)
        moved = Officer.objects.select_related("user", "organisation").get(pk=moved.pk)
        assert not sees(moved, matter.pk), "the person, in the new post"
        assert not sees(world.wu_at_police, matter.pk), "computed when asked: the new colleagues too"
        Officer.objects.filter(pk=world.xu_handles.pk).update(active=False)
        assert not sees(world.zhou_leads_unit, matter.pk), "the old unit stays in the set"

    def test_below_the_accused_is_in_the_set_until_the_liaison_clears_it(self, world):
        matter = against(world)
        give_desk(matter, world.housing_station)
        assert not sees(world.mo_at_station, matter.pk)
        world.take(Step.CLEAR_SUBORDINATE, matter.pk, world.dai_liaises, "2026-03-03", organisation=world.housing_station, reason=REASON)
        assert sees(world.mo_at_station, matter.pk)
        world.take(Step.LIFT_CLEARANCE, matter.pk, world.dai_liaises, "2026-03-04", organisation=world.housing_station, reason=REASON)
        assert not sees(world.mo_at_station, matter.pk)

    def test_the_accused_itself_is_never_cleared(self, world):
        matter = against(world)
        step = steps.FUNCTIONS[Step.CLEAR_SUBORDINATE]
        facts = {"by": world.dai_liaises, "at": at("2026-03-03"), "organisation": world.housing, "reason": REASON}
        assert refused(step, matter.pk, **facts).code == "accused_itself"
        assert not matter.clearances.exists()

    def test_sql_and_arithmetic_agree(self, world):
        """rules.confidentiality says it as arithmetic; secrecy says it to the database."""
        from xinqiao.rules.confidentiality import Interval, is_in_accused_set

        receipt = world.file(purpose="accuse", respondent={"unit": world.government.name})
        matter = Matter.objects.get(pk=receipt.matter_id)
        cleared = [world.county_gov]
        secrecy.Clearance.objects.create(matter=matter, organisation=world.county_gov, by=world.dai_liaises, at=at("2026-03-03"))
        accused = [Interval(*world.government.interval)]
        listed = set(Organisation.objects.filter(secrecy.shut_out_organisations(matter.pk)))
        for organ in Organisation.objects.all():
            expected = is_in_accused_set(Interval(*organ.interval), accused, cleared=[Interval(*one.interval) for one in cleared])
            assert secrecy.is_shut_out(matter.pk, organ) == expected == (organ in listed), organ.name

    def test_only_adds(self, world):
        row = against(world).accused.first()
        for change in (row.delete, lambda: type(row).objects.filter(pk=row.pk).update(organisation=world.police)):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()


class TestIntake:
    CASES = [
        ("chosen", lambda w: {"unit": "信访局", "organisation_id": w.office.pk}, "region_office"),
        ("whole name written", lambda w: {"unit": w.office.name}, "region_office"),
        ("a part of the name: a guess keeps it away", lambda w: {"unit": "地区信访局"}, "region_office"),
        ("the head by name", lambda w: {"name": "王局长"}, "region_office"),
        ("the government above the office", lambda w: {"unit": w.government.name}, "region_office"),
        ("another unit", lambda w: {"unit": w.housing.name}, "office"),
        ("words that fit nobody", lambda w: {"unit": "某个公司"}, "office"),
    ]

    @pytest.mark.parametrize(("respondent", "office"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
    def test_goes_to_the_first_petition_office_that_is_not_complained_of(self, world, respondent, office):
        receipt = world.file(purpose="accuse", respondent=respondent(world))
        assert Matter.objects.get(pk=receipt.matter_id).received_by == getattr(world, office)

    @pytest.mark.parametrize(
        "respondent", [lambda w: {"unit": w.housing.name}, lambda w: {"unit": "住建局"}, lambda w: {"name": "周负责"}]
    )
    def test_filed_at_the_accused_unit_it_never_lies_there(self, world, respondent):
        receipt = world.file(purpose="accuse", by=world.qian_receives, respondent=respondent(world))
        matter = Matter.objects.get(pk=receipt.matter_id)
        assert matter.received_by == world.office
        assert not any(sees(one, matter.pk) for one in (world.qian_receives, world.xu_handles, world.zhou_leads_unit))

    def test_a_named_officer_of_the_unit_is_in_the_set_at_once(self, world):
        receipt = world.file(purpose="accuse", respondent={"unit": world.housing.name, "name": "徐承办", "post": "科长"})
        rows = Matter.objects.get(pk=receipt.matter_id).accused.all()
        assert {row.user for row in rows if row.user} == {world.xu_handles.user}
        assert "徐承办 科长" in {row.person for row in rows}

    def test_against_a_discipline_organ_it_goes_up_unread(self, world):
        receipt = world.file(purpose="accuse", respondent={"unit": world.discipline.name, "name": "杨纪检"})
        matter = Matter.objects.get(pk=receipt.matter_id)
        assert matter.stage == Stage.PASSED_SEALED
        everybody = [one for one in vars(world).values() if isinstance(one, Officer)]
        assert [one for one in everybody if sees(one, matter.pk)] == [world.lu_at_region_discipline]
        entry = matter.sealed_entries.get()
        assert (entry.organisation, entry.number, entry.receiver) == (world.office, matter.number, world.region_discipline.name)

    def test_an_office_where_nobody_could_open_it_afterwards_does_not_register_it(self, world):
        """Else it would lie there unseen by everybody; the registrar still passes it on sealed, or registers once there is a post."""
        Officer.objects.filter(pk=world.feng_in_county.pk).update(roles=[Role.REGISTRAR.value])
        alone = Officer.objects.get(pk=world.feng_in_county.pk)
        filed = world.file(purpose="accuse", by=alone, respondent={"unit": world.housing.name})
        register = {"by": alone, "at": at("2026-03-02")}
        assert refused(steps.register.register, filed.matter_id, **register).code == "nobody_reads_on"
        assert sees(alone, filed.matter_id)
        triages = world.officer("fang", "方县甄", world.county_office, Role.TRIAGE)
        steps.register.register(filed.matter_id, **register)
        assert sees(triages, filed.matter_id)
        assert not sees(alone, filed.matter_id)


class TestNothingReachesTheAccused:
    """Table: everybody in the set x every way in."""

    ACCUSED = ("qian_receives", "xu_handles", "zhou_leads_unit", "mo_at_station")

    @pytest.fixture
    def report(self, world):
        matter = against(world)
        Attachment.objects.create(
            matter=matter, stored_name="x" * 32, original_name="照片.jpg", media_type="image/jpeg", size_bytes=1, digest="0",
            original_digest="0", hash_algorithm="sm3", added_at=at("2026-03-02"),
        )  # fmt: skip
        desk = give_desk(matter, world.housing, handler=world.xu_handles)
        give_desk(matter, world.housing_station)
        return matter, desk

    @pytest.mark.parametrize("who", ACCUSED)
    def test_every_page_answers_as_for_a_number_that_does_not_exist(self, world, report, who):
        matter, _desk = report
        client = Client()
        client.force_login(getattr(world, who).user)
        nobody = "99010020990101000X"
        for name in ("case", "step", "note", "opinion"):
            args = [Step.SIGN_IN.value] if name == "step" else []
            mine = client.get(reverse(f"workbench:{name}", args=[matter.number, *args]))
            none = client.get(reverse(f"workbench:{name}", args=[nobody, *args]))
            assert mine.status_code == none.status_code
            assert mine.status_code in (404, 405)
            assert said(mine).replace(matter.number, "#") == said(none).replace(nobody, "#")
        file = matter.attachments.get()
        assert client.get(reverse("workbench:file", args=[file.pk])).status_code == 404
        from xinqiao.documents.models import Document

        for document in Document.objects.filter(matter_id=matter.pk):
            assert client.get(reverse("workbench:letter", args=[document.pk, "pdf"])).status_code == 404

    @pytest.mark.parametrize("who", ACCUSED)
    def test_no_list_count_search_bell_or_register_knows_it(self, world, report, who):
        matter, _desk = report
        officer = getattr(world, who)
        client = Client()
        client.force_login(officer.user)
        for query in ("", "?shelf=all", "?shelf=closed", "?shelf=due", f"?q={matter.number}", f"?q={matter.title[:6]}"):
            page = client.get(reverse("workbench:queue") + query, follow=True)
            assert f"/cases/{matter.number}" not in page.content.decode()
        assert matter.number not in client.get(reverse("workbench:search"), {"q": matter.title[:6]}).content.decode()
        assert not Referral.objects.visible_to(officer).exists()
        assert not InAppMessage.objects.filter(officer=officer).exists()

    @pytest.mark.parametrize("who", ACCUSED)
    def test_every_step_is_hidden(self, world, report, who):
        matter, _desk = report
        officer = getattr(world, who)
        for step in (Step.SIGN_IN, Step.ACCEPT, Step.REFUSE_AGAIN, Step.ANSWER_PROGRESS, Step.DECIDE_RECUSAL):
            with pytest.raises((MatterHidden, TypeError)), transaction.atomic():
                steps.FUNCTIONS[step](matter.pk, by=officer, at=at("2026-03-04"))
        with pytest.raises(MatterHidden):
            opinions.save_draft(matter.pk, by=officer, at=at("2026-03-04"), body="x")

    SENDING = [
        (Step.TRANSFER, "li_triages", lambda to: {"to": to, "reason": REASON}),
        (Step.TRANSFER, "li_triages", lambda to: {"to": None, "reason": REASON, "co_handlers": [to]}),
        (Step.TRANSFER_DOWN, "li_triages", lambda to: {"to": to, "reason": REASON}),
        (Step.ASSIGN, "wang_leads_office",
         lambda to: {"to": to, "reason": REASON, "importance": "重要", "report_due_on": at("2026-06-01").date()}),
    ]  # fmt: skip

    @pytest.mark.parametrize("row", SENDING, ids=["transfer", "co-handling", "down", "assign"])
    @pytest.mark.parametrize("unit", ["housing", "housing_station"])
    def test_no_sending_step_offers_or_takes_it_and_the_words_tell_nothing(self, world, row, unit):
        step, who, facts_of = row
        matter, target = against(world), getattr(world, unit)
        if step is Step.TRANSFER_DOWN:
            target = world.housing_station
        facts = facts_of(target)
        if "co_handlers" in facts:
            facts["to"] = world.police
        elsewhere = {**facts_of(world.region_housing)}
        if "co_handlers" in elsewhere:
            elsewhere["to"] = world.police
        said = refused(steps.FUNCTIONS[step], matter.pk, by=getattr(world, who), at=at("2026-03-03"), **facts)
        assert said.code == "outside"
        if step is not Step.TRANSFER_DOWN:
            other = refused(steps.FUNCTIONS[step], matter.pk, by=getattr(world, who), at=at("2026-03-03"), **elsewhere)
            assert other.message.replace(world.region_housing.name, "#") == said.message.replace(target.name, "#")
        client = Client()
        client.force_login(getattr(world, who).user)
        page = client.get(reverse("workbench:step", args=[matter.number, step.value])).content.decode()
        organs = {value for name, value in OFFERED.findall(page) if name in ("to", "co_handlers")}
        assert organs and str(target.pk) not in organs

    def test_a_later_matter_of_the_informant_does_not_say_that_there_was_a_report(self, world):
        against(world)
        later = world.file("2026-03-10", by=world.qian_receives)
        made = world.take(Step.REGISTER, later.matter_id, world.qian_receives, "2026-03-10")
        assert made.repeat is False

    def test_a_report_is_never_joined_to_what_others_read(self, world):
        report, request = against(world), world.triaged()
        step = steps.FUNCTIONS[Step.MERGE]
        for one, other in ((report, request), (request, report)):
            assert refused(step, one.pk, by=world.li_triages, at=at("2026-03-04"), lead_id=other.pk).code == "not_together"


class TestMixed:
    WORDS = "屋顶漏水三年没人修，住建局的郑某某科长收了开发公司的好处，所以一直压着不处理，请你们查一查。"

    @pytest.fixture
    def mixed(self, world):
        return world.triaged(
            also_reports=True, content=self.WORDS, requests=["修好屋顶"], respondent={"name": "郑某某", "unit": "住建局"}
        )

    def split(self, world, matter, **changes):
        facts = {"title": "屋顶维修", "extract": "住户反映顶层渗水，希望安排维修。", "requests": ["修好屋顶"], "kind": Kind.REQUEST}
        return steps.FUNCTIONS[Step.SPLIT](matter.pk, by=world.li_triages, at=at("2026-03-03"), **{**facts, **changes})

    def test_is_sealed_and_does_not_go_out_unsplit(self, world, mixed):
        assert mixed.sealed
        found = refused(
            steps.FUNCTIONS[Step.TRANSFER], mixed.pk, by=world.li_triages, at=at("2026-03-03"), to=world.environment, reason=REASON
        )
        assert found.code == "mixed"
        assert "分案" in found.message

    @pytest.mark.parametrize(
        ("changes", "shown"),
        [
            ({"extract": "郑某某没有处理漏水。"}, "郑某某"),
            ({"title": "郑某某的事"}, "郑某某"),
            ({"extract": "住户说：" + WORDS[14:44]}, "收了开发公司的好处"),
        ],
        ids=["name", "name in the title", "passage"],
    )
    def test_an_extract_that_gives_it_away_is_refused_with_the_words(self, world, mixed, changes, shown):
        found = refused(self.split, world, mixed, **changes)
        assert found.code == "extract_leaks"
        assert shown in found.message

    def test_the_part_waits_for_a_second_person_and_the_original_stays_a_sealed_report(self, world, mixed):
        part = Matter.objects.get(pk=self.split(world, mixed).matter_id)
        mixed.refresh_from_db()
        assert (mixed.kind, mixed.sealed, part.sealed) == (Kind.REPORT, True, False)
        assert not part.attachments.exists()
        approve = steps.FUNCTIONS[Step.APPROVE_EXTRACT]
        world.take(Step.REGISTER, part.pk, world.tang_registers, "2026-03-03")
        world.take(Step.CLASSIFY, part.pk, world.li_triages, "2026-03-03", kind=Kind.REQUEST, content_class=world.housing_class,
                   requests=["修好屋顶"])  # fmt: skip
        send = {"by": world.li_triages, "at": at("2026-03-03"), "to": world.housing, "reason": REASON}
        assert refused(steps.FUNCTIONS[Step.TRANSFER], part.pk, **send).code == "extract_waiting"
        assert refused(approve, part.pk, by=world.li_triages, at=at("2026-03-03"), agree=True).code == "same_person"
        approve(part.pk, by=world.wang_leads_office, at=at("2026-03-03"), agree=True)
        steps.FUNCTIONS[Step.TRANSFER](part.pk, **send)
        assert sees(world.qian_receives, part.pk)
        assert not sees(world.qian_receives, mixed.pk)

    def test_finds_passages_whatever_the_punctuation(self):
        assert extracts.passages("说科长，收了 开发公司的好处，所以一直压着不处理！", self.WORDS)
        assert not extracts.passages("顶层渗水，希望安排维修。", self.WORDS)


class TestSealedPast:
    def test_nobody_at_the_lower_level_opens_it_any_more(self, world):
        matter = against(world)
        world.take(Step.PASS_SEALED, matter.pk, world.dai_liaises, "2026-03-05", to=world.region_discipline, against="higher")
        everybody = [one for one in vars(world).values() if isinstance(one, Officer)]
        assert [one for one in everybody if sees(one, matter.pk)] == [world.lu_at_region_discipline]
        clock = matter.clocks.get(term="SEALED5WD")
        assert (clock.state, str(clock.due_on)) == ("met", "2026-03-09"), "five working days from the receipt"
        page = Client()
        page.force_login(world.wang_leads_office.user)
        shown = page.get(reverse("workbench:sealed")).content.decode()
        assert matter.number in shown
        assert world.region_discipline.name in shown
        assert matter.title not in shown

    def test_after_the_list_to_the_discipline_organ_only_the_liaison_follows_it(self, world):
        matter = against(world)
        world.take(Step.TRANSFER_DISCIPLINE, matter.pk, world.dai_liaises, "2026-03-05", to=world.discipline)
        seers = {name for name, one in vars(world).items() if isinstance(one, Officer) and sees(one, matter.pk)}
        assert seers == {"dai_liaises", "yang_at_discipline"}
        assert matter.sealed_entries.get().organisation == world.office

    def test_triage_of_a_report_on_the_own_office_is_sent_up_instead(self, world):
        matter = world.file(purpose="accuse")
        world.take(Step.REGISTER, matter.matter_id, world.tang_registers, "2026-03-02")
        found = refused(
            steps.FUNCTIONS[Step.CLASSIFY], matter.matter_id, by=world.li_triages, at=at("2026-03-02"), kind=Kind.REPORT,
            content_class=world.housing_class, requests=[], accused_officers=[world.wang_leads_office],
        )  # fmt: skip
        assert found.code == "own_office"
        world.take(Step.PASS_SEALED, matter.matter_id, world.dai_liaises, "2026-03-02", to=world.region_office, against="own_office")
        assert sees(world.niu_at_region_office, matter.matter_id)
        assert not sees(world.wang_leads_office, matter.matter_id)

    def test_off_line_nobody_reads_it_and_the_citizen_is_told(self, world):
        matter = world.triaged()
        world.take(Step.SEAL_OFF_LINE, matter.pk, world.li_triages, "2026-03-05", receiver="本局保密室",
                   handed_on=at("2026-03-05").date(), reason="附件标注了密级，不能留在网上。")  # fmt: skip
        assert not any(sees(one, matter.pk) for one in vars(world).values() if isinstance(one, Officer))
        from xinqiao.portal.follow import dossier

        matter.refresh_from_db()
        shown = dossier.load(matter, today=at("2026-03-06").date())
        assert shown.told.headline == "已转为线下办理"
        assert not (shown.records or shown.letters or shown.attachments)
        assert "漏水" not in matter.title


class TestNeverLowered:
    @pytest.mark.parametrize("field", ["sealed", "secrecy", "anonymous"])
    def test_the_database_refuses_it(self, world, field):
        matter = against(world)
        Matter.objects.filter(pk=matter.pk).update(secrecy=True, anonymous=True)
        with pytest.raises(DatabaseError), transaction.atomic():
            Matter.objects.filter(pk=matter.pk).update(**{field: False})
        Matter.objects.filter(pk=matter.pk).update(title="别的可以改")

    def test_two_people_unseal(self, world):
        matter_id = world.file(purpose="accuse").matter_id
        world.take(Step.REGISTER, matter_id, world.tang_registers, "2026-03-02")
        facts = {"kind": Kind.REQUEST, "content_class": world.housing_class, "requests": ["修好屋顶"]}
        classify = steps.FUNCTIONS[Step.CLASSIFY]
        assert refused(classify, matter_id, by=world.li_triages, at=at("2026-03-02"), **facts).code == "unseal_reason"
        classify(matter_id, by=world.li_triages, at=at("2026-03-02"), unseal_reason=REASON, **facts)
        assert Matter.objects.get(pk=matter_id).sealed
        send = {"by": world.li_triages, "at": at("2026-03-02"), "to": world.housing, "reason": REASON}
        assert refused(steps.FUNCTIONS[Step.TRANSFER], matter_id, **send).code == "unseal_waiting"
        unseal = steps.FUNCTIONS[Step.UNSEAL]
        assert refused(unseal, matter_id, by=world.li_triages, at=at("2026-03-02"), agree=True, reason=REASON).code == "same_person"
        unseal(matter_id, by=world.wang_leads_office, at=at("2026-03-02"), agree=True, reason=REASON)
        assert not Matter.objects.get(pk=matter_id).sealed
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('xinqiao.unsealing', true)")
            assert not cursor.fetchone()[0], "the door is shut again"


class TestRecusal:
    def ask(self, world, matter):
        return world.take(Step.ASK_RECUSAL, matter.pk, Citizen(matter_id=matter.pk), "2026-03-20", reason="承办人是对方经理的弟弟。")

    def test_work_rests_until_it_is_decided_and_then_another_goes_on(self, world):
        matter = world.in_handling()
        ding = world.officer("ding", "丁承办", world.housing, Role.HANDLER)
        self.ask(world, matter)
        contact = {"manner": "phone", "text": "电话联系王秀兰，约定周三上门查看。"}
        step = steps.FUNCTIONS[Step.RECORD_CONTACT]
        assert refused(step, matter.pk, by=world.xu_handles, at=at("2026-03-20"), **contact).code == "recusal_waiting"
        assert refused(opinions.save_draft, matter.pk, by=world.xu_handles, at=at("2026-03-20"), body="x").code == "recusal_waiting"
        world.take(Step.DECIDE_RECUSAL, matter.pk, world.zhou_leads_unit, "2026-03-21", granted=True, handler=ding, no_interest=True,
                   reason="情况属实，应当回避。")  # fmt: skip
        assert refused(step, matter.pk, by=world.xu_handles, at=at("2026-03-22"), **contact).code == "recused"
        step(matter.pk, by=ding, at=at("2026-03-22"), **contact)
        told = matter.records.get(sort="recusal_answer")
        assert told.shown_to_citizen
        assert "情况属实" in told.text
        assert matter.clocks.get(term="RECUSAL3WD").state == "met"

    def test_nobody_who_left_once_is_named_again(self, world):
        matter = world.in_handling()
        ding = world.officer("ding", "丁承办", world.housing, Role.HANDLER)
        facts = {"granted": True, "no_interest": True, "reason": "情况属实，应当回避。"}
        self.ask(world, matter)
        world.take(Step.DECIDE_RECUSAL, matter.pk, world.zhou_leads_unit, "2026-03-21", handler=ding, **facts)
        self.ask(world, matter)
        decide = steps.FUNCTIONS[Step.DECIDE_RECUSAL]
        again = refused(decide, matter.pk, by=world.zhou_leads_unit, at=at("2026-03-22"), handler=world.xu_handles, **facts)
        assert again.code == "same_handler"

    def test_of_the_head_is_decided_above(self, world):
        matter = world.signed_in()
        boss = world.officer("boss", "高兼办", world.housing, Role.HANDLER, Role.UNIT_LEADER)
        world.take(Step.ACCEPT, matter.pk, world.xu_handles, "2026-03-02")
        world.take(Step.START_HANDLING, matter.pk, world.zhou_leads_unit, "2026-03-02", handler=boss, no_interest=True)
        self.ask(world, matter)
        decide = steps.FUNCTIONS[Step.DECIDE_RECUSAL]
        facts = {"at": at("2026-03-21"), "granted": False, "reason": "经核实，没有亲属关系。", "leader": "分管副专员"}
        assert refused(decide, matter.pk, by=world.zhou_leads_unit, **facts).code == "not_the_head"
        assert refused(decide, matter.pk, by=boss, **facts).code in ("not_the_head", "recusal_waiting")
        decide(matter.pk, by=world.wang_leads_office, **facts)
        assert matter.recusals.get().state == "refused"


class TestRetaliation:
    def test_is_a_sealed_matter_above_of_which_the_earlier_file_says_nothing(self, world):
        matter = world.in_handling()
        before = Event.objects.filter(matter=matter).count()
        facts = {"text": "承办人带人到我家威胁我，叫我不要再反映。", "name": "徐承办", "key": "0" * 32}
        receipt = complain(matter.pk, by=Citizen(matter_id=matter.pk), at=at("2026-03-10"), **facts)
        made = Matter.objects.get(pk=receipt.matter_id)
        assert (made.received_by, made.sealed, made.follows.earlier_id) == (world.region_office, True, matter.pk)
        assert Event.objects.filter(matter=matter).count() == before
        seers = {name for name, one in vars(world).items() if isinstance(one, Officer) and sees(one, made.pk)}
        assert seers == {"niu_at_region_office", "lu_at_region_discipline"}
        assert made.accused.filter(user=world.xu_handles.user).exists()
        again = complain(matter.pk, by=Citizen(matter_id=matter.pk), at=at("2026-03-10"), **facts)
        assert again.number == receipt.number
        with pytest.raises(MatterHidden):
            complain(matter.pk, by=Citizen(matter_id=made.pk), at=at("2026-03-10"), **facts)
