"""Addresses of the look itself, below `ui/`."""

from django.urls import path

from xinqiao.ui import views

app_name = "ui"
urlpatterns = [
    path("large-print", views.set_large_print, name="set_large_print"),
    path("gallery", views.gallery, {"look": "citizen"}, name="gallery"),
    path("gallery/officer", views.gallery, {"look": "officer"}, name="gallery_officer"),
]
