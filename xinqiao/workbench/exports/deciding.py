"""Agree or not, and why: the same form and the same answers wherever somebody else decides what leaves the house (C-09, C-10)."""

from collections.abc import Callable

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from ..acts.fields import OneLine
from ..confirmation import PasswordAgain

TAKEN, WRONG, TOO_LATE = 302, 422, 409


class DecideForm(PasswordAgain, forms.Form):
    agrees = forms.TypedChoiceField(
        label=gettext_lazy("审批"), choices=[("yes", gettext_lazy("同意")), ("no", gettext_lazy("不同意"))],
        coerce=lambda value: value == "yes", widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择同意或者不同意。")},
    )  # fmt: skip
    reason = OneLine(label=gettext_lazy("审批意见"), error_messages={"required": gettext_lazy("请写明审批意见。")})

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].max_length = 200


def take(
    request: HttpRequest, form: DecideForm, why_not: str, decide: Callable, refusal: type[Exception]
) -> tuple[int, str]:
    """(status, what to say) of a decision that was sent: TAKEN, WRONG with the form's own errors, or TOO_LATE."""
    if why_not:
        return TOO_LATE, why_not
    if not form.is_valid():
        return WRONG, ""
    said = form.cleaned_data
    try:
        decide(agrees=said["agrees"], reason=said["reason"], request=request)
    except refusal as refused:
        return TOO_LATE, str(refused)
    return TAKEN, ""
