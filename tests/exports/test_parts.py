"""A long list is made part by part by the worker: how far it is can be seen, it can be called off, and a killed worker loses nothing."""

import csv
import io
import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from tests.jobs.killed import wait_until_the_server_knows
from tests.world import World, client_of
from xinqiao.exports import keeping, lists, making
from xinqiao.exports.models import Export, ExportPart, ExportState
from xinqiao.integrity.models import AuditEntry
from xinqiao.jobs import duties, exported
from xinqiao.matters.models import Matter, Referral
from xinqiao.notifications import inbox
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.exports import PENDING_AT_MOST, TRIES, ListColumn

PASSWORD = "不要用在别处的密码1"
PURPOSE = "向地区督查组提供三月在办件核对"
ROWS = 5


def ask(officer):
    columns = [column.value for column in ListColumn if column.is_default]
    sent = {"purpose": PURPOSE, "columns": columns, "form": "csv", "password": PASSWORD}
    return client_of(officer).post(reverse("workbench:export") + "?shelf=all&order=number", sent)


def page_of(export) -> str:
    return reverse("workbench:export_progress", args=[export.pk])


def read(officer, export) -> str:
    return client_of(officer).get(page_of(export)).content.decode()


def numbers(answer) -> list[str]:
    found = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    return [row[0] for row in list(found)[1 : ROWS + 1] if row]


def one_piece(at=None) -> int:
    """One pass in which the worker does one piece of work."""
    return making.make_waiting(at or timezone.now())


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr("xinqiao.workbench.exports.lists.AT_ONCE_ROWS", 0)
    monkeypatch.setattr(lists, "CHUNK", 2)
    monkeypatch.setattr(making, "BATCH", 1)


@pytest.fixture
def world(request, small_parts):
    request.getfixturevalue("db")
    return filled()


def filled() -> World:
    world = World()
    for n in range(ROWS):
        world.file(f"2026-03-0{n + 2}", title=f"第{n}件")
    world.boss = world.wang_leads_office
    return world


@pytest.mark.django_db
class TestProgress:
    def test_is_seen_row_by_row_without_a_script(self, world):
        ask(world.boss)
        export = Export.objects.get()
        page = read(world.boss, export)
        assert "马上开始生成" in page and "0 / 5 行" in page
        assert '<noscript><meta http-equiv="refresh"' in page
        for done in (2, 4):
            one_piece()
            page = read(world.boss, export)
            assert "正在生成文件" in page and f"{done} / 5 行" in page and f'value="{done}" max="5"' in page
            assert f"{done} / 5" in client_of(world.boss).get(reverse("workbench:exports")).content.decode()
        one_piece()
        page = read(world.boss, export)
        assert "文件已经做好" in page and "保留到" in page and "<meta http-equiv" not in page
        assert not ExportPart.objects.exists()

    def test_the_file_is_the_list_in_its_order_with_days_as_days(self, world):
        ask(world.boss)
        while one_piece():
            pass
        export = Export.objects.get()
        answer = client_of(world.boss).post(page_of(export), {"password": PASSWORD})
        assert numbers(answer) == sorted(Matter.objects.values_list("number", flat=True))
        assert "2026-03-02" in answer.content.decode("utf-8-sig") and export.rows == ROWS

    def test_what_was_hidden_between_two_parts_does_not_leave(self, world):
        ask(world.boss)
        one_piece()
        gone = Matter.objects.order_by("number").first()
        assert Export.objects.get().parts.get().rows[0][1] == gone.pk, "it is in a part already"
        Referral.objects.filter(matter=gone).delete()
        Matter.objects.filter(pk=gone.pk).update(received_by=world.region_office)
        while one_piece():
            pass
        export = Export.objects.get()
        found = numbers(client_of(world.boss).post(page_of(export), {"password": PASSWORD}))
        assert gone.number not in found and export.rows == ROWS - 1 and gone.pk not in export.matter_ids

    def test_parts_are_sealed(self, world):
        ask(world.boss)
        one_piece()
        with connection.cursor() as cursor:
            cursor.execute("SELECT rows FROM exports_exportpart")
            (kept,) = cursor.fetchone()
        assert Matter.objects.order_by("number").first().number not in kept

    def test_a_short_one_does_not_wait_for_a_long_one(self, world):
        for _ in range(2):
            ask(world.boss)
        first, second = Export.objects.order_by("pk")
        Export.objects.filter(pk=second.pk).update(desk_ids=first.desk_ids[:1])
        for _ in range(2):
            one_piece()
        assert Export.objects.get(pk=second.pk).state == ExportState.READY
        assert Export.objects.get(pk=first.pk).state == ExportState.MAKING


@pytest.mark.django_db
class TestCancelling:
    def test_leaves_nothing(self, world):
        ask(world.boss)
        one_piece()
        export = Export.objects.get()
        answer = client_of(world.boss).post(page_of(export), {"do": "cancel"}, follow=True)
        assert "已取消，没有生成文件" in answer.content.decode()
        assert not ExportPart.objects.exists() and one_piece() == 0
        export.refresh_from_db()
        assert (export.state, export.desk_ids, export.stored_name) == (ExportState.CANCELLED, [], "")
        assert client_of(world.boss).post(page_of(export), {"password": PASSWORD}).status_code == 410
        assert not AuditEntry.objects.filter(kind=AuditKind.EXPORTED).exists()

    def test_while_the_file_is_written_keeps_no_file(self, world, monkeypatch):
        ask(world.boss)
        export, original = Export.objects.get(), keeping.keep

        def meanwhile(content):
            assert making.cancel(Export.objects.get())
            return original(content)

        monkeypatch.setattr(keeping, "keep", meanwhile)
        for _ in range(3):
            one_piece()
        export.refresh_from_db()
        assert export.state == ExportState.CANCELLED and not export.stored_name
        kept = (settings.XINQIAO_FILES / "exports").glob("*")
        assert not [path for path in kept if path.stat().st_mtime >= export.asked_at.timestamp()]

    def test_is_for_whoever_asked_and_only_in_time(self, world):
        ask(world.boss)
        export = Export.objects.get()
        assert client_of(world.li_triages).post(page_of(export), {"do": "cancel"}).status_code == 404
        while one_piece():
            pass
        answer = client_of(world.boss).post(page_of(export), {"do": "cancel"}, follow=True)
        assert "不用取消" in answer.content.decode() and Export.objects.get().state == ExportState.READY


