"""Pages of the ledgers: what a post may see and do there, nothing typed is lost, evidence before a cancelled item."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tests.ledgers.test_items import NOW, added, done
from tests.world import World, client_of
from xinqiao.exports.models import Export, ExportKind
from xinqiao.integrity.models import AuditEntry
from xinqiao.ledgers import items
from xinqiao.ledgers.models import Item
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.ledgers import ItemState, Sort

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def said(world, **changes) -> dict:
    from django.utils.timezone import localdate

    return {
        "problem": "3号楼屋面漏水，维修没有完成", "place": world.government.pk, "officer": world.xu_handles.pk,
        "limit_on": (localdate() + timedelta(days=365)).isoformat(), "measure": "重做屋面防水层", **changes,
    }  # fmt: skip


class TestList:
    def test_shows_the_columns_of_the_ledger_and_prints_them_all(self, world):
        added(world, leader=world.zhou_leads_unit)
        client = client_of(world.sun_supervises)
        body = client.get(reverse("workbench:ledgers")).content.decode()
        printed = client.get(reverse("workbench:ledger_print") + "?sort=matters&state=overdue").content.decode()
        for words in ("3号楼屋面漏水", "重做屋面防水层", "临江地区住房和城乡建设局", "徐承办", "周负责", "还没有凭证"):
            assert words in body, words
            assert words in printed or words == "还没有凭证"

    @pytest.mark.parametrize(
        "query", ["?sort=x&state=y&unit=z&leader=-1", "?after=..&before=1", "?unit=99999999999999999999"]
    )
    def test_odd_choices_are_no_error(self, world, query):
        assert client_of(world.sun_supervises).get(reverse("workbench:ledgers") + query).status_code == 200

    def test_is_no_page_for_who_administers_and_empty_for_another_bureau(self, world):
        item = added(world)
        assert client_of(world.sys_admin).get(reverse("workbench:ledgers")).status_code == 404
        other = client_of(world.gu_at_environment)
        assert "台账里还没有条目" in other.get(reverse("workbench:ledgers")).content.decode()
        for name in ("ledger_item", "ledger_edit"):
            assert other.get(reverse(f"workbench:{name}", args=[item.pk])).status_code == 404

    def test_an_export_is_on_record_with_its_purpose(self, world):
        added(world)
        client = client_of(world.sun_supervises)
        sent = {"purpose": "周例会上逐项核对办理进展", "form": "csv", "password": "不要用在别处的密码1"}
        answer = client.post(reverse("workbench:ledger_export"), sent)
        assert "3号楼屋面漏水" in answer.content.decode("utf-8-sig")
        entry = AuditEntry.objects.get(kind=AuditKind.EXPORTED)
        assert "周例会" in entry.reason and "漏水" not in entry.detail_text
        assert "漏水" not in str(Export.objects.get(kind=ExportKind.LEDGER).facts)


class TestAdding:
    def test_first_the_unit_then_the_line(self, world):
        client, url = client_of(world.sun_supervises), reverse("workbench:ledger_new")
        assert "临江地区住房和城乡建设局" in client.get(url + "?sort=matters&find=住房").content.decode()
        answer = client.post(f"{url}?sort=matters&unit={world.housing.pk}", said(world))
        assert answer.url == reverse("workbench:ledger_item", args=[Item.objects.get().pk])

    def test_what_was_typed_stays_when_it_is_refused(self, world):
        url = f"{reverse('workbench:ledger_new')}?sort=backlog&unit={world.housing.pk}"
        answer = client_of(world.sun_supervises).post(url, said(world, number="DOES-NOT-EXIST", limit_on="昨天"))
        body = answer.content.decode()
        assert answer.status_code == 422 and not Item.objects.exists()
        assert "重做屋面防水层" in body and "没有找到这个编号" in body and "2026-03-18" in body

    def test_a_unit_outside_the_own_area_is_asked_for_again(self, world):
        url = f"{reverse('workbench:ledger_new')}?sort=matters&unit={world.housing.pk}"
        assert "第1步" in client_of(world.feng_in_county).get(url).content.decode()

    def test_a_handler_adds_nothing(self, world):
        assert client_of(world.xu_handles).get(reverse("workbench:ledger_new")).status_code == 404


class TestCase:
    def test_a_petition_shows_its_items_and_leads_to_a_new_one_with_its_units_first(self, world):
        matter = world.in_handling("2026-03-02")
        client, url = client_of(world.sun_supervises), reverse("workbench:case", args=[matter.number])
        new = f"{reverse('workbench:ledger_new')}?number={matter.number}"
        assert new in client.get(url).content.decode()
        units = client.get(new).content.decode()
        assert units.index("临江地区住房和城乡建设局") < units.index("临江地区行政公署")
        item = added(world, matter_id=matter.pk)
        page = reverse("workbench:ledger_item", args=[item.pk])
        assert page in client.get(url).content.decode()
        assert new not in client_of(world.xu_handles).get(url).content.decode()


class TestActs:
    def test_from_progress_to_a_cancelled_item_with_evidence(self, world):
        from django.core.files.uploadedfile import SimpleUploadedFile

        item = added(world)
        unit, office = client_of(world.xu_handles), client_of(world.wang_leads_office)

        def act(client, name, **sent):
            return client.post(reverse("workbench:ledger_act", args=[item.pk, name]), sent)

        assert act(unit, "report_progress", text="已经进场，防水材料到位。", progress="under_way").status_code == 302
        empty = act(unit, "report_done", text="防水层已经重做，24小时没有渗漏。")
        assert (
            empty.status_code == 422 and "凭证" in empty.content.decode() and "防水层已经重做" in empty.content.decode()
        )
        proof = SimpleUploadedFile("验收.txt", "验收合格".encode())
        assert act(unit, "report_done", text="防水层已经重做，24小时没有渗漏。", files=[proof]).status_code == 302
        unseen = act(office, "cancel", text="到现场看过，屋面没有渗漏。")
        assert unseen.status_code == 422 and "请先看过凭证" in unseen.content.decode()
        assert act(office, "cancel", text="到现场看过，屋面没有渗漏。", confirmed="on").status_code == 302
        item.refresh_from_db()
        assert item.state == ItemState.CANCELLED
        file = reverse("workbench:ledger_file", args=[item.evidence.get().pk])
        assert b"".join(office.get(file).streaming_content) == "验收合格".encode()
        assert client_of(world.gu_at_environment).get(file).status_code == 404

    def test_an_older_page_is_told_so_and_keeps_what_was_typed(self, world):
        item = added(world)
        items.name_person(item.pk, by=world.zhou_leads_unit, at=NOW, officer=world.zhou_leads_unit)
        url = reverse("workbench:ledger_act", args=[item.pk, "report_progress"])
        answer = client_of(world.xu_handles).post(url, {"text": "材料到位", "progress": "plan", "version": "0"})
        assert answer.status_code == 409 and "材料到位" in answer.content.decode()

    def test_the_page_says_why_one_may_not_cancel_what_is_ones_own(self, world):
        item = done(
            world, added(world, organisation=world.office, officer=world.wang_leads_office), by=world.sun_supervises
        )
        body = client_of(world.wang_leads_office).get(reverse("workbench:ledger_item", args=[item.pk])).content.decode()
        assert "要由另一个人核对" in body and "核对销号</a>" not in body

    def test_a_hidden_item_cannot_be_acted_on(self, world):
        item = added(world, sort=Sort.DISPUTES)
        url = reverse("workbench:ledger_act", args=[item.pk, "report_progress"])
        assert client_of(world.gu_at_environment).post(url, {"text": "x", "progress": "plan"}).status_code == 404
