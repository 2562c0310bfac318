"""ClamAV where it is configured: found means refused, silent means kept and held back, and no petition is lost for it."""

import contextlib
import socket
import socketserver
import struct
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import path
from django.utils import timezone

from xinqiao import errors, health
from xinqiao.matters import file_room, files, virus_scan
from xinqiao.matters.files import FileHeld, FileRefused

pytestmark = pytest.mark.django_db
# Put together here, so that no scanner takes this file for the sample it holds.
EICAR = "".join(["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!", "$H+H*"]).encode()


class Clamd(socketserver.StreamRequestHandler):
    """What clamd says to zPING and zINSTREAM; `server.says` replaces the answer."""

    def handle(self):
        command = self._until_nul()
        if command == b"zPING":
            self.wfile.write(b"PONG\0")
            return
        assert command == b"zINSTREAM"
        content = b""
        while size := struct.unpack(">I", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
        self.server.seen.append(content)
        found = b"stream: Win.Test.EICAR_HDB-1 FOUND" if EICAR in content else b"stream: OK"
        self.wfile.write(self.server.says or found + b"\0")

    def _until_nul(self) -> bytes:
        word = b""
        while (one := self.rfile.read(1)) not in (b"\0", b""):
            word += one
        return word


@pytest.fixture
def clamd(settings):
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd)
    server.daemon_threads, server.seen, server.says = True, [], b""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.XINQIAO_CLAMAV = f"127.0.0.1:{server.server_address[1]}"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def silent(settings):
    """A scanner that is configured and not there."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        settings.XINQIAO_CLAMAV = f"127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.XINQIAO_FILES = tmp_path


class TestScan:
    def test_the_whole_file_arrives_whatever_its_length(self, clamd):
        content = b"a" * (virus_scan.CHUNK * 2 + 7)
        assert virus_scan.scan(content) == ""
        assert clamd.seen == [content]

    def test_what_is_found_has_a_name(self, clamd):
        assert virus_scan.scan(EICAR) == "Win.Test.EICAR_HDB-1"

    @pytest.mark.parametrize(
        ("says", "why"),
        [
            (b"INSTREAM size limit exceeded. ERROR\0", "not looked at to the end"),
            (b"stream: OK", "cut off: the NUL is missing"),
            (b"\0", "nothing said"),
            (b"x" * 9000, "no end"),
        ],
    )
    def test_everything_but_an_all_clear_is_silence(self, clamd, says, why):
        clamd.says = says
        with pytest.raises(virus_scan.ScannerSilent):
            virus_scan.scan(b"x")


class TestUpload:
    def test_a_virus_is_refused_in_plain_words(self, clamd):
        with pytest.raises(FileRefused) as refused:
            files.store(EICAR, name="证据.txt")
        assert refused.value.code == "file_virus" and "别的内容不受影响" in refused.value.message
        assert not list(file_room.names()) and not list(file_room.names(file_room.HELD))

    def test_a_clean_file_is_served(self, clamd):
        assert b"".join(files.response(files.store(b"letter", name="a.txt")).streaming_content) == b"letter"

    def test_the_original_of_a_picture_is_what_is_scanned(self, clamd):
        from tests.matters.malformed import picture

        files.store(picture("JPEG") + b"tail", name="a.jpg")
        assert clamd.seen[0].endswith(b"tail")

    def test_not_configured_it_is_kept_and_served(self, settings):
        settings.XINQIAO_CLAMAV = ""
        assert files.standing(files.store(b"letter", name="a.txt").stored_name) == ""


class TestHeld:
    def test_a_silent_scanner_loses_nothing_and_shows_nothing(self, silent):
        stored = files.store(b"letter", name="a.txt")
        with pytest.raises(FileHeld) as held:
            files.response(stored)
        assert "材料已经收到，不影响办理" in held.value.message

    def test_held_files_are_given_out_once_the_scanner_has_answered(self, silent, settings, request):
        stored = files.store(b"letter", name="a.txt")
        assert files.rescan(timezone.now()) == 0, "still silent"
        assert files.standing(stored.stored_name)
        request.getfixturevalue("clamd")
        assert files.rescan(timezone.now()) == 1
        assert files.response(stored).status_code == 200

    def test_what_is_found_later_is_served_to_nobody(self, silent, request):
        stored = files.store(EICAR, name="a.txt")
        request.getfixturevalue("clamd")
        files.rescan(timezone.now())
        with pytest.raises(FileHeld) as held:
            files.response(stored)
        assert "病毒" in held.value.message and "补充材料" in held.value.message
        assert files.open_original(stored.stored_name) == EICAR, "the evidence is still there"
        files.discard(stored)
        assert not list(file_room.names(file_room.INFECTED))

    def test_the_citizens_list_says_so(self, silent, client):
        from tests.world import World

        receipt = World().file(attachments=[files.store(b"letter", name="证据.txt")])
        client.post("/track/", {"number": receipt.number, "code": receipt.query_code})
        page = client.get(f"/matters/{receipt.number}/").content.decode()
        assert "证据.txt" in page and "正在做安全检查" in page

    def test_the_reader_gets_a_page(self, silent):
        stored = files.store(b"letter", name="a.txt")

        class Urls:
            urlpatterns = (path("one", lambda request: files.response(stored), name="healthz"),)  # the gate knows it
            handler500 = staticmethod(errors.server_error)

        with override_settings(ROOT_URLCONF=Urls):
            answer = Client().get("/one")
        assert answer.status_code == 409 and "正在做安全检查" in answer.content.decode()


class TestEmpty:
    def test_an_empty_file_is_refused_in_our_words(self):
        from xinqiao.workbench.acts.fields import SeveralFiles

        nothing = SimpleUploadedFile("空.pdf", b"")
        assert SeveralFiles().clean([nothing]) == [nothing], "the form leaves it to the store"
        with pytest.raises(FileRefused) as refused:
            files.store(nothing, name="空.pdf")
        assert refused.value.message == "这个文件是空的，没有内容。请重新选择。"


class TestReadyPage:
    def test_says_whether_files_are_scanned(self, clamd, settings):
        assert health._virus_scanner() == "answers"
        settings.XINQIAO_CLAMAV = "127.0.0.1:1"
        assert health._virus_scanner() == "silent"
        settings.XINQIAO_CLAMAV = ""
        assert health._virus_scanner() == "off"


class TestAtRest:
    def test_nothing_on_the_disk_can_be_read(self, tmp_path):
        files.store(b"canary in a letter", name="a.txt")
        on_disk = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert on_disk and all(b"canary" not in path.read_bytes() for path in on_disk)

    def test_a_file_put_in_the_place_of_another_does_not_open(self):
        from xinqiao.crypto import SealBroken

        one, two = (files.store(text, name="a.txt") for text in (b"one", b"two"))
        file_room.path_of(one.stored_name).write_bytes(file_room.path_of(two.stored_name).read_bytes())
        with pytest.raises(SealBroken):
            files.open_stored(one.stored_name)

    def test_files_of_an_older_version_open_and_can_be_sealed(self):
        stored = files.store(b"letter", name="a.txt")
        file_room.path_of(stored.stored_name).write_bytes(b"letter")
        assert files.open_stored(stored.stored_name).read() == b"letter"
        for name, suffix in list(file_room.unsealed()):
            file_room.seal_again(name, suffix)
        assert b"letter" not in file_room.path_of(stored.stored_name).read_bytes()
        assert files.open_stored(stored.stored_name).read() == b"letter"
        assert list(file_room.unsealed()) == []
