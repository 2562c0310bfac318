"""Addresses of supervision, below `desk/`."""

from django.urls import path

from . import board, completion, letters

urlpatterns = [
    path("patrol/", board.board_page, name="patrol"),
    path("completions/", completion.list_page, name="completions"),
    path("supervisions/", letters.list_page, name="supervisions"),
    path("patrol/<int:finding_id>/", board.finding_page, name="finding"),
]
