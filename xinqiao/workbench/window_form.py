"""The form of one registration window: common fields of C.2, the channel's own of C.1, and nothing else (PIPL 6)."""

import json
import re
from collections.abc import Callable
from datetime import date

from django import forms
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinqiao import crypto
from xinqiao.matters import files, intake
from xinqiao.matters.file_kinds import FileRefused
from xinqiao.matters.intake import Intake, IntakeInvalid, StoredFile
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.identity import IdType
from xinqiao.rules.stages import Purpose

from . import places
from .acts.fields import Day, ManyLines, OneLine, Prose, SeveralFiles
from .channels import Fact, Window

# The intake speaks to the citizen; at the window the officer reads.
AT_THE_WINDOW = {
    "请填写您的姓名。如果不想写名字，可以选择“匿名”。": "请填写信访人的姓名；不愿留姓名的，请勾选“匿名”。",
    "请选择您要反映的是哪一类事。": "请选择信访目的。",
}
KEPT_CONTEXT = "window.file"
FACT = "fact_"
# Where an error of the intake is shown, when the field has another name here.
ERRORS_AT = {"people": "name", "representatives": "representatives", "request": "requests"}
# A blank ends the name, except between Latin letters (Nurlan Ali).
_SEPARATORS = re.compile(r"[,，、;；\t\u3000]+|\s+(?![A-Za-z])|(?<![A-Za-z])\s+")
_DIGITS = re.compile(r"[0-9０-９()（）+ \-]{7,}")


class Moment(forms.DateTimeField):
    """A day and a time, picked or typed."""

    def __init__(self, **kwargs):
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M"]
        super().__init__(widget=widget, input_formats=formats, **kwargs)
        self.error_messages["invalid"] = _("请把时间写成 2026-03-18 09:30 这样。")


class TypedOrgan(forms.CharField):
    """A text box with a list: gives the option that was meant, or says which ones fit."""

    def __init__(self, *, list_id: str, **kwargs):
        widget = forms.TextInput(attrs={"list": list_id, "autocomplete": "off"})
        super().__init__(widget=widget, max_length=120, **kwargs)
        self.list_id, self.options = list_id, []

    def clean(self, value):
        typed = super().clean(value)
        if not typed:
            return None
        found = places.resolve(typed, self.options)
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(self.not_found(typed))
        named = "、".join(one.path for one in found[: places.OFFERED])
        more = _("等%(n)s个") % {"n": len(found)} if len(found) > places.OFFERED else ""
        raise forms.ValidationError(
            _("“%(typed)s”有几个：%(named)s%(more)s。请写全。") % {"typed": typed, "named": named, "more": more}
        )

    def not_found(self, typed: str) -> str:
        return _("没有找到“%(typed)s”。请输入地名，或者拼音首字母，从列表里选。") % {"typed": typed}