@pytest.mark.django_db
class TestLimits:
    def test_nobody_has_more_than_a_few_in_the_making(self, world):
        for _ in range(PENDING_AT_MOST):
            assert ask(world.boss).status_code == 302
        answer = ask(world.boss)
        assert answer.status_code == 422 and f"您已有{PENDING_AT_MOST}份导出还在生成" in answer.content.decode()
        assert PURPOSE in answer.content.decode() and Export.objects.count() == PENDING_AT_MOST

    def test_what_takes_its_worker_down_every_time_is_given_up(self, world, monkeypatch):
        ask(world.boss)

        def killed(*_args, **_more):
            raise SystemExit

        monkeypatch.setattr("xinqiao.exports.parts.make_one", killed)
        for _ in range(TRIES):
            with pytest.raises(SystemExit):
                one_piece()
        assert one_piece() == 0
        assert Export.objects.get().state == ExportState.FAILED
        assert "生成时出现故障" in read(world.boss, Export.objects.get())


@pytest.mark.django_db
class TestTheBell:
    def test_rings_once_when_the_file_is_there_and_leads_to_it(self, world):
        ask(world.boss)
        before = inbox.unread_count(world.boss)
        for _ in range(5):
            exported.make(timezone.now())
        assert inbox.unread_count(world.boss) == before + 1 and inbox.unread_count(world.li_triages) == 0
        client, export = client_of(world.boss), Export.objects.get()
        page = client.get(reverse("workbench:messages")).content.decode()
        assert "您要的导出文件做好了" in page and page_of(export) in page

    def test_is_quiet_again_once_the_page_was_opened(self, world):
        ask(world.boss)
        before = inbox.unread_count(world.boss)
        for _ in range(4):
            exported.make(timezone.now())
        read(world.boss, Export.objects.get())
        assert inbox.unread_count(world.boss) == before

    def test_says_so_when_nothing_came_of_it(self, world, monkeypatch):
        ask(world.boss)
        monkeypatch.setattr("xinqiao.exports.parts.make_one", lambda *_a, **_m: 1 / 0)
        exported.make(timezone.now())
        (line,) = [one for one in inbox.recent(world.boss) if one.subject]
        assert line.text == "您要的导出文件没有生成，请看原因。"

    def test_the_duty_does_not_rest_while_something_is_to_be_made(self, world):
        ask(world.boss)
        now = timezone.now()
        task = next(task for task in duties.TASKS if task.name == "exports")
        assert task.early()
        for _ in range(4):
            duties.run_due(now)
        assert Export.objects.get().state == ExportState.READY and not task.early()


CHILD = """
import os, threading
import django
django.setup()
from django.conf import settings
from django.utils import timezone
from django.db import connection
connection.settings_dict["NAME"] = os.environ["TEST_DATABASE"]
from xinqiao.exports import lists, making, parts
lists.CHUNK = 2
real, calls = lists.rows, []
def rows(*args):
    calls.append(1)
    yield from real(*args)
    if len(calls) == 2:
        print("in the middle", connection.connection.info.backend_pid, flush=True)
        threading.Event().wait()
lists.rows = rows
making.make_waiting(timezone.now())
"""


@pytest.mark.django_db(transaction=True)
class TestKilled:
    def test_kill_9_in_the_second_part_begins_there_again(self, small_parts):
        world = filled()
        ask(world.boss)
        self.kill_in_the_middle()
        export = Export.objects.get()
        assert (export.state, export.done_rows) == (ExportState.MAKING, 2), (
            "the first part stands, the second is undone"
        )
        first = export.parts.get().pk
        assert making.is_waiting(), "nobody has to wait for a lease"
        one_piece(timezone.now() + timedelta(seconds=1))
        export.refresh_from_db()
        assert export.done_rows == 4 and export.parts.first().pk == first, "what was made is not made again"
        one_piece()
        answer = client_of(world.boss).post(page_of(export), {"password": PASSWORD})
        assert numbers(answer) == sorted(Matter.objects.values_list("number", flat=True))

    @staticmethod
    def kill_in_the_middle():
        entry = connection.settings_dict
        address = f"postgresql://{entry['USER']}:{entry['PASSWORD']}@{entry['HOST'] or '127.0.0.1'}:{entry['PORT']}/{entry['NAME']}"
        if str(entry["HOST"]).startswith("/"):
            address = os.environ["DATABASE_URL"]
        environment = {**os.environ, "DATABASE_URL": address, "TEST_DATABASE": entry["NAME"]}
        with subprocess.Popen(
            [sys.executable, "-c", CHILD], env=environment, stdout=subprocess.PIPE, text=True
        ) as victim:
            *said, backend = victim.stdout.readline().split()
            assert said == ["in", "the", "middle"]
            victim.send_signal(signal.SIGKILL)
            assert victim.wait(60) == -signal.SIGKILL
        wait_until_the_server_knows(int(backend))
