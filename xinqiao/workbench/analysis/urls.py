"""Addresses of pages about what the machine proposes, below `desk/`."""

from django.urls import path

from . import at_window, drafts, effect, published, same, versions

urlpatterns = [
    path("window/<slug:channel>/proposals/", at_window.proposals_page, name="window_proposals"),
    path("published/", published.list_page, name="published"),
    path("published/new/", published.new_page, name="published_new"),
    path("published/<int:answer_id>/", published.one_page, name="published_one"),
    path("cases/<number:number>/same/", same.same_page, name="same_matter"),
    path("cases/<number:number>/draft/<slug:sort>/", drafts.draft_page, name="model_draft"),
    path("proposals/", effect.effect_page, name="proposal_effect"),
    path("classifier/", versions.versions_page, name="classifier_versions"),
    path("classifier/<int:pk>/use/", versions.use_version, name="use_classifier"),
]
