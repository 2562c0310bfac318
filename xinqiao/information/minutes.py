"""The minutes of a meeting (会议纪要) on paper: PDF and Word from the same blocks (H.1)."""

from django.utils.timezone import localtime

from xinqiao.documents import blocks, paper
from xinqiao.rules.information import MeetingKind, MeetingState, TopicSort

from .models import Meeting


def parts(meeting: Meeting) -> dict:
    """Title, organ, number and blocks, as the paper takes them."""
    held, kind = localtime(meeting.held_at), MeetingKind(meeting.kind)
    head = [
        ("会议", kind.label),
        ("时间", f"{blocks.day(held)} {held:%H:%M}", "地点", meeting.place),
        ("主持人", meeting.chair),
        ("参加", "；".join(line.strip() for line in meeting.members.splitlines() if line.strip())),
    ]
    body = [blocks.grid(*head)]
    sections = [
        ("议题", [f"{n}. {_topic(one)}" for n, one in enumerate(meeting.topics.all(), start=1)]),
        ("研判情况", [meeting.summary] if meeting.summary else []),
    ]
    place = 0
    for name, lines in sections:
        if lines:
            place += 1
            body += [blocks.heading(place, name), *(part for line in lines for part in blocks.paragraphs(line))]
    decisions = list(meeting.decisions.select_related("organisation"))
    if decisions:
        rows = [
            [str(n), one.text, one.organisation.name, blocks.day(one.due_on)]
            for n, one in enumerate(decisions, start=1)
        ]
        body += [
            blocks.heading(place + 1, "议定事项"),
            blocks.table(["序号", "要办的事", "责任单位", "最晚日期"], rows),
        ]
    issued = f"{blocks.day(localtime(meeting.issued_at))}印发" if meeting.issued_at else ""
    return {"title": f"{meeting.title}纪要", "organ": meeting.organisation.name, "number": issued, "blocks": body}


def pdf(meeting: Meeting) -> bytes:
    draft = meeting.state == MeetingState.DRAFT
    return paper.pdf(**parts(meeting), at=meeting.issued_at or meeting.held_at, draft=draft)


def docx(meeting: Meeting) -> bytes:
    return paper.docx(**parts(meeting), draft=meeting.state == MeetingState.DRAFT)


def _topic(topic) -> str:
    words = f"热点问题：{topic.text}" if topic.sort == TopicSort.HOT_ISSUE else topic.text
    return words
