"""Addresses of supervision, below `desk/`."""

from django.urls import path

from . import board

urlpatterns = [
    path("patrol/", board.board_page, name="patrol"),
    path("patrol/<int:finding_id>/", board.finding_page, name="finding"),
]
