"""What a file of figures is for, and in which form."""

from django import forms

from ..confirmation import PasswordAgain
from ..exports.forms import Purpose, form_field


class TableForm(PasswordAgain, forms.Form):
    """Purpose, form, and the password again where it was not given a moment ago."""

    purpose = Purpose()
    form = form_field()
