"""visible_to: who may open and list which matter (B.3, B.4). Hidden and missing are the same."""

import pytest

from tests.world import World
from xinqiao.matters.actors import SYSTEM, Citizen
from xinqiao.matters.identities import identities
from xinqiao.matters.models import Accused, Matter, Referral
from xinqiao.rules.stages import Kind, Role, Step

pytestmark = pytest.mark.django_db

# In an ordinary request on the housing bureau's desk, filed at the prefecture's petition office.
SEE_AN_ORDINARY_MATTER = {
    "tang_registers", "li_triages", "wang_leads_office", "sun_supervises", "qian_receives", "xu_handles", "zhou_leads_unit",
    "he_archives", "niu_at_region_office",
}  # fmt: skip
# In a report that the petition office triages: the desk's own readers of reports, nobody else.
SEE_A_REPORT = {"li_triages", "wang_leads_office", "dai_liaises"}


@pytest.fixture
def world(db):
    return World()


def officers(world):
    from xinqiao.organisations.models import Officer

    return {name: value for name, value in vars(world).items() if isinstance(value, Officer)}


def seen_by(world, matter):
    opened = {n for n, o in officers(world).items() if Matter.objects.visible_to(o).filter(pk=matter.pk).exists()}
    listed = {n for n, o in officers(world).items() if Referral.objects.visible_to(o).filter(matter=matter).exists()}
    counted = {n for n, o in officers(world).items() if Referral.objects.counted_by(o).filter(matter=matter).exists()}
    assert opened == listed == counted, "list, number and open obey one rule"
    return opened


def test_an_ordinary_matter_is_seen_from_its_desks_and_from_above(world):
    assert seen_by(world, world.signed_in()) == SEE_AN_ORDINARY_MATTER


def test_a_report_is_seen_only_by_readers_of_reports_on_an_own_desk(world):
    assert seen_by(world, world.triaged(kind=Kind.REPORT, purpose="accuse")) == SEE_A_REPORT


def test_what_the_citizen_calls_an_accusation_is_sealed_before_anybody_has_read_it(world):
    receipt = world.file(purpose="accuse")
    matter = Matter.objects.get(pk=receipt.matter_id)
    assert seen_by(world, matter) == SEE_A_REPORT | {"tang_registers"}
    world.take(Step.REGISTER, matter.pk, world.tang_registers, "2026-03-02")
    assert seen_by(world, matter) == SEE_A_REPORT, "the registrar sees it only while registering"


def test_what_is_no_report_after_all_is_opened_and_counted_by_everybody_again(world):
    matter = Matter.objects.get(pk=world.file(purpose="accuse").matter_id)
    world.take(Step.REGISTER, matter.pk, world.tang_registers, "2026-03-02")
    words = {
        "content_class": world.housing_class,
        "requests": ["修好屋顶"],
        "unseal_reason": "信里只说房屋漏水，没有检举任何人。",
    }
    world.take(Step.CLASSIFY, matter.pk, world.li_triages, "2026-03-02", kind=Kind.REQUEST, **words)
    assert seen_by(world, matter) == SEE_A_REPORT
    world.take(
        Step.UNSEAL,
        matter.pk,
        world.wang_leads_office,
        "2026-03-02",
        agree=True,
        reason="实为催要房屋维修，没有检举任何人。",
    )
    seen = seen_by(world, matter)
    assert "sun_supervises" in seen, "who supervises"
    assert "dai_liaises" not in seen, "who reads reports only"


def test_nobody_inside_the_accused_set_sees_it_not_even_with_a_desk(world):
    matter = world.signed_in()
    Accused.objects.create(
        matter=matter, organisation=world.housing, org_lft=world.housing.lft, org_rgt=world.housing.rgt
    )
    assert not {"qian_receives", "xu_handles", "zhou_leads_unit"} & seen_by(world, matter)


def test_a_disabled_post_or_user_sees_nothing(world):
    matter = world.signed_in()
    world.xu_handles.active = False
    assert not Matter.objects.visible_to(world.xu_handles).filter(pk=matter.pk).exists()
    world.zhou_leads_unit.user.is_active = False
    assert not Referral.objects.visible_to(world.zhou_leads_unit).exists()


def test_a_citizen_sees_what_was_proved_and_nothing_else(world):
    one, other = world.signed_in(), world.file(account_id=7)
    assert list(Matter.objects.visible_to(Citizen(matter_id=one.pk))) == [one]
    assert [m.pk for m in Matter.objects.visible_to(Citizen(account_id=7))] == [other.matter_id]
    assert not Matter.objects.visible_to(Citizen()).exists()
    assert Matter.objects.visible_to(SYSTEM).count() == 2


class TestNames:
    def test_handling_unit_and_supervisor_read_a_mask_until_they_say_what_for(self, world):
        matter = world.signed_in()
        for officer in (world.xu_handles, world.sun_supervises):
            (person,) = identities(matter, officer)
            assert (person.name, person.mobile) == ("王**", "138******00")

    def test_a_wish_for_secrecy_hides_the_name_from_the_unit_and_from_the_letter(self, world):
        from xinqiao.documents.letters import versions

        matter = world.signed_in(secrecy=True)
        assert "王秀兰" not in str(identities(matter, world.xu_handles))
        world.take(Step.ACCEPT, matter.pk, world.xu_handles, "2026-03-03")
        for kind in ("F-03", "F-08"):
            assert "王秀兰" not in str(versions(matter.pk, kind)[-1].data), "the unit writes no name it may not know"
        assert matter.petitioner_name == ""

    def test_identity_is_ciphertext_in_the_database(self, world):
        from django.db import connection

        world.signed_in()
        with connection.cursor() as cursor:
            for table in ("people_petitioner", "documents_document", "matters_submission"):
                cursor.execute(f"SELECT t::text FROM {table} t")
                text = "\n".join(row[0] for row in cursor.fetchall())
                assert "13800138000" not in text
                assert "王秀兰" not in text


def test_an_analyst_reads_the_territory_without_names(world):
    matter = world.signed_in()
    analyst = world.officer("ana", "安分析", world.office, Role.ANALYST)
    assert Matter.objects.visible_to(analyst).filter(pk=matter.pk).exists()
    assert "王秀兰" not in str(identities(matter, analyst))
