"""按信访人查找: the matters of somebody who is at the window or on the telephone, inside one's own scope (DU-1, G.4; see `matters.finding`).

What is typed comes by POST only, so that no name or number stands in an address or a log, and is kept nowhere. Each look-up says what for
and is in the audit log before anything is shown.
"""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from xinqiao.integrity import audit
from xinqiao.matters import finding
from xinqiao.people import limits
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.rate_limits import PERSON_LOOK_UP

from ..door import officer_required
from .search import rows_of

PURPOSES = (
    ("window", _("本人来访，接待查询")),
    ("telephone", _("本人来电，核对查询")),
    ("repeat", _("登记时核对是不是重复提出")),
)


class PersonForm(forms.Form):
    """One whole name, mobile or document number, and what for."""

    person = forms.CharField(
        label=_("姓名、手机号码或者证件号码"), max_length=100, strip=True,
        help_text=_("要写完整的，不能只写一部分。同名的人多，最好用手机号码或者证件号码。"),
        error_messages={"required": _("请输入姓名、手机号码或者证件号码。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    purpose = forms.ChoiceField(
        label=_("为什么查找"), choices=PURPOSES, widget=forms.RadioSelect,
        error_messages={"required": _("请选择为什么查找。"), "invalid_choice": _("请选择为什么查找。")},
    )  # fmt: skip

    def clean_person(self) -> finding.Person:
        found = finding.read_person(self.cleaned_data["person"].replace("\0", ""))
        if found is None:
            raise forms.ValidationError(
                _("看不出是姓名、手机号码还是证件号码。请写完整的姓名（至少两个字）、11位手机号码或者完整的证件号码。")
            )
        return found


@officer_required
@require_http_methods(["GET", "POST"])
def person_page(request: HttpRequest) -> HttpResponse:
    """The form; after it was sent, what was found, at most a page."""
    if not finding.may_look_for_person(request.officer):
        raise Http404
    form = PersonForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return _page(request, form, status=422 if request.method == "POST" else 200)
    at = timezone.now()
    if wait := limits.wait(f"person:{request.officer.user_id}", PERSON_LOOK_UP, at=at):
        form.add_error(None, _("这一小时里查找的次数太多了。请%(minutes)s分钟后再查。") % {"minutes": wait // 60 + 1})
        return _page(request, form, status=429)
    person = form.cleaned_data["person"]
    ids = finding.by_person(request.officer, person)
    audit.note(
        AuditKind.SEARCHED_PERSON, officer=request.officer, subject="search", fields=person.sort,
        reason=str(dict(PURPOSES)[form.cleaned_data["purpose"]]), request=request, detail={"matters": ids},
    )  # fmt: skip
    return _page(request, form, rows=rows_of(request.officer, ids))


def _page(request: HttpRequest, form: PersonForm, *, rows: list[dict] | None = None, status: int = 200) -> HttpResponse:
    context = {"form": form, "rows": rows, "searched": rows is not None, "at_most": finding.PERSON_AT_MOST}
    response = render(request, "workbench/person.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
