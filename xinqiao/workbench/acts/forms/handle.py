"""办理、延期、送审、送达、协办、调解、落实: handling (D.7, F.2)."""

from datetime import timedelta

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from xinqiao.organisations.models import Officer
from xinqiao.rules import service, terms
from xinqiao.rules.stages import Role, ServiceManner

from ..fields import Day, ManyLines, OneLine, Prose, SeveralFiles
from . import StepForm

CONTACT_MANNERS = (
    ("phone", _("电话")),
    ("visit", _("来访接谈")),
    ("on_the_spot", _("上门、现场")),
    ("online", _("网上沟通")),
)
LONGEST_EXTENSION_DAYS = terms.find("EXT30").days


class StartForm(StepForm):
    handler = forms.ModelChoiceField(Officer.objects.none(), label=_("承办人"), empty_label=_("请选择"))
    no_interest = forms.BooleanField(
        label=_("承办人声明：与信访人、信访事项没有利害关系"),
        error_messages={"required": _("有利害关系的应当回避，请改选承办人；没有的，请勾选声明。")},
    )

    def prepare(self):
        colleagues = Officer.objects.filter(
            organisation_id=self.officer.organisation_id, active=True, roles__contains=[Role.HANDLER.value]
        )
        field = self.fields["handler"]
        field.queryset = colleagues.select_related("user", "organisation").order_by("user__name")
        field.label_from_instance = lambda officer: f"{officer.user.name} {officer.title}".strip()
        if self.officer.may(Role.HANDLER):
            self.first(handler=self.officer.pk)


class ContactForm(StepForm):
    manner = forms.ChoiceField(label=_("联系方式"), choices=CONTACT_MANNERS, widget=forms.RadioSelect)
    text = Prose(label=_("信访人说了什么、核实了什么"), limit="facts", rows=6)
    shown_to_citizen = forms.BooleanField(label=_("信访人可以看到这条记录"), required=False)
    wishes = {"manner": {"columns": 4}}


class ExtensionForm(StepForm):
    days = forms.IntegerField(
        label=_("延长多少日"),
        min_value=1,
        max_value=LONGEST_EXTENSION_DAYS,
        help_text=_("最多%(most)s日，只能延长一次。") % {"most": LONGEST_EXTENSION_DAYS},
        error_messages={"max_value": _("最多延长%(limit_value)s日。"), "min_value": _("至少延长1日。")},
    )
    reasons = Prose(label=_("延长的理由"), help_text=_("写明为什么复杂、还要做什么、怎样安排。"))

    def _row(self, bound):
        drawn = super()._row(bound)
        if bound.name != "days":
            return drawn
        return format_html(
            '{}<button class="btn secondary" name="do" value="show">{}</button>', drawn, _("算一算新的期限")
        )


class ExtendForm(ExtensionForm):
    def prepare(self):
        asked = (self.situation.desk and self.situation.desk.extension) or {}
        self.first(days=asked.get("days"), reasons=asked.get("reasons"))
        self.fields["reasons"].help_text = _("会写在给信访人的延期告知书上，请用信访人看得懂的话。")


class ReasonForm(StepForm):
    reason = Prose(label=_("理由"))


class ConvertForm(ReasonForm):
    danger = True


class ReturnOpinionForm(StepForm):
    note = Prose(label=_("要修改什么"), rows=6, help_text=_("逐条写明，承办人会在起草页面看到。"))


class ServeForm(StepForm):
    """The manner decides what proves the service (rules/service.MANNERS)."""

    manner = forms.ChoiceField(label=_("送达方式"), choices=ServiceManner.choices(), widget=forms.RadioSelect)

    def prepare(self):
        usual = ServiceManner.ELECTRONIC if self.matter.electronic_service else ServiceManner.IN_PERSON
        self.first(manner=usual.value)
        self.fields["manner"].option_hints = {
            row.manner.value: f"{row.when}（从{row.counts_from}起算）" for row in service.MANNERS.values()
        }
        self.fields["manner"].widget.attrs["data-reshow"] = "1"
        chosen = (self.given("manner") or [""])[0]
        self.row = service.MANNERS.get(chosen)
        for proof in self.row.fields if self.row else ():
            self.fields[f"proof_{proof.name}"] = self._proof(proof)

    def _proof(self, proof: service.Field):
        words = {"label": proof.label, "help_text": proof.hint, "required": proof.needed}
        match proof.kind:
            case "date":
                return Day(**words)
            case "choice":
                return forms.ChoiceField(choices=[("", _("请选择")), *proof.choices], **words)
            case "yes":
                return forms.BooleanField(**words)
            case "file":
                return SeveralFiles(label=proof.label, help_text=proof.hint)
        return OneLine(limit="reason", **words)

    def _row(self, bound):
        drawn = super()._row(bound)
        if bound.name != "manner":
            return drawn
        return format_html(
            '{}<noscript><button class="btn secondary" name="do" value="show">{}</button></noscript>',
            drawn,
            _("填写这种方式的凭证"),
        )

    def facts(self):
        proof, stored = {}, []
        for field in self.row.fields:
            given = self.cleaned_data.get(f"proof_{field.name}")
            if field.kind == "file":
                kept = self.store(given)
                stored += kept
                given = "、".join(file.original_name for file in kept)
            if given:
                proof[field.name] = given
        return {"manner": self.row.manner, "proof": proof, "files": tuple(stored)}


