"""Addresses for programs, below `api/v1/`. Whatever is asked, the answer is JSON; only `docs` is a page."""

from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from . import documentation
from .calls import api
from .problems import Problem, answer


def _in_json(view):
    """A wrong method is told in the same form as every other error."""

    @wraps(view)
    def told(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        refused = answer(Problem(405, "wrong_method"))
        refused["Allow"] = response["Allow"]
        return refused

    return csrf_exempt(told)  # no cookie is ever looked at here: a forged form carries no token


@csrf_exempt
def _nothing_here(request: HttpRequest) -> HttpResponse:
    return answer(Problem(404, "not_found"))


_calls = [pattern for pattern in api.urls[0] if pattern.name != "api-root"]
for _pattern in _calls:
    _pattern.callback = _in_json(_pattern.callback)

app_name = "api"
urlpatterns = [
    path("docs", documentation.page, name="docs"),
    *_calls,
    path("", _nothing_here, name="api-root"),  # its address is the start of every address in the OpenAPI document
    re_path(r"", _nothing_here, name="nothing_here"),
]
