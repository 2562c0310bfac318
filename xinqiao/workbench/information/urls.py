"""Addresses of information reporting, screening and meetings, below `desk/`."""

from django.urls import path

from . import acts, meetings, reports, roundup, screening

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
    path("meetings/", meetings.list_page, name="meetings"),
    path("meetings/new/", meetings.new_page, name="meeting_new"),
    path("meetings/<int:meeting_id>/", meetings.meeting_page, name="meeting"),
    path("meetings/<int:meeting_id>/edit/", meetings.edit_page, name="meeting_edit"),
    path("meetings/<int:meeting_id>/decide/", meetings.decide_page, name="meeting_decide"),
    path("meetings/<int:meeting_id>/drop/<int:decision_id>/", meetings.drop_page, name="meeting_drop"),
    path("meetings/<int:meeting_id>/issue/", meetings.issue_page, name="meeting_issue"),
    path("meetings/<int:meeting_id>/minutes.<slug:form>", meetings.minutes_page, name="minutes"),
    path("account/roundup/", roundup.roundup_page, name="roundup"),
]
