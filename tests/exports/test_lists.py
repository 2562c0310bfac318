"""导出清单: exactly the list that was shown, never a report, and never before the record (C-11; secure-checklist 14, 41)."""

import csv
import io
import os
import stat
from datetime import timedelta

import openpyxl
import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from tests.world import World, client_of
from xinqiao import crypto
from xinqiao.exports import keeping, lists, making
from xinqiao.exports.models import Export, ExportState
from xinqiao.integrity import audit
from xinqiao.integrity.models import AuditEntry
from xinqiao.matters.models import Referral
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.exports import ListColumn
from xinqiao.rules.stages import Kind, Role
from xinqiao.workbench import keyset, shelves
from xinqiao.workbench.pages import queue

pytestmark = pytest.mark.django_db
PASSWORD = "不要用在别处的密码1"
PURPOSE = "向地区督查组提供三月在办件核对"
CANARY = "金丝雀举报人"


@pytest.fixture
def world():
    return World()


def sent(**changes) -> dict:
    columns = [column.value for column in ListColumn if column.is_default]
    return {"purpose": PURPOSE, "columns": columns, "form": "csv", "password": PASSWORD, **changes}


def export(officer, query="?shelf=all", **changes):
    return client_of(officer).post(reverse("workbench:export") + query, sent(**changes))


def body(answer) -> list[list[str]]:
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    return lines[: lines.index([])]


class TestScope:
    @pytest.mark.parametrize("query", ["?shelf=all", "?shelf=area", "?shelf=all&order=number", "?shelf=all&channel=letter",
                                       "?shelf=all&kind=undecided", "?shelf=due&only=overdue",
                                       "?shelf=all&from=2026-03-03", "?shelf=all&to=2026-03-02&order=number",
                                       "?shelf=all&stage=handling&urgent=1"])  # fmt: skip
    def test_the_rows_are_those_of_the_list_in_its_order(self, world, query):
        world.served("2026-03-02")
        world.triaged("2026-03-03")
        world.file("2026-03-04", channel="letter")
        client = client_of(world.wang_leads_office)
        shown = [row["number"] for row in client.get(reverse("workbench:queue") + query).context["rows"]]
        answer = client.post(reverse("workbench:export") + query, sent())
        if not shown:
            assert answer.status_code == 422 and not Export.objects.exists()
        else:
            assert [row[0] for row in body(answer)[1:]] == shown

    @pytest.mark.parametrize(
        "who", ["wang_leads_office", "sun_supervises", "li_triages", "zhou_leads_unit", "feng_in_county"]
    )
    def test_no_desk_that_visible_to_does_not_give(self, world, who):
        world.served("2026-03-02")
        world.triaged("2026-03-03", kind=Kind.REPORT, people=[{"name": CANARY, "mobile": "13900139000"}])
        officer = getattr(world, who)
        for shelf in shelves.shelves_of(officer):
            desks = shelf.desks(officer, timezone.localdate())
            found = lists.find(keyset.ORDERS["number"].sorted(desks))
            visible = Referral.objects.visible_to(officer)
            assert set(found.desk_ids) == set(desks.filter(matter__sealed=False).values_list("pk", flat=True))
            assert set(found.desk_ids) <= set(visible.values_list("pk", flat=True))

    def test_what_may_no_longer_be_seen_when_the_file_is_made_stays(self, world):
        matter = world.signed_in("2026-03-02")
        desks = list(Referral.objects.visible_to(world.wang_leads_office).values_list("pk", flat=True))
        matter.sealed = True
        matter.save(update_fields=["sealed"])
        assert list(lists.rows(world.wang_leads_office, desks, list(ListColumn), timezone.localdate())) == []

    def test_reports_stay_and_their_number_is_told_to_who_may_know_them(self, world):
        world.triaged("2026-03-02")
        world.triaged(
            "2026-03-03", kind=Kind.REPORT, title="举报某局长收礼", people=[{"name": CANARY, "mobile": "13900139000"}]
        )
        answer = export(world.wang_leads_office, columns=[column.value for column in ListColumn])
        text = answer.content.decode("utf-8-sig")
        assert len(body(answer)) == 2 and "检举控告1件" in text
        assert "举报某局长收礼" not in text and CANARY not in text and CANARY[0] + "*" not in text
        page = client_of(world.sun_supervises).get(reverse("workbench:export") + "?shelf=area").content.decode()
        assert "检举控告" not in page.split("<main")[1], "the supervisor may not know that there is one"

    @pytest.mark.parametrize(
        "who", ["tang_registers", "xu_handles", "qian_receives", "shen_reviews", "dai_liaises", "sys_admin"]
    )
    def test_posts_without_the_right_find_no_such_page(self, world, who):
        world.triaged("2026-03-02")
        assert client_of(getattr(world, who)).get(reverse("workbench:export")).status_code == 404
        assert export(getattr(world, who)).status_code == 404
        page = client_of(getattr(world, who)).get(reverse("workbench:queue") + "?shelf=all").content.decode()
        assert reverse("workbench:export") not in page and reverse("workbench:exports") not in page

    def test_an_analyst_is_offered_no_name(self, world):
        analyst = world.officer("ana", "安分析", world.office, Role.ANALYST)
        assert ListColumn.PETITIONER not in lists.columns_for(analyst)
        assert ListColumn.PETITIONER in lists.columns_for(world.wang_leads_office)


