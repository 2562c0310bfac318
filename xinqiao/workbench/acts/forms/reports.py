"""检举控告与回避: sealed past this level, off line, clearance, the second person, recusal (C-02, C-03, C-05, C-08, C-15)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from xinqiao.matters.secrecy import shut_out_organisations
from xinqiao.matters.steps import recuse
from xinqiao.matters.steps.reports import AGAINST, sealed_receivers
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.stages import Role

from ..fields import Day, OneLine, Organ, Prose, YesNo
from . import StepForm


class PassSealedForm(StepForm):
    against = forms.ChoiceField(label=_("为什么密封上送"), choices=list(AGAINST.items()), widget=forms.RadioSelect)
    to = Organ(label=_("送到上一级哪个机关"), help_text=_("一般送上一级纪检监察机关。"))
    pages = forms.IntegerField(label=_("页数"), min_value=1, max_value=9999)
    danger = True

    def prepare(self):
        self.first(pages=1)
        found = sealed_receivers(self.matter, self.officer.organisation)
        order = {organ.pk: -place for place, organ in enumerate(found)}
        if found:
            self.first(to=found[0].pk)
        self.offer("to", Organisation.objects.filter(pk__in=order), lambda organ: order.get(organ.pk, 0) - 100)


class OffLineForm(StepForm):
    receiver = OneLine(label=_("封存后交给谁"), help_text=_("保管、办理的单位和经手人，例如：本局保密室 张某某。"))
    handed_on = Day(label=_("移交日期"))
    reason = Prose(label=_("理由"), rows=3, help_text=_("写为什么要转为线下办理，不要写涉密的内容。"))
    danger = True

    def prepare(self):
        self.first(handed_on=self.situation.today)


class ClearForm(StepForm):
    organisation = Organ(label=_("允许哪个下级单位知悉"), help_text=_("只列出因为上级单位被检举控告而回避的下级单位。"))
    reason = Prose(label=_("理由"), rows=3, help_text=_("写明为什么它不会泄露，由它办理有什么必要。"))
    danger = True

    def prepare(self):
        accused = self.matter.accused.filter(organisation__isnull=False).values("organisation")
        found = Organisation.objects.filter(shut_out_organisations(self.matter.pk), active=True)
        self.offer("organisation", found.exclude(pk__in=accused))


class LiftForm(StepForm):
    organisation = Organ(label=_("撤销哪个单位的知悉"))
    reason = Prose(label=_("理由"), rows=3)

    def prepare(self):
        cleared = self.matter.clearances.filter(lifted_at=None).values("organisation")
        self.offer("organisation", Organisation.objects.filter(pk__in=cleared))


class UnsealForm(StepForm):
    agree = YesNo(label=_("您同意改为其他类别、让更多人看到吗？"), yes=_("同意"), no=_("不同意"))
    reason = Prose(label=_("理由"), rows=3, help_text=_("不同意的，这一件仍按检举控告保密。"))
    wishes = {"agree": {"columns": 2}}
    danger = True


class ExtractApprovalForm(StepForm):
    agree = YesNo(label=_("这份摘要可以原样转出吗？"), yes=_("可以"), no=_("不可以"))
    reason = Prose(label=_("要改什么"), rows=3, required=False, help_text=_("不可以转出的，写明要改什么；分出的这一件作废，重新分案。"))
    wishes = {"agree": {"columns": 2}}


class WithdrawForm(StepForm):
    reason = Prose(label=_("回避的理由"), rows=3, help_text=_("与信访人、与这件事有什么利害关系。决定以前请暂停办理。"))


class RecusalForm(StepForm):
    granted = YesNo(label=_("同意回避吗？"), yes=_("同意"), no=_("不同意"))
    handler = forms.ModelChoiceField(
        Officer.objects.none(), label=_("新的承办人"), empty_label=_("请选择"), required=False, help_text=_("同意回避的，必须选择。")
    )
    no_interest = forms.BooleanField(label=_("新的承办人声明：与信访人、信访事项没有利害关系"), required=False)
    leader = OneLine(label=_("由哪位领导决定"), limit="name", help_text=_("申请单位负责人回避的，写明作出决定的上级领导。"))
    reason = Prose(label=_("决定的理由"), rows=3, help_text=_("信访人会看到。"))
    wishes = {"granted": {"columns": 2}, "handler": {"optional": False}}

    def prepare(self):
        row = recuse.waiting(self.matter)
        if row is None or not recuse.is_head(row.officer):
            del self.fields["leader"]
        if row is None:
            return
        colleagues = Officer.objects.filter(
            organisation_id=row.officer.organisation_id, active=True, user__is_active=True,
            roles__contains=[Role.HANDLER.value],
        ).exclude(user_id=row.officer.user_id)
        self.fields["handler"].queryset = colleagues.select_related("user", "organisation").order_by("user__name")
        if not colleagues.exists():
            self.fields["handler"].help_text = _("本单位没有其他承办人员。同意回避的，请先请系统管理员设置承办岗位。")
        self.fields["handler"].label_from_instance = lambda officer: f"{officer.user.name} {officer.title}".strip()

    def clean(self):
        given = super().clean()
        if given.get("granted"):
            if not given.get("handler"):
                self.add_error("handler", _("同意回避的，请选择新的承办人。"))
            if not given.get("no_interest"):
                self.add_error("no_interest", _("请新的承办人确认没有利害关系，再勾选。"))
        return given
