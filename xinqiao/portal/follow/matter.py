"""The page of one matter: where it is, by when, what happened, what can be done now (RA-7); its letters, files and reckoning."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xinqiao.documents import letters
from xinqiao.documents.models import Status
from xinqiao.matters import files
from xinqiao.matters.models import Attachment, Matter, MatterNumber
from xinqiao.people import accounts
from xinqiao.portal import sealed
from xinqiao.rules import citizen_words
from xinqiao.rules.moves import CLOSED
from xinqiao.rules.rating import RatingTarget, RatingValue
from xinqiao.rules.stages import Stage, Step

from . import dossier as dossiers
from . import due, listed, proof, story
from .acts import Act

ANSWERS = (
    "F-19",
    "F-18",
    "F-36",
    "F-16",
    "F-20",
    "F-11",
    "F-10",
    "F-09",
    "F-06",
)  # what the citizen waits for, newest matters
ANSWERED = CLOSED | {
    Stage.DIRECT_REPLIED, Stage.GUIDED, Stage.FILED, Stage.OTHER_ROUTE, Stage.NOT_ACCEPTED, Stage.NO_LONGER_ACCEPTED,
    Stage.OPINION_SERVED, Stage.MEDIATED, Stage.EXECUTED, Stage.REVIEW_REFUSED, Stage.REVIEW_SERVED, Stage.RECHECK_SERVED,
}  # fmt: skip
NOT_WITH_UNIT = CLOSED | {Stage.SENT_TO_DISCIPLINE, Stage.PASSED_SEALED, Stage.OFF_LINE, Stage.GUIDED, Stage.FILED, Stage.WITHDRAWN, Stage.DIRECT_REPLIED}


def needs_proof(view: Callable) -> Callable:
    """Give the view (request, dossier, actor, …) of the matter in the address, or the 404 that everybody else gets."""

    @functools.wraps(view)
    def checked(request: HttpRequest, number: str, **rest) -> HttpResponse:
        try:
            matter, actor = proof.open_matter(request, number)
        except proof.TimedOut as over:
            return _prove_again(request, over)
        if matter.number != number:
            return redirect(request.path.replace(number, matter.number, 1))
        return view(request, dossiers.load(matter, today=timezone.localdate()), actor, **rest)

    return checked


def act_page(act: Act) -> Callable:
    """The view of an act on one matter."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @needs_proof
    def view(request: HttpRequest, dossier: dossiers.Dossier, actor) -> HttpResponse:
        return act.run(request, dossier, actor)

    return view


def _prove_again(request: HttpRequest, over: proof.TimedOut) -> HttpResponse:
    how = _("请重新登录。") if over.account else _("请重新输入编号和查询码。")
    kept = ""
    if request.method == "POST" and over.matter_id:
        proof.keep_typed(request, over.matter_id)
        kept = _("写的内容还在。")
    messages.warning(request, _("您离开了 30 分钟，为了安全已退出。") + kept + how)
    return redirect("portal:login" if over.account else "portal:track")


@dataclass(frozen=True)
class QuickAct:
    """One thing the citizen can do now: an icon, words, an address."""

    icon: str
    words: str
    url: str


_QUICK = {
    Step.SUPPLEMENT: ("file-plus", "补充材料", "supplement"),
    Step.ASK_PROGRESS: ("message-circle-question-mark", "问问进度", "ask"),
    Step.ASK_SUPERVISION: ("megaphone", "要求督办", "supervision"),
    Step.ASK_RECUSAL: ("users", "申请换承办人", "recusal"),
}


@require_safe
@needs_proof
def page(request: HttpRequest, dossier: dossiers.Dossier, actor) -> HttpResponse:
    """One look tells who has it, by when, and what comes next."""
    matter, number = dossier.matter, dossier.matter.number
    entries, other_letters = story.entries(dossier)
    shown = due.shown(dossier)
    may = dossier.may
    context = {
        "dossier": dossier, "matter": matter, "told": dossier.told, "due": shown, "entries": entries, "may": set(may),
        "tone": _tone(dossier, shown), "next_step": _without_day(dossier.told.next_step, shown), "answer": _answer(dossier), "other_letters": other_letters,
        "with_unit": dossier.stage not in NOT_WITH_UNIT, "desk": dossier.handler_desk, "next": _next(dossier, shown),
        "quick": [QuickAct(icon, words, reverse(f"portal:{name}", args=[number]))
                  for step, (icon, words, name) in _QUICK.items() if step in may],
        "rate": _rating_cards(dossier) if Step.RATE in may else [],
        "rated": [(RatingTarget(one.target), RatingValue(one.value)) for one in dossier.ratings],
        "ledger": listed.cards(matter, dossier.today), "today": dossier.today,
        "review": _review_card(dossier, shown), "has_reckoning": bool(due.all_of(dossier)),
        "joined": _number_of(matter.joined_to) if dossier.stage == Stage.ENDED_JOINED else "",
        "parts": _parts(dossier), "sms": dossiers.told_by_sms(matter) if matter.stage not in CLOSED else "",
        "sealed": None if dossier.stage == Stage.OFF_LINE else sealed.line_of(dossier.events), "now": timezone.now(),
        "account_id": actor.account_id, "can_claim": actor.account_id and matter.account_id is None,
    }  # fmt: skip
    return render(request, "portal/follow/matter.html", context)


def _tone(dossier: dossiers.Dossier, shown) -> str:
    if shown and shown.is_late:
        return "late"
    return "done" if dossier.stage in ANSWERED else ""


