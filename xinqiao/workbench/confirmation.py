"""The password again, as a field of any form for a grave act: reveal, export, rights (checklist 51).

    class RevealForm(PasswordAgain, forms.Form):
        reason = forms.CharField(…)

    form = RevealForm(request.POST or None, request=request)      # in the template: {% if form.password %}{% field form.password %}{% endif %}
    if form.is_valid(): …                                          # the password, where asked for, was right

The field is there only while `door.is_confirmed(request)` is false. It is checked last, after the other fields are in order,
so that a mistake elsewhere costs no try; a wrong password comes back as an error of its field and nothing typed is lost.
"""

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import door

LONGEST_PASSWORD = 256  # characters: the slow hash is not fed a novel


class PasswordAgain:
    """Mixin of a form: adds `password` unless it was confirmed within the last ten minutes. Put it before `forms.Form`."""

    def __init__(self, *args, request: HttpRequest, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request
        if not door.is_confirmed(request):
            own = request.user.has_usable_password()
            label = gettext_lazy("您的登录密码") if own else gettext_lazy("第二步验证的验证码或恢复码")
            self.fields["password"] = password_field(label, gettext_lazy("这一步需要再次确认是您本人。"))

    def clean(self) -> dict:
        cleaned = super().clean()
        cleaned = self.cleaned_data if cleaned is None else cleaned
        if "password" in self.fields and not self.errors and not door.confirm(self.request, cleaned["password"]):
            self.add_error("password", _("密码不对，没有提交。请重新输入；连续输错的，请等5分钟再试。"))
        cleaned.pop("password", None)
        return cleaned


def password_field(label: str, hint: str = "", *, new: bool = False) -> forms.CharField:
    """A password as browsers and their password stores understand it."""
    return forms.CharField(
        label=label, help_text=hint, strip=False, max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password" if new else "current-password"}),
        error_messages={"required": gettext_lazy("请输入密码。"), "max_length": gettext_lazy("密码没有这么长，请核对。")},
    )  # fmt: skip
