"""转送、交办、引导、回复、存查、不再受理、答复异议、管辖: the petition office decides (D.3, T-22, T-23, J-02)."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from xinqiao.matters.secrecy import shut_out_organisations
from xinqiao.matters.steps.transfer import FILING_REASONS, LAW_LINES
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules import grounds, terms
from xinqiao.rules.stages import Line, Route

from ..fields import Day, OneLine, Organ, Organs, Prose, by_competence
from . import StepForm

REASONS = (
    "该事项属于{to}的职责范围，请依法按程序处理。",
    "该事项涉及的行政许可、监督管理由{to}负责。",
    "该事项由{to}的下级单位经办，请督促处理。",
    "{to}此前已受理同一事项，请一并处理。",
)
ROUTE_LABELS = [(route.value, route.label) for route in Route]


def organs_of_territory(officer: Officer):
    """Active organs of the officer's territory, without the own one."""
    low, high = officer.organisation.territory
    return Organisation.objects.filter(active=True, lft__range=(low, high)).exclude(pk=officer.organisation_id)


def organs_in_reach(officer: Officer, matter):
    """The same for one matter: without the accused set (C-01)."""
    return organs_of_territory(officer).exclude(shut_out_organisations(matter.pk))


def offices_above(officer: Officer):
    """The next petition office up: where a matter goes that is not of this territory."""
    low, high = officer.organisation.territory
    above = Organisation.objects.filter(
        active=True, line=Line.PETITION_OFFICE, lft__lt=officer.organisation.lft, territory_rgt__gte=high
    )
    return above.exclude(lft__range=(low, high))


class _Sending(StepForm):
    """To one organ, with the reason why it is competent."""

    to = Organ(label=_("转给哪个机关、单位"))
    reason = Prose(
        label=_("转送理由"),
        help_text=_("写明为什么归它办，收件单位会看到。也可以用下面的常用理由。"),
        rows=3,
        required=False,
    )
    template = forms.ChoiceField(
        label=_("常用理由"), required=False, help_text=_("理由没有填写时使用，“它”会换成收件机关、单位的名称。")
    )

    def prepare(self):
        self.offer("to", self.candidates(), by_competence(self.officer, self.matter))
        if "template" in self.fields:
            words = [(str(n), one.format(to=_("它"))) for n, one in enumerate(REASONS)]
            self.fields["template"].choices = [("", _("不用常用理由")), *words]

    def candidates(self):
        return organs_in_reach(self.officer, self.matter)

    def facts(self):
        facts = super().facts()
        template = facts.pop("template", "")
        if not facts.get("reason") and template:
            facts["reason"] = REASONS[int(template)].format(to=facts["to"].name)
        return facts


class TransferForm(_Sending):
    instruction = Prose(
        label=_("转交意见"), required=False, rows=2, help_text=_("请收件单位注意的事，例如先联系信访人。")
    )
    proposed_route = forms.ChoiceField(label=_("建议的处理途径"), choices=ROUTE_LABELS)
    co_handlers = Organs(label=_("协办机关、单位"), help_text=_("涉及几个单位时勾选，由主办单位牵头答复信访人。"))
    folded = (_("更多：转交意见、处理途径、协办单位"), ("instruction", "proposed_route", "co_handlers"))

    def prepare(self):
        super().prepare()
        self.first(proposed_route=self.matter.route or Route.PETITION.value)
        self.offer("co_handlers", organs_in_reach(self.officer, self.matter).exclude(line=Line.PETITION_OFFICE))

    def candidates(self):
        above = offices_above(self.officer).exclude(shut_out_organisations(self.matter.pk))
        return organs_in_reach(self.officer, self.matter) | above


class TransferDownForm(TransferForm):
    def candidates(self):
        return organs_in_reach(self.officer, self.matter).filter(level__gt=self.officer.organisation.level)


class AssignForm(_Sending):
    importance = Prose(label=_("为什么要交办"), help_text=_("重要在哪里，例如涉及多人、反复信访、领导批示。"), rows=2)
    report_due_on = Day(label=_("反馈结果的日期"), help_text=_("收件单位要在这一天以前报送办结报告。"))
    instruction = Prose(label=_("交办要求"), required=False, rows=2)
    proposed_route = forms.ChoiceField(label=_("建议的处理途径"), choices=ROUTE_LABELS)
    folded = (_("更多：交办要求、处理途径"), ("instruction", "proposed_route"))

    def prepare(self):
        super().prepare()
        days = terms.find("ASSIGN_N").days
        self.first(proposed_route=Route.PETITION.value, report_due_on=self.situation.today + timedelta(days=days))
        self.fields["to"].label = _("交给哪个机关、单位办")
        self.fields["reason"].label = _("为什么归它办")


