"""The small acts of single pages that work without JavaScript: add a line, look for a place, go one step down the tree."""

import re

from . import places
from .forms import REQUESTS_AT_MOST

_NOT_KEPT = {"csrfmiddlewaretoken", "act", "from", "listed", "attachments", "file", "into"}
_FIELD = re.compile(r"[a-z_]{1,30}[0-9]{0,3}")


def typed(slug: str, post) -> dict[str, str]:
    """What a page's form holds, as it was typed."""
    kept = {name: post.get(name) for name in post if name not in _NOT_KEPT and _FIELD.fullmatch(name)}
    if slug == "place" and "into" in post:
        kept["place"] = post["into"]
    return kept


def change(slug: str, kept: dict[str, str], act: str) -> dict[str, str]:
    """The typed values after the act of a button."""
    if slug == "requests":
        return _change_lines(kept, act)
    if slug == "place" and act == "elsewhere":
        return {**kept, "place": ""}
    if slug == "respondent" and act == "look":
        return {**kept, "looked": "yes", "organisation": ""}
    return kept


def _change_lines(kept: dict[str, str], act: str) -> dict[str, str]:
    numbers = sorted(int(name[8:]) for name in kept if re.fullmatch(r"request_[0-9]{1,3}", name))
    lines = [kept[f"request_{number}"] for number in numbers]
    if act == "add" and len(lines) < REQUESTS_AT_MOST:
        lines.append("")
    if found := re.fullmatch(r"remove-([0-9]{1,3})", act):
        lines = [line for number, line in enumerate(lines) if number != int(found[1])]
    return {f"request_{number}": line for number, line in enumerate(lines or [""])}


def anchor(slug: str, act: str) -> str:
    """Where the page continues after an act, so that nobody has to scroll back."""
    if slug == "requests":
        return "#lines-end" if act == "add" else ""
    return {"look": "#units"}.get(act, "")


def context(slug: str, form, kept: dict, query) -> dict:
    """What a page shows beside its form."""
    if slug != "place":
        return {}
    chosen = places.find(form.typed().get("place"))
    if chosen is None:
        words = query.get("q", "")
        found = places.search(words) if words.strip() else None
        offered, wider = places.first_choice()
        return {"words": words, "found": _shown(found or []), "looked": found is not None,
                "top": _shown(offered), "wider": _shown(wider)}  # fmt: skip
    chain = places.chain(chosen)
    return {
        "chosen": chosen,
        "chosen_name": places.own_name_of(chosen),
        "chain": [(one.pk, places.own_name_of(one)) for one in chain[:-1]],
        "office": places.office_of(chosen),
        "below": _shown(places.below(chosen)),
    }


def _shown(organisations) -> list[dict]:
    """Names as people say them; where a name alone is not clear, the place above it too."""
    return [
        {
            "id": one.pk,
            "name": places.own_name_of(one),
            "above": places.name_of(one.parent) if one.level > 3 and one.parent else "",
            "pinyin": one.pinyin,
        }
        for one in organisations
    ]
