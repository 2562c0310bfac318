"""What each document says: from its data to its paragraphs. One function per document, chosen by its id in F.1.

`VERSION` is kept with every document (FD-6); the paragraphs themselves are frozen in the document when it is drafted, so
a later wording never changes what was once said. Raise it with every change of wording or layout.
"""

from collections.abc import Callable

from xinqiao.documents.texts import acceptance, forms, opinions, recommendations, slips, transfer

VERSION = "2026.1"

TEXTS: dict[str, Callable[[dict], list[dict]]] = {
    "F-01": forms.registration_form,
    "F-02": slips.receipt,
    "F-03": transfer.transfer_letter,
    "F-04": transfer.assignment_letter,
    "F-05": transfer.sealed_list,
    "F-06": slips.guidance_slip,
    "F-07": transfer.destination_notice,
    "F-08": acceptance.acceptance_notice,
    "F-09": acceptance.route_notice,
    "F-10": acceptance.refusal_notice,
    "F-11": acceptance.no_longer_accepted_notice,
    "F-12": transfer.objection,
    "F-13": transfer.objection_answer,
    "F-14": acceptance.extension_notice,
    "F-14a": forms.extension_approval,
    "F-16": opinions.handling_opinion,
    "F-17": forms.review_request,
    "F-18": opinions.review_opinion,
    "F-19": opinions.recheck_opinion,
    "F-20": opinions.review_refusal,
    "F-21": forms.proof_of_service,
    "F-25": forms.agreement,
    "F-26": transfer.supervision_letter,
    "F-27": recommendations.recommendation,
    "F-28": recommendations.feedback,
    "F-29": transfer.completion_report,
    "F-30": forms.withdrawal,
    "F-31": forms.authority,
    "F-32": transfer.urgent_report,
    "F-36": opinions.suggestion_reply,
    "F-38": recommendations.measure,
}


def paragraphs_of(document_id: str, data: dict) -> list[dict]:
    """The blocks of one document; blanks stand where the data say nothing (drafts). Raises KeyError for no document."""
    return TEXTS[document_id](data)
