"""What an issue leads to: a topic of a meeting, a recommendation to improve policy, a reminder of risks, the leading unit (H.3, SV-5, A-51).

Here the packages meet that know nothing of each other: the sheet is of `analysis`, what it becomes of `information`, `supervision`, `ledgers`.
"""

import contextlib
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from xinqiao.analysis.hot import acts, sheet
from xinqiao.analysis.models import HotIssue
from xinqiao.information import meetings
from xinqiao.information.models import Meeting
from xinqiao.ledgers import items
from xinqiao.organisations.models import Officer
from xinqiao.rules.hot import Act, Target
from xinqiao.rules.information import MeetingKind, MeetingState
from xinqiao.rules.ledgers import KEEPERS, Sort
from xinqiao.rules.refusals import StepRefused
from xinqiao.supervision import recommendations
from xinqiao.ui import digits

from ..acts.fields import Day
from ..door import officer_required
from . import asked as asking

NEW = "new"
RISK_DAYS = 30  # that are proposed for the assessment
RISK_PROBLEM = "热点问题“{name}”涉及面较大，作出有关决策、开工以前请做社会稳定风险评估。"
RISK_MEASURE = "对照专报单逐条评估风险点，听取群众意见，写明防范措施。"
MEETINGS_AT_MOST = 10


