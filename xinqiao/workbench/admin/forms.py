"""Forms of 系统管理. Every change carries a reason, and the password again where it was not just given."""

import re

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinqiao.organisations.models import Organisation
from xinqiao.organisations.rights import PostFacts
from xinqiao.rules.stages import Role
from xinqiao.rules.three_administrators import ASSIGNABLE, REASON_AT_LEAST
from xinqiao.rules.wording import halfwidth

from ..confirmation import PasswordAgain

USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")
SUGGESTED = 8


def _reason(hint: str = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("理由"), min_length=REASON_AT_LEAST if required else 0, max_length=200, required=required, help_text=hint,
        error_messages={
            "required": gettext_lazy("请写明理由。"),
            "min_length": gettext_lazy("理由太短，请至少写5个字。"),
            "max_length": gettext_lazy("理由最多200个字。"),
        },
    )  # fmt: skip


class ReasonForm(PasswordAgain, forms.Form):
    """A reason, for acts that need nothing else."""

    reason = _reason()


class DecisionForm(PasswordAgain, forms.Form):
    """同意 or 不同意; a refusal says why."""

    decision = forms.ChoiceField(
        label=gettext_lazy("审批意见"), choices=[("approve", gettext_lazy("同意")), ("refuse", gettext_lazy("不同意"))],
        widget=forms.RadioSelect, error_messages={"required": gettext_lazy("请选择同意或不同意。")},
    )  # fmt: skip
    reason = _reason(gettext_lazy("不同意的必须写。"), required=False)


class PasswordOnlyForm(PasswordAgain, forms.Form):
    """Nothing but the password, where it is due."""


class RolesForm(PasswordAgain, forms.Form):
    """Title, roles and telephone of a post."""

    title = forms.CharField(
        label=gettext_lazy("职务"), max_length=60, error_messages={"required": gettext_lazy("请填写职务。")}
    )
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("岗位"), choices=[(role.value, role.label) for role in ASSIGNABLE],
        widget=forms.CheckboxSelectMultiple, help_text=gettext_lazy("系统、安全、审计管理员只能单独担任。"),
        error_messages={"required": gettext_lazy("请至少选择一种岗位。"), "invalid_choice": gettext_lazy("没有这种岗位。")},
    )  # fmt: skip
    phone = forms.CharField(label=gettext_lazy("办公电话"), max_length=40, required=False)
    reason = _reason()

    def chosen_roles(self) -> tuple[Role, ...]:
        return tuple(Role(value) for value in self.cleaned_data["roles"])


class PostForm(RolesForm):
    """A post with its organisation, found by what is typed."""

    organisation = forms.CharField(
        label=gettext_lazy("单位"), max_length=120, help_text=gettext_lazy("输入全称、简称或机构编号。"),
        widget=forms.TextInput(attrs={"list": "organisations", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("请填写单位。")},
    )  # fmt: skip
    field_order = ("username", "name", "organisation", "title", "roles", "phone", "reason", "password")

    def clean_organisation(self) -> Organisation:
        typed = halfwidth(self.cleaned_data["organisation"]).strip()
        active = Organisation.objects.filter(active=True)
        exact = list(active.filter(Q(name=typed) | Q(key=typed))[:2])
        found = exact or list(active.filter(Q(name__icontains=typed) | Q(short=typed)).order_by("lft")[: SUGGESTED + 1])
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(_("没有找到这个单位。请核对名称，或输入其中几个字。"))
        names = "、".join(organ.name for organ in found[:SUGGESTED])
        raise forms.ValidationError(_("有几个单位都符合，请写全称：%(names)s。") % {"names": names})

    def post_facts(self) -> PostFacts:
        facts = self.cleaned_data
        return PostFacts(facts["organisation"], facts["title"], self.chosen_roles(), facts["phone"])


class UserForm(PostForm):
    """A new user in a first post."""

    username = forms.CharField(
        label=gettext_lazy("用户名"), max_length=40, help_text=gettext_lazy("小写字母开头，3到40个字母、数字、点、横线；定了不能改。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("请填写用户名。")},
    )  # fmt: skip
    name = forms.CharField(
        label=gettext_lazy("姓名"), max_length=50, error_messages={"required": gettext_lazy("请填写姓名。")}
    )

    def clean_username(self) -> str:
        typed = halfwidth(self.cleaned_data["username"]).strip().lower()
        if not USERNAME.fullmatch(typed):
            raise forms.ValidationError(_("用户名应以小写字母开头，由3到40个字母、数字、点或横线组成。"))
        return typed
