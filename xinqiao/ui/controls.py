"""The controls of forms as HTML, written out (FORM_RENDERER): Django prints each by a template with two others in it.

What they are is Django's: the same element, the same attributes in the same order. Anything else than a plain control is left to Django.
"""

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

_FOLDER = "django/forms/widgets/"
_INPUTS = frozenset(
    f"{_FOLDER}{name}.html"
    for name in ("input", "text", "email", "url", "tel", "search", "number", "password", "hidden", "checkbox", "radio_option", "checkbox_option")
)  # fmt: skip
_TEXT = f"{_FOLDER}textarea.html"


class Renderer(DjangoTemplates):
    """Django's, but for inputs and areas of text."""

    def render(self, template_name: str, context: dict, request=None) -> SafeString:
        widget = context.get("widget")
        if template_name == _TEXT:
            return _text_area(widget)
        if template_name in _INPUTS and not widget.get("wrap_label"):
            return _input(widget)
        return super().render(template_name, context, request)


def _input(widget: dict) -> SafeString:
    value = widget["value"]
    said = "" if value is None else f' value="{_escaped(value)}"'
    kind, name = conditional_escape(widget["type"]), conditional_escape(widget["name"])
    return mark_safe(f'<input type="{kind}" name="{name}"{said}{_attributes(widget["attrs"])}>')


def _text_area(widget: dict) -> SafeString:
    name, value = conditional_escape(widget["name"]), widget["value"]
    said = conditional_escape(value) if value else ""
    return mark_safe(f'<textarea name="{name}"{_attributes(widget["attrs"])}>\n{said}</textarea>')


def _attributes(given: dict) -> str:
    """`True` is a name alone, `False` nothing at all."""
    return "".join([
        f" {conditional_escape(name)}" + ("" if value is True else f'="{_escaped(value)}"')
        for name, value in given.items()
        if value is not False
    ])  # fmt: skip


def _escaped(value: object) -> str:
    return conditional_escape(value if isinstance(value, SafeString) else str(value))
