"""A whole story with a planted person: afterwards no log, spool or file says who it was or what was written (checklist 53, 54, 59)."""

import io
import logging
import os
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client, override_settings
from django.urls import path

from tests import canaries
from tests.world import World
from xinqiao.documents import letters
from xinqiao.documents.models import Document
from xinqiao.errors import server_error
from xinqiao.logs import JsonLine, Stderr
from xinqiao.matters import files
from xinqiao.notifications import outgoing
from xinqiao.people.models import Petitioner

NAME, MOBILE, WORDS, ID_NUMBER = "甄卡纳", "13911223344", "卡纳丽雀的原话", "110105199003078888"
PLANTED = (NAME, MOBILE, WORDS, ID_NUMBER)

pytestmark = pytest.mark.django_db


@pytest.fixture
def log():
    """Every line that is logged, as the web server writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLine())
    handler.setLevel(logging.DEBUG)
    root, before, handlers = logging.getLogger(), logging.getLogger().level, logging.getLogger().handlers
    # As a server has them: what a library of another test in this process hung here writes as it likes.
    root.handlers = [handler, *(one for one in handlers if isinstance(one.formatter, JsonLine))]
    root.setLevel(logging.DEBUG)
    yield written
    root.handlers = handlers
    root.setLevel(before)


@pytest.fixture
def world():
    return World()


def breaks(request):
    """A view with all of it in its variables, which fails."""
    typed, person = request.POST.dict(), Petitioner(matter_id=1, name_masked=NAME)
    raise ValueError(f"{typed} {person.name_masked} {MOBILE}")


def breaks_in_sql(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::int, %s", [request.POST["name"], MOBILE])


class BrokenUrls:
    urlpatterns = (path("breaks", breaks, name="healthz"), path("sql", breaks_in_sql, name="readyz"))
    handler500 = staticmethod(server_error)


def story(world) -> None:
    """Filed, registered, handled, answered in letters; told by SMS; with a picture of the person's paper."""
    person = {"name": NAME, "mobile": MOBILE, "id_type": "resident_id", "id_number": ID_NUMBER, "address": "临江路1号"}
    person = person if _is_taken(world, person) else {"name": NAME, "mobile": MOBILE, "address": "临江路1号"}
    matter = world.served(people=[person], content=WORDS + "：屋顶漏水。", title="请修屋顶")
    files.store(SimpleUploadedFile("a.txt", f"{NAME} {WORDS}".encode()), name=f"{NAME}的证据.txt")
    for document in Document.objects.filter(matter_id=matter.pk)[:2]:
        letters.render_pdf(document)


def _is_taken(world, person) -> bool:
    from django.core.exceptions import ValidationError

    from xinqiao.matters.intake import IntakeInvalid

    try:
        world.file(people=[person])
    except (IntakeInvalid, ValidationError):
        return False
    return True


class TestCanaries:
    def test_nothing_of_the_story_lies_about(self, world, log):
        story(world)
        assert [word for word in PLANTED if word in log.getvalue()] == []
        assert canaries.traces(Path(settings.XINQIAO_VAR), PLANTED) == []

    def test_failures_name_code_not_people(self, log, capfd):
        with override_settings(ROOT_URLCONF=BrokenUrls):
            quiet = Client(raise_request_exception=False)
            for address in ("/breaks", "/sql"):
                with transaction.atomic():
                    try:
                        answer = quiet.post(f"{address}?name={NAME}", {"name": NAME, "text": WORDS, "mobile": MOBILE})
                    finally:
                        transaction.set_rollback(True)
                assert answer.status_code == 500
                assert not any(word in answer.content.decode() for word in PLANTED)
        said = log.getvalue() + "".join(capfd.readouterr())
        assert "breaks" in said, "where it happened is there"
        assert [word for word in PLANTED if word in said] == []

    def test_a_log_that_cannot_be_written_says_nothing_instead(self, monkeypatch, capfd):
        handler = Stderr()
        handler.setFormatter(JsonLine())
        closed = io.StringIO()
        closed.close()
        try:
            raise ValueError(NAME)
        except ValueError:
            record = logging.makeLogRecord({"msg": WORDS, "name": "xinqiao", "exc_info": sys.exc_info()})
            with monkeypatch.context() as patch:
                patch.setattr(sys, "stderr", closed)
                handler.emit(record)
        handler.emit(record)
        said = "".join(capfd.readouterr())
        assert said.count("\n") == 1 and '"error": "ValueError"' in said, "written once standard error is back"
        assert NAME not in said

    def test_the_database_server_keeps_quiet_about_rows_and_parameters(self, postgres_server):
        statements = [
            (
                "INSERT INTO people_petitioner (matter_id, position, name_masked) VALUES (1, 1, %s), (1, 1, %s)",
                [NAME, MOBILE],
            ),
            ("SELECT %s::int", [MOBILE + NAME]),
            ("INSERT INTO matters_submission (content) VALUES (%s)", [WORDS]),
            (f"SELECT '{NAME}' FROM no_such_table", []),
        ]
        for statement, values in statements:
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, values)
        written = postgres_server.log.read_text(encoding="utf-8", errors="replace")
        assert [word for word in PLANTED if word in written] == []

    def test_typed_words_in_refused_requests(self, client, log):
        client.post("/track/", {"number": NAME, "code": WORDS})
        client.get(f"/no-such-page/{NAME}?q={MOBILE}")
        client.get("/", HTTP_HOST=f"{MOBILE}.example")
        client.post("/account/login/", {"mobile": MOBILE + NAME})
        client.post("/api/v1/submissions", f'{{"title": "{WORDS}"', content_type="application/json")
        client.post("/track/", {"number": NAME * 800_000})
        Client(enforce_csrf_checks=True).post("/track/", {"number": NAME})
        assert [word for word in PLANTED if word in log.getvalue()] == []

    def test_the_spool_names_the_telephone_and_says_nothing(self, at_noon, tmp_path, monkeypatch):
        monkeypatch.setattr(settings, "XINQIAO_SPOOL", tmp_path / "spool")
        outgoing.send_sms(MOBILE, "您的信访件有新的进展", at=at_noon, purpose="progress")
        spool = tmp_path / "spool" / "sms.jsonl"
        assert MOBILE in spool.read_text() and canaries.traces(tmp_path, PLANTED) == []
        assert (spool.stat().st_mode & 0o077, (tmp_path / "spool").stat().st_mode & 0o077) == (0, 0)


class TestSearch:
    """The search itself finds what it is for."""

    @pytest.mark.parametrize("code", ["utf-8", "gb18030", "utf-16-le"])
    def test_finds_a_word_in_any_encoding(self, tmp_path, code):
        (tmp_path / "a.log").write_bytes(b"x" + NAME.encode(code))
        assert canaries.traces(tmp_path, PLANTED) == [f"a.log: {NAME}"]

    def test_finds_an_escaped_word_and_a_name_of_a_file(self, tmp_path):
        (tmp_path / "a.log").write_text('{"m": "\\u7504\\u5361\\u7eb3"}')
        (tmp_path / f"{NAME}.txt").write_text("")
        assert len(canaries.traces(tmp_path, PLANTED)) == 2

    def test_a_text_in_the_spool_counts(self, tmp_path):
        os.mkdir(tmp_path / "spool")
        (tmp_path / "spool" / "sms.jsonl").write_text('{"to": "13911223344", "text": "甄卡纳"}\n')
        assert canaries.traces(tmp_path, PLANTED) == [f"spool/sms.jsonl: {NAME}"]


@pytest.fixture
def at_noon():
    from django.utils import timezone

    return timezone.now()
