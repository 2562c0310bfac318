"""评价: the petition office and the unit apart, once each, nothing chosen beforehand; then the right door (RA-1 to RA-9)."""

from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.rules.rating import DOORS, NEXT_DOORS, DissatisfactionReason, RatingTarget, RatingValue
from xinqiao.rules.stages import Step
from xinqiao.supervision import ratings

from .acts import Act, ActForm, Prose
from .dossier import Dossier
from .matter import QuickAct, needs_proof

FACES = {RatingValue.SATISFIED: "smile", RatingValue.BASICALLY_SATISFIED: "meh", RatingValue.DISSATISFIED: "frown"}
HEADINGS = {RatingTarget.UNIT: "承办单位给您办得怎么样", RatingTarget.OFFICE: "信访部门的服务怎么样"}


class RateForm(ActForm):
    value = forms.ChoiceField(
        label="您满意吗", choices=RatingValue.choices(), widget=forms.RadioSelect,
        error_messages={"required": "请选择满意、基本满意或者不满意。", "invalid_choice": "请选择满意、基本满意或者不满意。"},
    )  # fmt: skip
    reason = forms.ChoiceField(
        label="哪里不满意", choices=DissatisfactionReason.choices(), widget=forms.RadioSelect, required=False,
        help_text="只有选“不满意”时才要填。",
    )  # fmt: skip
    text = Prose(label="还有什么想说的", limit="comment", rows=3)

    def clean(self) -> dict:
        unhappy = self.cleaned_data.get("value") == RatingValue.DISSATISFIED
        if unhappy and not self.cleaned_data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "请选择不满意的原因，方便我们改进。")
        return self.cleaned_data

    def facts(self) -> dict:
        given = self.cleaned_data
        reason = given["reason"] if given["value"] == RatingValue.DISSATISFIED else ""
        return {"value": given["value"], "reason": reason, "text": given["text"], "target": self.target}


def _act(target: RatingTarget) -> Act:
    form = type("RateForm", (RateForm,), {"target": target})
    return Act(
        Step.RATE, form, HEADINGS[target], "提交评价", "",
        template="portal/follow/rate.html",
        context=lambda dossier: {"target": target, "name": dossier.name_of(dossier.rated(target)[0]), "faces": FACES},
        next_url=lambda dossier: reverse("portal:rated", args=[dossier.matter.number, target.value]),
    )  # fmt: skip


ACTS = {target: _act(target) for target in RatingTarget}


@require_http_methods(["GET", "HEAD", "POST"])
@needs_proof
def rate(request: HttpRequest, dossier: Dossier, actor, target: str) -> HttpResponse:
    """The page 评价 of the petition office or of the unit; that it came from this device is kept to compare ratings after their windows (G.4)."""
    if target not in set(RatingTarget):
        raise Http404
    if request.method != "POST" and target not in dossier.ratable() and Step.RATE in dossier.may:
        return redirect("portal:matter", dossier.matter.number)
    was_ratable = target in dossier.ratable()
    answer = ACTS[RatingTarget(target)].run(request, dossier, actor)
    if request.method == "POST" and was_ratable and answer.status_code == 302:
        browser = request.headers.get("User-Agent", "")[:200]
        ratings.note_trace(dossier.matter, target, address=request.client_address, browser=browser, at=timezone.now())
    return answer


@require_safe
@needs_proof
def rated(request: HttpRequest, dossier: Dossier, actor, target: str) -> HttpResponse:
    """Thanks, and where to turn with what was wrong."""
    given = next((one for one in dossier.ratings if one.target == target), None)
    if given is None:
        raise Http404
    context = {
        "matter": dossier.matter,
        "door": NEXT_DOORS.get(given.reason, ""),
        "doors": _doors(dossier, given.reason) if given.value == RatingValue.DISSATISFIED else [],
        "others": dossier.ratable(),
    }
    return render(request, "portal/follow/rated.html", context)


# What each door is called on the page, and where it is.
WAYS = {
    Step.REQUEST_REVIEW: ("scale", "申请复查", "review"),
    Step.REQUEST_RECHECK: ("scale", "申请复核", "recheck"),
    Step.DISPUTE_EXECUTION: ("circle-x", "答应的事没有落实", "dispute"),
    Step.OBJECT_TO_FILING: ("undo-2", "不同意这个处理", "object"),
    Step.ASK_SUPERVISION: ("megaphone", "要求督办", "supervision"),
    Step.ASK_PROGRESS: ("message-circle-question-mark", "问问进度", "ask"),
    Step.SUPPLEMENT: ("file-plus", "补充材料", "supplement"),
}
# Their form begins with the reason that was chosen; the citizen goes on from there, or writes it anew.
WITH_REASON = frozenset({Step.DISPUTE_EXECUTION, Step.ASK_SUPERVISION, Step.OBJECT_TO_FILING})


def _doors(dossier: Dossier, reason: str) -> list[QuickAct]:
    """Exactly the doors that fit the reason and are open now, the best one first (D.17)."""
    fitting = DOORS.get(DissatisfactionReason(reason), ()) if reason else tuple(WAYS)
    return [_door(dossier.matter.number, step, reason) for step in fitting if step in dossier.may]


def _door(number: str, step: Step, reason: str) -> QuickAct:
    icon, words, name = WAYS[step]
    url = reverse(f"portal:{name}", args=[number])
    if reason and step in WITH_REASON:
        url += "?" + urlencode({"text": f"评价时选择的原因：{DissatisfactionReason(reason).label}。"})
    return QuickAct(icon, words, url)
