"""Addresses for following a petition."""

urlpatterns = []
