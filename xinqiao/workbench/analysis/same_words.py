"""Why two matters may be the same, in words."""

from django.utils.translation import gettext as _

from xinqiao.analysis.same import Earlier


def why(one: Earlier) -> tuple[str, ...]:
    """What speaks for the two being the same, and what against, in words."""
    found = []
    if one.copied:
        found.append(_("文字大致相同"))
    if one.apart:
        found.append(_("标题写的地点、单位不同，请特别核对"))
    if one.places:
        found.append(_("都提到%(names)s") % {"names": "、".join(one.places)})
    if one.bodies:
        found.append(_("都提到单位%(names)s") % {"names": "、".join(one.bodies)})
    if one.same_place:
        found.append(_("问题属地相同"))
    if one.same_person:
        found.append(_("同一信访人"))
    return tuple(found)
