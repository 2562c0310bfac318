"""What programs send and receive. Every field is named; a field that is not in the list is refused by name (secure-checklist 18)."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from xinqiao.matters.intake import LIMITS, PEOPLE_AT_MOST, REQUESTS_AT_MOST
from xinqiao.rules.identity import IdType
from xinqiao.rules.stages import Channel, Line, Purpose

# A visit or a reception needs a person at the window; everything else may come through a program.
CHANNELS = (
    Channel.WEB, Channel.PHONE, Channel.SMS, Channel.FAX, Channel.LEADER_MAILBOX, Channel.OPINION_BOX, Channel.AGENT,
    Channel.MEDIA, Channel.OTHER_ORGAN, Channel.LETTER,
)  # fmt: skip

FILES_AT_MOST = 20


def _text(limit: int):
    return Annotated[str, StringConstraints(max_length=limit)]


class Strict(Schema):
    """A thing that is sent to us: unknown fields are refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class PersonIn(Strict):
    """One petitioner. The first is the main one. Nothing is required: a name is enough, and no name is possible (`anonymous`)."""

    name: _text(LIMITS["name"]) = Field("", description="姓名")
    id_type: Literal[tuple(kind.value for kind in IdType)] = Field("resident_id", description="证件类型")
    id_number: _text(40) = Field("", description="证件号码")
    mobile: _text(40) = Field("", description="手机号码")
    phone: _text(40) = Field("", description="固定电话")
    email: _text(200) = Field("", description="电子邮箱")
    address: _text(LIMITS["address"]) = Field("", description="住址")
    work_unit: _text(LIMITS["work_unit"]) = Field("", description="工作单位")
    representative: bool = Field(False, description="是否代表（最多5名）")
    agent: bool = Field(False, description="是否代理人")


class RespondentIn(Strict):
    """Who is complained about, as far as the citizen says."""

    name: _text(100) = Field("", description="被反映人姓名")
    unit: _text(100) = Field("", description="被反映的单位")
    post: _text(100) = Field("", description="职务")
    organisation: _text(60) = Field("", description="被反映单位的机构编号（key）；知道时填写，本件就不会转给它")


class SubmissionIn(Strict):
    """One petition (信访件), as the citizen wrote it."""

    purpose: Literal[tuple(purpose.value for purpose in Purpose)] = Field(
        description="信访目的：" + "、".join(f"{purpose.value} {purpose.label}" for purpose in Purpose)
    )
    channel: Literal[tuple(channel.value for channel in CHANNELS)] = Field(
        "web", description="信访形式：" + "、".join(f"{channel.value} {channel.label}" for channel in CHANNELS)
    )
    title: _text(LIMITS["title"]) = Field("", description="标题；不填时取第一条诉求或内容的第一行")
    content: _text(LIMITS["content"]) = Field(description="反映的内容")
    reasons: _text(LIMITS["reasons"]) = Field("", description="事实和理由")
    requests: list[_text(LIMITS["request"])] = Field([], max_length=REQUESTS_AT_MOST, description="诉求，一条一项")
    place: _text(60) = Field(description="问题发生在哪里：机构编号（见 /organisations）或行政区划代码")
    place_detail: _text(LIMITS["place_detail"]) = Field("", description="详细地址")
    people: list[PersonIn] = Field([], max_length=PEOPLE_AT_MOST, description="信访人")
    anonymous: bool = Field(False, description="匿名")
    secrecy: bool = Field(False, description="要求保密")
    publish_consent: bool = Field(False, description="同意公开答复")
    electronic_service: bool = Field(False, description="同意电子送达")
    headcount: int | None = Field(None, ge=1, le=100_000, description="参加的人数；不填时为信访人数")
    joint: bool = Field(False, description="联名")
    respondent: RespondentIn | None = Field(None, description="被反映的人或单位")
    petition_on: date | None = Field(None, description="信访日期，不晚于今天")
    accessibility_need: _text(LIMITS["accessibility_need"]) = Field("", description="语言、无障碍需求")
    files: list[_text(80)] = Field(
        [], max_length=FILES_AT_MOST, description="材料：先用 /files 上传，再把得到的 file 填在这里"
    )
    source_number: _text(60) = Field("", description="对方系统里的编号")


class ReceiptOut(Schema):
    """The receipt (回执). The query code is shown here and never again, except to the same Idempotency-Key."""

    number: str = Field(description="信访件编号")
    query_code: str = Field(description="查询码：请连同编号一起交给信访人")
    received_at: datetime = Field(description="收到时间")
    content_hash: str = Field(description="内容摘要：证明内容没有改动")
    hash_algorithm: str = Field(description="摘要算法")
    office: str = Field(description="收件机关")
    due_on: date = Field(description="最晚在这一天告知去向")


class FileOut(Schema):
    """A file that is kept for a day, until a submission names it."""

    file: str = Field(description="填在信访件的 files 里；只能用一次")
    name: str = Field(description="文件名")
    media_type: str
    size_bytes: int
    digest: str = Field(description="您发来的文件的摘要")
    hash_algorithm: str
    expires_at: datetime = Field(description="过了这个时间还没有用，文件会删除")


class EventOut(Schema):
    """One thing that happened, as the citizen is told."""

    at: datetime
    step: str
    label: str
    organisation: str | None


class StatusOut(Schema):
    """Where the petition is now, in the citizen's words."""

    number: str
    title: str
    stage: str
    headline: str
    sentence: str
    next_step: str
    unit: str | None = Field(description="现在由哪个单位办；须保密时为空")
    since: date = Field(description="从哪一天起")
    due_on: date | None = Field(description="下一个期限")
    received_at: datetime
    events: list[EventOut]


class OrganisationOut(Schema):
    """One organ or unit of the public directory."""

    key: str
    name: str
    level: int
    line: Literal[tuple(line.value for line in Line)]
    parent: str | None
    division_code: str
    address: str
    phone: str


class OrganisationsOut(Schema):
    """One page of the directory; `next` is the value of `after` for the page behind it."""

    items: list[OrganisationOut]
    next: str | None


class ErrorOut(Schema):
    """What is wrong (the same form for every status) and what to do."""

    code: str = Field(description="错误代码，供程序判断")
    message: str = Field(description="给人看的说明")
    errors: dict[str, str] = Field(description="每一项的说明：项目名 → 说明")
