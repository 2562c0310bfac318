"""What programs may ask: hand in a petition with its files, see where it is, look up organisations. The same intake as the portal's."""

from datetime import datetime
from typing import Annotated

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.timezone import localdate, localtime
from ninja import File, Header, NinjaAPI, Query, Router, Status, UploadedFile
from pydantic import StringConstraints

from xinqiao.access import reading
from xinqiao.matters import intake, telling, tracking
from xinqiao.matters.actors import System
from xinqiao.matters.models import Matter
from xinqiao.matters.steps.receive import Receipt, receive_once
from xinqiao.organisations.models import Organisation
from xinqiao.people.limits import allow
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Step

from . import places, problems, uploads
from .clients import Bearer
from .models import ApiClient
from .problems import Problem, source_of
from .reading import OneObject, ReadableJson
from .schemas import ErrorOut, FileOut, OrganisationsOut, ReceiptOut, StatusOut, SubmissionIn

LOOKUPS_A_MINUTE = 240
DESCRIPTION = (
    "把信访件交给本平台，查询办理进度。所有错误都是同一种形式：{code, message, errors}，message 和 errors 是中文。"
    "时间为 ISO 8601，带时区；日期按北京时间。文字以 UTF-8 编码。"
)
RETRY_AFTER = {"headers": {"Retry-After": {"description": "等待的秒数", "schema": {"type": "integer"}}}}
NO_SUCH_PLACE = "没有这个地方。请填机构编号（见 /organisations）或行政区划代码。"


def _errors(*statuses: int) -> dict:
    return dict.fromkeys((400, *statuses, 500, 503), ErrorOut)


router = Router()


@router.post(
    "/submissions",
    response={201: ReceiptOut} | _errors(401, 409, 413, 422, 429),
    auth=Bearer(),
    summary="提交信访件",
    operation_id="submit",
    openapi_extra={
        "responses": {
            201: {
                "headers": {
                    "Idempotency-Replayed": {
                        "description": "true：这个键已经用过，回执和第一次相同",
                        "schema": {"type": "string", "enum": ["true", "false"]},
                    }
                }
            },
            429: RETRY_AFTER,
            503: RETRY_AFTER,
        }
    },
)
def submit(
    request: HttpRequest,
    response: HttpResponse,
    submission: SubmissionIn,
    idempotency_key: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{8,120}$")] = Header(
        alias="Idempotency-Key", description="8到120个可见的 ASCII 字符，每份信访件一个；重试时用同一个"
    ),
):
    """收下一份信访件，返回回执。返回时已经保存。同一个键、同样的内容在 7 天内再来一次，得到同一份回执；以后或内容不同则为 409，也不会重复登记。"""
    receipt, is_new = _receive(request, submission, idempotency_key)
    response["Idempotency-Replayed"] = "false" if is_new else "true"
    told = {name: getattr(receipt, name) for name in ReceiptOut.model_fields}
    return Status(201, told | {"received_at": localtime(receipt.received_at)})


@router.post(
    "/files",
    response={201: FileOut} | _errors(401, 413, 422, 429),
    auth=Bearer(),
    summary="上传材料",
    operation_id="upload",
    openapi_extra={"responses": {429: RETRY_AFTER, 503: RETRY_AFTER}},
)
def upload(
    request: HttpRequest,
    file: Annotated[UploadedFile, File(description="一个文件：图片、PDF、Word、录音等")],
):
    """先上传材料，再提交信访件。文件会检查；图片会重新绘制。24小时内没有用到的文件会删除。"""
    return Status(201, uploads.keep(file, client=request.auth, at=timezone.now()))


@router.get(
    "/submissions/{number}",
    response={200: StatusOut} | _errors(401, 404, 422, 429),
    summary="查询进度",
    operation_id="follow",
    openapi_extra={"responses": {429: RETRY_AFTER, 503: RETRY_AFTER}, "security": [{}, {"Bearer": []}]},
)
def follow(
    request: HttpRequest,
    number: str,
    query_code: str = Header(alias="X-Query-Code", description="回执上的查询码"),
):
    """用编号和查询码查询一件。编号或查询码不对，都是同样的 404。不带令牌时按来源限制次数，带令牌时按客户端限制次数。"""
    at = timezone.now()
    client = _count_guess(request, at=at)
    matter = tracking.find(number, query_code)
    if matter is None:
        tracking.note_wrong(at=at)
        raise Problem(404, "not_found")
    if client:
        tracking.program_was_right(client.pk, at=at)
        reading.opened_by_program(request, matter, client_id=client.pk, at=at)
    return _status(matter)


