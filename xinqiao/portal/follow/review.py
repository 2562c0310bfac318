"""申请复查、申请复核: the organ from the tree, within 30 days, a late request with its reason (D.9, R-35, R-36)."""

from django import forms
from django.urls import reverse

from xinqiao.matters.secrecy import shut_out_organisations
from xinqiao.organisations.models import Organisation
from xinqiao.organisations.tree import review_organs
from xinqiao.rules.review_organ import NO_FURTHER_INSTANCE
from xinqiao.rules.stages import Step
from xinqiao.rules.terms import find

from . import due
from .acts import Act, ActForm, Prose
from .dossier import Dossier
from .matter import act_page

WINDOW = {Step.REQUEST_REVIEW: "REVIEW_REQ30", Step.REQUEST_RECHECK: "RECHECK_REQ30"}
AGAINST = {Step.REQUEST_REVIEW: "handling", Step.REQUEST_RECHECK: "review"}


class ReviewForm(ActForm):
    """One organ: it is named. Two: the citizen chooses."""

    step: Step
    organ = forms.TypedChoiceField(
        label="向哪个机关申请", coerce=int, widget=forms.RadioSelect, help_text="两个机关都可以，由您选一个。",
        error_messages={"required": "请选择向哪个机关申请。", "invalid_choice": "请从列出的机关中选一个。"},
    )  # fmt: skip
    request = Prose(
        label="您的请求", limit="reason", required="请写下您的请求，例如：撤销原来的答复，重新处理。", rows=3,
        help_text="例如：撤销原来的答复，重新处理。",
    )  # fmt: skip
    facts_text = Prose(
        label="事实和理由", limit="facts", rows=6, help_text="答复里哪里不对，为什么。以前写过的不用再写。"
    )
    late_reason = Prose(
        label="为什么没有在期限内申请", limit="reason", rows=3,
        required="已经过了期限。请写明原因，例如生病、受灾，由复查（复核）机关决定能不能受理。",
        help_text="有不可抗力等正当理由的，由复查（复核）机关决定能不能受理。",
    )  # fmt: skip

    def __init__(self, *args, **rest):
        super().__init__(*args, **rest)
        organs = organs_for(self.dossier, self.step)
        self.fields["organ"].choices = [(one.organ_id, one.name) for one in organs]
        self.fields["organ"].option_hints = {str(one.organ_id): one.reason for one in organs}
        if len(organs) == 1:
            self.fields["organ"].widget = forms.HiddenInput()
            self.initial["organ"] = organs[0].organ_id
        clock = self.dossier.window(WINDOW[self.step])
        if clock is None or clock.due_on >= self.dossier.today:
            del self.fields["late_reason"]

    def facts(self) -> dict:
        given = self.cleaned_data
        return {
            "organ_id": given["organ"], "request": given["request"], "facts": given["facts_text"],
            "late_reason": given.get("late_reason", ""),
        }  # fmt: skip

    def summary(self) -> list[tuple[str, str]]:
        names = dict(self.fields["organ"].choices)
        given = self.cleaned_data
        rows = [("向谁申请", names[given["organ"]]), ("请求", given["request"]), ("事实和理由", given["facts_text"])]
        return [*filter(lambda row: row[1], [*rows, ("超过期限的原因", given.get("late_reason", ""))])]


def organs_for(dossier: Dossier, step: Step) -> list:
    opinion = dossier.served(AGAINST[step])
    organs = review_organs(opinion.organisation) if opinion else []
    out = Organisation.objects.filter(shut_out_organisations(dossier.matter.pk), pk__in=[one.organ_id for one in organs])
    hidden = set(out.values_list("pk", flat=True)) if organs else set()
    return [one for one in organs if one.organ_id not in hidden]


def _act(step: Step, word: str, term: str) -> Act:
    form = type("ReviewForm", (ReviewForm,), {"step": step})

    def context(dossier: Dossier) -> dict:
        clock = dossier.window(WINDOW[step])
        return {
            "word": word,
            "organs": organs_for(dossier, step),
            "no_organ": NO_FURTHER_INSTANCE,
            "window": due.describe(clock, dossier.today) if clock else None,
            "answer_days": find(term).days,
            "reckoning_url": reverse("portal:reckoning", args=[dossier.matter.number]),
        }

    return Act(
        step, form, f"申请{word}", "继续", f"{word}申请已经收到。申请书可以在“办理经过”里下载。",
        template="portal/follow/review.html",
        checked="请核对，然后提交申请",
        check_note="提交以后不能修改，可以补充材料。",
        context=context,
        versioned=True,
    )  # fmt: skip


review = act_page(_act(Step.REQUEST_REVIEW, "复查", "REVIEW_DEC30"))
recheck = act_page(_act(Step.REQUEST_RECHECK, "复核", "RECHECK_DEC30"))
