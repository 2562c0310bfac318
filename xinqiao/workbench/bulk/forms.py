"""What a bulk act asks for, once for all petitions. Whether it fits each of them, the step says (rules/bulk.py)."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinqiao.matters.act import REASON_AT_LEAST, too_short
from xinqiao.organisations.models import Officer
from xinqiao.rules.bulk import BulkAct

from ..acts.fields import Organ, Prose, by_competence
from ..acts.forms import StepForm
from ..acts.forms.handle import StartForm
from ..acts.forms.office import offices_above, organs_of_territory
from ..acts.forms.unit import subordinates
from ..acts.situation import Situation


class Nothing(StepForm):
    """Nothing to fill in."""


class ToOrgan(StepForm):
    """One receiver and one reason for all."""

    to = Organ(label=_("转给哪个机关、单位"))
    reason = Prose(
        label=_("转送理由"),
        rows=3,
        help_text=_("写明为什么都归它办，至少%(n)s个字。收件单位在每一件里都会看到。") % {"n": REASON_AT_LEAST},
    )

    def prepare(self):
        self.offer("to", self.candidates(), by_competence(self.officer))

    def candidates(self):
        return organs_of_territory(self.officer) | offices_above(self.officer)

    def clean_reason(self) -> str:
        """Said once here; else every single step would say it."""
        reason = self.cleaned_data["reason"]
        if too_short(reason):
            raise ValidationError(_("请写明为什么都归它办，至少%(n)s个字。") % {"n": REASON_AT_LEAST})
        return reason


class ToLowerOrgan(ToOrgan):
    def candidates(self):
        return organs_of_territory(self.officer).filter(level__gt=self.officer.organisation.level)


class ToSubordinate(ToOrgan):
    def candidates(self):
        return subordinates(self.officer)


class ToHandler(StartForm):
    """One handler, who declares for every petition of the list."""

    def prepare(self):
        super().prepare()
        self.fields["no_interest"].label = _("承办人声明：与勾选的每一件的信访人、信访事项都没有利害关系")


FORMS: dict[str, type[StepForm]] = {
    "nothing": Nothing,
    "organ": ToOrgan,
    "lower_organ": ToLowerOrgan,
    "subordinate": ToSubordinate,
    "handler": ToHandler,
}
NEVER_BROUGHT_BACK = frozenset({"no_interest"})  # a declaration is made anew for every list


def form_of(act: BulkAct, officer: Officer, sent=None, initial: dict | None = None) -> StepForm:
    """The form of this act for this officer: with what was sent, or with first values."""
    here = Situation(act.step, None, officer, timezone.now())
    return FORMS[act.asks](sent, initial=initial or {}, situation=here)


def typed(act: BulkAct, officer: Officer, sent) -> dict:
    """What was typed so far, as first values: for a search on the page, or for the second try of some petitions."""
    names = FORMS[act.asks].base_fields
    kept = {name: sent.get(name) for name in names if sent.get(name)}
    searched = {name: value for name, value in sent.items() if name.endswith("_find")}
    return {**kept, **searched}
