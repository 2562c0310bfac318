"""What a file really is, by its content: the closed list of what citizens and officers may attach.

Content decides and the extension must agree: a file that says two things is refused. Standard library only.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass


class FileRefused(ValueError):
    """The file cannot be taken. The message says why and what to do instead; `code` is for programs."""

    def __init__(self, message: str, *, code: str = "file_refused"):
        self.message, self.code = message, code
        super().__init__(message)


@dataclass(frozen=True)
class FileKind:
    """One kind of file. `redrawn`: a picture, served as a new drawing. `shown`: a browser may be told what it is."""

    name: str
    media_type: str
    extensions: tuple[str, ...]
    redrawn: bool = False
    shown: bool = False


JPEG = FileKind("照片", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), True, True)
PNG = FileKind("图片", "image/png", ("png",), True, True)
WEBP = FileKind("图片", "image/webp", ("webp",), True, True)
GIF = FileKind("图片", "image/gif", ("gif",), True, True)
PDF = FileKind("PDF", "application/pdf", ("pdf",), False, True)
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
DOCX = FileKind("Word 文档", _OPEN_XML + "wordprocessingml.document", ("docx",))
XLSX = FileKind("Excel 表格", _OPEN_XML + "spreadsheetml.sheet", ("xlsx",))
PPTX = FileKind("演示文稿", _OPEN_XML + "presentationml.presentation", ("pptx",))
OLD_OFFICE = FileKind("旧版 Office 文档", "application/x-ole-storage", ("doc", "xls", "ppt", "wps", "et", "dps"))
TEXT = FileKind("文本", "text/plain", ("txt",))
MP3 = FileKind("录音", "audio/mpeg", ("mp3",))
M4A = FileKind("录音", "audio/mp4", ("m4a", "mp4", "aac"))
WAV = FileKind("录音", "audio/wav", ("wav",))
AMR = FileKind("录音", "audio/amr", ("amr",))
OGG = FileKind("录音", "audio/ogg", ("ogg", "oga", "opus"))
AAC = FileKind("录音", "audio/aac", ("aac",))
MP4 = FileKind("视频", "video/mp4", ("mp4", "m4v", "mov", "m4a"))
THREEGP = FileKind("视频", "video/3gpp", ("3gp", "3gpp"))

KINDS = (JPEG, PNG, WEBP, GIF, PDF, DOCX, XLSX, PPTX, OLD_OFFICE, TEXT, MP3, M4A, WAV, AMR, OGG, AAC, MP4, THREEGP)
EXTENSIONS = tuple(dict.fromkeys(extension for kind in KINDS for extension in kind.extensions))
SHOWN_TYPES = frozenset({"image/jpeg", "image/png", "application/pdf"})
_LIST = "照片（JPG、PNG）、PDF、Word、Excel、PPT、TXT、录音（MP3、M4A、WAV、AMR）和短视频（MP4、3GP）"

MOST_ENTRIES = 4_000  # parts of one Office file
MOST_UNPACKED = 300 * 1024 * 1024  # bytes
MOST_INFLATED = 60 * 1024 * 1024  # bytes of a PDF's object streams looked into
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_APPLE_PICTURES = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif"}


def find_kind(content: bytes, extension: str) -> FileKind:
    """The kind of `content`, which must fit `extension` (lower case, no dot). Raises FileRefused."""
    kind = _by_signature(content)
    if kind is None and extension == "txt":
        kind = _text(content)
    if kind is None:
        raise _refusal(content, extension)
    if extension not in kind.extensions:
        raise FileRefused(
            f"文件名的结尾是“.{extension or '（没有）'}”，内容却是{kind.name}。请把结尾改成“.{kind.extensions[0]}”后再上传。",
            code="file_extension",
        )
    check = {PDF: _check_pdf, OLD_OFFICE: _check_old_office}.get(kind)
    if check:
        check(content)
    return kind


def _by_signature(content: bytes) -> FileKind | None:
    head = content[:32]
    for signature, kind in (
        (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"GIF87a", GIF), (b"GIF89a", GIF), (b"%PDF-", PDF),
        (_OLE, OLD_OFFICE), (b"ID3", MP3), (b"#!AMR", AMR), (b"OggS", OGG),
    ):  # fmt: skip
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _by_brand(content)
    if head.startswith(b"PK\x03\x04"):
        return _open_xml(content)
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return _by_frame(head)
    return None


def _by_brand(content: bytes) -> FileKind | None:
    """ISO media: the brand says picture, sound or film; a film without a picture track is sound."""
    brand = content[8:12]
    if brand in _APPLE_PICTURES:
        return None
    if brand[:3] in (b"3gp", b"3g2"):
        return THREEGP
    if brand in (b"M4A ", b"M4B "):
        return M4A
    return MP4


def _by_frame(head: bytes) -> FileKind | None:
    """MPEG audio without a leading tag: layer 0 is ADTS (AAC), layer III is MP3."""
    layer = head[1] >> 1 & 3
    if layer == 0 and head[1] & 0xF0 == 0xF0:
        return AAC
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    return MP3 if layer == 1 and bitrate not in (0, 15) and rate != 3 else None


def _text(content: bytes) -> FileKind | None:
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    for encoding in ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return TEXT
    return None


def _refusal(content: bytes, extension: str) -> FileRefused:
    if (content[4:8] == b"ftyp" and content[8:12] in _APPLE_PICTURES) or extension in ("heic", "heif"):
        return FileRefused(
            "这是苹果手机的 HEIC 照片，办理单位的电脑可能打不开。请截一张图再上传，"
            "或者在手机“设置、相机、格式”里选“兼容性最佳”后重拍。",
            code="file_heic",
        )
    if content.startswith((b"PK", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")) or extension in ("zip", "rar", "7z", "gz"):
        return FileRefused("压缩包不能上传。请解压后，把里面的文件一个一个传上来。", code="file_archive")
    return FileRefused(f"这种文件不能上传。可以传：{_LIST}。别的文件请打印或截图后传图片。", code="file_kind")


# --- PDF --------------------------------------------------------------------------------------------------------------

_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|ImportData|SubmitForm)(?![A-Za-z])")
_PDF_ADVICE = "请用“打印”里的“另存为 PDF”重新保存一份，或者把每一页截图后上传。"


def _check_pdf(content: bytes) -> None:
    """Whole, not locked, nothing that runs or hides a second file."""
    if b"%%EOF" not in content[-2048:] or b"startxref" not in content[-4096:]:
        raise FileRefused("这个 PDF 不完整，可能没有下载完。" + _PDF_ADVICE, code="pdf_broken")
    if b"PK\x05\x06" in content[-70_000:]:
        raise FileRefused("这个 PDF 里夹带了别的文件。" + _PDF_ADVICE, code="pdf_second_file")
    text = _names(content)
    if re.search(rb"/Encrypt(?![A-Za-z])", text):
        raise FileRefused(
            "这个 PDF 设了密码或限制，办理人员打不开。请去掉密码后再上传，或者截图上传。", code="pdf_locked"
        )
    if _ACTIVE.search(text) or any(_ACTIVE.search(_names(part)) for part in _object_streams(content)):
        raise FileRefused("这个 PDF 里有程序或夹带的文件，为了安全不能收。" + _PDF_ADVICE, code="pdf_active")


def _names(content: bytes) -> bytes:
    """`/J#61vaScript` as `/JavaScript`."""
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), content)


def _object_streams(content: bytes):
    """Objects that a modern PDF keeps compressed, where names would not be seen otherwise."""
    left = MOST_INFLATED
    for found in re.finditer(rb"/ObjStm(?![A-Za-z])", content):
        start = content.find(b"stream", found.end(), found.end() + 4096)
        if start < 0:
            continue
        begin = start + len(b"stream")
        begin += 2 if content[begin : begin + 2] == b"\r\n" else 1
        try:
            part = zlib.decompressobj().decompress(content[begin:], left)
        except zlib.error:
            continue  # another filter, or not compressed: seen as it stands
        left -= len(part)
        if left <= 0:
            raise FileRefused("这个 PDF 展开后太大。" + _PDF_ADVICE, code="pdf_bomb")
        yield part


# --- Office files -----------------------------------------------------------------------------------------------------

_MAIN_PARTS = {
    b"wordprocessingml.document.main+xml": DOCX,
    b"spreadsheetml.sheet.main+xml": XLSX,
    b"presentationml.presentation.main+xml": PPTX,
    b"presentationml.slideshow.main+xml": PPTX,
}
_DTD = tuple(sign.encode(code) for sign in ("<!DOCTYPE", "<!ENTITY") for code in ("ascii", "utf-16-le", "utf-16-be"))
_MACRO_ADVICE = "请另存为不带宏的文档，或者另存为 PDF 后再上传。"


def _open_xml(content: bytes) -> FileKind | None:
    """Word, Excel, PowerPoint of today; None for any other archive. Raises FileRefused for one that hides something."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if "[Content_Types].xml" not in names:
                return None
            _check_entries(entries)
            return _check_parts(archive, entries)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, FileRefused):
            raise
        raise FileRefused("这个文档打不开，可能已经损坏。请重新保存一份再上传。", code="office_broken") from None


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise FileRefused("这个文档展开后太大，为了安全不能收。请另存为 PDF 后再上传。", code="office_bomb")
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or entry.flag_bits & 1:
            raise FileRefused("这个文档加了密码，或者不是正常保存的文档。请重新另存一份再上传。", code="office_odd")
        low = name.lower()
        if "vbaproject" in low or "/activex/" in f"/{low}" or (low.endswith(".bin") and "/embeddings/" in f"/{low}"):
            raise FileRefused("这个文档里有宏或嵌入的程序，为了安全不能收。" + _MACRO_ADVICE, code="office_macro")