class TestNames:
    def test_by_default_there_are_none(self, world):
        world.triaged("2026-03-02")
        assert "王" not in "".join("".join(row) for row in body(export(world.wang_leads_office)))

    def test_asked_for_it_is_the_masked_one_of_the_list(self, world):
        matter = world.triaged("2026-03-02")
        rows = body(export(world.wang_leads_office, columns=["number", "petitioner"]))
        assert rows == [["信访件编号", "信访人（已脱敏）"], [matter.number, matter.petitioner_name]]
        assert "秀兰" not in matter.petitioner_name


class TestTheRecord:
    def test_stands_before_the_file_and_says_what_left(self, world):
        world.triaged("2026-03-02")
        answer = export(world.wang_leads_office, form="xlsx")
        entry = AuditEntry.objects.get(kind=AuditKind.EXPORTED)
        made = Export.objects.get()
        assert (entry.subject, entry.reason, entry.officer_id) == (
            f"export:{made.pk}",
            PURPOSE,
            world.wang_leads_office.pk,
        )
        assert crypto.digest(answer.content, made.hash_algorithm) == made.digest and made.digest in entry.detail_text
        assert '"rows":1' in entry.detail_text and '"shelf":"all"' in entry.detail_text
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        about = dict(book["导出说明"].iter_rows(values_only=True))
        assert about["用途"] == PURPOSE and about["行数"] == 1 == made.rows and "王局长" in about["导出人"]
        assert made.state == ExportState.FETCHED and making.matters_in(made.matter_ids[0]) == [f"export:{made.pk}"]

    def test_no_record_no_file(self, world, monkeypatch):
        world.triaged("2026-03-02")
        original = audit._append
        monkeypatch.setattr(
            audit, "_append", lambda entry: _down() if entry.kind == AuditKind.EXPORTED else original(entry)
        )
        answer = export(world.wang_leads_office)
        assert answer.status_code == 503 and "信访件编号" not in answer.content.decode()

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"purpose": ""}, "请写明用途"),
            ({"purpose": "核对"}, "至少10个字"),
            ({"purpose": "　 核 对 一 下 　"}, "已写4个字"),
            ({"columns": []}, "请至少选一列"),
            ({"columns": ["content"]}, "没有这一列"),
            ({"form": "pdf"}, "请选择 Excel 或 CSV"),
            ({"password": "不对的密码"}, "密码不对"),
            ({"password": ""}, "请输入密码"),
        ],
    )
    def test_what_is_missing_is_said_and_what_was_typed_stays(self, world, changes, words):
        world.triaged("2026-03-02")
        answer = export(world.wang_leads_office, **changes)
        page = answer.content.decode()
        assert answer.status_code == 422 and words in page
        assert changes.get("purpose", PURPOSE).strip() in page
        assert not Export.objects.exists() and not AuditEntry.objects.filter(kind=AuditKind.EXPORTED).exists()

    def test_too_long_a_text_for_excel_is_said_on_the_form(self, world, monkeypatch):
        world.triaged("2026-03-02")
        monkeypatch.setattr("xinqiao.documents.tables.CELL_AT_MOST", 10)
        monkeypatch.setattr("xinqiao.documents.tables._Excel.cell_at_most", 10)
        answer = export(world.wang_leads_office, form="xlsx")
        assert answer.status_code == 422 and "请改选 CSV" in answer.content.decode()
        assert Export.objects.get().state == ExportState.FAILED


def _down():
    from django.db import DatabaseError

    raise DatabaseError("the log cannot be written")


