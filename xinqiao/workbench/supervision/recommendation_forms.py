"""What a recommendation asks of whoever writes, signs, answers and checks it; the first words come from a supervision or a finding."""

from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from xinqiao.analysis.models import HotIssue
from xinqiao.matters import policy
from xinqiao.matters.models import Matter, Supervision
from xinqiao.organisations.models import Officer
from xinqiao.rules import liability
from xinqiao.rules.numbering import print_matter_number
from xinqiao.rules.patrol import Ground
from xinqiao.rules.recommendations import FEEDBACK_TERM, LABELS, RECOMMENDATIONS, Adoption, Sort
from xinqiao.supervision import recommendations as acts
from xinqiao.supervision.models import Finding, Recommendation
from xinqiao.ui import digits
from xinqiao.ui.fields import Wishes, render_field

from ..acts.fields import Day, ManyLines, Organ, Prose
from ..acts.forms import StepForm
from ..hot import sending as hot_sending
from .letters import visible as visible_supervisions
from .taking import ActForm, reason

RULES = RECOMMENDATIONS


def usual_day() -> date:
    """The last day for a feedback that begins to run today."""
    return policy.limit(FEEDBACK_TERM, localdate()).due


@dataclass(frozen=True)
class Start:
    """What a new recommendation begins with: the row itself, or a supervision or finding of which it is drawn."""

    officer: Officer
    row: Recommendation | None = None
    supervision: Supervision | None = None
    finding: Finding | None = None
    hot: HotIssue | None = None

    @property
    def today(self) -> date:
        return localdate()

    def first(self, sort: Sort) -> dict:
        """First values of the fields."""
        if self.row:
            return _of_row(self.row)
        if self.hot and sort is Sort.POLICY:
            return hot_sending.policy_words(self.hot)
        if self.supervision:
            return _of_supervision(self.supervision, sort)
        return _of_finding(self.finding, sort) if self.finding else {}


def start_of(row: Recommendation | None, request: HttpRequest) -> Start:
    """From the address: `?supervision=7`, `?finding=7` or `?hot=7`, where this post may open it; else an empty page."""
    officer, asked = request.officer, request.GET
    if row:
        return Start(officer, row, row.supervision, row.finding)
    supervision = visible_supervisions(officer).filter(
        pk=_number(asked, "supervision"), office=officer.organisation, issued_at__isnull=False
    )
    finding = Finding.objects.visible_to(officer).filter(pk=_number(asked, "finding"))
    related = ("matter", "organisation")
    first, second = supervision.select_related(*related).first(), finding.select_related(*related).first()
    return Start(officer, None, first, second, hot_sending.asked_for(request))


def _number(asked: QueryDict, name: str) -> int:
    return digits.read(asked.get(name)) or 0


def _of_row(row: Recommendation) -> dict:
    words = {name: getattr(row, name) for name in ("consequence", "provision", "facts", "proposal")}
    numbers = [print_matter_number(one.number) for one in row.matters.order_by("received_on", "pk")]
    organs = {"organisation": row.organisation_id or "", "concerned": row.concerned_id or ""}
    return {**words, **organs, "grounds": row.grounds, "numbers": numbers}


def _of_supervision(row: Supervision, sort: Sort) -> dict:
    """Its own words: what was not done, what was answered; the proposal that the law asks of a supervision anyway (SV-3)."""
    facts = row.broken + (f"\n督办后，{row.organisation.name}答复：{row.answer}" if row.answer else "")
    proposal = {"proposal": row.improvement} if sort is Sort.IMPROVE else {}
    return {"facts": facts, "numbers": _told(row.matter), **proposal, **_organs(row.organisation_id, sort, row.ground)}


def _of_finding(row: Finding, sort: Sort) -> dict:
    facts = f"{row.organisation.name}：{row.row.name}（{row.since_on:%Y年%-m月%-d日}起）。依据：{row.row.basis}。"
    return {"facts": facts, "numbers": _told(row.matter), **_organs(row.organisation_id, sort, row.row.ground)}


def _organs(organ_id: int, sort: Sort, ground: str) -> dict:
    if sort is Sort.ACCOUNT:
        return {"concerned": organ_id, "grounds": [liability.LIKELY[Ground(ground)]] if ground else []}
    return {"organisation": organ_id} if sort is Sort.IMPROVE else {}


def _told(matter: Matter) -> list[str]:
    return [] if matter.sealed else [print_matter_number(matter.number)]


GROUNDS_FILTER = _("输入几个字查找，例如：拖延")


def in_a_box(form: StepForm, bound) -> SafeString:
    """The grounds are nineteen: in a box of their own they leave room for what is to be written."""
    return format_html(
        '<div class="pick-list">{}</div>', render_field(bound, Wishes(**form.wishes.get(bound.name, {})))
    )


