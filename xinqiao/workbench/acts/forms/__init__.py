"""The form of one step: fields, first values from the matter, and what is handed to the step function."""

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinqiao.matters import files
from xinqiao.matters.intake import StoredFile
from xinqiao.ui.fields import Wishes, render_field

from ..fields import ClassPick, Organ, Organs, Posts, YesNo, offer
from ..situation import Situation


class StepForm(forms.Form):
    """Base of all. A subclass declares fields, fills them in `prepare`, and may change `facts`.

    `wishes`: how a field is drawn (xinqiao.ui.fields.Wishes). `folded`: (title, names) of what is seldom needed.
    """

    use_required_attribute = False
    wishes: dict[str, dict] = {}
    folded: tuple[str, tuple[str, ...]] | None = None
    danger = False
    from_address: tuple[str, ...] = ()  # names of what a link to this page may say, kept in `initial`
    adopted: frozenset[str] = frozenset()  # fields that a proposal was just put into

    def __init__(self, *args, situation: Situation, **kwargs):
        self.situation = situation
        self.stored = []  # files kept for this step; the view lets them go when the step is not taken
        super().__init__(*args, auto_id="f-%s", label_suffix="", **kwargs)
        self.matter, self.officer = situation.matter, situation.officer
        self.prepare()
        if self.danger:
            self.fields["confirmed"] = forms.BooleanField(
                label=_("我已核对，办理后不能撤回"), error_messages={"required": _("请先核对，再勾选确认。")}
            )
        for field in self.fields.values():
            self._say_what_is_missing(field)

    def prepare(self) -> None:
        """Choices and first values that depend on the matter and the officer."""

    def facts(self) -> dict:
        """The keyword arguments of the step function."""
        return {name: value for name, value in self.cleaned_data.items() if name != "confirmed"}

    def store(self, uploads) -> list[StoredFile]:
        """Uploads as files of the store. Raises FileRefused with words for the sender."""
        kept = []
        for upload in uploads or ():
            kept.append(files.store(upload, name=upload.name))
            self.stored.append(kept[-1])
        return kept

    def given(self, name: str) -> list[str]:
        """What the page was sent back with for one name, checked or not; else the first value."""
        if self.is_bound:
            return self.data.getlist(name) if hasattr(self.data, "getlist") else [self.data.get(name, "")]
        value = self.initial.get(name, "")
        value = value if isinstance(value, (list, tuple)) else [value]
        return [str(getattr(one, "pk", one)) for one in value if one not in ("", None)]

    def offer(self, name: str, candidates, best=lambda organ: 0) -> None:
        """Put organs into the field `name`, with the search that was sent along."""
        search = (self.given(f"{name}_find") or [""])[0]
        offer(
            self.fields[name], candidates, chosen=self.given(name), search=search, best=best, search_name=f"{name}_find"
        )

    def offer_posts(self, name: str, posts) -> None:
        """Put officers into the field `name`: those chosen, and those that the search sent along found."""
        search = (self.given(f"{name}_find") or [""])[0]
        self.fields[name].offer(posts, chosen=self.given(name), search=search, search_name=f"{name}_find")

    def first(self, **values) -> None:
        """First values of an empty page; what the officer typed always wins."""
        for name, value in values.items():
            self.initial.setdefault(name, value)

    def rows(self) -> list[SafeString]:
        """Every field as HTML in order, the seldom used ones folded away."""
        title, folded = self.folded or ("", ())
        shown = [self._row(self[name]) for name in self.fields if name not in folded and name != "confirmed"]
        inside = [name for name in folded if name in self.fields]
        if inside:
            is_open = bool(self.adopted & set(inside))
            if self.is_bound:
                is_open = any(self.errors.get(name) or self.given(name) for name in inside)
            body = format_html_join("", "{}", ((self._row(self[name]),) for name in inside))
            shown.append(
                format_html(
                    '<details class="fold"{}><summary>{}</summary><div class="stack">{}</div></details>',
                    " open" if is_open else "",
                    title,
                    body,
                )
            )
        if "confirmed" in self.fields:
            shown.append(self._row(self["confirmed"]))
        return shown

    def _row(self, bound) -> SafeString:
        wishes = dict(self.wishes.get(bound.name, {}))
        if isinstance(bound.field, Posts):
            drawn = render_field(bound, Wishes(**wishes)) if bound.field.choices else self._nobody_yet(bound)
            return format_html("{}{}", self._search_row(bound, gettext("按姓名查找工作人员")), drawn)
        if not isinstance(bound.field, (Organ, Organs)):
            return render_field(bound, Wishes(**wishes))
        if not bound.field.search_name:  # one box to search in, never two
            wishes.setdefault("filter", gettext("输入名称或拼音首字母查找"))
        drawn = format_html('<div class="pick-list">{}</div>', render_field(bound, Wishes(**wishes)))
        return format_html("{}{}", self._search_row(bound), drawn) if bound.field.search_name else drawn

    @staticmethod
    def _nobody_yet(bound) -> SafeString:
        return format_html('<p class="sub">{}</p>', bound.field.help_text)

    def _search_row(self, bound, label: str = "") -> SafeString:
        """Where the page cannot list all organs: a search that works without script, and keeps what was typed."""
        name = bound.field.search_name
        return format_html(
            '<div class="find-row"><label class="label" for="f-{0}">{1}</label>'
            '<input class="input" type="search" id="f-{0}" name="{0}" value="{2}" autocomplete="off">'
            '<button class="btn secondary" name="do" value="find">{3}</button></div>',
            name,
            label or gettext("查找机关、单位（名称或拼音首字母）"),
            (self.given(name) or [""])[0],
            gettext("查找"),
        )

    @staticmethod
    def _say_what_is_missing(field) -> None:
        chosen = isinstance(field, forms.ChoiceField)
        if isinstance(field, forms.BooleanField):
            if field.error_messages["required"] == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = _("请勾选确认。")
        elif isinstance(field, YesNo):
            field.error_messages["required"] = _("请选择“%(yes)s”或者“%(no)s”。") % field.words
        elif field.label:
            words = _("请选择“%(label)s”。") if chosen else _("请填写“%(label)s”。")
            field.error_messages["required"] = words % {"label": field.label}
        if chosen and not isinstance(field, (Organ, Organs, Posts, ClassPick)):
            field.error_messages["invalid_choice"] = _("请从列出的选项中选择。")


def again(form_class, request, situation: Situation, filled: dict | None = None) -> StepForm:
    """The same page once more with everything typed, and no complaint: for a search or another choice on the page.

    `filled`: values of fields that a button on the page has put in.
    """
    sent = form_class(request.POST, request.FILES, situation=situation)
    typed = {
        name: field.widget.value_from_datadict(request.POST, {}, name)
        for name, field in sent.fields.items()
        if not isinstance(field, forms.FileField)
    }
    searched = {name: value for name, value in request.POST.items() if name.endswith("_find")}
    return form_class(initial={**typed, **searched, **(filled or {})}, situation=situation)
