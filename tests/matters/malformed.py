"""Ten thousand ways to send a bad file, made from a seed: the same number gives the same files (secure-checklist 35 to 39).

for name, content in malformed(seed=1, count=400): …
"""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator

from PIL import Image

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
)
SCRIPT = b"<script>alert(document.cookie)</script>"
HTML = b"<!doctype html><html><body>" + SCRIPT + b"</body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + SCRIPT + b"</svg>"
EXTENSIONS = [
    "jpg",
    "jpeg",
    "png",
    "gif",
    "webp",
    "pdf",
    "docx",
    "xlsx",
    "pptx",
    "doc",
    "xls",
    "txt",
    "mp3",
    "m4a",
    "wav",
    "amr",
    "ogg",
    "aac",
    "mp4",
    "3gp",
    "html",
    "svg",
    "exe",
    "js",
    "zip",
    "php",
    "htaccess",
    "heic",
    "bin",
] + [""]
STEMS = (
    "漏水", "../../etc/passwd", "..\\..\\windows\\system32\\cmd", "/etc/shadow", "C:\\Users\\王\\证据", "a\x00b", "a\r\nSet-Cookie: x=1",
    "报告\u202egpj.exe", "x" * 300, "名" * 300, "CON", "NUL", "aux", "LPT1", ".htaccess", "..", ".", "", " ", "\ufeff", "a\u2028b", "=1+1",
    "\U0001f4a9", "a;b|c`d$(e)", "%2e%2e%2f", "<script>alert(1)</script>", '"; filename="x.html', "e\u0301",
)  # fmt: skip


