"""Addresses of the indicators, below `desk/`."""

from django.urls import path

from . import pages

urlpatterns = [
    path("indicators/", pages.indicators_page, name="indicators"),
    path("indicators/export/", pages.export_page, name="indicators_export"),
    path("indicators/<slug:code>/", pages.indicator_page, name="indicator"),
    path("indicators/<slug:code>/matters/", pages.matters_page, name="indicator_matters"),
]
