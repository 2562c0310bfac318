"""督办: proposed, signed, answered, sent back, closed (SV-2, SV-3, SV-9)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from xinqiao.matters import policy
from xinqiao.matters.steps import supervise
from xinqiao.organisations.models import Organisation
from xinqiao.rules.patrol import TRIGGERS, Ground
from xinqiao.rules.sampling import GROUNDS, fault_words, faults_of
from xinqiao.rules.stages import Step
from xinqiao.rules.supervision import ANSWER_DAYS, Means
from xinqiao.rules.supervision import SupervisionState as State
from xinqiao.supervision import sampling
from xinqiao.supervision.models import Finding, FindingState, Sheet

from ..fields import Day, Organ, Prose
from . import StepForm

# Which supervisions each step is about, and whose they are.
ABOUT = {
    Step.ISSUE_SUPERVISION: ((State.PROPOSED,), "office"),
    Step.DECLINE_SUPERVISION: ((State.ASKED, State.PROPOSED), "office"),
    Step.ANSWER_SUPERVISION: ((State.ISSUED,), "organisation"),
    Step.RETURN_SUPERVISION: ((State.ANSWERED,), "office"),
    Step.CLOSE_SUPERVISION: ((State.ANSWERED,), "office"),
}


def rows_for(situation) -> list:
    """The supervisions that this step could be about."""
    states, of = ABOUT[situation.step]
    return supervise.waiting(situation.matter, *states, officer=situation.officer, of=of)


class OneOfThem(StepForm):
    """A step about one supervision; where there are several, the officer says which."""

    def prepare(self):
        rows = rows_for(self.situation)
        if len(rows) > 1:
            names = [(row.pk, str(row.organisation)) for row in rows]
            which = forms.TypedChoiceField(label=_("哪一项督办"), choices=names, coerce=int, widget=forms.RadioSelect)
            self.fields = {"supervision_id": which, **self.fields}


class ProposeForm(StepForm):
    from_address = ("sheet",)
    to = Organ(label=_("督办哪个单位"))
    ground = forms.ChoiceField(label=_("问题类别"), choices=Ground.choices(), widget=forms.RadioSelect)
    means = forms.ChoiceField(label=_("督办方式"), choices=Means.choices(), initial=Means.LETTER)
    broken = Prose(label=_("没有做到什么"), rows=4, help_text=_("写明事实、日期和违反的规定。"))
    demand = Prose(label=_("要求"), rows=3, help_text=_("要做什么、做到什么程度。"))
    improvement = Prose(
        label=_("改进工作的建议"), rows=3, help_text=_("怎样避免再发生。依据信访工作条例第四十条，督办时一并提出。")
    )
    answer_by_on = Day(label=_("最晚哪一天答复"))

    def prepare(self):
        organs = supervise.supervisable(self.matter, self.officer)
        self.offer("to", Organisation.objects.filter(pk__in=[organ.pk for organ in organs]))
        self.first(answer_by_on=policy.limit(ANSWER_DAYS, self.situation.today).due)
        self._found, sheet = self._finding(), self._sheet()
        if sheet:
            sort = sheet.sample.sort
            broken = fault_words(sort, sheet.answers, sheet.note)
            self.first(ground=GROUNDS[sort].value, broken=broken)
            if any(organ.pk == sheet.organisation_id for organ in organs):
                self.first(to=sheet.organisation_id)
        elif self._found:
            trigger = TRIGGERS[self._found.trigger]
            broken = f"{trigger.name}（{self._found.since_on:%Y年%-m月%-d日}起）。{trigger.basis}。"
            self.first(to=self._found.organisation_id, ground=trigger.ground.value, broken=broken)
        elif len(organs) == 1:
            self.first(to=organs[0].pk)

    def _finding(self) -> Finding | None:
        """What the patrol found here and somebody agreed with: the letter begins from that."""
        found = Finding.objects.filter(matter=self.matter, state__in=(FindingState.ACCEPTED, FindingState.NEW))
        return found.order_by("-state", "pk").first()

    def _sheet(self) -> Sheet | None:
        """The sheet of a sample from which the officer came (`?sheet=`), of the own office and about this matter."""
        asked = str(self.initial.get("sheet", ""))
        if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
            return None
        own = Sheet.objects.filter(
            sample__in=sampling.visible_to(self.officer), matter=self.matter, checked_at__isnull=False
        )
        sheet = own.select_related("sample").filter(pk=int(asked)).first()
        return sheet if sheet and faults_of(sheet.sample.sort, sheet.answers) else None

    def facts(self):
        given = super().facts()
        same = self._found and self._found.organisation_id == given["to"].pk
        return {**given, "finding_id": self._found.pk if same else None}


class IssueForm(OneOfThem):
    pass


class DeclineForm(OneOfThem):
    reason = Prose(label=_("不予督办的理由"), rows=4, help_text=_("信访人要求督办的，会看到这段话。"))


class AnswerForm(OneOfThem):
    text = Prose(label=_("答复"), rows=8, help_text=_("查了什么、做了什么、结果怎样、还有什么没有做到和什么时候做到。"))


class ReturnForm(OneOfThem):
    reason = Prose(label=_("还缺什么"), rows=4)
    answer_by_on = Day(label=_("最晚哪一天再答复"))

    def prepare(self):
        super().prepare()
        self.first(answer_by_on=policy.limit(ANSWER_DAYS, self.situation.today).due)


class CloseForm(OneOfThem):
    outcome = Prose(label=_("督办结果"), rows=4, help_text=_("信访人会看到。写明单位做了什么、问题解决了没有。"))
