"""The description of the interface as a page: made from the same OpenAPI document that programs read, without scripts.

Swagger UI would need `data:` pictures, which our content security policy does not allow for any page.
"""

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

STATUS_WORDS = {
    "200": "成功", "201": "已收下", "400": "请求读不懂", "401": "令牌不对", "404": "没有找到", "409": "键已用于另一份内容，或回执已过保存期",
    "413": "太大", "422": "内容需要修改", "429": "太频繁", "500": "系统故障", "503": "暂时不能接收",
}  # fmt: skip
TYPE_WORDS = {
    "string": "文字",
    "integer": "整数",
    "boolean": "true 或 false",
    "array": "列表",
    "object": "对象",
    "null": "空",
}
FORMAT_WORDS = {"date": "日期", "date-time": "时间", "binary": "文件"}
EXAMPLE = {
    "purpose": "solve",
    "content": "小区电梯坏了两个星期，物业说没有维修资金。",
    "requests": ["尽快修好电梯"],
    "place": "990121",
    "people": [{"name": "张建国", "mobile": "13800138000"}],
}


def page(request: HttpRequest) -> HttpResponse:
    """Every call with its fields, answers and one example."""
    from .calls import api

    schema = api.get_openapi_schema()
    parts = schema["components"]["schemas"]
    operations = [
        _operation(path, method, operation, parts)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    context = {
        "title": schema["info"]["title"],
        "version": schema["info"]["version"],
        "description": schema["info"]["description"],
        "openapi_url": reverse("api:openapi-json"),
        "operations": operations,
        "parts": [_part(name, part) for name, part in parts.items() if name not in ("SubmissionIn", "Input")],
        "example": _example(),
    }
    return render(request, "api/docs.html", context)


def _operation(path: str, method: str, operation: dict, parts: dict) -> dict:
    content = operation.get("requestBody", {}).get("content", {})
    body = next((entry["schema"] for entry in content.values()), None)
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "token": _token(operation),
        "parameters": [_parameter(one) for one in operation.get("parameters", [])],
        "body_type": next(iter(content), ""),
        "body": _fields(parts.get(_name_of(body), body)) if body else [],
        "answers": [
            {"status": str(status), "words": STATUS_WORDS.get(str(status), ""), "part": _answer_part(answer)}
            for status, answer in sorted(operation["responses"].items(), key=lambda item: str(item[0]))
        ],
    }


def _token(operation: dict) -> str:
    schemes = operation.get("security", [])
    if not schemes:
        return "不需要令牌"
    return "令牌可有可无" if {} in schemes else "需要令牌"


def _parameter(one: dict) -> dict:
    place = {"header": "请求头", "query": "查询参数", "path": "地址"}[one["in"]]
    return {
        "name": one["name"],
        "place": place,
        "type": _type(one["schema"]),
        "required": one.get("required", False),
        "description": one.get("description") or one["schema"].get("description", ""),
    }


def _part(name: str, part: dict) -> dict:
    return {"name": name, "description": part.get("description", ""), "fields": _fields(part)}


def _fields(part: dict) -> list[dict]:
    required = part.get("required", [])
    return [
        {
            "name": name,
            "type": _type(field),
            "part": _name_of(field) or _name_of(field.get("items", {})),
            "required": name in required,
            "description": field.get("description", ""),
        }
        for name, field in part.get("properties", {}).items()
    ]


def _name_of(schema: dict) -> str:
    for candidate in (schema, *schema.get("anyOf", []), *schema.get("allOf", [])):
        if "$ref" in candidate:
            return candidate["$ref"].rsplit("/", 1)[1]
    return ""


def _answer_part(answer: dict) -> str:
    return next((_name_of(entry["schema"]) for entry in answer.get("content", {}).values()), "")


def _type(schema: dict) -> str:
    if "anyOf" in schema:
        return "或".join(_type(choice) for choice in schema["anyOf"])
    if _name_of(schema):
        return "对象"
    if "enum" in schema:
        if all(str(value) in schema.get("description", "") for value in schema["enum"]):
            return "固定的值之一"
        return "、".join(map(str, schema["enum"]))
    words = FORMAT_WORDS.get(schema.get("format", "")) or TYPE_WORDS.get(schema.get("type", ""), "")
    if "maxLength" in schema:
        words += f"，最多{schema['maxLength']}个字"
    return words


def _example() -> str:
    body = json.dumps(EXAMPLE, ensure_ascii=False, indent=2)
    return (
        f"curl {settings.XINQIAO_PUBLIC_URL}{reverse('api:submit')} \\\n"
        "  -H 'Authorization: Bearer 您的令牌' \\\n"
        "  -H 'Idempotency-Key: 2026-03-02-000127' \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d '{body}'"
    )
