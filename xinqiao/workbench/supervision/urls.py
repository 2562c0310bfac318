"""Addresses of supervision, below `desk/`."""

from django.urls import path

from . import board, completion, letters, measures, recommendations, urgent

urlpatterns = [
    path("patrol/", board.board_page, name="patrol"),
    path("urgent/", urgent.list_page, name="urgent_list"),
    path("urgent/<int:report_id>/", urgent.report_page, name="urgent_report"),
    path("completions/", completion.list_page, name="completions"),
    path("supervisions/", letters.list_page, name="supervisions"),
    path("patrol/<int:finding_id>/", board.finding_page, name="finding"),
    path("supervisions/<int:supervision_id>/", letters.supervision_page, name="supervision"),
    path("recommendations/", recommendations.list_page, name="recommendations"),
    path("recommendations/new/", recommendations.new_page, name="recommendation_new"),
    path("recommendations/new/<slug:sort>/", recommendations.draft_page, name="recommendation_draft"),
    path("recommendations/<int:recommendation_id>/", recommendations.recommendation_page, name="recommendation"),
    path("recommendations/<int:recommendation_id>/edit/", recommendations.draft_page, name="recommendation_edit"),
    path(
        "recommendations/<int:recommendation_id>/<slug:which>.<str:form>",
        recommendations.letter_page,
        name="recommendation_letter",
    ),
    path("measures/", measures.list_page, name="measures"),
    path("measures/new/", measures.propose_page, name="measure_new"),
    path("measures/<int:measure_id>/", measures.measure_page, name="measure"),
    path("measures/<int:measure_id>/edit/", measures.propose_page, name="measure_edit"),
    path("measures/<int:measure_id>/letter.<str:form>", measures.letter_page, name="measure_letter"),
]