def _check_parts(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> FileKind | None:
    """Unpack everything once, counting what really comes out: the sizes in the list may lie."""
    left, kind = MOST_UNPACKED, None
    for entry in entries:
        low = entry.filename.lower()
        is_text = low.endswith((".xml", ".rels", ".vml"))
        with archive.open(entry) as part:
            tail = b""  # a word may lie across two pieces
            while piece := part.read(1024 * 1024):
                left -= len(piece)
                if left < 0:
                    raise FileRefused("这个文档展开后太大，为了安全不能收。", code="office_bomb")
                chunk, tail = tail + piece, piece[-40:]
                if is_text and any(sign in chunk for sign in _DTD):
                    raise FileRefused("这个文档的内部格式不正常。请另存为 PDF 后再上传。", code="office_dtd")
                if low.endswith(".rels") and b"attachedTemplate" in chunk and b"External" in chunk:
                    raise FileRefused(
                        "这个文档会从网上取模板，为了安全不能收。" + _MACRO_ADVICE, code="office_template"
                    )
                if entry.filename == "[Content_Types].xml":
                    if b"macroEnabled" in chunk or b"vbaProject" in chunk:
                        raise FileRefused("这个文档带有宏，为了安全不能收。" + _MACRO_ADVICE, code="office_macro")
                    kind = kind or next((one for name, one in _MAIN_PARTS.items() if name in chunk), None)
    return kind


def _check_old_office(content: bytes) -> None:
    """Old .doc, .xls, .ppt cannot be looked through like the new ones: taken for download only, and never with macros."""
    for name in ("_VBA_PROJECT", "Macros", "VBA"):
        if name.encode("utf-16-le") + b"\0\0" in content:
            raise FileRefused("这个旧版文档里有宏，为了安全不能收。" + _MACRO_ADVICE, code="office_macro")
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise FileRefused("这个文档设了密码，办理人员打不开。请去掉密码后再上传。", code="office_locked")
