"""Addresses of supervision, below `desk/`."""

from django.urls import path

from . import alike, board, completion, letters, measures, recommendations, sampling, urgent

urlpatterns = [
    path("patrol/", board.board_page, name="patrol"),
    path("urgent/", urgent.list_page, name="urgent_list"),
    path("urgent/<int:report_id>/", urgent.report_page, name="urgent_report"),
    path("ratings/", alike.list_page, name="ratings"),
    path("ratings/<int:alike_id>/", alike.alike_page, name="rating"),
    path("sampling/", sampling.list_page, name="samples"),
    path("sampling/new/", sampling.draw_page, name="sample_new"),
    path("sampling/<int:sample_id>/", sampling.sample_page, name="sample"),
    path("sampling/<int:sample_id>/<int:sheet_id>/", sampling.sheet_page, name="sheet"),
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
