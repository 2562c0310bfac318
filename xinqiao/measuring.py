"""What each request costs, and an end for the one that costs too much.

Statements, database time, processor time and duration go to the metrics (when they are on), by the pattern of the address. A request that
still asks the database after XINQIAO_REQUEST_SECONDS is ended; its transaction is rolled back.
"""

import time
from contextlib import ExitStack

from django.conf import settings
from django.db import connections

from xinqiao import metrics

GRACE_SECONDS = 5  # for the page that says so
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestTooLong(Exception):
    """The request asked the database for longer than it may. No DatabaseError: nobody shall take it for one and go on."""


class Arriving:
    """The body of one request; `waited`: the seconds in which we only waited for the visitor to send it."""

    def __init__(self, stream):
        self._stream = stream
        self.waited = 0.0

    def read(self, *size) -> bytes:
        return self._timed(self._stream.read, size)

    def readline(self, *size) -> bytes:
        return self._timed(self._stream.readline, size)

    def close(self) -> None:
        """Django closes what it has read to the end."""
        self._stream.close()

    def _timed(self, how, size: tuple) -> bytes:
        began = time.perf_counter()
        try:
            return how(*size)
        finally:
            self.waited += time.perf_counter() - began


class Watch:
    """Counts the statements of one request and stops the one that comes too late; a wrapper of Django's cursors."""

    def __init__(self, request, seconds: float):
        self._request = request
        self._body = request._stream = Arriving(request._stream)
        self._seconds = seconds
        self._began = time.perf_counter()
        self._cpu_began = time.thread_time()
        self.statements = 0
        self.sql_seconds = 0.0

    def __call__(self, execute, sql, params, many, context):
        began = time.perf_counter()
        if began - self._began - self._body.waited > self._seconds:
            self._seconds += GRACE_SECONDS
            raise RequestTooLong
        self.statements += 1
        try:
            return execute(sql, params, many, context)
        finally:
            self.sql_seconds += time.perf_counter() - began

    def tell(self, status: int) -> None:
        """Hand the figures over: no person, no number, no query string and no organisation is in them."""
        request = self._request
        metrics.request(
            route=route_of(request),
            method=request.method if request.method in METHODS else "other",
            status=status,
            seconds=time.perf_counter() - self._began - self._body.waited,
            cpu_seconds=time.thread_time() - self._cpu_began,
            statements=self.statements,
            sql_seconds=self.sql_seconds,
        )


class Measured:
    """The outermost layer: everything a request costs lies within it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        watch = Watch(request, settings.XINQIAO_REQUEST_SECONDS)
        with ExitStack() as watched:
            for connection in connections.all(initialized_only=False):
                watched.enter_context(connection.execute_wrapper(watch))
            response = self.get_response(request)
        watch.tell(response.status_code)
        return response


def route_of(request) -> str:
    """The pattern of the address, such as `desk/cases/<number:number>/`; never the address itself."""
    if match := getattr(request, "resolver_match", None):
        return match.route or "/"
    return "(static)" if request.path.startswith(settings.STATIC_URL) else "(none)"
