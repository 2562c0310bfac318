"""A page on which several acts are offered, each with its own small form; what was typed stays when one is refused.

ACTS = {"sign": PageAct(_("签发"), SignForm, recommendations.sign)}
forms, taken = take(request, offered, row, at=now)
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.http import HttpRequest

from xinqiao.rules.refusals import StepRefused
from xinqiao.supervision.recommendations import Incomplete

from ..acts.fields import Prose


class ActForm(forms.Form):
    """A small form of one act. Its fields are the keyword arguments of the act."""

    use_required_attribute = False

    def __init__(self, *args, name: str = "", **kwargs):
        super().__init__(*args, auto_id=f"f-{name}-%s", label_suffix="", **kwargs)

    def facts(self) -> dict:
        """What is handed to the act."""
        return dict(self.cleaned_data)


def reason(label, help_text="", *, rows: int = 3) -> Prose:
    """A reason in several lines, with its own words for what is missing."""
    return Prose(label=label, help_text=help_text, rows=rows, error_messages={"required": f"请填写“{label}”。"})


@dataclass(frozen=True)
class PageAct:
    """One act of a page: what its button says, what it asks, what it calls. `folded`: seldom needed."""

    label: str
    form: type[ActForm]
    act: Callable
    kind: str = "primary"
    folded: bool = False
    intro: str = ""


def take(
    request: HttpRequest, offered: dict[str, PageAct], row_id: int, *, at: datetime, initial: dict | None = None
) -> tuple[list[dict], bool]:
    """(the forms of the page, whether the one that was sent is done). A refusal stands on its own form."""
    sent = request.POST.get("do", "") if request.method == "POST" else ""
    rows, taken = [], False
    for name, act in offered.items():
        bound = request.POST if name == sent else None
        form = act.form(bound, name=name, initial=(initial or {}).get(name))
        if bound is not None and form.is_valid():
            taken = _taken(request, act, row_id, form, at)
        rows.append({"name": name, "act": act, "form": form, "open": bool(form.errors)})
    return rows, taken


def _taken(request: HttpRequest, act: PageAct, row_id: int, form: ActForm, at: datetime) -> bool:
    try:
        act.act(row_id, **form.facts(), by=request.officer, at=at, request=request)
    except Incomplete as refused:
        for name, words in refused.fields.items():
            form.add_error(name if name in form.fields else None, words)
    except StepRefused as refused:
        form.add_error(next(iter(form.fields), None) if refused.code == "words_missing" else None, refused.message)
    return not form.errors