class TestLargeLists:
    @pytest.fixture
    def asked(self, world, monkeypatch):
        monkeypatch.setattr("xinqiao.workbench.exports.lists.AT_ONCE_ROWS", 0)
        world.triaged("2026-03-02")
        answer = export(world.wang_leads_office)
        made = Export.objects.get()
        assert answer.status_code == 302 and answer.url == reverse("workbench:export_progress", args=[made.pk])
        return made

    def test_is_made_by_the_worker_kept_sealed_and_fetched_with_the_password(self, world, asked):
        client, page = client_of(world.wang_leads_office), reverse("workbench:export_progress", args=[asked.pk])
        assert "马上开始生成" in client.get(page).content.decode()
        assert making.make_waiting(timezone.now()) == 1
        asked.refresh_from_db()
        kept = settings.XINQIAO_FILES / "exports" / asked.stored_name
        assert stat.S_IMODE(os.stat(kept).st_mode) == 0o600 and "信访件编号".encode() not in kept.read_bytes()
        assert not AuditEntry.objects.filter(kind=AuditKind.EXPORTED).exists(), "nothing has left yet"
        assert client.post(page, {"password": "不对的密码"}).status_code == 422
        answer = client.post(page, {"password": PASSWORD})
        assert answer.status_code == 200 and len(body(answer)) == 2
        assert crypto.digest(answer.content, asked.hash_algorithm) == asked.digest
        assert AuditEntry.objects.filter(kind=AuditKind.EXPORTED, subject=str(asked)).count() == 1
        assert AuditEntry.objects.filter(kind=AuditKind.EXPORT_ASKED, subject=str(asked)).count() == 1

    def test_after_a_day_the_file_is_gone(self, world, asked):
        making.make_waiting(timezone.now())
        asked.refresh_from_db()
        kept = settings.XINQIAO_FILES / "exports" / asked.stored_name
        assert keeping.forget(timezone.now() + timedelta(hours=23)) == 0 and kept.exists()
        assert keeping.forget(timezone.now() + timedelta(hours=25)) == 1 and not kept.exists()
        client, page = client_of(world.wang_leads_office), reverse("workbench:export_progress", args=[asked.pk])
        assert "文件已经删除" in client.get(page).content.decode()
        assert client.post(page, {"password": PASSWORD}).status_code == 410

    def test_another_officer_finds_nothing(self, world, asked):
        making.make_waiting(timezone.now())
        page = reverse("workbench:export_progress", args=[asked.pk])
        assert client_of(world.li_triages).get(page).status_code == 404
        assert client_of(world.li_triages).post(page, {"password": PASSWORD}).status_code == 404

    def test_a_kept_file_that_was_changed_does_not_leave(self, world, asked):
        making.make_waiting(timezone.now())
        asked.refresh_from_db()
        kept = settings.XINQIAO_FILES / "exports" / asked.stored_name
        kept.write_bytes(kept.read_bytes()[:-1] + bytes([kept.read_bytes()[-1] ^ 1]))
        client, page = client_of(world.wang_leads_office), reverse("workbench:export_progress", args=[asked.pk])
        answer = client.post(page, {"password": PASSWORD}, follow=True)
        assert "文件已经删除" in answer.content.decode()
        assert not AuditEntry.objects.filter(kind=AuditKind.EXPORTED).exists()

    def test_what_a_vanished_worker_left_is_begun_anew(self, world, asked):
        now = timezone.now()
        Export.objects.filter(pk=asked.pk).update(state=ExportState.MAKING, begun_at=now - timedelta(minutes=14))
        assert making.make_waiting(now) == 0
        assert making.make_waiting(now + timedelta(minutes=2)) == 1

    def test_more_than_the_limit_is_refused_with_what_to_do(self, world, monkeypatch):
        monkeypatch.setattr("xinqiao.exports.lists.MOST_ROWS", 1)
        world.triaged("2026-03-02")
        world.triaged("2026-03-03")
        page = client_of(world.wang_leads_office).get(reverse("workbench:export") + "?shelf=all").content.decode()
        assert "缩小范围" in page and "<textarea" not in page
        assert export(world.wang_leads_office).status_code == 422 and not Export.objects.exists()


class TestQueue:
    def test_listed_gives_the_same_rows_as_the_pages(self, world):
        for day in range(2, 6):
            world.triaged(f"2026-03-0{day}")
        from django.http import QueryDict

        asked = QueryDict("shelf=all&order=received")
        _shelf, _chosen, desks = queue.listed(asked, world.wang_leads_office, timezone.localdate())
        page = keyset.page(desks, keyset.ORDERS["received"], ("pk",))
        assert [row["pk"] for row in page.rows] == list(desks.values_list("pk", flat=True))
