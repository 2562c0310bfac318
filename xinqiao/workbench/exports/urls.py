"""Addresses of what leaves the house, below `desk/`."""

from django.urls import path

from . import lists

urlpatterns = [
    path("export/", lists.list_page, name="export"),
    path("exports/", lists.own_exports, name="exports"),
    path("exports/<int:export_id>/", lists.progress_page, name="export_progress"),
]
