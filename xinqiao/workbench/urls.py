"""Addresses of the workbench, below `desk/`."""

from django.urls import include, path, register_converter

from .pages import case, entrance, inbox, notes, papers, queue, receipt, window


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
    path("search/", queue.search, name="search"),
    path("login/", entrance.login_page, name="login"),
    path("logout/", entrance.logout_page, name="logout"),
    path("post/", entrance.switch_post, name="post"),
    path("messages/", inbox.messages_page, name="messages"),
    path("cases/<number:number>/", case.case_page, name="case"),
    path("cases/<number:number>/notes/", notes.add_note, name="note"),
    path("letters/<int:document_id>.<str:form>", papers.letter, name="letter"),
    path("files/<int:attachment_id>/", papers.attachment, name="file"),
    path("window/<slug:channel>/", window.window_page, name="window"),
    path("receipt/", receipt.receipt_page, name="receipt"),
    path("receipt/slip.pdf", receipt.slip, name="slip"),
    path("", include("xinqiao.workbench.acts.urls")),
    path("", include("xinqiao.workbench.exports.urls")),
]
