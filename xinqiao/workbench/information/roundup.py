"""汇总提醒 of the own post: how often, by which ways, what it would say now, and what became of the last one."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from xinqiao.information import roundup
from xinqiao.notifications import roundups
from xinqiao.notifications.models import Channel
from xinqiao.rules import identity
from xinqiao.rules.information import QUIET, ROUNDUP_HOUR, Rhythm, roundup_words

from ..acts.fields import OneLine
from ..door import officer_required


class RoundupForm(forms.Form):
    """The choice of one post."""

    rhythm = forms.ChoiceField(label=gettext_lazy("多久提醒一次"), choices=Rhythm.choices(), widget=forms.RadioSelect)
    by_bell = forms.BooleanField(label=gettext_lazy("站内提醒"), required=False)
    by_sms = forms.BooleanField(label=gettext_lazy("短信"), required=False)
    mobile = OneLine(
        label=gettext_lazy("手机号码"), required=False, help_text=gettext_lazy("只用来发汇总提醒，加密保存")
    )
    by_email = forms.BooleanField(label=gettext_lazy("电子邮件"), required=False)
    email = OneLine(
        label=gettext_lazy("电子邮箱"), required=False, help_text=gettext_lazy("只用来发汇总提醒，加密保存")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, channel in (("by_sms", Channel.SMS), ("by_email", Channel.EMAIL)):
            if not roundups.is_configured(channel):
                self.fields[name].help_text = _("本系统没有配置这个通道，选了也发不出去。请联系系统管理员。")

    def clean(self) -> dict:
        said = super().clean()
        for name, wanted, check in (("mobile", "by_sms", _check_mobile), ("email", "by_email", identity.check_email)):
            if typed := said.get(name):
                try:
                    said[name] = check(typed)
                except ValueError as wrong:
                    self.add_error(name, str(wrong))
            elif said.get(wanted) and name not in self.errors:
                self.add_error(name, _("请填写，或者不选这种方式。"))
        if said.get("rhythm") != Rhythm.NEVER and not any(said.get(name) for name in ("by_bell", "by_sms", "by_email")):
            self.add_error("by_bell", _("请至少选一种方式。"))
        return said


def _check_mobile(typed: str) -> str:
    number = identity.check_phone(typed)
    if len(number) != 11 or not number.startswith("1"):
        raise ValueError(_("短信只能发到手机，请填写11位手机号码。"))
    return number


@officer_required
@require_http_methods(["GET", "POST"])
def roundup_page(request: HttpRequest) -> HttpResponse:
    """The settings, and the figures of now."""
    officer, now = request.officer, timezone.now()
    choice = roundups.choice_of(officer)
    initial = {name: getattr(choice, name) for name in RoundupForm.base_fields}
    form = RoundupForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        roundups.choose(officer, **{**said, "rhythm": Rhythm(said["rhythm"])}, at=now)
        messages.success(request, _("已保存。"))
        return redirect("workbench:roundup")
    figures = roundup.figures(officer, today=localdate(), since=choice.sent_at or now - timedelta(days=1))
    context = {
        "form": form,
        "words": roundup_words(figures),
        "choice": choice,
        "states": _states(choice),
        "hour": ROUNDUP_HOUR,
        "quiet": QUIET,
        "today": localdate(),
    }
    return render(request, "workbench/information/roundup.html", context, status=422 if form.errors else 200)


def _states(choice) -> list[tuple[str, str]]:
    """What became of the last message by each way, in the words of the outgoing box."""
    ways = ((Channel.SMS, choice.mobile), (Channel.EMAIL, choice.email))
    found = ((channel.label, roundups.last_state(channel, address)) for channel, address in ways)
    return [(label, state.label) for label, state in found if state]