def malformed(*, seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """(name, content) of `count` files; each way of damage comes about equally often."""
    rng = random.Random(seed)
    whole = _whole_files()
    ways = (_cut, _flipped, _wrong_ending, _glued, _noise, _bomb, _active, _office_tricks, _promises, _odd_name)
    for number in range(count):
        yield ways[number % len(ways)](rng, whole)


def picture(kind: str, size=(48, 32)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind)
    return out.getvalue()


def office(parts: dict[str, bytes], main="wordprocessingml.document.main+xml", method=zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override ContentType="application/vnd.x.{main}"/></Types>')
        for name, content in {"word/document.xml": b"<w/>", **parts}.items():
            archive.writestr(name, content)
    return out.getvalue()


def _whole_files() -> dict[str, bytes]:
    box = b"\0\0\0\x18ftyp%s\0\0\0\0isomisom" + b"\0" * 64
    return {
        "jpg": picture("JPEG"),
        "png": picture("PNG"),
        "gif": picture("GIF"),
        "webp": picture("WEBP"),
        "pdf": PDF,
        "docx": office({}),
        "xlsx": office({}, "spreadsheetml.sheet.main+xml"),
        "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "mp3": b"ID3\x03" + b"\0" * 200,
        "wav": b"RIFF\0\0\0\0WAVEfmt " + b"\0" * 90,
        "amr": b"#!AMR\n" + b"\0" * 90,
        "m4a": box.replace(b"%s", b"M4A "),
        "mp4": box.replace(b"%s", b"isom"),
        "txt": "屋顶漏水，请修理。".encode() * 20,
    }


def _name(rng, ending: str) -> str:
    stem = rng.choice(STEMS) if rng.random() < 0.3 else f"材料{rng.randrange(1000)}"
    return f"{stem}.{ending}" if ending else stem


def _pick(rng, whole) -> tuple[str, bytes]:
    return rng.choice(sorted(whole.items()))


def _cut(rng, whole):
    ending, content = _pick(rng, whole)
    return _name(rng, ending), content[: rng.randrange(len(content))]


def _flipped(rng, whole):
    ending, content = _pick(rng, whole)
    bent = bytearray(content)
    for _ in range(rng.randrange(1, 30)):
        bent[rng.randrange(len(bent))] ^= 1 << rng.randrange(8)
    return _name(rng, ending), bytes(bent)


def _wrong_ending(rng, whole):
    return _name(rng, rng.choice(EXTENSIONS)), _pick(rng, whole)[1]


def _glued(rng, whole):
    """Two files in one: GIF and script, picture and archive, PDF and page."""
    ending, content = _pick(rng, whole)
    tail = rng.choice([SCRIPT, HTML, SVG, office({}), PDF, b"MZ" + b"\0" * 64, b"/*" + SCRIPT + b"*/=1;alert(1)"])
    glued = rng.choice(
        [content + tail, tail + content, content[: len(content) // 2] + tail + content[len(content) // 2 :]]
    )
    if rng.random() < 0.3:
        glued = b"GIF89a/*" + content[8:] + b"*/=1;" + SCRIPT
    return _name(rng, ending), glued


def _noise(rng, whole):
    head = rng.choice([b"", *(content[:12] for content in whole.values())])
    return _name(rng, rng.choice(EXTENSIONS)), head + rng.randbytes(rng.randrange(4000))


def _bomb(rng, whole):
    """Little to send, much to unpack."""
    much = b"\0" * rng.choice([10_000, 1_000_000, 6_000_000])
    packed = zlib.compress(much, 9)
    stream = b"%PDF-1.5\n1 0 obj<</Type/ObjStm/Filter/FlateDecode/Length 9>>stream\n" + packed + b"\nendstream endobj\n"
    return rng.choice(
        [
            (_name(rng, "docx"), office({f"word/{n}.xml": much for n in range(rng.choice([1, 8]))})),
            (_name(rng, "xlsx"), _lying_archive(much)),
            (_name(rng, "docx"), office({f"word/x{n}.xml": b"" for n in range(4_100)}, method=zipfile.ZIP_STORED)),
            (_name(rng, "png"), _png(rng.choice([1, 60_000]), rng.choice([60_000, 2**31 - 1]), packed)),
            (_name(rng, "pdf"), stream * rng.choice([1, 12]) + PDF[9:]),
            (_name(rng, "gif"), b"GIF89a\xff\xff\xff\xff\xf7\0\0" + rng.randbytes(300)),
        ]
    )


def _active(rng, whole):
    """What a browser would run, under a harmless name."""
    content = rng.choice([HTML, SVG, b"\xef\xbb\xbf" + HTML, b"   \n" + SVG, b"<?php system($_GET[0]);", SCRIPT])
    return _name(rng, rng.choice(["jpg", "png", "gif", "pdf", "txt", "docx", "html", "svg"])), content


def _office_tricks(rng, whole):
    tricks = {
        "word/vbaProject.bin": b"\0" * 50,
        "word/document.xml": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><w>&x;</w>',
        "word/styles.xml": '<!DOCTYPE a [<!ENTITY x "y">]><w/>'.encode("utf-16"),
        "word/far.xml": b"x" * (1024 * 1024 - 4) + b"<!DOCTYPE a>",
        "../../evil.xml": b"x",
        "/abs.xml": b"x",
        "word/embeddings/oleObject1.bin": b"MZ",
        "word/activeX/activeX1.xml": b"<x/>",
        "word/_rels/settings.xml.rels": b'<Relationship Type="attachedTemplate" TargetMode="External" Target="http://x/"/>',
    }
    chosen = dict([rng.choice(sorted(tricks.items()))])
    return _name(rng, "docx"), office(chosen)


def _promises(rng, whole):
    """Headers that promise what does not follow."""
    return rng.choice(
        [
            (_name(rng, "png"), _png(rng.randrange(2**31), rng.randrange(2**31), b"")),
            (_name(rng, "jpg"), b"\xff\xd8\xff\xc0\0\x11\x08" + rng.randbytes(4) + b"\3" + rng.randbytes(60)),
            (_name(rng, "mp4"), struct.pack(">I", rng.randrange(2**32)) + b"ftypisom" + rng.randbytes(40)),
            (_name(rng, "webp"), b"RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff" + rng.randbytes(60)),
            (_name(rng, "docx"), b"PK\x03\x04" + rng.randbytes(200) + b"PK\x05\x06" + rng.randbytes(18)),
            (_name(rng, "pdf"), b"%PDF-1.7\n" + b"[" * 20_000 + b"\nstartxref\n999999999\n%%EOF"),
        ]
    )


def _odd_name(rng, whole):
    ending, content = _pick(rng, whole)
    return f"{rng.choice(STEMS)}.{ending}", content if rng.random() < 0.9 else b""


def _lying_archive(much: bytes) -> bytes:
    """The list says that a part is small."""
    whole = office({"xl/worksheets/sheet1.xml": much}, "spreadsheetml.sheet.main+xml")
    return whole.replace(struct.pack("<I", len(much)), struct.pack("<I", 10))


def _png(width: int, height: int, data: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width & 0xFFFFFFFF, height & 0xFFFFFFFF, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(part)) + tag + part + struct.pack(">I", zlib.crc32(tag + part)) for tag, part in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