class CoAnswerForm(StepForm):
    text = Prose(
        label=_("本单位的意见和依据"), limit="facts", rows=7, help_text=_("交给主办单位，由它统一答复信访人。")
    )


class SettleForm(StepForm):
    sort = forms.ChoiceField(
        label=_("方式"), choices=(("调解", _("调解")), ("和解", _("和解"))), widget=forms.RadioSelect
    )
    mediator = OneLine(label=_("调解人"), required=False, help_text=_("调解的要填写。"))
    parties = ManyLines(
        label=_("当事人"),
        limit="facts",
        rows=3,
        help_text=_("一行一方：姓名或单位名称，逗号后写地址或电话。至少两方。"),
    )
    dispute = Prose(label=_("争议的事实"), limit="facts", rows=4)
    terms = ManyLines(
        label=_("协议内容"),
        limit="facts",
        rows=5,
        help_text=_("一行一条。不能要求信访人放弃信访的权利，这样的约定无效。"),
    )
    performance = Prose(label=_("履行的方式和期限"), rows=3)
    effective_on = Day(label=_("协议生效日期"))
    wishes = {"sort": {"columns": 2}}

    def prepare(self):
        self.first(effective_on=self.situation.today)

    def clean_parties(self):
        lines = self.cleaned_data["parties"]
        if len(lines) < 2:
            raise forms.ValidationError(_("协议至少有两方当事人，请一行写一方。"))
        return [self._party(line) for line in lines]

    @staticmethod
    def _party(line: str) -> dict:
        name, _comma, rest = line.replace(",", "，").partition("，")
        return {"name": name.strip(), "address": rest.strip()}

    def clean_effective_on(self):
        day = self.cleaned_data["effective_on"]
        if not self.matter.received_on <= day <= self.situation.today + timedelta(days=365):
            raise forms.ValidationError(_("生效日期应在收到信访件之后、一年之内，请核对。"))
        return day

    def clean(self):
        if self.cleaned_data.get("sort") == "调解" and not self.cleaned_data.get("mediator"):
            self.add_error("mediator", _("请填写调解人。"))


class AgreementPerformedForm(StepForm):
    proof = Prose(label=_("怎样履行完毕、有什么凭证"))


class PlanForm(StepForm):
    plan = Prose(label=_("落实安排"), rows=5, help_text=_("写明做什么、谁负责、哪一天以前做完。信访人会看到。"))


class ExecutionReportForm(StepForm):
    text = Prose(label=_("做了什么、何时完成、有什么凭证"), rows=6, help_text=_("信访人会看到，并在15日内确认。"))
    proofs = SeveralFiles(label=_("凭证（照片、付款单据等）"))

    def facts(self):
        return {"text": self.cleaned_data["text"], "files": tuple(self.store(self.cleaned_data["proofs"]))}


class SuggestionForm(StepForm):
    decision = forms.ChoiceField(
        label=_("是否采纳"),
        choices=(("采纳", _("采纳")), ("部分采纳", _("部分采纳")), ("不采纳", _("不采纳"))),
        widget=forms.RadioSelect,
    )
    reasons = Prose(label=_("理由"), rows=5)
    effect = Prose(label=_("采纳后的安排"), rows=3, required=False)
    wishes = {"decision": {"columns": 3}}


class ProgressForm(StepForm):
    question_id = forms.TypedChoiceField(label=_("回答哪个问题"), coerce=int, widget=forms.RadioSelect)
    text = Prose(
        label=_("答复"), limit="question", rows=5, help_text=_("用信访人看得懂的话，写明现在到哪一步、下一步是什么。")
    )

    def prepare(self):
        asked = self.matter.records.filter(sort="question").order_by("-pk")
        answered = {row.data.get("question") for row in self.matter.records.filter(sort="answer")}
        open_questions = [row for row in asked if row.pk not in answered]
        self.fields["question_id"].choices = [(row.pk, row.text) for row in open_questions]
        if open_questions:
            self.first(question_id=open_questions[0].pk)
        else:
            self.fields["question_id"].help_text = _("现在没有等待答复的问题。")
