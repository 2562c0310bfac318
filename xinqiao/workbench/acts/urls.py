"""Addresses of the steps and of the opinion editor, below `desk/` in the namespace `workbench`."""

from django.urls import path

from . import opinion_views, views

urlpatterns = [
    path("cases/<number:number>/steps/<slug:step>/", views.step_page, name="step"),
    path("cases/<number:number>/opinion/", opinion_views.editor, name="opinion"),
    path("cases/<number:number>/opinion/page-<int:page>.png", opinion_views.page_image, name="opinion_page"),
    path("cases/<number:number>/opinion/preview.pdf", opinion_views.preview_pdf, name="opinion_pdf"),
    path("cases/<number:number>/opinion/draft.docx", opinion_views.word_copy, name="opinion_word"),
]