class PoliticalLegalForm(_Sending):
    def candidates(self):
        return organs_in_reach(self.officer, self.matter).filter(line__in=LAW_LINES)


class DisciplineForm(StepForm):
    to = Organ(label=_("移送哪个纪检监察机关"), help_text=_("按干部管理权限选择。"))
    pages = forms.IntegerField(
        label=_("页数"), min_value=1, max_value=9999, help_text=_("移送清单只写编号、日期和页数，不写内容。")
    )
    danger = True

    def prepare(self):
        self.first(pages=1)
        self.offer("to", organs_in_reach(self.officer, self.matter).filter(line=Line.DISCIPLINE))


class GuideForm(StepForm):
    to = Organ(label=_("引导到哪个机关"))
    basis = Prose(
        label=_("法律规定"), rows=3, help_text=_("写明为什么应当到那里办，例如：法院已立案，对判决不服应当上诉。")
    )
    bring = Prose(label=_("要带的材料"), rows=2)

    def prepare(self):
        lines = [*LAW_LINES, Line.CONGRESS, Line.CPPCC, Line.DISCIPLINE]
        self.first(bring=_("身份证、相关法律文书、证据材料"))
        self.offer("to", organs_in_reach(self.officer, self.matter).filter(line__in=lines))


class ReportUpForm(StepForm):
    proposal = Prose(
        label=_("情况和建议"), limit="facts", rows=7, help_text=_("写明发生了什么、影响、已经做了什么、建议怎样处理。")
    )


class ReturnFromLeadershipForm(StepForm):
    decision = Prose(label=_("批示内容"), rows=4, help_text=_("照原文抄录，写明批示人和日期。"))


class ReplyForm(StepForm):
    text = Prose(
        label=_("答复内容"),
        limit="summary",
        rows=7,
        help_text=_("只用于咨询、感谢或者公开信息能说明的事。信访人会看到全文。"),
    )

    def prepare(self):
        self.fields["text"].max_length = 4000


class FilingForm(StepForm):
    reason = forms.ChoiceField(
        label=_("存查的原因"),
        choices=list(FILING_REASONS.items()),
        widget=forms.RadioSelect,
        help_text=_("只能按列明的原因存查。都不符合的，请转送或者回复。"),
    )
    danger = True


class NoLongerAcceptedForm(StepForm):
    """The tick list of NL-1 (D.10), made from the table of the rules."""

    danger = True

    def prepare(self):
        make = {"text": self._text, "date": self._date, "yes": self._yes, "person": self._person}
        for check in grounds.no_longer_accepted_checks():
            self.fields[check.name] = make[check.kind](check)

    def _text(self, check):
        long = check.name.endswith("_compared")
        return Prose(label=check.label, rows=4) if long else OneLine(label=check.label)

    def _date(self, check):
        return Day(label=check.label)

    def _yes(self, check):
        return forms.BooleanField(
            label=check.label,
            error_messages={"required": _("有新的事实或者理由时，不能不再受理，请按新事项登记；确实没有的，请勾选。")},
        )

    def _person(self, check):
        colleagues = Officer.objects.filter(organisation_id=self.officer.organisation_id, active=True)
        names = colleagues.exclude(user=self.officer.user_id).values_list("user__name", flat=True).distinct()
        return forms.ChoiceField(
            label=check.label,
            choices=[("", _("请选择")), *((name, name) for name in names.order_by("user__name"))],
            help_text=_("要由另一个人核对，不能是您自己。"),
        )

    def facts(self):
        return {"checks": super().facts()}


class ObjectionAnswerForm(StepForm):
    reason = Prose(label=_("审核的理由"), help_text=_("对照异议逐项写明，引用职责分工的依据。"))


class LateObjectionForm(StepForm):
    reason = Prose(label=_("准许的理由"), help_text=_("写明有什么特殊情况，为什么没有在期限内提出。收件单位会看到。"))


class DisputeForm(StepForm):
    opinion = Prose(label=_("本单位的意见"), help_text=_("写明各方的理由，以及本单位认为应当由谁办理。"))


class DecideForm(StepForm):
    to = Organ(label=_("裁定由哪个机关、单位办理"))
    reason = Prose(label=_("裁定的理由"))
    danger = True

    def prepare(self):
        self.offer("to", organs_in_reach(self.officer, self.matter), by_competence(self.officer, self.matter))
