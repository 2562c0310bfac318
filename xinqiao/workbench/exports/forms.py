"""Fields that every export asks for: what for, in which form, and the password again."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from xinqiao.documents.tables import FORMATS
from xinqiao.exports import lists
from xinqiao.organisations.models import Officer
from xinqiao.rules.exports import PURPOSE_AT_LEAST, PURPOSE_AT_MOST, purpose_error

from ..acts.fields import Prose
from ..confirmation import PasswordAgain


class Purpose(Prose):
    """What the data are for: it stands in the file and in the audit log."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", _("用途"))
        kwargs.setdefault(
            "help_text",
            _("给谁、做什么用，至少%(n)s个字。会写进文件和安全审计日志。") % {"n": PURPOSE_AT_LEAST},
        )
        kwargs.setdefault("error_messages", {"required": _("请写明用途：给谁、做什么用。")})
        super().__init__(rows=3, **kwargs)
        self.max_length = PURPOSE_AT_MOST

    def validate(self, value):
        super().validate(value)
        if wrong := purpose_error(value):
            raise ValidationError(wrong)


def form_field(**kwargs) -> forms.ChoiceField:
    """Excel or CSV, Excel first."""
    choices = [(key, name) for key, (name, _media_type) in FORMATS.items()]
    return forms.ChoiceField(
        label=_("格式"), choices=choices, initial="xlsx", widget=forms.RadioSelect,
        error_messages={"required": _("请选择格式。"), "invalid_choice": _("请选择 Excel 或 CSV。")}, **kwargs,
    )  # fmt: skip


class ListForm(PasswordAgain, forms.Form):
    """The export of a list: columns from the closed list, purpose, form."""

    purpose = Purpose()
    columns = forms.MultipleChoiceField(
        label=_("列"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选一列。"), "invalid_choice": _("没有这一列，请从列表中选。")},
    )  # fmt: skip
    form = form_field()

    def __init__(self, *args, officer: Officer, **kwargs):
        super().__init__(*args, **kwargs)
        self.officer = officer
        offered = lists.columns_for(officer)
        self.fields["columns"].choices = [(column.value, column.label) for column in offered]
        self.fields["columns"].option_hints = {c.value: c.code for c in offered if not c.is_default}
        self.fields["columns"].initial = [column.value for column in offered if column.is_default]


class FetchForm(PasswordAgain, forms.Form):
    """Fetching a finished file: only the password again, where it is asked for."""
