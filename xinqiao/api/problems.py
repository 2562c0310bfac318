"""What a program is told when something is wrong: always `{code, message, errors}`, the message in Chinese for the person behind it."""

import ipaddress
import json
import logging
import secrets
from datetime import datetime

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja.errors import AuthenticationError, HttpError, ValidationError

from xinqiao.integrity.audit import AuditUnavailable
from xinqiao.matters.files import FileRefused
from xinqiao.matters.intake import IntakeInvalid
from xinqiao.matters.steps.receive import IntakeClosed, KeyReused, ReceiptForgotten
from xinqiao.rules.refusals import StepRefused

logger = logging.getLogger("xinqiao.web")

MESSAGES = {
    "not_json": "请求内容不是正确的 JSON（UTF-8 编码的一个对象）。请检查后重新提交。",
    "unreadable": "请求无法识别，可能没有传完整。请检查后重新提交。",
    "wrong_token": "没有令牌，或令牌不对、已停用。请核对 Authorization: Bearer 后面的令牌，或向管理员申请新的令牌。",
    "not_found": "没有找到。请核对编号、查询码或网址。",
    "wrong_method": "这个地址不接受这种请求方法。请对照接口说明。",
    "too_large": "请求内容太大。请减少文字或材料后重新提交。",
    "invalid": "有几项内容需要修改，请看 errors 里的说明。改好后可以用同一个 Idempotency-Key 重新提交。",
    "too_many": "请求太频繁。请按 Retry-After 写的秒数等待后再试。",
    "busy": "系统暂时繁忙，这次没有收下。请稍后用同一个 Idempotency-Key 重新提交，不会重复登记。",
    "closed": "系统现在不能可靠保存，暂停接收。请稍后用同一个 Idempotency-Key 重新提交，不会重复登记。",
    "unrecorded": "没有能记下这次查看，所以不能给出内容。请稍后再试。",
    "failed": "系统出现故障，这次没有完成。请稍后用同一个 Idempotency-Key 重新提交；多次不成功，请把故障编号告诉我们。",
}
RETRY_SECONDS = {"busy": 5, "closed": 60, "unrecorded": 60}


