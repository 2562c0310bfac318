"""登记、更正、甄别、重复件、并案、分案 (T-02, T-03, T-14, DU-1 to DU-6)."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from xinqiao.analysis import same
from xinqiao.matters.models import Matter, MatterNumber
from xinqiao.matters.steps.register import candidates
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.stages import Channel, Kind, Line, Purpose

from ..fields import ClassPick, ManyLines, OneLine, Organ, Organs, Posts, Prose, YesNo
from . import StepForm

# At a window or on the phone the office writes; the citizen must have heard it read back (I-04).
SPOKEN = (Channel.VISIT, Channel.PHONE, Channel.OUTREACH, Channel.LEADER_RECEPTION)
KIND_HINTS = {
    Kind.SUGGESTION: _("对工作的建议、意见、要求改进的事；由有权机关研究采纳并回复"),
    Kind.REPORT: _("检举控告违纪违法；只有指定岗位能看到，不转被反映的单位"),
    Kind.REQUEST: _("申诉、求决；要逐项列出诉求，逐项答复"),
}
KIND_OF_PURPOSE = {
    Purpose.SUGGEST: Kind.SUGGESTION,
    Purpose.ACCUSE: Kind.REPORT,
    Purpose.APPEAL: Kind.REQUEST,
    Purpose.SOLVE: Kind.REQUEST,
}


class RegisterForm(StepForm):
    read_back = forms.BooleanField(label=_("登记内容已向信访人宣读，本人确认无误"), required=False)

    def prepare(self):
        if self.matter.channel not in SPOKEN:
            del self.fields["read_back"]
            return
        self.fields["read_back"].required = True
        self.fields["read_back"].error_messages["required"] = _("口头提出的，要先向信访人宣读登记内容，再勾选确认。")


class CorrectForm(StepForm):
    title = OneLine(label=_("标题"), limit="title")
    place_detail = OneLine(label=_("详细地址"), required=False)
    reason = Prose(
        label=_("更正的理由"), help_text=_("写明哪里登记错了、依据什么改。原来的内容保留在办理记录中。"), rows=3
    )

    def prepare(self):
        self.first(place_detail=self.matter.place_detail)
        if self.matter.sealed:  # its words are read by opening them, on record (C-11)
            self.fields["title"].required = False
            self.fields["title"].help_text = _("不改标题的，留空。")
        else:
            self.first(title=self.matter.title)


class ClassifyForm(StepForm):
    kind = forms.ChoiceField(label=_("事项类别"), choices=Kind.choices(), widget=forms.RadioSelect)
    content_class = ClassPick(label=_("内容分类"), help_text=_("选到最细的一级。"))
    requests = ManyLines(
        label=_("诉求"),
        help_text=_("一行一项，用信访人自己的意思写。答复时要逐项回应。"),
        limit="facts",
        rows=5,
        required=False,
    )
    also_reports = YesNo(
        label=_("来件里是不是还检举、控告了什么人或者单位？"),
        help_text=_("既有诉求又有检举的，要先分案，才能转出。类别选检举控告的，不用回答。"),
        required=False,
    )
    place = Organ(label=_("问题属地"), help_text=_("事情发生在哪里，不是信访人住在哪里。"))
    accused = Organs(
        label=_("被检举控告的单位"),
        help_text=_("有检举控告的请勾选。勾选后，这些单位和它们的下级都看不到这一件，也收不到转送。"),
    )
    accused_officers = Posts(
        label=_("被检举控告的工作人员"),
        help_text=_("输入姓名查找。选中后，本人、本人任职的单位和下级都看不到这一件；以后调动也一样。"),
    )
    accused_people = ManyLines(
        label=_("查找不到的被检举控告人"),
        help_text=_("一行一人，写姓名、职务。只用于核对摘要里有没有泄露姓名。"),
        limit="reason",
        rows=2,
        required=False,
    )
    litigation = forms.BooleanField(label=_("涉法涉诉（已经或者依法应当由政法机关处理）"), required=False)
    urgent = forms.BooleanField(label=_("重大、紧急"), required=False)
    unseal_reason = Prose(label=_("改为其他类别的理由"), rows=3, required=False)
    folded = (
        _("更多：属地、涉法涉诉、紧急、被检举的单位和人"),
        ("place", "accused", "accused_officers", "accused_people", "litigation", "urgent"),
    )

    def prepare(self):
        matter = self.matter
        self.fields["kind"].option_hints = {kind.value: hint for kind, hint in KIND_HINTS.items()}
        self.fields["content_class"].offer(self.situation.today)
        low, high = self.officer.organisation.territory
        here = Organisation.objects.filter(active=True, lft__range=(low, high))
        places = here.filter(line__in=(Line.GOVERNMENT, Line.VILLAGE))
        self.first(
            kind=matter.kind or KIND_OF_PURPOSE.get(Purpose(matter.purpose), ""),
            content_class=matter.content_class_id,
            place=matter.place_id,
            litigation=matter.litigation,
            urgent=matter.urgent,
        )
        if not self.is_bound:
            self.first(requests=self._requests())
        self.offer("place", places | Organisation.objects.filter(pk=matter.place_id))
        self.offer("accused", here)
        inside = Officer.objects.filter(active=True, organisation__lft__range=(low, high))
        self.offer_posts("accused_officers", inside)
        if matter.mixed:
            self.first(also_reports="yes")
        if matter.sealed:
            self.fields["unseal_reason"].help_text = _(
                "信访人按揭发控告提出。改为其他类别，会让更多人看到这一件，请写明理由；类别不改的，不用填写。"
            )
        else:
            del self.fields["unseal_reason"]

    def _requests(self) -> list[str]:
        known = list(self.matter.requests.values_list("text", flat=True))
        if known:
            return known
        first = self.matter.submissions.order_by("pk").values_list("requests", flat=True).first()
        return [str(one) for one in first or []]

    def clean(self):
        given = super().clean()
        if given.get("kind") in (Kind.REQUEST, Kind.SUGGESTION) and given.get("also_reports") in (None, ""):
            self.add_error("also_reports", _("请回答：来件里是不是还检举、控告了什么人或者单位。"))
        return given

    def facts(self):
        given = super().facts()
        return {**given, "kind": Kind(given["kind"]), "also_reports": given["also_reports"] is True}

    wishes = {"kind": {"columns": 3}, "also_reports": {"columns": 2, "optional": False}, "content_class": {"filter": _("输入几个字查找分类")}}

    def _row(self, bound):
        drawn = super()._row(bound)
        if bound.name != "content_class":
            return drawn
        from django.utils.html import format_html

        return format_html('<div class="pick-list">{}</div>', drawn)


class _OtherMatter(StepForm):
    """Asks for another matter: one of the likely ones, or by its number."""

    likely = forms.ChoiceField(label=_("可能是同一件事的"), required=False, widget=forms.RadioSelect)
    number = OneLine(label=_("或者输入编号"), required=False, help_text=_("列表里没有的，填写信访件编号。"))
    fact = ""

    def prepare(self):
        found = list(candidates(self.matter, self.officer))
        known = {row.pk for row in found}
        found += [one.matter for one in same.earlier(self.matter, self.officer, person=False) if one.matter.pk not in known]
        choices = [(row.number, f"{row.title}（{row.number}）") for row in found]
        if choices:
            self.fields["likely"].choices = choices
        else:
            del self.fields["likely"]
            self.fields["number"].label = _("编号")
            self.fields["number"].help_text = _("没有找到同一信访人的或者可能反映同一事项的信访件，请输入编号。")

    def clean(self):
        number = (self.cleaned_data.get("number") or self.cleaned_data.get("likely") or "").replace(" ", "")
        if not number:
            raise ValidationError({"number": _("请选择一件，或者输入编号。")})
        pk = MatterNumber.objects.filter(number=number).values_list("matter_id", flat=True).first()
        if not Matter.objects.visible_to(self.officer).filter(pk=pk).exists():
            raise ValidationError({"number": _("没有找到这个编号的信访件，或者您不能查看它。请核对编号。")})
        self.other_id = pk

    def facts(self):
        return {self.fact: self.other_id}


class JoinForm(_OtherMatter):
    fact = "earlier_id"


class MergeForm(_OtherMatter):
    fact = "lead_id"


class UnmergeForm(StepForm):
    reason = Prose(label=_("撤销并案的理由"), rows=3)


class SplitForm(StepForm):
    title = OneLine(label=_("分出一件的标题"), limit="title")
    kind = forms.ChoiceField(label=_("分出一件的类别"), choices=Kind.choices(), widget=forms.RadioSelect)
    extract = Prose(
        label=_("分出部分的摘要"),
        limit="content",
        rows=6,
        help_text=_("用自己的话写分出的这件事，不要带上检举的内容、人名和原信的原话。提交时会自动核对。"),
    )
    requests = ManyLines(label=_("分出部分的诉求"), limit="facts", rows=3, help_text=_("一行一项。"), required=False)
    attachments = forms.TypedMultipleChoiceField(
        label=_("随摘要转出的附件"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("没有勾选的，留在原件。请逐个打开看过再勾选。"),
    )
    wishes = {"kind": {"columns": 3}}

    def prepare(self):
        files = self.matter.attachments.filter(from_citizen=True).order_by("pk")
        choices = [(row.pk, row.original_name) for row in files]
        if choices:
            self.fields["attachments"].choices = choices
        else:
            del self.fields["attachments"]
        if self.matter.mixed or self.matter.sealed:  # the report is what stays
            self.fields["kind"].choices = [one for one in Kind.choices() if one[0] != Kind.REPORT]

    def facts(self):
        return {**super().facts(), "kind": Kind(self.cleaned_data["kind"])}