class WindowForm(forms.Form):
    """Names, words, place; what the channel asks is added from the table."""

    name = OneLine(label=gettext_lazy("姓名"), limit="name", required=False)
    anonymous = forms.BooleanField(label=gettext_lazy("匿名"), required=False)
    mobile = OneLine(label=gettext_lazy("电话"), limit="name", required=False)
    address = OneLine(label=gettext_lazy("住址"), limit="address", required=False)
    id_type = forms.ChoiceField(label=gettext_lazy("证件类型"), choices=IdType.choices(), required=False)
    id_number = OneLine(label=gettext_lazy("证件号码"), limit="name", required=False)
    work_unit = OneLine(label=gettext_lazy("工作单位"), limit="work_unit", required=False)
    headcount = forms.CharField(
        label=gettext_lazy("信访人数"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    representatives = ManyLines(
        label=gettext_lazy("其他代表"), limit="reason", rows=2, required=False,
        help_text=gettext_lazy("一行一位：姓名 电话。连主访人最多5人。"),
    )  # fmt: skip
    companions = ManyLines(
        label=gettext_lazy("随访人、联名人"), limit="content", rows=2, required=False,
        help_text=gettext_lazy("一行一位：姓名 电话。没有电话的只写姓名。"),
    )  # fmt: skip

    purpose = forms.ChoiceField(label=gettext_lazy("信访目的"), choices=Purpose.choices(), initial=Purpose.SOLVE.value)
    title = OneLine(
        label=gettext_lazy("标题"),
        limit="title",
        required=False,
        help_text=gettext_lazy("不填时用第一项诉求或内容的第一句。"),
    )
    content = Prose(limit="content", rows=9, error_messages={"required": gettext_lazy("请写下信访人反映的内容。")})
    requests = ManyLines(
        label=gettext_lazy("诉求"),
        limit="facts",
        rows=3,
        required=False,
        help_text=gettext_lazy("一行一项，用信访人自己的意思写。"),
    )
    place = TypedOrgan(
        label=gettext_lazy("问题属地"), list_id="places",
        help_text=gettext_lazy("事情发生在哪里。输入地名或者拼音首字母。"),
        error_messages={"required": gettext_lazy("请选择问题发生在哪里，这样才知道交给谁办。")},
    )  # fmt: skip
    place_detail = OneLine(label=gettext_lazy("详细地址"), limit="place_detail", required=False)
    respondent_unit = OneLine(label=gettext_lazy("被反映的单位"), limit="respondent", required=False)
    respondent_name = OneLine(label=gettext_lazy("被反映的人、职务"), limit="name", required=False)
    petition_on = Day(label=gettext_lazy("信访日期"), required=False)
    secrecy = forms.BooleanField(label=gettext_lazy("要求对身份保密"), required=False)
    publish_consent = forms.BooleanField(label=gettext_lazy("同意公开答复"), required=False)
    electronic_service = forms.BooleanField(label=gettext_lazy("同意电子送达"), required=False)
    accessibility_need = OneLine(label=gettext_lazy("语言、无障碍需求"), limit="name", required=False)
    attachments = SeveralFiles(
        label=gettext_lazy("材料"), help_text=gettext_lazy("扫描件、照片、录音、PDF、Word，可以一次选几个。")
    )
    read_back = forms.BooleanField(label=gettext_lazy("已向信访人宣读，本人确认无误"), required=False)

    def __init__(self, data=None, uploaded=None, *, window: Window, officer: Officer):
        self.window, self.officer = window, officer
        super().__init__(data, uploaded, label_suffix="")
        self.kept: list[StoredFile] = []
        self.fields["content"].label = window.content_label
        self.fields["content"].help_text = window.content_hint
        for fact in window.facts:
            self.fields[FACT + fact.key] = _field_of(fact)
        if not window.several:
            for name in ("representatives", "companions", "headcount"):
                del self.fields[name]
        if window.oral:
            self.fields["read_back"].required = True
            self.fields["read_back"].error_messages["required"] = _(
                "口头提出的，要先向信访人宣读登记内容，再勾选确认。"
            )
        else:
            del self.fields["read_back"]
        self.fields["place"].options = places.place_options()
        self.fields["petition_on"].initial = localdate()
        self.fields["respondent_unit"].widget.attrs["list"] = "organs"
        self.fields["name"].widget.attrs["autofocus"] = not self.is_bound  # after an error the summary is read first
        if not self.is_bound:
            self.fields["place"].initial = _own_area(officer, self.fields["place"].options)

    @property
    def fact_fields(self) -> list:
        return [self[FACT + fact.key] for fact in self.window.facts]

    def clean(self):
        """Files are kept even when something else is wrong: a browser does not send them twice."""
        self.kept = _still_kept(self.data.getlist("kept") if hasattr(self.data, "getlist") else [])
        for file in self.cleaned_data.get("attachments") or []:
            try:
                self.kept.append(files.store(file, name=file.name))
            except FileRefused as refusal:
                self.add_error("attachments", f"{files.display_name(file.name)}：{refusal.message}")
        return self.cleaned_data

    def intake(self, *, today: date) -> Intake | None:
        """The submission, or None when something is wrong; the errors then stand at their fields."""
        try:
            made = intake.clean(self._raw(), today=today)
        except IntakeInvalid as invalid:
            for name, message in invalid.errors.items():
                target = self._place_of(name, message)
                if target not in self.errors:  # said already
                    self.add_error(target, AT_THE_WINDOW.get(message, message))
            return None
        return None if self.errors else made

    @property
    def kept_tokens(self) -> list[tuple[str, str]]:
        """(sealed token, name) of files that are stored already, for the form that is shown again."""
        return [
            (crypto.seal(json.dumps(file.__dict__), context=KEPT_CONTEXT), file.original_name) for file in self.kept
        ]

    def _place_of(self, name: str, message: str) -> str | None:
        """The field under which an error of the intake stands; 第3位 is somebody of the lists."""
        other = re.match(r"第([0-9]+)位：", message)
        if other and self.window.several:
            speakers = 1 + len(self.cleaned_data.get("representatives") or [])
            return "representatives" if int(other[1]) <= speakers else "companions"
        target = ERRORS_AT.get(name, name)
        return target if target in self.fields else None

    def _raw(self) -> dict:
        said = self.cleaned_data
        people = self._people()
        place = said.get("place")
        shared = ("purpose", "title", "content", "requests", "place_detail", "anonymous", "secrecy", "publish_consent",
                  "electronic_service", "accessibility_need", "petition_on")  # fmt: skip
        return {
            **{name: said.get(name) for name in shared},
            "channel": self.window.channel,
            "place": Organisation.objects.filter(pk=place.pk).first() if place else None,
            "people": people,
            "headcount": said.get("headcount") or max(len(people), 1),
            "joint": len(people) > 1,
            "respondent": self._respondent(),
            "channel_facts": self._facts(),
            "attachments": self.kept,
            "stated_by": "officer",
            "source": str(said.get(FACT + "source") or ""),
            "source_number": str(said.get(FACT + "source_number") or ""),
        }

    def _people(self) -> list[dict]:
        said = self.cleaned_data
        main = {name: said.get(name) for name in ("name", "mobile", "address", "work_unit", "id_type", "id_number")}
        others = [_person(line) | {"representative": True} for line in said.get("representatives") or []]
        if others:
            main["representative"] = True
        everybody = [main, *others, *(_person(line) for line in said.get("companions") or [])]
        return [one for one in everybody if any(one.get(name) for name in ("name", "mobile", "address", "id_number"))]

    def _respondent(self) -> dict:
        unit, name = self.cleaned_data.get("respondent_unit"), self.cleaned_data.get("respondent_name")
        # Only a name written in full: a guess would hide the matter from an organ that nobody accused.
        exact = (
            Organisation.objects.filter(name=unit, active=True).values_list("pk", flat=True).first() if unit else None
        )
        return {"unit": unit or "", "name": name or "", "organisation_id": exact}

    def _facts(self) -> dict:
        values = {fact.key: self.cleaned_data.get(FACT + fact.key) for fact in self.window.facts}
        return {key: _stored(value) for key, value in values.items() if value not in (None, "", False)}


def _field_of(fact: Fact) -> forms.Field:
    shared = {"label": fact.label, "required": fact.required, "help_text": fact.hint}
    if fact.required:
        shared["error_messages"] = {"required": _("请填写%(what)s。") % {"what": fact.label}}
    if isinstance(fact.sort, tuple):
        return forms.ChoiceField(choices=[("", "—"), *((one, one) for one in fact.sort)], **shared)
    return FIELDS[fact.sort](**shared)


def _number(**shared) -> forms.Field:
    return forms.IntegerField(
        min_value=0, max_value=9999, widget=forms.TextInput(attrs={"inputmode": "numeric"}), **shared
    )


def _paragraph(**shared) -> forms.Field:
    return Prose(limit="note", rows=2, **shared)


FIELDS: dict[str, Callable[..., forms.Field]] = {
    "line": OneLine, "text": _paragraph, "day": Day, "moment": Moment, "number": _number, "yes": forms.BooleanField,
}  # fmt: skip


def _stored(value):
    if hasattr(value, "astimezone"):
        return localtime(value).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else value


def _person(line: str) -> dict:
    """ "马建国 13900139000 和平路5号" as a person: the name first, a number is a telephone, the rest an address."""
    parts = [part.strip() for part in _SEPARATORS.split(line) if part and part.strip()]
    name, rest = (parts[0], parts[1:]) if parts else ("", [])
    numbers = [part for part in rest if _DIGITS.fullmatch(part)]
    address = " ".join(part for part in rest if part not in numbers)
    return {"name": name, "mobile": numbers[0] if numbers else "", "address": address}


def _still_kept(tokens: list[str]) -> list[StoredFile]:
    """Files stored by an earlier try of this form; tokens that we did not seal are ignored."""
    kept = []
    for token in tokens[:50]:
        try:
            kept.append(StoredFile(**json.loads(crypto.open_sealed(token, context=KEPT_CONTEXT))))
        except (ValueError, TypeError, crypto.SealBroken):
            continue
    return kept


def _own_area(officer: Officer, options: list[places.Option]) -> str:
    """The area of the officer's own organ stands there already."""
    own = {officer.organisation_id, officer.organisation.parent_id}
    return next((one.path for one in reversed(options) if one.pk in own), "")
