"""Addresses of pages about what the machine proposes, below `desk/`."""

from django.urls import path

from . import effect

urlpatterns = [
    path("proposals/", effect.effect_page, name="proposal_effect"),
]