class Problem(Exception):
    """An answer other than success. `errors` maps a field to what is wrong with it and what to do."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str = "",
        *,
        errors: dict | None = None,
        at: datetime | None = None,
        seconds: int = 0,
    ):
        self.status, self.code = status, code
        self.message = message or MESSAGES[code]
        self.errors = errors or {}
        self.retry_after = seconds or (60 - at.second if at else RETRY_SECONDS.get(code))
        super().__init__(self.message)


def answer(problem: Problem) -> HttpResponse:
    """The problem as the program receives it."""
    body = {"code": problem.code, "message": problem.message, "errors": problem.errors}
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=problem.status, content_type="application/json; charset=utf-8"
    )
    if problem.retry_after:
        response["Retry-After"] = str(problem.retry_after)
    if problem.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def register(api) -> None:
    """Give `api` the one form of answer for everything that can go wrong."""
    for kind, translate in TRANSLATIONS.items():
        api.add_exception_handler(kind, lambda request, error, translate=translate: answer(translate(error)))


def source_of(request: HttpRequest) -> str:
    """Where a call comes from, for limits: the address, an IPv6 one by its /64; empty if not known (secure-checklist 49)."""
    address = getattr(request, "client_address", "")
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address


def _unforeseen(error: Exception) -> Problem:
    incident = secrets.token_hex(4).upper()
    logger.exception("request failed", extra={"incident": incident}, exc_info=error)
    return Problem(500, "failed", f"{MESSAGES['failed']}故障编号：{incident}")


def _unavailable(error: Exception) -> Problem:
    logger.warning("database not available: %s", type(error).__name__)
    return Problem(503, "busy")


def _http(error: HttpError) -> Problem:
    codes = {400: "not_json", 401: "wrong_token", 404: "not_found", 413: "too_large", 429: "too_many"}
    return Problem(error.status_code, codes.get(error.status_code, "not_json"))


def _fields(error: ValidationError) -> Problem:
    errors = {}
    for found in error.errors:
        errors.setdefault(field_name(found["loc"]), say(found))
    return Problem(422, "invalid", errors=errors)


def _intake(error: IntakeInvalid) -> Problem:
    return Problem(422, "invalid", errors={_PEOPLE.get(field, field): text for field, text in error.errors.items()})


TRANSLATIONS = {
    Exception: _unforeseen,
    OperationalError: _unavailable,
    InterfaceError: _unavailable,
    AuditUnavailable: lambda _: Problem(503, "unrecorded"),
    Problem: lambda problem: problem,
    BadRequest: lambda _: Problem(400, "unreadable"),
    MultiPartParserError: lambda _: Problem(400, "unreadable"),
    UnreadablePostError: lambda _: Problem(400, "unreadable"),
    SuspiciousOperation: lambda _: Problem(400, "unreadable"),
    RequestDataTooBig: lambda _: Problem(413, "too_large"),
    FileRefused: lambda error: Problem(422, error.code, error.message, errors={"file": error.message}),
    Http404: lambda _: Problem(404, "not_found"),
    HttpError: _http,
    AuthenticationError: lambda _: Problem(401, "wrong_token"),
    ValidationError: _fields,
    IntakeInvalid: _intake,
    IntakeClosed: lambda _: Problem(503, "closed"),
    KeyReused: lambda error: Problem(409, "key_reused", error.message),
    ReceiptForgotten: lambda error: Problem(409, "receipt_forgotten", error.message),
    StepRefused: lambda error: Problem(422, error.code, error.message),
}
# The intake names a petitioner's field alone; a program sent it inside `people`.
_PEOPLE = {
    field: f"people.{field}" for field in ("name", "mobile", "phone", "email", "id_number", "address", "work_unit")
}


def field_name(location: tuple) -> str:
    """`people.0.mobile` for a place in the body, the plain name for a header or a part of the address."""
    source, *rest = location
    if source == "body":
        rest = rest[1:] or ["body"]
    if source == "header":
        return "-".join(word.capitalize() for word in str(rest[0]).replace("_", "-").split("-"))
    return ".".join(str(part) for part in rest)


# What pydantic found, in the reader's words. {…} are the values that pydantic names with it.
SAYINGS = {
    "missing": "这一项必须填写。",
    "extra_forbidden": "没有这一项。请对照接口说明核对名称。",
    "string_type": "请填文字。",
    "string_unicode": "文字里有不完整的字符，请删去后再提交。",
    "string_too_long": "最多{max_length}个字，请删减。",
    "string_too_short": "至少{min_length}个字。",
    "string_pattern_mismatch": "格式不对，请对照接口说明。",
    "int_type": "请填整数，例如 12。",
    "int_parsing": "请填整数，例如 12。",
    "int_parsing_size": "数字太大，请核对。",
    "int_from_float": "请填整数，例如 12。",
    "finite_number": "数字太大，请核对。",
    "greater_than_equal": "不能小于{ge}。",
    "less_than_equal": "不能大于{le}。",
    "bool_type": "请填 true 或 false。",
    "bool_parsing": "请填 true 或 false。",
    "list_type": "请填列表，例如 []。",
    "too_long": "最多{max_length}项，现在有{actual_length}项。",
    "enum": "只能是这几个值之一：{expected}。",
    "literal_error": "只能是这几个值之一：{expected}。",
    "date_type": "请填日期，例如 2026-03-02。",
    "date_parsing": "请填日期，例如 2026-03-02。",
    "date_from_datetime_parsing": "请填日期，例如 2026-03-02。",
    "date_from_datetime_inexact": "请只填日期，不要时间，例如 2026-03-02。",
    "model_type": "请填一个对象，例如 {{}}。",
    "model_attributes_type": "请填一个对象，例如 {{}}。",
    "dict_type": "请填一个对象，例如 {{}}。",
}


def say(found: dict) -> str:
    """One finding of pydantic in Chinese."""
    if found["type"] == "value_error":  # raised by our own rules, in Chinese already
        return str(found.get("ctx", {}).get("error", "")) or "这个值不符合要求，请对照接口说明。"
    context = dict(found.get("ctx") or {})
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace(" or ", "、").replace(", ", "、").replace("'", "")
    return SAYINGS.get(found["type"], "这个值不符合要求，请对照接口说明。").format(**context)
