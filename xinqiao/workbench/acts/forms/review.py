"""复查、复核、听证 (D.9, HG)."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from xinqiao.matters.secrecy import shut_out_organisations
from xinqiao.matters.steps.review import HEARING_NOTICE_DAYS, REVIEW_GROUNDS, served_opinion
from xinqiao.organisations.models import Organisation
from xinqiao.organisations.tree import review_organs
from xinqiao.rules.stages import Step

from ..fields import Day, OneLine, Organ, Prose
from . import StepForm


class PaperRequestForm(StepForm):
    """A request for review or recheck that came by letter or at a window (DL-12)."""

    organ_id = forms.TypedChoiceField(label=_("向哪个机关申请"), coerce=int, widget=forms.RadioSelect)
    request = Prose(label=_("信访人的请求"), limit="reason", rows=3)
    facts_text = Prose(label=_("事实和理由"), limit="facts", rows=6, required=False)
    posted_on = Day(label=_("寄出或者当面提交的日期"), help_text=_("来信看邮戳；当面提交的填当天。"))
    late_reason = Prose(
        label=_("超过30日的，信访人说明的原因"), limit="reason", rows=2, required=False,
        help_text=_("能不能受理，由复查（复核）机关决定。"),
    )  # fmt: skip

    def prepare(self):
        against = "handling" if self.situation.step is Step.REQUEST_REVIEW else "review"
        opinion = served_opinion(self.matter, against)
        organs = review_organs(opinion.organisation) if opinion else []
        out = Organisation.objects.filter(shut_out_organisations(self.matter.pk))
        hidden = set(out.filter(pk__in=[one.organ_id for one in organs]).values_list("pk", flat=True))
        self.fields["organ_id"].choices = [(one.organ_id, one.name) for one in organs if one.organ_id not in hidden]
        self.first(posted_on=self.situation.today)

    def facts(self):
        given = dict(self.cleaned_data)
        return {"facts": given.pop("facts_text"), **given}


class ForwardReviewForm(StepForm):
    to = Organ(label=_("转给哪个复查机关"), help_text=_("只列出依法有权复查这份意见书的机关。"))
    reason = Prose(label=_("转送的理由"), rows=3)

    def prepare(self):
        opinion = served_opinion(self.matter, "handling")
        ids = [one.organ_id for one in review_organs(opinion.organisation)] if opinion else []
        organs = Organisation.objects.filter(pk__in=ids).exclude(pk=self.officer.organisation_id)
        self.offer("to", organs.exclude(shut_out_organisations(self.matter.pk)))


class RefuseReviewForm(StepForm):
    ground = forms.ChoiceField(
        label=_("不予受理的理由"), choices=list(REVIEW_GROUNDS.items()), widget=forms.RadioSelect
    )
    facts_found = Prose(
        label=_("查明的事实"), rows=5, help_text=_("超过期限的，写明送达日期和凭证；没有送达凭证的，不能以此拒绝。")
    )
    danger = True

    def facts(self):
        return {"ground": self.cleaned_data["ground"], "facts": self.cleaned_data["facts_found"]}


class IssueReviewForm(StepForm):
    signer = OneLine(label=_("签发人"), limit="name", help_text=_("本机关负责人，写在意见书上。"))
    danger = True

    def prepare(self):
        self.first(signer=self.officer.user.name)


class OpenHearingForm(StepForm):
    held_on = Day(label=_("听证日期"))
    place = OneLine(label=_("地点"))
    host = OneLine(label=_("主持人"), limit="name")

    def prepare(self):
        earliest = self.situation.today + timedelta(days=HEARING_NOTICE_DAYS)
        self.fields["held_on"].help_text = _("要提前%(days)s日通知，最早%(earliest)s。") % {
            "days": HEARING_NOTICE_DAYS,
            "earliest": f"{earliest.month}月{earliest.day}日",
        }


class CloseHearingForm(StepForm):
    conclusion = Prose(label=_("听证结论"), limit="facts", rows=6)


class RouteResultForm(StepForm):
    result = Prose(
        label=_("其他途径的结果"), rows=5, help_text=_("写明由哪个机关、以什么文书、作出了什么决定。信访人会看到。")
    )
    danger = True
