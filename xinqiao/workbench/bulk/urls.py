"""Addresses of acts on several petitions, below `desk/`."""

from django.urls import path

from . import pages

urlpatterns = [
    path("bulk/", pages.bulk_page, name="bulk"),
    path("bulk/<int:batch_id>/", pages.result_page, name="bulk_result"),
]
