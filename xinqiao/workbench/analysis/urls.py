"""Addresses of pages about what the machine proposes, below `desk/`."""

from django.urls import path

from . import drafts, effect

urlpatterns = [
    path("cases/<number:number>/draft/<slug:sort>/", drafts.draft_page, name="model_draft"),
    path("proposals/", effect.effect_page, name="proposal_effect"),
]
