"""热点问题专报单: facts, number of matters, cause, law, options, proposed lead; nobody is named and no small figure is told (H.3, C-14)."""

from datetime import datetime

from django.utils.timezone import localdate

from xinqiao.documents import blocks, paper
from xinqiao.rules.hot import SHEET
from xinqiao.rules.small_cells import shown, shown_parts

from ..models import HotIssue
from . import acts
from .figures import NOWHERE, Figures

TITLE = "热点问题专报单"
OWN_ANSWER = "上述信访事项仍由有权处理的机关、单位逐件办理、逐件答复，不因归并研判而合并或者停止办理。"


def is_draft(issue: HotIssue) -> bool:
    """Until the sheet says everything."""
    try:
        acts.require_complete(issue)
    except acts.StepRefused:
        return True
    return False


def parts(issue: HotIssue, figures: Figures, *, organ: str, at: datetime) -> dict:
    """Title, organ, number and blocks, as the paper takes them."""
    window = figures.window
    counts = shown_parts({one.name: one.now for one in figures.places()})
    body = [
        blocks.grid(
            ("问题", issue.name),
            ("范围", issue.area.name, "内容分类", issue.content_class.name if issue.content_class else "涉及几类"),
            (
                "时间",
                f"{blocks.day(window.first)}至{blocks.day(window.until)}",
                "信访件",
                f"{shown(figures.matters)}件",
            ),
            ("涉及地方", _places(counts), "走势", figures.trend),
            ("建议牵头", issue.lead.name if issue.lead else blocks.BLANK),
        )
    ]
    for place, name in enumerate(("facts", "cause", "law", "options"), start=1):
        body += [
            blocks.heading(place, SHEET[name]),
            *(blocks.paragraphs(getattr(issue, name)) or blocks.paragraphs(blocks.BLANK)),
        ]
    if counts:
        body += [
            blocks.heading(5, "各地情况"),
            blocks.table(["地方", "件数"], [[name, told] for name, told in counts.items()]),
        ]
    body += blocks.paragraphs(OWN_ANSWER)
    return {
        "title": TITLE,
        "organ": organ,
        "number": f"热点{issue.made_at.year}-{issue.pk:04d}　{blocks.day(localdate(at))}",
        "blocks": body,
    }


def _places(counts: dict[str, str]) -> str:
    """In how many places it is, and of how many matters nobody knows where."""
    known = [name for name in counts if name != NOWHERE]
    said = [f"{len(known)}个"] if known else []
    return "，".join([*said, *([f"{NOWHERE}{counts[NOWHERE]}件"] if NOWHERE in counts else [])]) or "0个"


def pdf(issue: HotIssue, figures: Figures, *, organ: str, at: datetime) -> bytes:
    return paper.pdf(**parts(issue, figures, organ=organ, at=at), at=at, draft=is_draft(issue))


def docx(issue: HotIssue, figures: Figures, *, organ: str, at: datetime) -> bytes:
    return paper.docx(**parts(issue, figures, organ=organ, at=at), draft=is_draft(issue))