def _without_day(next_step: str, shown) -> str:
    """What comes next, less the sentences that the band with the last day says already."""
    if shown is None:
        return next_step
    kept = [one for one in re.findall(r"[^。？]+[。？]", next_step) if citizen_words.day(shown.due_on) not in one]
    return "" if kept and kept[-1].endswith("？") else "".join(kept)


def _answer(dossier: dossiers.Dossier):
    """The letter the citizen waited for, once there is one and the stage is an answer."""
    if dossier.stage not in ANSWERED:
        return None
    return next((one for kind in ANSWERS for one in reversed(dossier.letters) if one.kind == kind), None)


@dataclass(frozen=True)
class Next:
    """The dotted point above the time line."""

    heading: str
    text: str


def _next(dossier: dossiers.Dossier, shown) -> Next | None:
    if shown is None or not shown.is_ours or dossier.withdrawal:
        return None
    if shown.is_late:
        return Next(shown.words, "已经过了日期。我们仍然会办，办好就告诉您。")
    return Next(
        shown.words, "告知书和答复会发到这里。" if dossier.matter.electronic_service else "有了结果，这里会显示。"
    )


@dataclass(frozen=True)
class RatingCard:
    """One of the two that are rated apart (RA-1)."""

    target: str
    heading: str
    name: str


def _rating_cards(dossier: dossiers.Dossier) -> list[RatingCard]:
    headings = {RatingTarget.UNIT: "这件事给您办得怎么样？", RatingTarget.OFFICE: "信访部门的服务怎么样？"}
    return [
        RatingCard(target, headings[target], dossier.name_of(dossier.rated(target)[0])) for target in dossier.ratable()
    ]


@dataclass(frozen=True)
class ReviewCard:
    """The door to the next instance, with its last day."""

    word: str  # 复查
    url: str
    window: due.Due | None


def _review_card(dossier: dossiers.Dossier, shown) -> ReviewCard | None:
    for step, word, name, term in (
        (Step.REQUEST_REVIEW, "复查", "review", "REVIEW_REQ30"),
        (Step.REQUEST_RECHECK, "复核", "recheck", "RECHECK_REQ30"),
    ):
        if step in dossier.may:
            clock = dossier.window(term)
            window = due.describe(clock, dossier.today) if clock else None
            return ReviewCard(word, reverse(f"portal:{name}", args=[dossier.matter.number]), window)
    return None


def _parts(dossier: dossiers.Dossier) -> list[Matter]:
    """Matters that were split from this one: they open without another code."""
    if not any(event.step == Step.SPLIT for event in dossier.events):
        return []
    return list(Matter.objects.filter(split_from=dossier.matter.pk).order_by("pk"))


def _number_of(matter_id: int | None) -> str:
    row = MatterNumber.objects.filter(matter_id=matter_id).first() if matter_id else None
    return row.number if row else ""


@require_safe
@needs_proof
def reckoning(request: HttpRequest, dossier: dossiers.Dossier, actor) -> HttpResponse:
    """怎么算的: every limit with its start, its last day and the sentences that explain it (DL-19)."""
    limits = due.all_of(dossier)
    if not limits:
        raise Http404
    return render(request, "portal/follow/reckoning.html", {"matter": dossier.matter, "limits": limits})


@require_safe
@needs_proof
def letter(request: HttpRequest, dossier: dossiers.Dossier, actor, document_id: int) -> HttpResponse:
    """One letter as PDF; `?large=1` in large print (FD-2)."""
    if document_id not in {one.pk for one in dossier.letters}:
        raise Http404
    document = letters.by_id(document_id, matter_id=dossier.matter.pk)
    if document.status == Status.DRAFT or not document.visible_to_citizen:
        raise Http404
    pdf = letters.render_pdf(document, large=request.GET.get("large") == "1")
    response = HttpResponse(pdf, content_type="application/pdf")
    name = files.display_name(f"{document.title}{document.number}.pdf")
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
@needs_proof
def attachment(request: HttpRequest, dossier: dossiers.Dossier, actor, attachment_id: int) -> HttpResponse:
    """A file that the citizen sent."""
    row = next((one for one in dossier.attachments if one.pk == attachment_id), None)
    if row is None:
        raise Http404
    return _served(row)


def _served(row: Attachment) -> HttpResponse:
    try:
        return files.response(row)
    except FileNotFoundError as missing:
        raise Http404 from missing


@require_POST
@needs_proof
def claim(request: HttpRequest, dossier: dossiers.Dossier, actor) -> HttpResponse:
    """Put the opened matter into the account that is logged in."""
    account = accounts.current(request)
    if account is None:
        return redirect("portal:login")
    put_into_account(request, dossier.matter, account)
    return redirect("portal:matter", dossier.matter.number)


def put_into_account(request: HttpRequest, matter: Matter, account) -> bool:
    """A matter is in one account at most: whoever comes second keeps number and code, and takes nothing away."""
    mine = Matter.objects.visible_to(proof.citizen(request, matter.pk)).filter(pk=matter.pk)
    taken = mine.filter(account_id=None).update(account_id=account.pk) == 1
    if taken or matter.account_id == account.pk:
        messages.success(request, _("已放进您的账号。以后登录就能看到。"))
        return True
    messages.warning(request, _("这一件已经在另一个账号里。您仍然可以用编号和查询码查看。"))
    return False
