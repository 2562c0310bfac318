"""How the body of a call is read: one JSON object in UTF-8, with a fingerprint by which a repeated call is recognised."""

import json

from django.http import HttpRequest
from ninja.parser import Parser
from ninja.renderers import JSONRenderer

from xinqiao import crypto

from .problems import Problem


class OneObject(Parser):
    """Reads the body; sets `request.fingerprint`: the digest of the same object however it is spaced or ordered."""

    def parse_body(self, request: HttpRequest) -> dict:
        try:
            body = json.loads(request.body.decode("utf-8"), parse_constant=_no_such_number)
            canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
        except (ValueError, RecursionError):  # UnicodeError too: half of a surrogate pair cannot be stored
            raise Problem(400, "not_json") from None
        if not isinstance(body, dict):
            raise Problem(400, "not_json")
        request.fingerprint = crypto.digest(canonical)
        return body


class ReadableJson(JSONRenderer):
    """Chinese as Chinese, not as \\u escapes."""

    media_type = "application/json; charset=utf-8"
    json_dumps_params = {"ensure_ascii": False}


def _no_such_number(name: str):
    raise ValueError(f"{name} is not JSON")
