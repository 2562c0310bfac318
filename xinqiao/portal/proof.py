"""存证, for everybody: the newest signed root, all of them to copy, the keys, and the check of a receipt (LG-1)."""

import io

import segno
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.crypto import signing
from xinqiao.integrity import checkpoints, places, receipts
from xinqiao.integrity.checkpoints import Statement
from xinqiao.integrity.models import Checkpoint
from xinqiao.ui import digits

from . import sealed, sources

CHECKS = ("receipt_check", 40)  # of one source in two minutes
MOST = 1000  # lines in one answer


@require_safe
@never_cache
def proof(request: HttpRequest) -> HttpResponse:
    """What a checkpoint is, the newest one to read aloud or print, and how anybody can keep copies."""
    row = checkpoints.latest()
    context = {
        "row": row,
        "groups": sealed.groups(row.root) if row else [],
        "keys": [{"key": key, "groups": sealed.groups(key.public_hex)} for key in _keys()],
        "public_url": settings.XINQIAO_PUBLIC_URL,
        "now": timezone.now(),
    }
    return render(request, "portal/proof.html", context)


@require_safe
@never_cache
def feed(request: HttpRequest) -> HttpResponse:
    """`?after=N&most=M`: signed statements behind number N, one JSON object a line. No ids, no hashes of rows."""
    after, most = _number(request, "after", 0), _number(request, "most", MOST)
    if after is None or most is None:
        return HttpResponseBadRequest(
            "after 和 most 应为整数。after and most must be whole numbers.\n", "text/plain; charset=utf-8"
        )
    rows = Checkpoint.objects.filter(number__gt=after).order_by("number").defer("row_ids", "leaves")
    lines = [places.public_line(Statement.of(row)) + "\n" for row in rows[: min(most, MOST)]]
    return HttpResponse("".join(lines), content_type="application/jsonl; charset=utf-8")


@require_safe
@never_cache
def keys(request: HttpRequest) -> JsonResponse:
    """The public keys, the newest first; the one in use is named."""
    row = checkpoints.latest()
    return JsonResponse({"current": row.key_id if row else "", "keys": [key.as_dict() for key in _keys()]})


@require_safe
@never_cache
def qr(request: HttpRequest) -> HttpResponse:
    """Number, time and root of the newest checkpoint as a picture, for a photograph of the printed page."""
    row = checkpoints.latest()
    words = f"{row.number} {checkpoints.written(row.made_at)} {row.root} {row.key_id}" if row else "-"
    out = io.BytesIO()
    segno.make(words, error="m", micro=False).save(out, kind="svg", border=1, scale=4)
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")


class CheckForm(forms.Form):
    """A receipt, as a file or pasted."""

    receipt = forms.FileField(
        label="回执文件", required=False, help_text="从本网站下载的 .json 文件",
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )  # fmt: skip
    pasted = forms.CharField(
        label="或者把文件内容粘贴在这里", required=False, strip=True,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocomplete": "off"}),
    )  # fmt: skip

    def clean(self) -> dict:
        data = super().clean()
        uploaded, pasted = data.get("receipt"), data.get("pasted", "")
        if not uploaded and not pasted:
            if not self.errors:
                self.add_error("receipt", _("请选择回执文件，或者粘贴文件内容。"))
            return data
        try:
            data["said"] = receipts.read(uploaded.read(receipts.LARGEST + 1) if uploaded else pasted)
        except receipts.ReceiptUnreadable as error:
            self.add_error("receipt" if uploaded else "pasted", error.chinese)
        return data


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def check(request: HttpRequest) -> HttpResponse:
    """The same answer that `xinqiao verify-receipt` gives, and whether we still store the same."""
    form = CheckForm(request.POST or None, request.FILES or None) if request.method == "POST" else CheckForm()
    if request.method != "POST":
        return render(request, "portal/proof_check.html", {"form": form})
    if sources.is_too_fast(request, CHECKS, at=timezone.now()):
        form.add_error(None, _("核对得太快了。请过 60 秒再试。"))
        return render(request, "portal/proof_check.html", {"form": form}, status=429)
    if not form.is_valid():
        return render(request, "portal/proof_check.html", {"form": form}, status=422)
    said = form.cleaned_data["said"]
    answer = receipts.check(said, keys=signing.known(), find=_find)
    context = {"form": CheckForm(), "answer": answer, "said": said}
    if answer.proved:
        context["differs"] = sealed.differs_from_stored(said)
    return render(request, "portal/proof_check.html", context)


def _find(number: int) -> Statement | None:
    row = Checkpoint.objects.filter(number=number).defer("row_ids", "leaves").first() if number < 2**63 else None
    return Statement.of(row) if row else None


def _keys() -> list[signing.PublicKey]:
    """The key in use first."""
    row = checkpoints.latest()
    return sorted(signing.known().values(), key=lambda key: (row is None or key.key_id != row.key_id, key.key_id))


def _number(request: HttpRequest, name: str, default: int) -> int | None:
    raw = request.GET.get(name, "")
    if not raw:
        return default
    return digits.read(raw)
