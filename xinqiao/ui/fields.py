"""One field of a form as HTML: label, hint, error, control, counter, tied together for screen readers.

Our own renderer, because Django's field template knows neither option hints, counters nor the order label, hint, error
that people fill in best by. The ids `…_helptext` and `…_error` are those Django gives.
"""

from dataclasses import dataclass

from django import forms
from django.forms import BoundField
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from xinqiao.ui.icons import icon


@dataclass(frozen=True)
class Wishes:
    """What the page wants different from the usual for one field."""

    hide_label: bool = False  # the h1 already asks the question
    rows: int | None = None
    columns: int | None = None  # options side by side on wide screens
    filter: str = ""  # label of a search box above many options
    optional: bool = True  # say 选填 on fields that may stay empty
    label: str = ""


def render_field(bound: BoundField, wishes: Wishes = Wishes()) -> SafeString:
    """The whole field. Hidden fields are printed bare."""
    if bound.is_hidden:
        return bound.as_widget()
    if isinstance(bound.field.widget, forms.CheckboxInput):
        return _single_check_box(bound, wishes)
    if isinstance(bound.field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return _options(bound, wishes)
    return _plain(bound, wishes)


def _plain(bound: BoundField, wishes: Wishes) -> SafeString:
    counter_id = f"{bound.auto_id}_count" if _has_counter(bound) else ""
    return format_html(
        '<div class="field{}">{}{}{}{}{}</div>',
        " in-error" if bound.errors else "",
        format_html(
            '<label class="{}" for="{}">{}{}</label>',
            "visually-hidden" if wishes.hide_label else "label",
            bound.id_for_label,
            wishes.label or bound.label,
            _optional(bound, wishes),
        ),
        _hint(bound),
        _errors(bound),
        bound.as_widget(attrs=_attributes(bound, wishes, counter_id)),
        _counter(bound, counter_id),
    )


def _options(bound: BoundField, wishes: Wishes) -> SafeString:
    described = _described_by(bound)
    return format_html(
        '<fieldset class="field{}" id="{}"{}{}><legend class="{}">{}{}</legend>{}{}{}<div class="options{}" id="{}_options">{}</div></fieldset>',
        " in-error" if bound.errors else "",
        f"{bound.auto_id}_group",
        format_html(' aria-describedby="{}"', described) if described else "",
        mark_safe(' aria-invalid="true"') if bound.errors and _is_radio(bound) else "",
        "visually-hidden" if wishes.hide_label else "label",
        wishes.label or bound.label,
        _optional(bound, wishes),
        _hint(bound),
        _errors(bound),
        _filter_box(bound, wishes),
        f" columns-{wishes.columns}" if wishes.columns else "",
        bound.auto_id,
        format_html_join("", "{}", ((_option(bound, option),) for option in bound.subwidgets)),
    )


def _is_radio(bound: BoundField) -> bool:
    return not isinstance(bound.field.widget, forms.CheckboxSelectMultiple)


def _option(bound: BoundField, option) -> SafeString:
    value = option.data["value"]
    hint = getattr(bound.field, "option_hints", {}).get(str(value), "")
    return format_html(
        '<label class="option" for="{}">{}<span>{}{}</span></label>',
        option.id_for_label,
        option.tag(),
        option.choice_label,
        format_html("<small>{}</small>", hint) if hint else "",
    )


def _single_check_box(bound: BoundField, wishes: Wishes) -> SafeString:
    return format_html(
        '<div class="field{}">{}{}<label class="option" for="{}">{}<span>{}</span></label></div>',
        " in-error" if bound.errors else "",
        _hint(bound),
        _errors(bound),
        bound.id_for_label,
        bound.as_widget(attrs=_attributes(bound, wishes, "")),
        wishes.label or bound.label,
    )


def _attributes(bound: BoundField, wishes: Wishes, counter_id: str) -> dict:
    widget = bound.field.widget
    attributes = {}
    if isinstance(widget, forms.FileInput):
        attributes["class"] = _classes(widget, "drop")
    elif not isinstance(widget, forms.CheckboxInput):
        attributes["class"] = _classes(widget, "input")
        # A browser cuts pasted text at maxlength without a word. The counter says so instead, and the form refuses.
        attributes["maxlength"] = attributes["minlength"] = False
    if wishes.rows:
        attributes["rows"] = wishes.rows
        attributes["cols"] = False
    if described := _described_by(bound, counter_id):
        attributes["aria-describedby"] = described
    if counter_id:
        attributes["data-count"] = counter_id
        attributes["data-count-max"] = bound.field.max_length
    return attributes


def _classes(widget: forms.Widget, own: str) -> str:
    return f"{own} {widget.attrs.get('class', '')}".strip()


def _described_by(bound: BoundField, counter_id: str = "") -> str:
    ids = (
        f"{bound.auto_id}_helptext" if bound.help_text else "",
        f"{bound.auto_id}_error" if bound.errors else "",
        counter_id,
    )
    return " ".join(filter(None, ids))


def _optional(bound: BoundField, wishes: Wishes) -> SafeString | str:
    if bound.field.required or not wishes.optional:
        return ""
    return format_html('<span class="optional">{}</span>', _("（选填）"))


def _hint(bound: BoundField) -> SafeString | str:
    if not bound.help_text:
        return ""
    return format_html('<p class="hint" id="{}_helptext">{}</p>', bound.auto_id, bound.help_text)


def _errors(bound: BoundField) -> SafeString | str:
    if not bound.errors:
        return ""
    return format_html(
        '<p class="error-text" id="{}_error">{}<span><span class="visually-hidden">{}</span>{}</span></p>',
        bound.auto_id,
        icon("circle-alert"),
        _("错误："),
        mark_safe("<br>".join(conditional_escape(error) for error in bound.errors)),
    )


def _has_counter(bound: BoundField) -> bool:
    return bool(getattr(bound.field, "max_length", None)) and isinstance(bound.field.widget, forms.Textarea)


def _counter(bound: BoundField, counter_id: str) -> SafeString | str:
    if not counter_id:
        return ""
    return format_html(
        '<div class="field-foot"><span class="num" id="{}">{}</span></div>',
        counter_id,
        _("最多 %(most)s 个字") % {"most": bound.field.max_length},
    )


def _filter_box(bound: BoundField, wishes: Wishes) -> SafeString | str:
    """Hidden until the script is there: without it the box would do nothing."""
    if not wishes.filter:
        return ""
    return format_html(
        '<input class="input filter-box" type="search" hidden aria-label="{0}" placeholder="{0}" data-filter="#{1}_options">',
        wishes.filter,
        bound.auto_id,
    )


def render_error_summary(formlike: list) -> SafeString | str:
    """Everything that is wrong on the page, each line a link to its field; "" when nothing is."""
    lines = [line for form in formlike if form is not None for line in _summary_lines(form)]
    if not lines:
        return ""
    return format_html(
        '<div class="error-summary" role="alert" tabindex="-1" aria-labelledby="error-summary-title" data-error-summary>'
        '<h2 id="error-summary-title">{}</h2><ul>{}</ul></div>',
        _("这一页还差一点"),
        format_html_join("", "<li>{}</li>", ((line,) for line in lines)),
    )


def _summary_lines(form: forms.BaseForm):
    if not form.is_bound:
        return
    for name, errors in form.errors.items():
        target = _anchor(form, name)
        for error in errors:
            yield format_html('<a href="#{}">{}</a>', target, error) if target else conditional_escape(error)


def _anchor(form: forms.BaseForm, name: str) -> str:
    """The id of what to jump to: the control, or the first option of a group."""
    if name == "__all__" or name not in form.fields:
        return ""
    bound = form[name]
    if isinstance(bound.field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return f"{bound.auto_id}_0"
    return bound.id_for_label
