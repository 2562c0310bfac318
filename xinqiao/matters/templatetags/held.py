"""What the list of a citizen says beside a file that is not given out now; an officer reads it on opening."""

from django import template

from .. import files

register = template.Library()


@register.filter
def standing(attachment) -> str:
    """`{{ file|standing }}`: waits for the virus scanner, or a virus was found in it; empty for any other."""
    return files.standing(attachment.stored_name)
