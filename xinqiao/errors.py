"""Pages for what goes wrong. Hidden and missing look the same; a failure shows an incident number and nothing else."""

import logging
import secrets
import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpResponse, UnreadablePostError
from django.template import TemplateDoesNotExist, loader
from django.utils.translation import gettext as _
from django.views.debug import ExceptionReporter

from xinqiao.measuring import RequestTooLong

logger = logging.getLogger("xinqiao.web")

_WORDS = {
    400: "请求无法识别。请返回上一页，检查后重新提交。",
    403: "您没有办理此操作的权限。如有需要，请联系本单位管理员。",
    404: "没有找到这个页面。请核对网址，或从首页重新进入。",
    405: "这个网址不能直接打开。请从首页重新进入。",
    408: "网络中断，内容没有传完，本次操作没有完成。请重新提交；网络较慢的，请减少文件。",
    413: "上传的材料太大。请减少文件数量或压缩后重新提交。",
    504: "这次操作用时太长，已经停止，内容没有变动。请缩小范围后再试；多次这样，请告诉系统管理员。",
    500: "系统出现故障，本次操作没有完成。请稍后再试，或凭故障编号与我们联系。",
    503: "没有能记下这次查看，所以不能显示。内容没有变动。请稍后再试；多次这样，请告诉系统管理员。",
}


def bad_request(request, exception=None) -> HttpResponse:
    """400: the request cannot be understood; or it is a form with more than we read, then what to do is said."""
    if isinstance(exception, TooManyFilesSent):
        return _page(request, 413, {"message": _("一次选的文件太多了。")})
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return _page(request, 413, name="text_too_long")
    return _page(request, 400)


def forbidden(request, exception=None) -> HttpResponse:
    """403: signed in, visible, but not theirs to do."""
    return _page(request, 403)


def csrf_failure(request, reason="") -> HttpResponse:
    """403: the form was open too long or came from elsewhere; what to do is on the page."""
    return _page(request, 403, {"form_expired": True})


def not_found(request, exception=None) -> HttpResponse:
    """404: missing, or hidden from this person; nobody can tell which."""
    return _page(request, 404)


def not_allowed(request, response) -> HttpResponse:
    """405: an address that only a form sends to was opened by hand or reloaded; Django's own answer is an empty page."""
    page = _page(request, 405)
    page.headers["Allow"] = response.headers["Allow"]
    return page


def too_large(request) -> HttpResponse:
    """413: refused by its announced length, before it is read."""
    return _plain(413)


def cut_off(request) -> HttpResponse:
    """408: the visitor's connection broke before the whole form was here; nothing was done with the half of it."""
    logger.info("request.cut_off")
    return _plain(408)


def took_too_long(request) -> HttpResponse:
    """504: we asked the database for longer than a page may take; what was begun is taken back."""
    logger.warning("request.took_too_long", extra={"route": _route(request)})
    return _plain(504)


def unrecorded(request) -> HttpResponse:
    """503: the entry in the audit log could not be written, so nothing is shown (C-11: no record, no data)."""
    logger.error("audit log cannot be written")
    try:
        answer = _page(request, 503, name="unrecorded")
    except Exception:  # the page itself asks the database who is signed in
        answer = _plain(503)
    answer.headers["Retry-After"] = "60"
    return answer


def file_held(request, exception) -> HttpResponse:
    """409: the file is here, and not given to anybody before it was scanned, or because something was found in it."""
    return _page(request, 409, {"message": exception.message}, name="file_held")


def server_error(request) -> HttpResponse:
    """500: something is broken; the incident number leads us to the log line."""
    if is_unrecorded(sys.exc_info()[1]):  # raised above the views, by a gate or a middleware
        return unrecorded(request)
    if isinstance(sys.exc_info()[1], RequestTooLong):
        return took_too_long(request)
    if isinstance(sys.exc_info()[1], UnreadablePostError):  # the visitor's line broke
        return cut_off(request)
    incident = _record_incident()
    try:
        return _page(request, 500, {"incident": incident})
    except Exception:
        logger.exception("error page failed", extra={"incident": incident})
        return _plain(500, incident)


def _route(request) -> str:
    match = getattr(request, "resolver_match", None)
    return match.route if match else ""


def is_unrecorded(error: BaseException | None) -> bool:
    """Whether `error` says that the audit log could not be written."""
    from xinqiao.integrity.audit import AuditUnavailable  # knows models, which this module must not wait for

    return isinstance(error, AuditUnavailable)


def plain_server_error(request) -> HttpResponse:
    """500 without a template: the answer of last resort."""
    return _plain(500, _record_incident())


def _record_incident() -> str:
    incident = secrets.token_hex(4).upper()
    logger.exception("request failed", extra={"incident": incident})
    return incident


def _page(request, status: int, context: dict | None = None, *, name: str = "") -> HttpResponse:
    try:
        template = loader.get_template(f"ui/errors/{name or status}.html")
    except TemplateDoesNotExist:
        return _plain(status, (context or {}).get("incident", ""))
    return HttpResponse(template.render({"status": status, **(context or {})}, request), status=status)


def _plain(status: int, incident: str = "") -> HttpResponse:
    number = f"<p>故障编号：{incident}</p>" if incident else ""
    body = (
        '<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>心桥</title></head>'
        f'<body><main><h1>{_WORDS[status]}</h1>{number}<p><a href="/">返回首页</a></p></main></body></html>'
    )
    return HttpResponse(body, status=status)


class QuietReporter(ExceptionReporter):
    """Reports of errors without the values of variables: they are what citizens wrote."""

    def get_traceback_data(self) -> dict:
        data = super().get_traceback_data()
        for frame in data.get("frames", []):
            frame["vars"] = []
        return data | {"request": None, "filtered_POST_items": [], "request_meta": {}}
