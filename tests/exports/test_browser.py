"""Exports, requests, digests and the audit log in a real browser: at the desk and on a phone, accessible, the file arrives."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from tests.conftest import DESK
from tests.exports.test_digests import world as _world_with_personnel
from tests.world import World
from xinqiao.exports import inspection, making
from xinqiao.exports.models import Export, ExportRequest
from xinqiao.integrity import audit
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.exports import InspectionItem
from xinqiao.rules.stages import Kind, Role

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "不要用在别处的密码1"
personnel = _world_with_personnel  # the same town, with personnel organs


class TestPages:
    def test_a_list_is_exported(self, browser, transactional_db, monkeypatch):
        world = World()
        world.served()
        world.triaged()
        world.triaged("2026-03-03", kind=Kind.REPORT)
        browser.begin(DESK)
        browser.sign_in(world.wang_leads_office.user)
        browser.open("/desk/?shelf=all")
        browser.page.click("main a.chip:has-text('导出')")
        browser.look("export")
        browser.page.click("button.primary")
        assert "请写明用途" in browser.page.inner_text("main")
        browser.look("export-errors")
        browser.page.fill("#id_purpose", "向地区督查组提供三月在办件核对")
        browser.page.fill("#id_password", PASSWORD)
        with browser.page.expect_download() as download:
            browser.page.click("button.primary")
        assert download.value.suggested_filename.endswith(".xlsx")
        monkeypatch.setattr("xinqiao.workbench.exports.lists.AT_ONCE_ROWS", 0)
        browser.open("/desk/export/?shelf=all")
        browser.page.fill("#id_purpose", "向地区督查组提供三月在办件核对")
        browser.page.click("button.primary")
        browser.page.wait_for_url("**/desk/exports/*/")
        browser.look("export-waiting")
        making.make_waiting(timezone.now())
        browser.page.wait_for_selector("text=文件已经做好")  # the page looks again by itself
        browser.look("export-ready")
        browser.open("/desk/exports/")
        browser.look("exports-own")

    def test_an_inspection_organ_asks(self, browser, transactional_db):
        world = World()
        world.served()
        browser.begin(DESK)
        browser.sign_in(world.dai_liaises.user)
        browser.open("/desk/inspection/")
        browser.look("inspection-empty")
        browser.page.click("text=提出申请")
        browser.page.click("button.primary")
        browser.look("inspection-errors")
        asked = inspection.ask(
            by=world.dai_liaises, at=timezone.now(), organ="自治区党委第三巡视组", document_number="巡三函〔2026〕7号",
            inspected=world.government, from_on=date(2026, 1, 1), to_on=date(2026, 6, 30), items=[item.value for item in InspectionItem],
            purpose="巡视临江地区期间了解领导班子情况",
        )  # fmt: skip
        browser.begin(DESK)
        browser.sign_in(world.wang_leads_office.user)
        browser.open(f"/desk/inspection/{asked.pk}/")
        browser.look("inspection-decide")
        browser.page.check("text=同意 >> nth=0")
        browser.page.fill("#id_reason", "按来函提供")
        browser.page.fill("#id_password", PASSWORD)
        browser.page.click("button.primary")
        browser.page.wait_for_selector("text=文件由申请人下载")
        assert ExportRequest.objects.get().state == "approved"
        making.make_waiting(timezone.now())
        browser.open("/desk/inspection/")
        browser.look("inspection-list")
        browser.begin(DESK)
        browser.sign_in(world.dai_liaises.user)
        browser.open(f"/desk/exports/{Export.objects.get().pk}/")
        browser.look("inspection-fetch")

    def test_a_personnel_organ_is_told(self, browser, transactional_db, personnel):
        world = personnel
        for against in (world.housing, world.police):
            world.triaged(
                "2026-03-03",
                kind=Kind.REPORT,
                purpose="accuse",
                respondent={"unit": against.name, "organisation_id": against.pk},
            )
        browser.begin(DESK)
        browser.sign_in(world.dai_liaises.user)
        browser.open("/desk/digests/new/?from_on=2026-01-01&to_on=2026-06-30")
        browser.look("digest-compile")
        for box in browser.page.query_selector_all("input[name^=take_]"):
            box.check()
        browser.page.fill("#id_password", PASSWORD)
        browser.page.click("button.primary")
        browser.page.wait_for_url(re.compile(r"/desk/digests/\d+/$"))
        browser.begin(DESK)
        browser.sign_in(world.wang_leads_office.user)
        browser.open("/desk/digests/")
        browser.page.click("main table a")
        browser.look("digest-decide")
        browser.page.check("text=同意 >> nth=0")
        browser.page.fill("#id_reason", "同意送达")
        browser.page.fill("#id_password", PASSWORD)
        browser.page.click("button.primary")
        browser.page.wait_for_selector("text=已送达")
        browser.begin(DESK)
        browser.sign_in(world.cui.user)
        browser.open("/desk/digests/")
        browser.look("digest-list")
        browser.page.click("main table a")
        browser.look("digest-read")
        browser.page.click("button[name=acknowledge]")
        browser.page.wait_for_selector("text=已签收")

    def test_the_auditor_looks(self, browser, transactional_db, monkeypatch):
        world = World()
        auditor = world.officer("bao", "鲍审计", world.region_office, Role.AUDITOR)
        matter = world.triaged()
        for days, kind, times in ((9, AuditKind.OPENED_FILE, 9), (6, AuditKind.OPENED_FILE, 4), (6, AuditKind.EXPORTED, 1),
                                  (5, AuditKind.REFUSED, 5), (2, AuditKind.SIGNED_IN, 6), (0, AuditKind.OPENED_FILE, 20)):  # fmt: skip
            moment = timezone.now() - timedelta(days=days)
            monkeypatch.setattr(audit, "_written_at", lambda _end, moment=moment: moment)
            for _count in range(times):
                audit.note(kind, officer=world.xu_handles, matter_id=matter.pk, reason="电话核实来信情况")
        monkeypatch.setattr(audit, "_written_at", lambda _end: datetime.now(timezone.get_current_timezone()))
        browser.begin(DESK)
        browser.sign_in(auditor.user)
        browser.open("/desk/audit/")
        browser.look("audit")
        browser.page.click("main .tbl a >> nth=1")
        browser.look("audit-entry")
        browser.open("/desk/audit/?user=没有这个人")
        browser.look("audit-none")
        browser.open("/desk/audit/export/")
        browser.look("audit-export")
        browser.page.fill("#id_purpose", "年度等级保护测评留存日志")
        browser.page.fill("#id_password", PASSWORD)
        with browser.page.expect_download() as download:
            browser.page.click("button.primary")
        assert download.value.suggested_filename.endswith(".zip")
