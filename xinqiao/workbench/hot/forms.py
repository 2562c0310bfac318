"""What the acts on an issue ask for."""

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from xinqiao.analysis.hot import acts
from xinqiao.analysis.models import HotIssue
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.hot import OPEN, SHEET, Act
from xinqiao.ui.day_words import exact_day

from ..acts.fields import ManyLines, OneLine, Organ, Prose, offer
from .issue import picks

PICKS_AT_MOST = 200
REASONS = {
    Act.DISMISS: (_("不作为热点的理由"), _("写明核实了什么。信访件照常办理，以后内容相近的也不再建议。")),
    Act.CLOSE: (_("怎样解决的"), _("写明采取了什么措施、哪一天完成。以后又集中出现的，会作为新的问题建议。")),
    Act.REOPEN: (_("重新研判的理由"), _("写明有什么新情况。")),
    Act.REMOVE: (_("移出的理由"), _("写明为什么不是同一个问题。移出以后，系统不会再放回来。")),
}


class IssueForm(forms.Form):
    """A form of one act. `said` gives its facts."""

    use_required_attribute = False

    def __init__(self, *args, issue: HotIssue, officer: Officer, act: Act, search: str = "", **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.issue, self.officer, self.act, self.search = issue, officer, act, search
        self.prepare()

    def prepare(self) -> None:
        """Fill in what depends on the issue."""

    def said(self) -> dict:
        return dict(self.cleaned_data)


class NameForm(IssueForm):
    name = OneLine(
        label=_("名称"),
        help_text=_("什么地方、什么事。例：某镇自来水发黄。不写人名。"),
        error_messages={"required": _("请写名称。")},
    )

    def prepare(self):
        self.fields["name"].max_length = acts.NAME_AT_MOST
        self.fields["name"].initial = self.issue.name


class ReasonForm(IssueForm):
    reason = Prose(rows=4)

    def prepare(self):
        label, hint = REASONS[self.act]
        self.fields["reason"].label, self.fields["reason"].help_text = label, hint
        self.fields["reason"].error_messages["required"] = _("请写明理由。")


class NumbersForm(IssueForm):
    numbers = ManyLines(
        label=_("信访件编号"), limit="note", rows=4, help_text=_("一行一个。检举控告件不能列入。"),
        error_messages={"required": _("请填写至少一个信访件编号。")},
    )  # fmt: skip


class PickForm(IssueForm):
    matter_ids = forms.TypedMultipleChoiceField(
        label=_("信访件"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选一件。")},
    )

    def prepare(self):
        likely = True if self.act is Act.ACCEPT else None
        self.fields["matter_ids"].choices = picks(self.issue, self.officer, likely=likely, most=PICKS_AT_MOST)


class RemoveForm(PickForm, ReasonForm):
    field_order = ("matter_ids", "reason")

    def prepare(self):
        PickForm.prepare(self)
        ReasonForm.prepare(self)


class SplitForm(PickForm):
    name = OneLine(
        label=_("新问题的名称"),
        help_text=_("什么地方、什么事。不写人名。"),
        error_messages={"required": _("请写名称。")},
    )

    def prepare(self):
        super().prepare()
        self.fields["matter_ids"].label = _("拆出去的信访件")
        self.fields["name"].max_length = acts.NAME_AT_MOST


class MergeForm(IssueForm):
    into_id = forms.TypedChoiceField(
        label=_("并入哪一个问题"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择并入哪一个问题。")},
    )
    agreed = forms.BooleanField(
        label=_("我知道合并以后不能撤销，只能再拆分"), error_messages={"required": _("请勾选，确认合并。")}
    )

    def prepare(self):
        others = HotIssue.objects.visible_to(self.officer).filter(state__in=sorted(OPEN)).exclude(pk=self.issue.pk)
        near = sorted(
            others.select_related("area").order_by("-last_on", "-pk")[:PICKS_AT_MOST],
            key=lambda one: one.area_id != self.issue.area_id,
        )
        today = localdate()
        self.fields["into_id"].choices = [
            (
                one.pk,
                f"{one.name}（{one.area.name}，{exact_day(one.first_on, today)}至{exact_day(one.last_on, today)}）",
            )
            for one in near
        ]

    def said(self):
        return {"into_id": self.cleaned_data["into_id"]}


class SheetForm(IssueForm):
    facts = Prose(
        label=SHEET["facts"],
        limit="facts",
        required=False,
        rows=5,
        help_text=_("从什么时候起、在哪里、是什么事、已经怎样。不写姓名、证件号、电话。"),
    )
    cause = Prose(
        label=SHEET["cause"], limit="facts", required=False, rows=4, help_text=_("政策、管理、施工还是服务的原因。")
    )
    law = Prose(
        label=SHEET["law"], limit="facts", required=False, rows=3, help_text=_("法律、法规、政策的名称和条款。")
    )
    options = Prose(
        label=SHEET["options"],
        limit="facts",
        required=False,
        rows=5,
        help_text=_("几种办法，各要什么条件，建议用哪一种。"),
    )
    lead = Organ(label=SHEET["lead"], required=False)

    def prepare(self):
        for name in ("facts", "cause", "law", "options", "lead"):
            self.fields[name].initial = getattr(self.issue, f"{name}_id" if name == "lead" else name)
        chosen = [self.data.get("lead", "")] if self.is_bound else [str(self.issue.lead_id or "")]
        units = Organisation.objects.filter(active=True, lft__range=self.officer.organisation.territory)
        offer(self.fields["lead"], units, chosen=chosen, search=self.search, search_name="unit_search")


FORMS = {
    Act.CONFIRM: (NameForm, acts.confirm), Act.NAME: (NameForm, acts.rename), Act.ADD: (NumbersForm, acts.add),
    Act.ACCEPT: (PickForm, acts.accept), Act.REMOVE: (RemoveForm, acts.remove), Act.SPLIT: (SplitForm, acts.split),
    Act.MERGE: (MergeForm, acts.merge), Act.DISMISS: (ReasonForm, acts.dismiss), Act.CLOSE: (ReasonForm, acts.close),
    Act.REOPEN: (ReasonForm, acts.reopen), Act.SHEET: (SheetForm, acts.write_sheet),
}  # fmt: skip
