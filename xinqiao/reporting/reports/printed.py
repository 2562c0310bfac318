"""A report on paper: PDF and Word from the same blocks, with real text, real tables, and plots beside their tables."""

from django.utils.timezone import localtime

from xinqiao.documents import blocks, paper
from xinqiao.rules.reports import PartKind, ReportState

from .models import Report


def parts(report: Report) -> dict:
    """Title, organ, number and blocks, as the paper takes them."""
    body, heading = [], 0
    for one in report.blocks:
        match one["kind"]:
            case PartKind.HEADING:
                heading += 1
                body.append(blocks.heading(heading, one["text"]))
            case PartKind.TEXT:
                body += blocks.paragraphs(one["text"])
            case _:
                body += _table(one)
    if report.state == ReportState.ISSUED:
        names = [
            copy.organisation.name
            for copy in report.copies.select_related("organisation").order_by("organisation__lft")
        ]
        body += [blocks.plain(f"发送：{'、'.join(names)}。")] if names else []
        body.append(blocks.plain(f"{report.office.name}　{blocks.day(localtime(report.issued_at))}印发"))
    return {"title": report.title, "organ": report.office.name, "number": report.number, "blocks": body}


def _table(one: dict) -> list[dict]:
    """The plot, where there is one, and the table below it."""
    found = [blocks.plain(one["title"])] if one.get("title") else []
    if not one.get("columns"):
        return found
    if one["kind"] == PartKind.CHART and len(one["columns"]) > 1 and one["rows"]:
        points = [(row[0].strip("　"), row[1]) for row in one["rows"]]
        found.append(blocks.chart(one.get("title", ""), points, standing=one.get("standing", False)))
    return [*found, blocks.table(one["columns"], one["rows"])]


def pdf(report: Report) -> bytes:
    draft = report.state != ReportState.ISSUED
    return paper.pdf(**parts(report), at=report.issued_at or report.asked_at, draft=draft)


def docx(report: Report) -> bytes:
    return paper.docx(**parts(report), draft=report.state != ReportState.ISSUED)
