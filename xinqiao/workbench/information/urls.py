"""Addresses of information reporting, screening and meetings, below `desk/`."""

from django.urls import path

from . import acts, reports, screening

urlpatterns = [
    path("information/", reports.list_page, name="information"),
    path("information/new/", reports.new_page, name="information_new"),
    path("information/<int:report_id>/", reports.report_page, name="information_report"),
    path("information/<int:report_id>/edit/", reports.edit_page, name="information_edit"),
    path("information/<int:report_id>/<slug:act>/", acts.act_page, name="information_act"),
    path("screening/", screening.screening_page, name="screening"),
    path("screening/order/", screening.order_page, name="screening_order"),
    path("screening/<int:task_id>/zero/", screening.zero_page, name="screening_zero"),
    path("screening/rounds/<int:round_id>/", screening.units_page, name="screening_units"),
]
