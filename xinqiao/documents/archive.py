"""Issued letters on disk: written whole or not at all, found again by digest, never trusted without checking it."""

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from xinqiao import crypto
from xinqiao.documents.models import Document


def digest_of_document(document: Document) -> tuple[str, str]:
    """(digest, algorithm) over everything the document says: number, code, data and paragraphs."""
    said = {
        "kind": document.kind,
        "version": document.version,
        "template_version": document.template_version,
        "organisation": document.organisation_id,
        "number": document.number,
        "code": document.verification_code,
        "title": document.title,
        "data": document.data,
        "text": document.text,
    }
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    algorithm = document.digest_algorithm or crypto.preferred_digest()
    return crypto.digest(canonical, algorithm), algorithm


def kept_pdf(document: Document) -> bytes | None:
    """The stored letter, if it is there and still the one that was stored."""
    if not document.pdf_path:
        return None
    try:
        content = _opened((pdf_folder() / document.pdf_path).read_bytes(), document.pdf_path)
    except (OSError, crypto.SealBroken):
        return None
    return content if crypto.digest(content, document.digest_algorithm) == document.pdf_digest else None


def keep_pdf(document: Document, pdf: bytes) -> None:
    """Store the letter and note where; a crash leaves no half file."""
    name = f"{document.data_digest[:2]}/{document.data_digest}.pdf"
    write_whole(pdf_folder() / name, crypto.seal_bytes(pdf, context=f"letter:{name}", lasting=True, raw=True))
    document.pdf_path, document.pdf_digest = name, crypto.digest(pdf, document.digest_algorithm)
    Document.objects.filter(pk=document.pk, matter_id=document.matter_id).update(
        pdf_path=document.pdf_path, pdf_digest=document.pdf_digest
    )


def _opened(stored: bytes, name: str) -> bytes:
    """Copies are sealed; those of an older version begin as a PDF does."""
    return crypto.open_bytes(stored, context=f"letter:{name}") if crypto.is_sealed(stored) else stored


def unsealed_pdfs() -> Iterator[Path]:
    """Copies that an older version left unsealed."""
    for path in pdf_folder().glob("*/*.pdf"):
        with path.open("rb") as file:
            if not crypto.is_sealed(file.read(40)):
                yield path


def write_whole(path: Path, content: bytes) -> None:
    """Temporary file, fsync, rename; readable by this user only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".letter-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def pdf_folder() -> Path:
    """Where printed copies lie."""
    return Path(settings.XINQIAO_FILES) / "letters"
