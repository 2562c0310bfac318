"""Addresses of the month page and of reports, below `desk/`."""

from django.urls import path

from . import acting, editing, month, pages

urlpatterns = [
    path("month/", month.month_page, name="month"),
    path("reports/", pages.list_page, name="reports"),
    path("reports/new/", pages.new_page, name="analysis_new"),
    path("reports/<int:report_id>/", pages.report_page, name="analysis_report"),
    path("reports/<int:report_id>/file.<slug:form>", pages.file, name="analysis_file"),
    path("reports/<int:report_id>/title/", editing.title_page, name="analysis_title"),
    path("reports/<int:report_id>/parts/", editing.parts_page, name="analysis_parts"),
    path("reports/<int:report_id>/parts/<int:block>/", editing.part_page, name="analysis_part"),
    path("reports/<int:report_id>/act/<slug:act>/", acting.act_page, name="analysis_act"),
]
