"""LG-1 to LG-5: the auditor sees all of the territory, no content and nothing about themselves; what they do stands there too."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.world import World, client_of
from xinqiao.crypto import signing
from xinqiao.exports import audit_log, making
from xinqiao.exports.models import ExportKind
from xinqiao.integrity import audit
from xinqiao.integrity.models import AuditEntry
from xinqiao.matters.models import Accused
from xinqiao.rules.audit import AuditKind, group_of, kinds_of
from xinqiao.rules.stages import Kind, Role

pytestmark = pytest.mark.django_db
PASSWORD = "不要用在别处的密码1"
PURPOSE = "年度等级保护测评留存日志"


@pytest.fixture
def world():
    world = World()
    world.auditor = world.officer("bao", "鲍审计", world.region_office, Role.AUDITOR)
    world.local = world.officer("bian", "卞审计", world.office, Role.AUDITOR)
    return world


def log(officer, query=""):
    return client_of(officer).get(reverse("workbench:audit") + query)


def shown(answer) -> list[int]:
    return [row["id"] for row in answer.context["rows"]]


class TestWhoSeesWhat:
    def test_all_organisations_of_the_territory_and_no_other(self, world):
        here = audit.note(AuditKind.OPENED_FILE, officer=world.xu_handles)
        county = audit.note(AuditKind.OPENED_FILE, officer=world.feng_in_county)
        above = audit.note(AuditKind.OPENED_FILE, officer=world.shi_reviews_line)
        nobody = audit.note(AuditKind.SIGN_IN_FAILED)
        known = audit.note(AuditKind.SIGN_IN_FAILED, user_id=world.xu_handles.user_id)
        assert {here.pk, county.pk, known.pk} == set(shown(log(world.local))) - {above.pk, nobody.pk} & {
            here.pk,
            county.pk,
            known.pk,
        }
        assert not {above.pk, nobody.pk} & set(shown(log(world.local)))
        assert {here.pk, county.pk, above.pk, nobody.pk, known.pk} <= set(shown(log(world.auditor)))

    def test_nobody_reads_about_themselves_auditors_included(self, world):
        own = audit.note(AuditKind.SIGNED_IN, officer=world.auditor)
        other_post = world.officer("bao2", "鲍二", world.housing, Role.HANDLER)
        other_post.user_id = world.auditor.user_id
        other_post.save()
        as_handler = audit.note(AuditKind.OPENED_FILE, officer=other_post)
        assert not {own.pk, as_handler.pk} & set(shown(log(world.auditor)))
        assert client_of(world.auditor).get(reverse("workbench:audit_entry", args=[own.pk])).status_code == 404

    @pytest.mark.parametrize("who", ["sys_admin", "wang_leads_office", "xu_handles", "dai_liaises", "tang_registers"])
    def test_other_posts_find_no_such_page(self, world, who):
        entry = audit.note(AuditKind.OPENED_FILE, officer=world.xu_handles)
        client = client_of(getattr(world, who))
        for page in (
            reverse("workbench:audit"),
            reverse("workbench:audit_export"),
            reverse("workbench:audit_entry", args=[entry.pk]),
        ):
            assert client.get(page).status_code == 404

    def test_looking_is_on_record_before_it_is_shown(self, world, monkeypatch):
        log(world.auditor, "?kind=read")
        entry = AuditEntry.objects.filter(kind=AuditKind.AUDIT_READ).latest("pk")
        assert entry.user_id == world.auditor.user_id and '"kind":"read"' in entry.detail_text
        assert entry.pk in shown(log(world.local)) or entry.organisation_id == world.region_office.pk

        def down(entry):
            from django.db import DatabaseError

            raise DatabaseError

        monkeypatch.setattr(audit, "_append", down)
        assert log(world.auditor).status_code == 503

    def test_an_auditor_of_the_accused_unit_finds_no_trace_of_the_matter(self, world):
        matter = world.triaged("2026-03-03", kind=Kind.REPORT)
        Accused.objects.create(
            matter=matter, organisation=world.office, org_lft=world.office.lft, org_rgt=world.office.rgt
        )
        entry = audit.note(AuditKind.READ_REPORT, officer=world.yang_at_discipline, matter_id=matter.pk)
        assert entry.pk not in shown(log(world.local)) and entry.pk in shown(log(world.auditor))
        assert shown(log(world.local, f"?matter={matter.number}")) == []
        assert client_of(world.local).get(reverse("workbench:audit_entry", args=[entry.pk])).status_code == 404

    def test_nor_by_an_export_that_held_it(self, world):
        matter = world.triaged("2026-03-03", kind=Kind.REPORT)
        export = making.ask(
            ExportKind.INSPECTION, officer=world.dai_liaises, form="zip", purpose=PURPOSE, at=timezone.now(), matter_ids=[matter.pk]
        )
        entry = audit.note(AuditKind.EXPORTED, officer=world.dai_liaises, subject=str(export))
        asked = f"?matter={matter.number}"
        assert entry.pk in shown(log(world.local, asked))
        Accused.objects.create(
            matter=matter, organisation=world.office, org_lft=world.office.lft, org_rgt=world.office.rgt
        )
        assert shown(log(world.local, asked)) == [] and shown(log(world.auditor, asked)) == [entry.pk]

    def test_no_petitioner_and_no_text(self, world):
        matter = world.triaged("2026-03-02")
        entry = audit.note(
            AuditKind.READ_IDENTITY, officer=world.xu_handles, matter_id=matter.pk, reason="电话核实情况"
        )
        page = (
            log(world.auditor).content.decode()
            + client_of(world.auditor).get(reverse("workbench:audit_entry", args=[entry.pk])).content.decode()
        )
        assert matter.number in page and "电话核实情况" in page
        for secret in ("王秀兰", matter.petitioner_name, matter.title, "13800138000"):
            assert secret not in page, secret


class TestLookingFor:
    @pytest.fixture
    def entries(self, world):
        self.matter = world.triaged("2026-03-02")
        return {
            "read": audit.note(AuditKind.OPENED_FILE, officer=world.xu_handles, matter_id=self.matter.pk),
            "report": audit.note(AuditKind.READ_REPORT, officer=world.yang_at_discipline),
            "refused": audit.note(AuditKind.REFUSED, officer=world.gu_at_environment),
        }

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("?kind=refused", {"refused"}),
            ("?kind=read", {"read", "report"}),
            ("?kind=read_report", {"report"}),
            ("?organisation=临江地区住房和城乡建设局", {"read"}),
            ("?user=xu", {"read"}),
            ("?user=杨纪检", {"report"}),
            ("?matter=NUMBER", {"read"}),
            ("?organisation=没有这个局", set()),
            ("?user=没有这个人", set()),
            ("?matter=abc", set()),
            ("?matter=990100202603029999X", set()),
        ],
    )
    def test_filters(self, world, entries, query, found):
        answer = log(world.auditor, query.replace("NUMBER", self.matter.number))
        ids = {name for name, entry in entries.items() if entry.pk in shown(answer)}
        assert answer.status_code == 200 and ids == found

    def test_a_period(self, world, entries):
        written = timezone.localdate(entries["read"].at)
        assert shown(log(world.auditor, f"?to_on={written - timedelta(days=1)}")) == []
        assert "一次最多看366天" in log(world.auditor, "?from_on=1999-01-01").content.decode()
        assert log(world.auditor, "?to_on=0001-01-05").status_code == 200
        assert shown(log(world.auditor, "?kind=no-such-kind")) == []
        assert log(world.auditor, "?from_on=bad&to_on=2026-99-99&kind=x%00&after=x&before=%00").status_code == 200

    def test_pages_are_complete_and_without_doubles(self, world):
        made = [audit.note(AuditKind.OPENED_FILE, officer=world.xu_handles).pk for _count in range(65)]
        client, seen, url = client_of(world.auditor), [], reverse("workbench:audit") + "?kind=opened_file"
        while url:
            answer = client.get(url)
            seen += shown(answer)
            url = answer.context["next_url"]
        assert seen == sorted(made, reverse=True)

    def test_the_drawing_counts_what_the_list_holds(self, world, entries):
        answer = log(world.auditor)
        totals = {strip.key: strip.total for strip in answer.context["strips"]}
        assert totals["read"] == 2 and totals["refused"] == 1
        assert sum(bar["count"] for strip in answer.context["strips"] for bar in strip.bars) == sum(totals.values())
        assert 'style="' not in answer.content.decode()

    def test_every_kind_stands_in_one_group(self):
        for kind in AuditKind:
            assert kind in kinds_of(group_of(kind))


class TestEntry:
    def test_says_whether_its_digest_fits(self, world):
        entry = audit.note(AuditKind.OPENED_FILE, officer=world.xu_handles)
        page = client_of(world.auditor).get(reverse("workbench:audit_entry", args=[entry.pk]))
        assert page.context["fits"] and entry.hash in page.content.decode()


class TestSignedExport:
    def fetch(self, officer, query="", **changes):
        return client_of(officer).post(
            reverse("workbench:audit_export") + query,
            {"purpose": PURPOSE, "form": "jsonl", "password": PASSWORD, **changes},
        )

    @pytest.fixture
    def content(self, world):
        for officer in (world.xu_handles, world.yang_at_discipline):
            audit.note(AuditKind.OPENED_FILE, officer=officer, reason="核对\u2028情况")
        return self.fetch(world.auditor).content

    def test_holds_rows_manifest_and_a_signature_that_holds(self, world, content):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            lines = archive.read("audit.jsonl").decode().split("\n")[:-1]
        assert manifest["rows"] == len(lines) and manifest["purpose"] == PURPOSE
        assert {head["chain"] for head in manifest["chain_heads"]} >= {world.housing.pk, world.discipline.pk}
        assert audit_log.faults(content, signing.known()) == []
        entry = AuditEntry.objects.filter(kind=AuditKind.EXPORTED).latest("pk")
        assert entry.reason == PURPOSE and f'"rows":{len(lines)}' in entry.detail_text

    def _changed(self, content, name, change) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
            for one in old.namelist():
                data = old.read(one)
                new.writestr(one, change(data) if one == name else data)
        return out.getvalue()

    @pytest.mark.parametrize(
        ("name", "change", "words"),
        [
            ("audit.jsonl", lambda d: d.replace(b"opened_file", b"signed_inxx", 1), "摘要"),
            ("audit.jsonl", lambda d: b"\n".join(d.split(b"\n")[1:]), "摘要"),
            ("manifest.json", lambda d: d.replace(PURPOSE.encode(), "别的用途".encode()), "签名不对"),
            ("manifest.sig", lambda d: d.replace(b'"key_id": "', b'"key_id": "0'), "公钥不是本系统的"),
        ],
    )
    def test_one_change_is_found(self, world, content, name, change, words):
        assert any(words in fault for fault in audit_log.faults(self._changed(content, name, change), signing.known()))

    def test_what_is_no_export_is_said(self):
        assert "不是完整的日志导出文件" in audit_log.faults(b"PK nothing", {})[0]

    def test_csv_as_well(self, world):
        audit.note(AuditKind.OPENED_FILE, officer=world.xu_handles, reason="=1+1")
        content = self.fetch(world.auditor, form="csv").content
        assert audit_log.faults(content, signing.known()) == []
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert '"\'=1+1"' in archive.read("audit.csv").decode()

    @pytest.mark.parametrize(
        ("changes", "words"),
        [({"purpose": "短"}, "至少10个字"), ({"password": "x"}, "密码不对"), ({"form": "pdf"}, "其中一种格式")],
    )
    def test_what_is_missing_is_said(self, world, changes, words):
        audit.note(AuditKind.OPENED_FILE, officer=world.xu_handles)
        answer = self.fetch(world.auditor, **changes)
        assert answer.status_code == 422 and words in answer.content.decode()

    def test_too_many_are_refused_with_what_to_do(self, world, monkeypatch):
        monkeypatch.setattr("xinqiao.workbench.audit.views.LOG_MOST_ROWS", 0)
        audit.note(AuditKind.OPENED_FILE, officer=world.xu_handles)
        answer = self.fetch(world.auditor)
        assert answer.status_code == 422 and "缩短期间" in answer.content.decode()
