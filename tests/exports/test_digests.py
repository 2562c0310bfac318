"""C-09, R-30(2): the personnel organ learns of reports about cadres, never by whom, and never of one against itself."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.world import World, client_of
from xinqiao.exports import digests
from xinqiao.exports.models import Digest, DigestState
from xinqiao.integrity.models import AuditEntry
from xinqiao.matters.models import Accused
from xinqiao.matters.secrecy import is_shut_out
from xinqiao.notifications import inbox
from xinqiao.organisations import tree
from xinqiao.organisations.models import Organisation
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.exports import Rank
from xinqiao.rules.stages import Kind, Line, Role

pytestmark = pytest.mark.django_db
PASSWORD = "不要用在别处的密码1"
CANARY, WORDS = "金丝雀", "金丝雀看见局长收钱"
PERIOD_DAYS = date(2026, 1, 1), date(2026, 6, 30)
PERIOD = "from_on=2026-01-01&to_on=2026-06-30"


@pytest.fixture
def world():
    world = World()
    world.personnel = world._organisation(
        "pref-personnel", "临江地区组织部", "临组", Line.PERSONNEL, 2, world.government
    )
    world.region_personnel = world._organisation(
        "region-personnel", "云岭自治区组织部", "云组", Line.PERSONNEL, 1, world.region_gov, code="990000"
    )
    world.county_personnel = world._organisation(
        "county-personnel", "青石县组织部", "青组", Line.PERSONNEL, 3, world.county_gov, code="990121"
    )
    tree.renumber()
    for name, value in list(vars(world).items()):
        if isinstance(value, Organisation):
            setattr(world, name, Organisation.objects.get(pk=value.pk))
    world.cui = world.officer("cui", "崔联络", world.personnel, Role.PERSONNEL_LIAISON)
    world.mao = world.officer("mao", "毛联络", world.region_personnel, Role.PERSONNEL_LIAISON)
    for one in (world.dai_liaises, world.wang_leads_office):
        one.organisation.refresh_from_db()
    return world


def report(world, against, **changes):
    return world.triaged(
        "2026-03-03", kind=Kind.REPORT, title=WORDS, content=WORDS, purpose="accuse", people=[{"name": CANARY, "mobile": "13900139000"}],
        respondent={"unit": against.name, "organisation_id": against.pk, "name": "某某"}, **changes,
    )  # fmt: skip


def compiled(world, *matters, recipient=None, **changes):
    recipient = recipient or world.personnel
    said = {"title": "三月涉及干部的信访情况", "password": PASSWORD}
    for matter in matters:
        said |= {f"take_{matter.pk}": "on", f"rank_{matter.pk}": "county"}
    page = f"{reverse('workbench:digest_new')}?recipient={recipient.pk}&{PERIOD}"
    return client_of(world.dai_liaises).post(page, said | changes)


def decided(officer, digest, **changes):
    page = reverse("workbench:digest", args=[digest.pk])
    return client_of(officer).post(page, {"agrees": "yes", "reason": "同意送达", "password": PASSWORD, **changes})


def opened(officer, digest):
    return client_of(officer).get(reverse("workbench:digest", args=[digest.pk]))


class TestFromOfficeToOrgan:
    def test_compiled_agreed_read_and_signed_for(self, world):
        matter = report(world, world.housing)
        assert compiled(world, matter).status_code == 302
        digest = Digest.objects.get()
        assert opened(world.cui, digest).status_code == 404, "not before the leader agreed"
        assert decided(world.wang_leads_office, digest).status_code == 302
        page = opened(world.cui, digest).content.decode()
        assert matter.number in page and world.housing.name in page and "县处级" in page
        for secret in (CANARY, WORDS, "13900139000", "某某", "戴对接"):
            assert secret not in page, secret
        client_of(world.cui).post(reverse("workbench:digest", args=[digest.pk]), {"acknowledge": "1"})
        digest.refresh_from_db()
        assert (digest.state, digest.acknowledged_by_id) == (DigestState.ACKNOWLEDGED, world.cui.pk)
        noted = list(AuditEntry.objects.filter(subject=str(digest)).order_by("pk").values_list("kind", flat=True))
        assert noted[:2] == [AuditKind.EXPORT_ASKED, AuditKind.EXPORT_DECIDED] and AuditKind.DIGEST_READ in noted

    def test_the_bell_of_the_organ_leads_to_it_until_it_is_opened(self, world):
        compiled(world, report(world, world.housing))
        digest = Digest.objects.get()
        assert inbox.unread_count(world.cui) == 0
        decided(world.wang_leads_office, digest)
        assert [inbox.unread_count(one) for one in (world.cui, world.mao, world.dai_liaises)] == [1, 0, 0]
        opened(world.cui, digest)
        assert inbox.unread_count(world.cui) == 0
        page = client_of(world.cui).get(reverse("workbench:messages")).content.decode()
        assert reverse("workbench:digest", args=[digest.pk]) in page

    def test_rows_are_sealed_in_the_database(self, world):
        from django.db import connection

        compiled(world, report(world, world.housing))
        with connection.cursor() as cursor:
            cursor.execute("SELECT rows::text FROM exports_digest")
            assert world.housing.name not in cursor.fetchone()[0]

    def test_nobody_agrees_to_an_own_digest(self, world):
        compiled(world, report(world, world.housing))
        world.dai_liaises.user.posts.update(roles=[Role.DISCIPLINE_LIAISON.value, Role.OFFICE_LEADER.value])
        answer = decided(world.dai_liaises, Digest.objects.get())
        assert answer.status_code == 409 and "不能审批自己编写的通报" in answer.content.decode()

    def test_refused_it_is_never_delivered(self, world):
        compiled(world, report(world, world.housing))
        digest = Digest.objects.get()
        decided(world.wang_leads_office, digest, agrees="no", reason="重复")
        assert opened(world.cui, digest).status_code == 404
        assert not digests.visible_to(world.cui).exists()

    @pytest.mark.parametrize("changes", [{"title": ""}, {"password": "不对"}])
    def test_what_is_missing_is_said_and_choices_stay(self, world, changes):
        matter = report(world, world.housing)
        answer = compiled(world, matter, **changes)
        assert answer.status_code == 422 and not Digest.objects.exists()
        assert f'name="take_{matter.pk}"' in answer.content.decode() and "checked" in answer.content.decode()

    def test_nothing_chosen_is_said(self, world):
        report(world, world.housing)
        assert "请至少选一件" in compiled(world).content.decode()

    def test_what_was_told_is_not_offered_again(self, world):
        matter = report(world, world.housing)
        compiled(world, matter)
        lines, _withheld = digests.candidates(world.dai_liaises, world.personnel, date(2026, 1, 1), date(2026, 6, 30))
        assert lines == []
        again, _withheld = digests.candidates(
            world.dai_liaises, world.region_personnel, date(2026, 1, 1), date(2026, 6, 30)
        )
        assert [line.matter_id for line in again] == [matter.pk]


class TestNumbers:
    def test_follow_our_calendar_also_in_the_first_hours_of_a_year(self, world):
        zone = timezone.get_default_timezone()
        for hour in (1, 2):  # still the old year in UTC
            matter = report(world, world.housing)
            digests.compile_for(
                world.personnel, {matter.pk: (Rank.UNKNOWN, False)}, title="涉及干部的信访情况", from_on=PERIOD_DAYS[0],
                to_on=PERIOD_DAYS[1], by=world.dai_liaises, at=datetime(2027, 1, 1, hour, tzinfo=zone).astimezone(UTC),
            )  # fmt: skip
        assert [one.number[-9:] for one in Digest.objects.order_by("pk")] == ["情〔2027〕1号", "情〔2027〕2号"]


class TestStatements:
    def test_do_not_grow_with_the_rows(self, world):
        counts = []
        for more in (1, 3):
            for _one in range(more):
                report(world, world.housing)
            with CaptureQueriesContext(connection) as captured:
                digests.candidates(world.dai_liaises, world.personnel, *PERIOD_DAYS)
            counts.append(len(captured))
        assert counts[0] == counts[1]

    def test_nor_does_opening_one(self, world):
        counts = []
        for number in (1, 3):
            compiled(world, *(report(world, world.housing) for _one in range(number)))
            digest = Digest.objects.latest("pk")
            with CaptureQueriesContext(connection) as captured:
                assert len(digests.read(digest, by=world.wang_leads_office)) == number
            counts.append(len(captured))
        assert counts[0] == counts[1]


class TestWhoNeverReceivesIt:
    def test_an_organ_that_is_accused_is_not_told(self, world):
        own, other = report(world, world.personnel), report(world, world.housing)
        lines, withheld = digests.candidates(world.dai_liaises, world.personnel, date(2026, 1, 1), date(2026, 6, 30))
        assert ([line.matter_id for line in lines], withheld) == ([other.pk], 1)
        compiled(world, own, other)
        assert Digest.objects.get().matter_ids == [other.pk], "chosen by hand in the address it is still not in it"

    def test_nor_one_below_the_accused(self, world):
        matter = report(world, world.housing)
        above = world.government
        Accused.objects.create(matter=matter, organisation=above, org_lft=above.lft, org_rgt=above.rgt)
        assert is_shut_out(matter.pk, world.personnel) and not is_shut_out(matter.pk, world.region_personnel)
        lines, withheld = digests.candidates(world.dai_liaises, world.personnel, *PERIOD_DAYS)
        assert (lines, withheld) == ([], 0), "the office below that government does not know of it either"

    def test_accused_between_writing_and_delivery_the_row_is_taken_out(self, world):
        one, two = report(world, world.housing), report(world, world.police)
        compiled(world, one, two)
        Accused.objects.create(
            matter=one, organisation=world.personnel, org_lft=world.personnel.lft, org_rgt=world.personnel.rgt
        )
        digest = Digest.objects.get()
        decided(world.wang_leads_office, digest)
        digest.refresh_from_db()
        assert digest.matter_ids == [two.pk] and one.number not in opened(world.cui, digest).content.decode()

    def test_accused_after_delivery_the_row_is_hidden(self, world):
        matter = report(world, world.housing)
        compiled(world, matter)
        digest = Digest.objects.get()
        decided(world.wang_leads_office, digest)
        Accused.objects.create(
            matter=matter, organisation=world.personnel, org_lft=world.personnel.lft, org_rgt=world.personnel.rgt
        )
        assert matter.number not in opened(world.cui, digest).content.decode()

    def test_another_personnel_organ_and_other_posts_find_nothing(self, world):
        compiled(world, report(world, world.housing))
        digest = Digest.objects.get()
        decided(world.wang_leads_office, digest)
        for who in (
            world.mao,
            world.xu_handles,
            world.zhou_leads_unit,
            world.tang_registers,
            world.sun_supervises,
            world.sys_admin,
            world.feng_in_county,
        ):
            assert opened(who, digest).status_code == 404, who

    def test_only_organs_of_the_own_government_and_above_are_offered(self, world):
        assert set(digests.recipients(world.dai_liaises)) == {world.personnel, world.region_personnel}

    def test_the_organ_may_neither_compile_nor_decide(self, world):
        compiled(world, report(world, world.housing))
        digest = Digest.objects.get()
        decided(world.wang_leads_office, digest)
        assert client_of(world.cui).get(reverse("workbench:digest_new")).status_code == 404
        assert decided(world.cui, digest, agrees="no").status_code == 409

    def test_numbers_run_on_within_the_year(self, world, monkeypatch):
        now = timezone.now()
        monkeypatch.setattr(timezone, "now", lambda: now)  # no new year begins between the two
        for _count in range(2):
            compiled(world, report(world, world.housing))
        assert sorted(Digest.objects.values_list("number", flat=True)) == [
            f"临信干情〔{timezone.localdate().year}〕1号", f"临信干情〔{timezone.localdate().year}〕2号",
        ]  # fmt: skip
        assert {row["rank"] for digest in Digest.objects.all() for row in digest.rows} == {Rank.COUNTY}