class DraftForm(StepForm):
    """The text of one recommendation. Fields that the sort does not have are taken out."""

    organisation = Organ(label=LABELS["organisation"], required=False)
    concerned = Organ(label=LABELS["concerned"], required=False)
    grounds = forms.MultipleChoiceField(
        label=LABELS["grounds"], required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("信访工作条例第四十二条至第四十六条，可以选几项。"),
    )  # fmt: skip
    consequence = Prose(
        label=LABELS["consequence"], required=False, rows=3,
        help_text=_("只有造成严重后果的才能建议追究责任。写明后果和证明材料。"),
    )  # fmt: skip
    provision = Prose(
        label=LABELS["provision"],
        required=False,
        rows=2,
        help_text=_("写明文件名称、文号和条款；没有规定的，写明缺什么规定。"),
    )
    facts = Prose(label=LABELS["facts"], limit="facts", required=False, rows=7)
    numbers = ManyLines(
        label=LABELS["matters"], required=False, limit="note", rows=3,
        help_text=_("信访件编号，一行一个。建议书只写编号和收到日期，不写信访人。检举控告件不能写进来。"),
    )  # fmt: skip
    proposal = Prose(label=LABELS["proposal"], limit="facts", required=False, rows=6)

    def prepare(self):
        sort, start, rule = self.situation.sort, self.situation.start, RULES[self.situation.sort]
        for name in [name for name in LABELS if name in self.fields and not rule.uses(name)]:
            del self.fields[name]
        self.fields["facts"].help_text, self.fields["proposal"].help_text = rule.facts_hint, rule.proposal_hint
        if sort is Sort.POLICY:
            self.fields["numbers"].help_text = _("可以不填。填写的，一行一个编号。检举控告件不能写进来。")
        self.first(**start.first(sort))
        self.offer("organisation", acts.addressees(self.officer, sort))
        if "concerned" in self.fields:
            self.offer("concerned", acts.responsible(self.officer))
            self.fields["grounds"].choices = liability.choices(self.given("grounds"))
            self.fields["grounds"].option_hints = liability.hints()
        asked = {"numbers" if name == "matters" else name for name in rule.needs}
        self.wishes = {name: {"optional": name not in asked} for name in self.fields}
        if "grounds" in self.fields:
            self.wishes["grounds"]["filter"] = GROUNDS_FILTER

    def _row(self, bound) -> SafeString:
        return in_a_box(self, bound) if bound.name == "grounds" else super()._row(bound)

    def draft(self, start: Start) -> acts.Draft:
        """What was written, for `acts.save`."""
        said = self.cleaned_data
        words = {name: said.get(name, "") for name in ("consequence", "provision", "facts", "proposal")}
        return acts.Draft(
            self.situation.sort, said.get("organisation"), said.get("concerned"), tuple(said.get("grounds") or ()), **words,
            numbers=tuple(said.get("numbers") or ()), supervision=start.supervision, finding=start.finding,
        )  # fmt: skip


def draft_form(request: HttpRequest, sort: Sort, start: Start) -> DraftForm:
    """The form for this request; a search for an organ shows the page once more with everything typed."""
    situation = SimpleNamespace(matter=None, officer=start.officer, today=start.today, sort=sort, start=start)
    if request.method != "POST":
        return DraftForm(situation=situation)
    if request.POST.get("do") != "find":
        return DraftForm(request.POST, situation=situation)
    sent = DraftForm(request.POST, situation=situation)
    typed = {name: field.widget.value_from_datadict(request.POST, {}, name) for name, field in sent.fields.items()}
    searched = {name: value for name, value in request.POST.items() if name.endswith("_find")}
    return DraftForm(initial={**typed, **searched}, situation=situation)


# ---- the small forms of the page -----------------------------------------------------------------------------------------


class SubmitForm(ActForm):
    pass


class SignForm(ActForm):
    feedback_by_on = Day(
        label=_("最晚哪一天反馈"),
        help_text=_("条例没有规定日期，一般30天。"),
        error_messages={"required": _("请填写反馈日期。")},
    )


class SendBackForm(ActForm):
    note = reason(_("要修改什么"))

    def facts(self):
        return {"note": self.cleaned_data["note"]}


class DropForm(ActForm):
    note = reason(_("不再提出的理由"))


class FeedbackForm(ActForm):
    adoption = forms.ChoiceField(
        label=_("是否采纳"),
        choices=Adoption.choices(),
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择是否采纳。")},
    )
    measures = Prose(
        label=_("措施"), required=False, rows=5, help_text=_("采纳、部分采纳的：做了什么、准备做什么、由谁负责。")
    )
    done_by_on = Day(label=_("完成或者预计完成的日期"), required=False)
    reasons = Prose(
        label=_("没有采纳的内容和理由"), required=False, rows=4, help_text=_("没有采纳、部分采纳的，必须写明。")
    )

    def facts(self):
        said = self.cleaned_data
        words = {name: said[name] for name in ("measures", "done_by_on", "reasons")}
        return {"said": acts.Answer(Adoption(said["adoption"]), **words)}


class ReturnForm(ActForm):
    reason = reason(_("还缺什么"))
    feedback_by_on = Day(label=_("最晚哪一天再反馈"), error_messages={"required": _("请填写反馈日期。")})


class CloseForm(ActForm):
    outcome = reason(_("核对结果"), _("写明单位做了什么，是不是属实，问题解决了没有。"))