@router.get(
    "/organisations",
    response={200: OrganisationsOut} | _errors(422, 429),
    summary="机构目录",
    operation_id="organisations",
    openapi_extra={"responses": {429: RETRY_AFTER, 503: RETRY_AFTER}},
)
def organisations(
    request: HttpRequest,
    level: int | None = Query(None, ge=0, le=5, description="层级：0 国家 … 5 村（社区）"),
    parent: Annotated[str, StringConstraints(max_length=60)] = Query("", description="上级的机构编号"),
    q: Annotated[str, StringConstraints(max_length=100)] = Query("", description="名称的一部分，或拼音首字母"),
    after: Annotated[str, StringConstraints(max_length=60)] = Query("", description="上一页的 next"),
    limit: int = Query(100, ge=1, le=places.AT_MOST, description="一页最多几个"),
):
    """公开的机构目录，按组织树的顺序。"""
    if not allow(f"api-lookup:{source_of(request)}", limit=LOOKUPS_A_MINUTE, at=timezone.now()):
        raise Problem(429, "too_many", at=timezone.now())
    for name, value in (("parent", parent), ("q", q), ("after", after)):
        if "\x00" in value:
            raise Problem(422, "invalid", errors={name: "含有无法识别的字符，请删去后再试。"})
    found = list(places.organisations(level=level, parent=parent, words=q.strip(), after=after)[: limit + 1])
    shown = found[:limit]
    return {"items": [_public(org) for org in shown], "next": shown[-1].key if len(found) > limit else None}


@transaction.atomic
def _receive(request: HttpRequest, submission: SubmissionIn, key: str) -> tuple[Receipt, bool]:
    """The receipt and whether it is new; with the files taken up in the same transaction."""
    at, client = timezone.now(), request.auth
    files = uploads.named(submission.files, client=client)
    raw = _raw(submission, client) | {"attachments": [uploads.as_stored(file) for file in files]}
    made = intake.clean(raw, today=localdate(at))
    try:
        receipt, is_new = receive_once(
            made, client=f"api:{client.pk}", key=key, fingerprint=request.fingerprint, by=System(name="api"), at=at
        )
    except StepRefused as refused:
        if refused.code != "no_office":
            raise
        raise Problem(422, "invalid", errors={"place": refused.message}) from None
    if is_new:
        uploads.use(files, number=receipt.number, at=at)
    return receipt, is_new


def _raw(submission: SubmissionIn, client) -> dict:
    """The plain values of `intake.clean`. Who brought it is said by us, never by the program."""
    raw = submission.model_dump()
    if "\x00" in submission.place:
        raise Problem(422, "invalid", errors={"place": NO_SUCH_PLACE})
    raw["place"] = places.place(submission.place) if submission.place.strip() else None
    if raw["place"] is None and submission.place.strip():
        raise Problem(422, "invalid", errors={"place": NO_SUCH_PLACE})
    raw["respondent"] = _respondent(raw["respondent"] or {})
    return raw | {"stated_by": "client", "source": client.name}


def _respondent(respondent: dict) -> dict:
    key = respondent.pop("organisation", "")
    if not key:
        return respondent
    found = Organisation.objects.filter(key=key).first() if "\x00" not in key else None
    if found is None:
        raise Problem(
            422, "invalid", errors={"respondent.organisation": "没有这个机构编号，请核对（见 /organisations）。"}
        )
    return respondent | {"organisation_id": found.pk}


def _count_guess(request: HttpRequest, *, at: datetime) -> ApiClient | None:
    """With a token the client's own rate and its wrong tries count, without one the same count as on the tracking page."""
    client = None
    if request.headers.get("Authorization"):
        client = Bearer()(request)
        if client is None:
            raise Problem(401, "wrong_token")
        seconds = tracking.program_waits(client.pk, at=at)
    else:
        seconds = tracking.seconds_to_wait(source_of(request), at=at)
    if seconds:
        raise Problem(429, "too_many", seconds=seconds)
    return client


def _status(matter: Matter) -> dict:
    events = list(matter.events.select_related("organisation").order_by("seq"))
    told = telling.told(matter, events=events, clocks=matter.clocks.all(), opinions=matter.opinions.all())
    counted = telling.counted(matter, matter.clocks.all())
    hide = matter.sealed  # C-01: no unit is named beside a report
    return {
        "number": matter.number,
        "title": matter.title,
        "stage": matter.stage,
        "headline": told.headline,
        "sentence": told.sentence,
        "next_step": told.next_step,
        "unit": matter.unit.name if matter.unit and not hide else None,
        "since": telling.entered_on(matter, telling.entered_by(matter, events)),
        "due_on": counted.due_on if counted else None,
        "received_at": localtime(matter.received_at),
        "events": [
            {
                "at": localtime(event.at),
                "step": event.step,
                "label": Step(event.step).label,
                "organisation": event.organisation.name if event.organisation and not hide else None,
            }
            for event in events
            if event.step in tracking.SHOWN_STEPS
        ],
    }


def _public(org: Organisation) -> dict:
    fields = ("key", "name", "level", "line", "division_code", "address", "phone")
    return {**{name: getattr(org, name) for name in fields}, "parent": org.parent.key if org.parent else None}


api = NinjaAPI(
    title="心桥接口",
    version="1.0.0",
    description=DESCRIPTION,
    urls_namespace="api",
    docs_url=None,  # our own page: see documentation.py
    parser=OneObject(),
    renderer=ReadableJson(),
)
api.add_router("", router)
problems.register(api)
