"""Controls written out in Python are Django's own, letter by letter."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe

from xinqiao.ui.controls import Renderer

ODD = "<b>\"x\" & 'y'</b>\n\u3000{{ no }}"
ATTRIBUTES = {
    "id": "id_x",
    "class": "input wide",
    "required": True,
    "maxlength": False,
    "rows": 3,
    "data-x": ODD,
    "data-y": mark_safe("&amp;"),
}
CONTROLS = {
    "text": (forms.TextInput(), (ODD, None, "", "甲", mark_safe("&lt;"))),
    "password": (forms.PasswordInput(), (ODD,)),
    "hidden": (forms.HiddenInput(), (ODD, 7)),
    "number": (forms.NumberInput(), (1200, None)),
    "email": (forms.EmailInput(), (ODD,)),
    "date": (forms.DateInput(attrs={"type": "date"}), ("2026-11-22", None)),
    "check box": (forms.CheckboxInput(), (True, False, None, ODD)),
    "text area": (forms.Textarea(), (ODD, None, "", "\n甲")),
    "select": (forms.Select(choices=[("a", ODD), ("b", "乙")]), ("a", None)),
    "file": (forms.FileInput(), (None,)),
}


@pytest.mark.parametrize("name", CONTROLS)
def test_control_is_that_of_django(name):
    widget, values = CONTROLS[name]
    for value in values:
        for attributes in (ATTRIBUTES, {}):
            ours, theirs = (
                widget.render("field_x", value, dict(attributes), renderer())
                for renderer in (Renderer, DjangoTemplates)
            )
            assert ours == theirs, (value, attributes)


@pytest.mark.parametrize("widget", [forms.RadioSelect, forms.CheckboxSelectMultiple])
def test_options_one_by_one_and_together(widget):
    class Form(forms.Form):
        kind = forms.ChoiceField(choices=[("a", ODD), (ODD, "乙")], widget=widget)

    ours, theirs = (Form({"kind": ODD}, renderer=renderer())["kind"] for renderer in (Renderer, DjangoTemplates))
    assert [one.tag() for one in ours.subwidgets] == [one.tag() for one in theirs.subwidgets]
    assert str(ours) == str(theirs)
