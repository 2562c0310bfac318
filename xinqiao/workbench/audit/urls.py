"""Addresses of the audit log, below `desk/`."""

from django.urls import path

from . import views

urlpatterns = [
    path("audit/", views.log_page, name="audit"),
    path("audit/export/", views.export_page, name="audit_export"),
    path("audit/<int:entry_id>/", views.entry_page, name="audit_entry"),
]
