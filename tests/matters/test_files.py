"""Files as hostile senders and worried citizens send them: what is kept is harmless, what is refused is explained."""

import io
import struct
import unicodedata
import zipfile
import zlib

import pytest
from PIL import Image

from xinqiao import crypto
from xinqiao.matters import files
from xinqiao.matters.files import FileRefused

pytestmark = pytest.mark.django_db  # what seals a file is a data key, which is kept there
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.XINQIAO_FILES = tmp_path
    return tmp_path


def picture(kind="JPEG", size=(64, 48), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **options)
    return out.getvalue()


def office(parts: dict[str, bytes] | None = None, main="wordprocessingml.document.main+xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override ContentType="application/vnd.x.{main}"/></Types>')
        for name, content in {"word/document.xml": b"<w/>", **(parts or {})}.items():
            archive.writestr(name, content)
    return out.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A header that promises so many pixels, with hardly any data."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data)) for tag, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def isobmff(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0" + b"isom" * 2 + b"\0" * 64


class TestStore:
    @pytest.mark.parametrize(
        ("name", "content", "media_type"),
        [
            ("漏水.jpg", picture(), "image/jpeg"),
            ("IMG_1.JPEG", picture(), "image/jpeg"),
            ("图.png", picture("PNG"), "image/png"),
            ("图.webp", picture("WEBP"), "image/png"),
            ("图.gif", picture("GIF"), "image/png"),
            ("判决书.pdf", PDF, "application/pdf"),
            ("信.docx", office(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            ("表.xlsx", office(main="spreadsheetml.sheet.main+xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            ("信.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "application/x-ole-storage"),
            ("信.txt", "尊敬的领导：屋顶漏水。".encode(), "text/plain"),
            ("老信.txt", "屋顶漏水".encode("gb18030"), "text/plain"),
            ("通话.mp3", b"ID3\x03" + b"\0" * 90, "audio/mpeg"),
            ("通话.MP3", b"\xff\xfb\x90\x00" + b"\0" * 90, "audio/mpeg"),
            ("通话.aac", b"\xff\xf1\x50\x80" + b"\0" * 90, "audio/aac"),
            ("通话.amr", b"#!AMR\n" + b"\0" * 90, "audio/amr"),
            ("通话.wav", b"RIFF\0\0\0\0WAVEfmt " + b"\0" * 90, "audio/wav"),
            ("通话.ogg", b"OggS" + b"\0" * 90, "audio/ogg"),
            ("通话.m4a", isobmff(b"M4A "), "audio/mp4"),
            ("现场.mp4", isobmff(b"isom"), "video/mp4"),
            ("现场.MOV", isobmff(b"qt  "), "video/mp4"),
            ("现场.3gp", isobmff(b"3gp5"), "video/3gpp"),
        ],
    )  # fmt: skip
    def test_keeps_what_people_have(self, name, content, media_type):
        stored = files.store(content, name=name)
        assert stored.media_type == media_type
        assert stored.original_name == name
        assert stored.original_digest == crypto.digest(content)
        with files.open_stored(stored.stored_name) as kept:
            served = kept.read()
        assert (stored.digest, stored.size_bytes) == (crypto.digest(served), len(served))
        assert files.open_original(stored.stored_name) == content

    @pytest.mark.parametrize(
        ("name", "content", "says"),
        [
            ("空.txt", b"", "是空的"),
            ("报告.pdf.exe", b"MZ\x90\0" + b"\0" * 90, "不能上传"),
            ("照片.jpg", b"MZ\x90\0" + b"\0" * 90, "不能上传"),
            ("照片.jpg", b"<html><script>alert(1)</script></html>", "不能上传"),
            ("图.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "不能上传"),
            ("页.html", b"<!doctype html><title>x</title>", "不能上传"),
            ("照片.pdf", picture(), "改成“.jpg”"),
            ("没有结尾", PDF, "改成“.pdf”"),
            ("IMG_2.HEIC", isobmff(b"heic"), "HEIC"),
            ("IMG_2.jpg", isobmff(b"mif1"), "HEIC"),
            ("材料.zip", b"PK\x03\x04" + b"\0" * 60, "解压|损坏"),
            ("材料.rar", b"Rar!\x1a\x07\0", "解压"),
            ("坏.jpg", picture()[:200], "打不开"),
            ("大.png", png_of(10_000, 6_000), "6000 万像素"),
            ("宽.png", png_of(2_000_000_000, 2_000_000_000), "像素"),
            ("半截.pdf", PDF[:60], "不完整"),
            ("锁.pdf", PDF.replace(b"/Root", b"/Encrypt 9 0 R/Root"), "密码"),
            ("脚本.pdf", PDF.replace(b"/Pages 2 0 R", b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), "程序"),
            ("伪装.pdf", PDF.replace(b"/Pages 2 0 R", b"/OpenAction<</S/J#61vaScript>>"), "程序"),
            ("夹带.pdf", PDF.replace(b"/Pages 2 0 R", b"/Names<</EmbeddedFiles 5 0 R>>"), "夹带"),
            ("深藏.pdf", PDF.replace(b"trailer", b"7 0 obj<</Type/ObjStm>>stream\n" + zlib.compress(b"<</S/Launch>>") + b"\nendstream\ntrailer"), "程序"),
            ("两面.pdf", PDF[:-6] + office() + b"\nstartxref\n0\n%%EOF", "夹带"),
            ("宏.docx", office({"word/vbaProject.bin": b"x"}), "宏"),
            ("宏.docx", office(main="wordprocessingml.document.macroEnabled.main+xml"), "宏"),
            ("宏.docm", office(), "改成“.docx”"),
            ("旧宏.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "_VBA_PROJECT".encode("utf-16-le") + b"\0" * 60, "宏"),
            ("实体.docx", office({"word/a.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'}), "格式不正常"),
            ("上爬.docx", office({"../../etc/cron.d/x": b"x"}), "不是正常保存"),
            ("模板.docx", office({"word/_rels/settings.xml.rels": b'<r Type="attachedTemplate" TargetMode="External"/>'}), "模板"),
            ("二进制.txt", b"\0\x01\x02" * 30, "不能上传"),
        ],
    )  # fmt: skip
    def test_refuses_and_says_what_to_do(self, folder, name, content, says):
        with pytest.raises(FileRefused, match=says) as refused:
            files.store(content, name=name)
        assert refused.value.message.endswith("。")
        assert not [path for path in folder.rglob("*") if path.is_file()], "nothing of a refused file stays"

    def test_a_zip_bomb_is_refused_by_what_comes_out_not_by_what_it_promises(self):
        bomb = bytearray(office({f"word/media/{n}.xml": b"\0" * 1024 * 1024 * 40 for n in range(8)}))
        with pytest.raises(FileRefused, match="太大"):
            files.store(bytes(bomb), name="炸弹.docx")
        # the same with sizes that lie: 1 byte declared in the list
        at = 0
        while (at := bomb.find(b"PK\x01\x02", at)) >= 0:
            bomb[at + 24 : at + 28] = struct.pack("<I", 1)
            at += 4
        with pytest.raises(FileRefused):
            files.store(bytes(bomb), name="炸弹.docx")

    def test_too_large_is_refused_with_both_sizes(self, settings):
        settings.XINQIAO_FILE_BYTES = 2 * 1024 * 1024
        with pytest.raises(FileRefused, match=r"3 MB.*最多 2 MB"):
            files.store(b"x" * 3 * 1024 * 1024, name="长.txt")

    def test_a_photo_loses_where_it_was_taken_and_is_turned_upright(self):
        exif = Image.Exif()
        exif[0x0112] = 6  # turned by 90 degrees
        exif[0x8825] = {1: "N", 2: (39.0, 54.0, 0.0)}
        content = picture(size=(80, 40), exif=exif, comment=b"canary-comment")
        stored = files.store(content, name="a.jpg")
        with files.open_stored(stored.stored_name) as kept:
            served = Image.open(io.BytesIO(kept.read()))
        assert served.size == (40, 80)
        assert not dict(served.getexif())
        assert b"canary" not in files.open_stored(stored.stored_name).read()
        assert files.open_original(stored.stored_name) == content, "the evidence itself is untouched"

    def test_what_is_glued_behind_a_picture_is_gone(self):
        stored = files.store(picture() + b"<script>alert(1)</script>" + office(), name="a.jpg")
        served = files.open_stored(stored.stored_name).read()
        assert b"script" not in served
        assert b"PK\x03\x04" not in served

    def test_the_original_lies_sealed_on_the_disk(self, folder):
        content = picture(comment=b"canary-comment")
        stored = files.store(content, name="a.jpg")
        beside = next(folder.rglob(f"{stored.stored_name}.orig"))
        assert b"canary" not in beside.read_bytes()
        assert beside.stat().st_mode & 0o077 == 0

    def test_the_same_photo_twice_has_two_names_that_say_nothing(self):
        one, two = (files.store(picture(), name="王秀兰身份证.jpg") for _ in "ab")
        assert one.stored_name != two.stored_name
        assert one.stored_name.isalnum()
        assert one.stored_name.isascii()


class TestDisplayName:
    @pytest.mark.parametrize(
        ("typed", "shown"),
        [
            ("../../x.jpg", "x.jpg"),
            ("C:\\Users\\王\\照片.jpg", "照片.jpg"),
            ("报告\u202egpj.exe", "报告gpj.exe"),
            ("a\r\nSet-Cookie: x.txt", "aSet-Cookie x.txt"),
            ("a\0.jpg", "a.jpg"),
            ("...", "文件"),
            ("", "文件"),
            ("  漏水 照片 .jpg", "漏水 照片.jpg"),
            ("长" * 300 + ".jpg", "长" * 116 + ".jpg"),
            ("<img src=x>.png", "img src=x.png"),
        ],
    )
    def test_is_one_harmless_line(self, typed, shown):
        assert files.display_name(typed) == shown
        assert all(unicodedata.category(char)[0] != "C" for char in shown)


class TestResponse:
    def test_a_browser_runs_nothing_of_it(self):
        for name, content, said in (
            ("照片.jpg", picture(), "image/jpeg"),
            ("信.txt", b"<script>", "application/octet-stream"),
            ("表.docx", office(), "application/octet-stream"),
        ):
            answer = files.response(files.store(content, name=name))
            assert answer.headers["Content-Type"] == said
            assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
            answer.file_to_stream.close()

    @pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", "", "ab", "a" * 40 + "/../x", "Z" * 40])
    def test_no_path_comes_from_outside(self, name):
        with pytest.raises(FileNotFoundError):
            files.open_stored(name)


class TestDiscard:
    def test_removes_copy_and_original_and_may_be_asked_twice(self, folder):
        stored = files.store(picture(), name="a.jpg")
        files.discard(stored)
        files.discard(stored)
        assert not [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db
class TestOrphans:
    def test_names_both_sorts(self):
        stored = files.store(PDF, name="a.pdf")
        kept = files.store(PDF, name="b.pdf")
        assert files.orphans(also_kept={kept.stored_name, "f" * 40}) == ({stored.stored_name}, {"f" * 40})
