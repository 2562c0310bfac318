"""A report on paper: PDF and Word from the same blocks, with real text, real tables, and plots beside their tables."""

from django.utils.timezone import localtime

from xinqiao.documents import blocks, paper
from xinqiao.rules.reports import PartKind, ReportState

from .models import Report
from .writing import filled


def parts(report: Report) -> dict:
    """Title, organ, number and blocks, as the paper takes them. A part in which nobody had anything to say is left out, heading and all."""
    body, heading, said = [], 0, filled(report)
    for one in report.blocks:
        if one["section"] not in said:
            continue
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
    found = [blocks.subheading(one["title"])] if one.get("title") else []
    if not one.get("columns"):
        return found
    if one["kind"] == PartKind.CHART and len(one["columns"]) > 1 and one["rows"]:
        standing = one.get("standing", False)
        points = [
            (_short(row[0], place) if standing else row[0].strip("　"), row[1]) for place, row in enumerate(one["rows"])
        ]
        found.append(blocks.chart(one.get("title", ""), points, standing=standing))
    return [*found, blocks.table(one["columns"], one["rows"])]


def _short(label: str, place: int) -> str:
    """2025年4月 stands below the first bar and each January, 4月 below the others: twelve fit side by side."""
    _year, _, month = label.partition("年")
    return label if place == 0 or month == "1月" or not month else month


def pdf(report: Report) -> bytes:
    draft = report.state != ReportState.ISSUED
    return paper.pdf(**parts(report), at=report.issued_at or report.asked_at, draft=draft)


def docx(report: Report) -> bytes:
    return paper.docx(**parts(report), draft=report.state != ReportState.ISSUED)
