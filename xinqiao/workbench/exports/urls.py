"""Addresses of what leaves the house, below `desk/`."""

from django.urls import path

from . import digests, inspection, lists

urlpatterns = [
    path("export/", lists.list_page, name="export"),
    path("exports/", lists.own_exports, name="exports"),
    path("exports/<int:export_id>/", lists.progress_page, name="export_progress"),
    path("inspection/", inspection.requests_page, name="inspection"),
    path("inspection/new/", inspection.ask_page, name="inspection_new"),
    path("inspection/<int:request_id>/", inspection.request_page, name="inspection_request"),
    path("digests/", digests.digests_page, name="digests"),
    path("digests/new/", digests.compile_page, name="digest_new"),
    path("digests/<int:digest_id>/", digests.digest_page, name="digest"),
]
