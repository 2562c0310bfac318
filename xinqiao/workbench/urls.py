"""Addresses of the workbench, below `desk/`."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, include, path, register_converter

from .pages import (
    case,
    entrance,
    explained,
    inbox,
    notes,
    own_lists,
    papers,
    person,
    queue,
    receipt,
    reveal,
    sealed,
    search,
    window,
)
from .refusals import noted


class Number:
    """The number of a matter in an address; one with a character that no text column holds is nobody's: 404."""

    regex = r"[^/\x00]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Number, "number")

app_name = "workbench"
urlpatterns = [
    path("", queue.queue_page, name="queue"),
    path("settings/lists/", own_lists.list_settings, name="list_settings"),
    path("filters/", own_lists.filters_page, name="list_filters"),
    path("filters/<int:filter_id>/delete/", own_lists.delete_filter, name="delete_filter"),
    path("search/", search.search_page, name="search"),
    path("search/person/", person.person_page, name="find_person"),
    path("login/", entrance.login_page, name="login"),
    path("logout/", entrance.logout_page, name="logout"),
    path("post/", entrance.switch_post, name="post"),
    path("messages/", inbox.messages_page, name="messages"),
    path("cases/<number:number>/", case.case_page, name="case"),
    path("cases/<number:number>/report/", case.report_page, name="report"),
    path("cases/<number:number>/reveal/", reveal.reveal_page, name="reveal"),
    path("cases/<number:number>/reveal/close/", reveal.close_page, name="reveal_close"),
    path("cases/<number:number>/why/", explained.why_page, name="why"),
    path("cases/<number:number>/readers/", explained.readers_page, name="readers"),
    path("reveals/", reveal.requests_page, name="reveals"),
    path("reveals/<int:request_id>/", reveal.decide_page, name="reveal_decide"),
    path("cases/<number:number>/notes/", notes.add_note, name="note"),
    path("letters/<int:document_id>.<str:form>", papers.letter, name="letter"),
    path("files/<int:attachment_id>/", papers.attachment, name="file"),
    path("sealed/", sealed.register_page, name="sealed"),
    path("window/<slug:channel>/", window.window_page, name="window"),
    path("receipt/", receipt.receipt_page, name="receipt"),
    path("receipt/slip.pdf", receipt.slip, name="slip"),
    path("", include("xinqiao.workbench.account.urls")),
    path("", include("xinqiao.workbench.admin.urls")),
    path("", include("xinqiao.workbench.acts.urls")),
    path("", include("xinqiao.workbench.bulk.urls")),
    path("", include("xinqiao.workbench.exports.urls")),
    path("", include("xinqiao.workbench.audit.urls")),
    path("", include("xinqiao.workbench.statistics.urls")),
    path("", include("xinqiao.workbench.indicators.urls")),
    path("", include("xinqiao.workbench.reports.urls")),
    path("", include("xinqiao.workbench.supervision.urls")),
    path("", include("xinqiao.workbench.ledgers.urls")),
    path("", include("xinqiao.workbench.information.urls")),
    path("", include("xinqiao.workbench.hot.urls")),
    path("", include("xinqiao.workbench.analysis.urls")),
]


def _all(patterns) -> Iterator[URLPattern]:
    for one in patterns:
        yield from _all(one.url_patterns) if isinstance(one, URLResolver) else (one,)


for _pattern in _all(urlpatterns):
    noted(_pattern)  # whoever asks for what is hidden from them is on record, on every page
