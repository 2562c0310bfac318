"""What is typed for a report. No field is about a person, and numbers that tell who somebody is are found before they are stored."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinqiao.information import reports
from xinqiao.rules.information import KINDS, WRITTEN_KINDS, Cause, ReportKind, check_text

from ..acts.fields import Day, OneLine, Prose


class ReportForm(forms.Form):
    """One report. `mask_numbers` is only on the page after something was found."""

    kind = forms.ChoiceField(
        label=gettext_lazy("报送什么"),
        choices=[(kind, KINDS[kind].kind.label) for kind in WRITTEN_KINDS],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择报送什么。")},
    )
    title = OneLine(
        limit="title",
        label=gettext_lazy("标题"),
        help_text=gettext_lazy("什么地方、什么事。例：某村三户因灌溉用水起争执"),
        error_messages={"required": gettext_lazy("请写标题。")},
    )
    text = Prose(
        limit="summary",
        rows=6,
        label=gettext_lazy("情况"),
        help_text=gettext_lazy("写事情、地点、原因。不写姓名、证件号、电话。"),
        error_messages={"required": gettext_lazy("请写明是什么情况。")},
    )
    place = OneLine(label=gettext_lazy("地点"), required=False, help_text=gettext_lazy("写到村、小区，不写门牌号"))
    happened_on = Day(label=gettext_lazy("发生、发现日期"), required=False)
    cause = forms.ChoiceField(
        label=gettext_lazy("原因"), required=False, choices=[("", gettext_lazy("还不清楚")), *Cause.choices()]
    )
    measures = Prose(label=gettext_lazy("已经做了什么"), required=False, rows=3)
    mask_numbers = forms.BooleanField(
        label=gettext_lazy("遮盖这些号码后保存"),
        required=False,
        help_text=gettext_lazy("只保存遮盖后的文字，如 138******00"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].option_hints = {kind: KINDS[kind].hint for kind in WRITTEN_KINDS}
        self.found_numbers = False

    def clean(self) -> dict:
        said = super().clean()
        for name in reports.CHECKED:
            checked = check_text(said.get(name) or "")
            if checked.lines:
                self.found_numbers = True
                if not said.get("mask_numbers"):
                    self.add_error(name, _found_words(checked.lines, name))
        return said

    def said(self) -> reports.Said:
        """What was typed, as the report keeps it."""
        facts = {name: value for name, value in self.cleaned_data.items() if name != "mask_numbers"}
        return reports.Said(**{**facts, "kind": ReportKind(facts["kind"])})


def _found_words(lines: tuple[int, ...], name: str) -> str:
    where = "" if name in ("title", "place") else _("第%(lines)s行") % {"lines": "、".join(map(str, lines))}
    return where + _("有像证件号、电话或者邮箱的内容。信息上报不写个人信息：请删去，或者勾选“遮盖这些号码后保存”。")


class NoteForm(forms.Form):
    """Why, or what came of it."""

    note = Prose(label=gettext_lazy("说明"), rows=4, error_messages={"required": gettext_lazy("请写明理由、结果。")})

    def __init__(self, *args, words: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["note"].help_text = _("写明%(what)s。不写姓名、证件号、电话。") % {"what": words}


class OrderForm(forms.Form):
    """A concentrated round of screening in the own area."""

    schedule = forms.ChoiceField(label=gettext_lazy("哪些单位排查"), widget=forms.RadioSelect)
    title = OneLine(
        label=gettext_lazy("名称"),
        help_text=gettext_lazy("例：春耕用水集中排查"),
        error_messages={"required": gettext_lazy("请写名称。")},
    )
    due_on = Day(label=gettext_lazy("最晚报送"), error_messages={"required": gettext_lazy("请选最晚哪一天报送。")})

    def __init__(self, *args, schedules, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["schedule"].choices = schedules
        self.fields["title"].max_length = 60
