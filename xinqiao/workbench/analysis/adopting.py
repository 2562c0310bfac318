"""采用: a proposal that an officer pressed for is put into the field of the form; what was typed stays, nothing is taken by it.

Which sort of proposal belongs to which field of which step is the table `FIELDS`. A step without a row shows proposals to read only.
"""

from collections.abc import Callable
from dataclasses import dataclass

from xinqiao.analysis.text.proposal import Candidate
from xinqiao.rules.proposals import Sort
from xinqiao.rules.stages import Step

from ..acts.forms import StepForm

YES = ("yes", "on", "True", "true")


@dataclass(frozen=True)
class Field:
    """One field. `offered`: whether the form takes such a value; `holds`: whether it has it now; `put`: what it has afterwards."""

    name: Callable[[Candidate], str]
    offered: Callable[[StepForm, str, Candidate], bool]
    holds: Callable[[StepForm, str, Candidate], bool]
    put: Callable[[StepForm, str, Candidate, object], object]


def _one_of(name: str, find: Callable[[StepForm, str, Candidate], str]) -> Field:
    """A choice of one. `find` gives the value as the form knows it, "" where the form does not offer it."""
    return Field(
        lambda _: name,
        lambda form, field, one: bool(find(form, field, one)),
        lambda form, field, one: find(form, field, one) in form.given(field),
        lambda form, field, one, before: find(form, field, one),
    )


def _listed(form: StepForm, field: str, one: Candidate) -> str:
    return one.value if one.value in {str(value) for value, _label in form.fields[field].choices} else ""


def _by_code(form: StepForm, field: str, one: Candidate) -> str:
    pk = form.fields[field].queryset.filter(code=one.value).values_list("pk", flat=True).first()
    return str(pk or "")


def _by_key(form: StepForm, field: str, one: Candidate) -> str:
    number = one.value.rpartition(":")[2]
    known = number.isdigit() and form.fields[field].queryset.filter(pk=number).exists()
    return number if known else ""


def _tick(name: str) -> Field:
    return Field(
        lambda _: name,
        lambda form, field, one: one.value != "no",
        lambda form, field, one: bool(set(form.given(field)) & set(YES)),
        lambda form, field, one, before: True,
    )


def _lines(form: StepForm, field: str) -> list[str]:
    return [line.strip() for line in "\n".join(form.given(field)).splitlines() if line.strip()]


LINE = Field(
    lambda _: "requests",
    lambda form, field, one: True,
    lambda form, field, one: one.value in _lines(form, field),
    lambda form, field, one, before: "\n".join([*_lines(form, field), one.value]),
)

_WHO = {"organisation": "accused", "officer": "accused_officers"}


def _respondent_field(one: Candidate) -> str:
    return _WHO.get(one.value.partition(":")[0], "accused_people")


def _is_typed(field: str) -> bool:
    return field == "accused_people"


RESPONDENT = Field(
    _respondent_field,
    lambda form, field, one: _is_typed(field) or bool(_by_key(form, field, one)),
    lambda form, field, one: (
        one.label in _lines(form, field) if _is_typed(field) else _by_key(form, field, one) in form.given(field)
    ),
    lambda form, field, one, before: (
        "\n".join([*_lines(form, field), one.label])
        if _is_typed(field)
        else [*form.given(field), _by_key(form, field, one)]
    ),
)

_TO = {Sort.UNIT: _one_of("to", _by_key)}
FIELDS: dict[Step, dict[Sort, Field]] = {
    Step.CLASSIFY: {
        Sort.CLASS: _one_of("content_class", _by_code),
        Sort.KIND: _one_of("kind", _listed),
        Sort.PLACE: _one_of("place", _by_key),
        Sort.REQUESTS: LINE,
        Sort.LITIGATION: _tick("litigation"),
        Sort.URGENCY: _tick("urgent"),
        Sort.RESPONDENTS: RESPONDENT,
    },
    **dict.fromkeys(
        (Step.TRANSFER, Step.TRANSFER_DOWN, Step.ASSIGN, Step.TRANSFER_POLITICAL_LEGAL, Step.PASS_DOWN), _TO
    ),
}
# Where there is nothing to fill in yet, they are there to be read.
READ_ONLY = {Step.REGISTER: (Sort.CLASS, Sort.KIND, Sort.PLACE, Sort.LITIGATION, Sort.URGENCY)}


def sorts_of(step: Step) -> tuple[Sort, ...]:
    """What is shown beside the form of a step, in the order of the form."""
    return tuple(FIELDS.get(step, ())) or READ_ONLY.get(step, ())
