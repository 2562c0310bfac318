"""A matter's number as it is printed on the receipt."""

from django import template

from xinqiao.rules.numbering import print_matter_number

register = template.Library()


@register.filter
def matter_number(number: str) -> str:
    """{{ matter.number|matter_number }}: 990100 20260302 0001 8."""
    return print_matter_number(number) if number else ""
