"""Addresses of the statistics, below `desk/`."""

from django.urls import path

from . import pages

urlpatterns = [
    path("statistics/", pages.statistics_page, name="statistics"),
    path("statistics/export/", pages.export_page, name="statistics_export"),
]
