"""Icons of the Lucide set (ISC licence), drawn into the page so that no other request and no font is needed."""

from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from lucide import _render_icon


@lru_cache(maxsize=512)
def icon(name: str, label: str = "") -> SafeString:
    """The icon as SVG, sized by the text around it. Hidden from screen readers unless `label` says what it means.

    Kept after the first call: parsing one costs 100 times more than printing it, and a list shows fifty.
    Raises `lucide.IconDoesNotExist` for an unknown name, so that a wrong one fails in the first test of its page.
    """
    spoken = {"role": "img", "aria_label": str(label)} if label else {"aria_hidden": "true"}
    # Lucide escapes attribute values itself; width and height stay as a fallback for the moment before the styles load.
    return mark_safe(_render_icon(str(name), 20, **{"class": "icon"}, **spoken))
