"""撤回: of one's own will, effective after 24 hours, taken back within 30 days (D.16, WD-1 to WD-6)."""

from django import forms

from xinqiao.matters.steps.follow import COOLING_OFF
from xinqiao.rules.stages import Step
from xinqiao.rules.terms import find

from .acts import Act, ActForm, Prose
from .matter import act_page
from .say import NothingForm

HOURS, DAYS = int(COOLING_OFF.total_seconds() // 3600), find("WITHDRAW_RESUME30").days
NOT_FREE = "撤回要出于您本人的意思。有人要求您撤回的，请不要撤回，把情况写在“问问进度”里，或者打电话告诉我们。"


class WithdrawForm(ActForm):
    """WD-2: free will, promise or threat; no answer is chosen beforehand."""

    free_will = forms.ChoiceField(
        label="撤回是您自己的意思吗", choices=[("yes", "是，我自己决定的"), ("no", "不是，有人要我撤回")],
        widget=forms.RadioSelect, error_messages={"required": "请回答是不是您自己的意思。"},
    )  # fmt: skip
    promised = forms.ChoiceField(
        label="有人为撤回答应您什么，或者威胁您吗", choices=[("no", "没有"), ("yes", "有")],
        widget=forms.RadioSelect, error_messages={"required": "请回答有没有人答应或者威胁您。"},
        help_text="您的回答会记下来，保护您。有人答应或威胁，也不影响您撤回。",
    )  # fmt: skip
    promise_or_threat = Prose(label="如果有，是谁、说了什么", limit="comment", rows=3)
    reason = Prose(label="为什么撤回", limit="comment", rows=3, help_text="例如：问题已经解决。")

    def clean(self) -> dict:
        if self.cleaned_data.get("free_will") == "no":
            self.add_error("free_will", NOT_FREE)
        if self.cleaned_data.get("promised") == "yes" and not self.cleaned_data.get("promise_or_threat"):
            self.add_error("promise_or_threat", "请写下是谁、说了什么。")
        return self.cleaned_data

    def facts(self) -> dict:
        answers = self.cleaned_data
        return {
            "free_will": True,
            "promise_or_threat": answers["promise_or_threat"] if answers["promised"] == "yes" else "",
            "reason": answers["reason"],
        }

    def summary(self) -> list[tuple[str, str]]:
        facts = self.facts()
        return [
            ("自己的意思", "是"),
            ("答应或威胁", facts["promise_or_threat"] or "没有"),
            *([("原因", facts["reason"])] if facts["reason"] else []),
        ]


WITHDRAW = Act(
    Step.REQUEST_WITHDRAWAL, WithdrawForm, "撤回这件信访", "继续",
    f"已经收到撤回申请，{HOURS} 小时后生效。改变主意，在这一页就能取消。",
    template="portal/follow/withdraw.html",
    checked="请核对，然后确认撤回",
    check_note=f"{HOURS} 小时后生效。生效前可以取消，生效后 {DAYS} 天内可以恢复办理。",
    danger=True,
    context=lambda dossier: {"hours": HOURS, "days": DAYS},
)  # fmt: skip
CANCEL = Act(
    Step.CANCEL_WITHDRAWAL, NothingForm, "取消撤回", "取消撤回，继续办", "撤回已经取消，继续办理。期限没有变。",
    template="portal/follow/plain_act.html", lead="取消以后，这件信访接着办，期限不变。",
)  # fmt: skip
RESUME = Act(
    Step.RESUME, NothingForm, "恢复办理", "恢复办理", "已经恢复办理，从撤回前的那一步接着办。",
    template="portal/follow/plain_act.html", lead="恢复以后，从撤回前的那一步接着办，期限接着算。",
)  # fmt: skip


withdraw, cancel, resume = map(act_page, (WITHDRAW, CANCEL, RESUME))
