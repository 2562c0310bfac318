"""One document as the page needs it: every text that is printed, and nothing else."""

import base64
import io
from pathlib import Path

from django.conf import settings

from xinqiao.documents import fonts
from xinqiao.documents.blocks import day, entries, item_text
from xinqiao.rules.document_contents import Form, SealKind, document_kind
from xinqiao.rules.numbering import print_code

LARGEST_SEAL_BYTES = 2_000_000
PICTURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def view_of(document, *, large: bool = False) -> dict:
    """The view of a `Document`, saved or not. A draft is marked as one and carries no code. `large`: large print (FD-2)."""
    kind, data = document_kind(document.kind), document.data
    is_draft = document.status == "draft"
    seal = "" if kind.seal is SealKind.NONE else seal_picture(data.get("seal_image"))
    is_signed = kind.seal is not SealKind.NONE
    enclosures = [item_text(name) for name in entries(data.get("enclosures"))]
    page = settings.XINQIAO_PUBLIC_URL + "/letters/verify/"
    code = document.verification_code
    printed = {
        "title": document.title,
        "org": str(data.get("org_name") or ""),
        "number": document.number or _number_line(kind, data),
        "addressee": str(data.get("addressee") or "＿＿＿＿"),
        "blocks": document.text,
        "enclosures": enclosures,
        "date": day(data.get("issued_on")) if data.get("issued_on") or is_signed else "",
        "contact": _contact(data),
        "copy_to": "，".join(map(item_text, entries(data.get("copy_to")))),
        "secrecy": _secrecy(data),
        "seal_note": seal_note(kind, data) if is_signed and not seal else "",
    }
    printed, unshown = shown(printed)
    return printed | {
        "layout": str(kind.form),
        "template_version": document.template_version,
        "draft": is_draft,
        "large": large,
        "signed": is_signed,
        "seal": seal,
        "code": code,
        "code_printed": print_code(code),
        "verify_page": page,
        "qr": _qr_of(kind, data, page + code if code else ""),
        "qr_words": "扫码查询办理情况" if kind.form is Form.SLIP else "",
        "unshown": f"注：方括号中的编码是这台机器没有字形的字符：{unshown}。" if unshown else "",
    }


def has_code(kind) -> bool:
    """Sealed letters and slips can be checked by anybody; tables of the office and papers of the citizen need no code."""
    return kind.seal is not SealKind.NONE or kind.form is Form.SLIP


def seal_note(kind, data: dict) -> str:
    """Said where no electronic seal is configured, so that nobody takes the print for a sealed letter."""
    wanted = data.get("seal_kind") or kind.seal
    name = SealKind(wanted).label if wanted in {seal.value for seal in SealKind} else str(wanted)
    return f"（电子签章未配置，加盖{name}后生效）"


def seal_picture(path) -> str:
    """The seal as SVG text, or "" when there is none. Only files in the folder of seals are ever opened."""
    if not path:
        return ""
    folder = (Path(settings.XINQIAO_FILES) / "seals").resolve()
    file = (folder / str(path)).resolve()
    if not file.is_relative_to(folder) or not file.is_file() or file.stat().st_size > LARGEST_SEAL_BYTES:
        return ""
    content = file.read_bytes()
    kind = next((kind for magic, kind in PICTURES.items() if content.startswith(magic)), None)
    if kind is None:
        return ""
    inside = base64.b64encode(content).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="420" height="420" viewBox="0 0 420 420">'
        f'<image width="420" height="420" href="data:{kind};base64,{inside}"/></svg>'
    )


def _number_line(kind, data: dict) -> str:
    if kind.type_word or not data.get("matter_number"):
        return ""
    return "" if kind.form is Form.SLIP else f"信访件编号：{data['matter_number']}"


def _contact(data: dict) -> str:
    parts = [("联系人", "handler_name"), ("联系电话", "handler_phone"), ("地址", "contact_address")]
    return "，".join(f"{label}：{data[key]}" for label, key in parts if data.get(key))


def _secrecy(data: dict) -> str:
    secrecy = str(data.get("secrecy") or "")
    return "" if secrecy in ("", "无") or len(secrecy) > 12 else secrecy


def _qr_of(kind, data: dict, verify_address: str) -> str:
    """A slip leads to the page for queries (without the code: addresses end up in logs); a letter to its check."""
    import segno

    address = str(data.get("query_url") or "") if kind.form is Form.SLIP else verify_address
    if not address or len(address) > 500:
        return ""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=1, scale=4)
    return out.getvalue().decode()


def shown(printed: dict) -> tuple[dict, str]:
    """Every text with the characters that no font has replaced by their names, and the list of those names."""
    missing: set[str] = set()

    def clean(value):
        if isinstance(value, str):
            missing.update(fonts.unshown(value))
            return fonts.shown(value)
        if isinstance(value, dict):
            return {key: clean(part) for key, part in value.items()}
        return [clean(part) for part in value] if isinstance(value, list) else value

    cleaned = clean(printed)
    return cleaned, "、".join(f"U+{ord(char):04X}" for char in sorted(missing))
