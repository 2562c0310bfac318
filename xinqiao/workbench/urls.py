"""Addresses of the workbench, below `desk/`."""

from django.urls import include, path

from .pages import case, entrance, inbox, notes, papers, queue, receipt, window

app_name = "workbench"
urlpatterns = [
    path("", queue.queue_page, name="queue"),
    path("search/", queue.search, name="search"),
    path("login/", entrance.login_page, name="login"),
    path("logout/", entrance.logout_page, name="logout"),
    path("post/", entrance.switch_post, name="post"),
    path("messages/", inbox.messages_page, name="messages"),
    path("cases/<str:number>/", case.case_page, name="case"),
    path("cases/<str:number>/notes/", notes.add_note, name="note"),
    path("letters/<int:document_id>.<str:form>", papers.letter, name="letter"),
    path("files/<int:attachment_id>/", papers.attachment, name="file"),
    path("window/<slug:channel>/", window.window_page, name="window"),
    path("receipt/", receipt.receipt_page, name="receipt"),
    path("receipt/slip.pdf", receipt.slip, name="slip"),
    path("", include("xinqiao.workbench.acts.urls")),
]
