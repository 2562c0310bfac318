"""What an auditor looks for, and the form of a signed export."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinqiao.exports.audit_log import DAYS, DAYS_AT_MOST, LOG_FORMS, Wanted
from xinqiao.organisations.models import Officer, Organisation, User
from xinqiao.rules import numbering
from xinqiao.rules.audit import GROUPS, OTHER_GROUP, AuditKind, group_of

from ..acts.fields import Day
from ..confirmation import PasswordAgain
from ..exports.forms import Purpose

LONGEST = 60  # characters of a name or number that is looked for


class WantedForm(forms.Form):
    """The filters above the log. What cannot be read is said and left out; the log itself is shown all the same."""

    from_on = Day(label=gettext_lazy("从"), required=False)
    to_on = Day(label=gettext_lazy("到"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("事项"), required=False)
    organisation = forms.CharField(label=gettext_lazy("机构"), max_length=LONGEST, required=False)
    user = forms.CharField(label=gettext_lazy("用户"), max_length=LONGEST, required=False)
    matter = forms.CharField(label=gettext_lazy("信访件编号"), max_length=LONGEST, required=False)

    def __init__(self, asked: QueryDict, *, auditor: Officer):
        super().__init__(asked)
        self.auditor = auditor
        self.fields["kind"].choices = [("", _("全部事项")), *_kinds()]
        for name, words in (("organisation", _("机构名称")), ("user", _("姓名或用户名")), ("matter", _("信访件编号"))):
            self.fields[name].widget.attrs |= {"placeholder": words, "autocomplete": "off"}

    def clean_organisation(self) -> int | None:
        name = self.cleaned_data["organisation"].strip()
        if not name:
            return None
        organs = Organisation.objects.filter(name__icontains=name.replace("\0", "")).order_by("level", "lft")
        return _one(organs, name, exact=lambda organ: organ.name == name)

    def clean_user(self) -> int | None:
        name = self.cleaned_data["user"].strip().replace("\0", "")
        if not name:
            return None
        users = User.objects.filter(username=name) or User.objects.filter(name=name)
        return _one(users.order_by("pk"), name, exact=lambda user: user.username == name)

    def clean_matter(self) -> str:
        typed = self.cleaned_data["matter"].strip()
        if not typed:
            return ""
        try:
            return numbering.normalise_matter_number(typed)
        except ValueError:
            raise ValidationError(_("这不是信访件编号，请核对。")) from None

    def clean(self) -> dict:
        cleaned = super().clean()
        to_on = cleaned.get("to_on") or localdate()
        from_on = cleaned.get("from_on") or to_on - timedelta(days=DAYS - 1)
        if from_on > to_on:
            self.add_error("from_on", _("起始日期在截止日期之后，已改按截止日期前%(n)s天显示。") % {"n": DAYS})
            from_on = to_on - timedelta(days=DAYS - 1)
        if (to_on - from_on).days >= DAYS_AT_MOST:
            self.add_error("from_on", _("一次最多看%(n)s天，请缩短期间。") % {"n": DAYS_AT_MOST})
            from_on = to_on - timedelta(days=DAYS_AT_MOST - 1)
        self.period = from_on, to_on
        return cleaned

    def wanted(self) -> Wanted:
        """What to show; filters in error find nothing, so that nobody takes the whole log for the answer."""
        self.is_valid()
        found = self.cleaned_data
        unknown = [name for name in ("kind", "organisation", "user", "matter") if name in self.errors]
        return Wanted(
            *self.period, kind=found.get("kind", ""), organisation_id=-1 if unknown else found.get("organisation"),
            user_id=found.get("user"), matter=found.get("matter", ""),
        )  # fmt: skip


def _kinds() -> list:
    labels = {key: label for key, (label, _members) in GROUPS.items()} | dict([OTHER_GROUP])
    return [
        (
            label,
            [
                (key, _("%(label)s（全部）") % {"label": label}),
                *(k for k in AuditKind.choices() if group_of(k[0]) == key),
            ],
        )
        for key, label in labels.items()
    ]


def _one(rows, name: str, *, exact) -> int:
    """The row that was meant, or a sentence that says how many there are."""
    found = list(rows[:6])
    chosen = [row for row in found if exact(row)] or found
    if not found:
        raise ValidationError(_("没有找到“%(name)s”，请核对。") % {"name": name})
    if len(chosen) > 1:
        names = "、".join(getattr(row, "username", row.name) for row in chosen[:5])
        raise ValidationError(
            _("有不止一个符合“%(name)s”：%(names)s。请写全称或用户名。") % {"name": name, "names": names}
        )
    return chosen[0].pk


class LogForm(PasswordAgain, forms.Form):
    """The signed export of what is shown."""

    purpose = Purpose()
    form = forms.ChoiceField(
        label=gettext_lazy("格式"), choices=list(LOG_FORMS.items()), initial="jsonl", widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择格式。"), "invalid_choice": gettext_lazy("请选择其中一种格式。")},
    )  # fmt: skip
