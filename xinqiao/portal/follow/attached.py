"""Files that come with a form without JavaScript. A file that was taken stays taken when another field is refused."""

import json
from dataclasses import asdict

from django import forms
from django.utils.translation import gettext as _

from xinqiao import crypto
from xinqiao.matters import files
from xinqiao.matters.files import EXTENSIONS, FileRefused
from xinqiao.matters.intake import StoredFile

FILES_AT_MOST = 12


class _ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Any number of files; an empty list when none was chosen."""

    def __init__(self, **rest):
        accept = ",".join(f".{one}" for one in EXTENSIONS)
        super().__init__(widget=_ManyFilesInput(attrs={"multiple": True, "accept": accept}), required=False, **rest)

    def clean(self, data, initial=None) -> list:
        return [one for one in (data if isinstance(data, (list, tuple)) else [data]) if one]


def take(uploads: list, kept: list[str], *, matter_id: int) -> tuple[list[StoredFile], list[str]]:
    """Store what was uploaded, beside what an earlier try stored already. Returns the files, and what was refused and why."""
    taken = [one for one in (_opened(sealed, matter_id) for sealed in kept) if one]
    refused = []
    for uploaded in uploads:
        if len(taken) >= FILES_AT_MOST:
            refused.append(_("一次最多传 %(most)s 个文件。其余的请再补充一次。") % {"most": FILES_AT_MOST})
            break
        try:
            taken.append(files.store(uploaded, name=uploaded.name))
        except FileRefused as refusal:
            refused.append(_("“%(name)s”没有收下：%(why)s") % {"name": uploaded.name[:60], "why": refusal.message})
    return taken, refused


def sealed(stored: StoredFile, *, matter_id: int) -> str:
    """A stored file as a value of the form: nobody can name a file that this matter's form did not take."""
    return crypto.seal(json.dumps(asdict(stored), ensure_ascii=False), context=f"form.file.{matter_id}")


def _opened(value: str, matter_id: int) -> StoredFile | None:
    try:
        return StoredFile(**json.loads(crypto.open_sealed(value, context=f"form.file.{matter_id}")))
    except (crypto.SealBroken, ValueError, TypeError):
        return None
