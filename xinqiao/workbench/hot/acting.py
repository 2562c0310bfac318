"""One act on an issue on a page of its own, with what it will do said before it is done."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from xinqiao.analysis.hot import acts, figures
from xinqiao.analysis.models import HotIssue
from xinqiao.rules.hot import Act, IssueState
from xinqiao.rules.refusals import StepRefused
from xinqiao.ui import digits

from ..door import officer_required
from . import asked as asking
from .forms import FORMS

INTROS = {
    Act.CONFIRM: gettext_lazy("确认以后，可以填写专报单、送联席会议研判；系统找到的新信访件会先请您同意。信访件照常逐件办理、逐件答复。"),
    Act.MERGE: gettext_lazy("这个问题的全部信访件并入另一个问题，这个问题就此结束。信访件本身不合并。"),
    Act.SPLIT: gettext_lazy("选中的信访件成为一个新问题，其余的留下。"),
    Act.ACCEPT: gettext_lazy("这些是系统找到的、内容相近的信访件。同意的才计入这个问题。"),
    Act.SHEET: gettext_lazy("专报单只写事情和件数，不写任何人。可以先保存，以后接着写。"),
}  # fmt: skip
DANGER = frozenset({Act.MERGE, Act.DISMISS})
DONE = {
    Act.CONFIRM: gettext_lazy("已确认。"), Act.NAME: gettext_lazy("已改名。"), Act.ADD: gettext_lazy("已加入。"),
    Act.ACCEPT: gettext_lazy("已加入。"), Act.REMOVE: gettext_lazy("已移出。"), Act.SPLIT: gettext_lazy("已拆分，这是新的问题。"),
    Act.MERGE: gettext_lazy("已合并。"), Act.DISMISS: gettext_lazy("已记下，不作为热点。"), Act.CLOSE: gettext_lazy("已了结。"),
    Act.REOPEN: gettext_lazy("已重新列入研判。"), Act.SHEET: gettext_lazy("专报单已保存。"),
}  # fmt: skip


@officer_required
@require_http_methods(["GET", "POST"])
def act_page(request: HttpRequest, issue_id: int, act: str) -> HttpResponse:
    """An act that is not open now is a 404 to look at, and a sentence to whoever sends it from an older page."""
    issue, what = asking.found(request.officer, issue_id), _act(act)
    if what not in acts.possible(issue, request.officer):
        if request.method == "GET":
            raise Http404
        messages.error(request, _("这个问题现在是“%(state)s”，不能这样办。") % {"state": IssueState(issue.state).label})
        return redirect("workbench:hot_issue", issue.pk)
    form_class, do = FORMS[what]
    finding = request.POST.get("do") == "find"
    search = request.POST.get("unit_search") or request.GET.get("unit_search", "")
    form = form_class(
        request.POST if request.method == "POST" else None,
        issue=issue,
        officer=request.officer,
        act=what,
        search=search,
    )
    if request.method == "POST" and not finding and form.is_valid():
        done = _take(request, issue, do, form)
        if done is not None:
            messages.success(request, DONE[what])
            return redirect("workbench:hot_issue", done.pk)
    context = {
        "form": form, "issue": issue, "act": what, "state": IssueState(issue.state), "intro": INTROS.get(what, ""), "danger": what in DANGER,
        "version": request.POST.get("version") or issue.version, "today": asking.read(request.GET).today,
        "count": figures.of([issue], asking.read(request.GET).window)[issue.pk],
    }  # fmt: skip
    return render(request, "workbench/hot/act.html", context, status=422 if form.errors and not finding else 200)


def _take(request: HttpRequest, issue: HotIssue, do, form) -> HotIssue | None:
    """The issue to show afterwards; None where something is wrong, which then stands on the form."""
    version = digits.read(request.POST.get("version"))
    try:
        return do(issue.pk, **form.said(), by=request.officer, at=timezone.now(), version=version, request=request)
    except StepRefused as refused:
        names = {"words_missing": "reason", "name": "name", "number": "numbers", "none_chosen": "matter_ids"}
        field = names.get(refused.code, "")
        form.add_error(field if field in form.fields else None, refused.message)
        return None


def _act(word: str) -> Act:
    try:
        what = Act(word)
    except ValueError:
        raise Http404 from None
    if what not in FORMS:
        raise Http404
    return what