class SendForm(forms.Form):
    """Where it goes. What a target asks besides stands below it."""

    use_required_attribute = False
    target = forms.ChoiceField(
        label=gettext_lazy("送到哪里"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择送到哪里。")},
    )
    meeting = forms.ChoiceField(
        label=gettext_lazy("哪次会议"),
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("选“会议议题”的填写。"),
    )
    officer = forms.ModelChoiceField(
        Officer.objects.none(),
        label=gettext_lazy("风险评估责任人"),
        required=False,
        help_text=gettext_lazy("选“风险评估提醒”的填写：牵头单位的人。"),
    )
    limit_on = Day(label=gettext_lazy("评估最晚完成日期"), required=False)

    def __init__(self, *args, issue: HotIssue, by: Officer, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.issue, self.by = issue, by
        open_to = targets(by)
        self.fields["target"].choices = [(one.value, one.label) for one in open_to]
        self.fields["target"].option_hints = {one.value: HINTS[one] for one in open_to}
        drafts = (
            Meeting.objects.visible_to(by)
            .filter(organisation_id=by.organisation_id, state=MeetingState.DRAFT)
            .order_by("-held_at")
        )
        known = [(str(one.pk), f"{one.title}（{MeetingKind(one.kind).label}）") for one in drafts[:MEETINGS_AT_MOST]]
        self.fields["meeting"].choices = [(NEW, _("新的会议，接着填写会议记录")), *known]
        self.fields["meeting"].initial = NEW
        self.fields["officer"].queryset = Officer.objects.filter(
            organisation=issue.lead_id, active=True, user__is_active=True
        ).select_related("user")
        self.fields["officer"].label_from_instance = lambda post: (
            f"{post.user.name}（{post.title}）" if post.title else post.user.name
        )
        self.fields["limit_on"].initial = localdate() + timedelta(days=RISK_DAYS)
        for name, target in (("meeting", Target.CONFERENCE), ("officer", Target.RISK), ("limit_on", Target.RISK)):
            if target not in open_to:
                del self.fields[name]

    def clean(self) -> dict:
        said = super().clean()
        if said.get("target") == Target.RISK:
            for name, words in (("officer", _("请选择责任人。")), ("limit_on", _("请填写最晚完成日期。"))):
                if not said.get(name) and name not in self.errors:
                    self.add_error(name, words)
        return said


HINTS = {
    Target.CONFERENCE: gettext_lazy("列入会议议题，议定事项进台账跟踪。"),
    Target.POLICY: gettext_lazy("起草完善政策的建议，报本级党委、政府；负责人签发。"),
    Target.RISK: gettext_lazy("列入风险评估台账，由牵头单位评估。"),
    Target.LEAD: gettext_lazy("牵头单位可以看到这个问题和专报单，看不到别的单位的信访件。"),
}


def targets(officer: Officer) -> list[Target]:
    """Where this post may send an issue: what it may do there by itself."""
    may = {
        Target.CONFERENCE: meetings.may_write(officer), Target.POLICY: recommendations.may_draft(officer),
        Target.RISK: bool(officer.role_set & KEEPERS), Target.LEAD: acts.may_give(officer),
    }  # fmt: skip
    return [one for one in Target if may[one]]


@officer_required
@require_http_methods(["GET", "POST"])
def send_page(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Choose where it goes; a new meeting and a recommendation are written on their own pages, and noted here when they are saved."""
    officer = request.officer
    issue = asking.found(officer, issue_id)
    if Act.SEND not in acts.possible(issue, officer):
        raise Http404
    form = SendForm(request.POST if request.method == "POST" else None, issue=issue, by=officer)
    if request.method == "POST" and form.is_valid():
        try:
            acts.require_complete(issue)
            return _sent(request, issue, form.cleaned_data)
        except StepRefused as refused:
            form.add_error(None, refused.message)
    context = {"form": form, "issue": issue, "targets": targets(officer), "today": localdate()}
    return render(request, "workbench/hot/send.html", context, status=422 if form.errors else 200)


def _sent(request: HttpRequest, issue: HotIssue, said: dict) -> HttpResponse:
    target, now, by = Target(said["target"]), timezone.now(), request.officer
    if target is Target.POLICY:
        return redirect(f"{reverse('workbench:recommendation_draft', args=['policy'])}?hot={issue.pk}")
    if target is Target.CONFERENCE and said.get("meeting") in (NEW, "", None):
        return redirect(f"{reverse('workbench:meeting_new')}?hot={issue.pk}")
    with transaction.atomic():
        subject = ""
        if target is Target.CONFERENCE:
            subject = f"meeting:{_put_on_agenda(issue, int(said['meeting']), by=by, at=now, request=request)}"
        elif target is Target.RISK:
            subject = f"ledger:{_remind(issue, said, by=by, at=now, request=request)}"
        acts.send(issue.pk, target=target, subject=subject, by=by, at=now, request=request)
    messages.success(request, _("已送出：%(target)s。") % {"target": target.label})
    return redirect("workbench:hot_issue", issue.pk)


def topic_of(issue: HotIssue) -> str:
    """The issue as a line of an agenda."""
    return f"热点：{issue.name}"


def _put_on_agenda(issue: HotIssue, meeting_id: int, *, by: Officer, at, request) -> int:
    """One more topic of a meeting that is not issued yet."""
    meeting = Meeting.objects.visible_to(by).get(pk=meeting_id, organisation_id=by.organisation_id)
    kept = {name: getattr(meeting, name) for name in ("title", "held_at", "place", "chair", "members", "summary")}
    topics = [f"热点：{one.text}" if one.sort == "hot_issue" else one.text for one in meeting.topics.all()]
    said = meetings.Said(kind=MeetingKind(meeting.kind), topics=(*topics, topic_of(issue)), **kept)
    return meetings.change(meeting.pk, said, by=by, at=at, request=request).pk


def _remind(issue: HotIssue, said: dict, *, by: Officer, at, request) -> int:
    """风险评估提醒: one line of that ledger, to be done by the leading unit."""
    return items.add(
        sort=Sort.RISK, problem=RISK_PROBLEM.format(name=issue.name), place=issue.place or issue.area, organisation=issue.lead, officer=said["officer"],
        limit_on=said["limit_on"], measure=RISK_MEASURE, source=f"hot:{issue.pk}", by=by, at=at, request=request,
    ).pk  # fmt: skip


# ---- written on the pages of others -----------------------------------------------------------------------------------------


def asked_for(request: HttpRequest) -> HotIssue | None:
    """`?hot=7`: the issue from which a meeting or a recommendation begins, where this post may send it."""
    pk = digits.read(request.GET.get("hot"))
    issue = HotIssue.objects.visible_to(request.officer).select_related("area").filter(pk=pk).first() if pk else None
    return issue if issue and Act.SEND in acts.possible(issue, request.officer) and not sheet.is_draft(issue) else None


def note(request: HttpRequest, target: Target, subject: str) -> None:
    """The page on which it went on has saved it."""
    if issue := asked_for(request):
        with contextlib.suppress(StepRefused):  # somebody has closed it meanwhile: what was written stays
            acts.send(issue.pk, target=target, subject=subject, by=request.officer, at=timezone.now(), request=request)


def policy_words(issue: HotIssue) -> dict[str, str]:
    """The first words of a recommendation to improve policy: of the sheet, which names nobody."""
    return {
        "facts": f"{issue.facts}\n原因：{issue.cause}".strip(), "provision": issue.law, "proposal": issue.options,
    }  # fmt: skip
