"""Addresses of supervision, below `desk/`."""

from django.urls import path

from . import board, letters

urlpatterns = [
    path("patrol/", board.board_page, name="patrol"),
    path("supervisions/", letters.list_page, name="supervisions"),
    path("patrol/<int:finding_id>/", board.finding_page, name="finding"),
]
