"""Addresses of hot issues, below `desk/`."""

from django.urls import path

from . import acting, board, issue, sending

urlpatterns = [
    path("hot/", board.board_page, name="hot_issues"),
    path("hot/<int:issue_id>/", issue.issue_page, name="hot_issue"),
    path("hot/<int:issue_id>/sheet.<slug:form>", issue.sheet_page, name="hot_sheet"),
    path("hot/<int:issue_id>/send/", sending.send_page, name="hot_send"),
    path("hot/<int:issue_id>/<slug:act>/", acting.act_page, name="hot_act"),
]
