"""Log lines: one JSON object each; ids and names of code, never names of people, phones, texts, query strings."""

import http.client
import json
import logging
import sys
import traceback
from datetime import UTC, datetime

_OWN = set(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "request",
    "status_code",
    "server_time",
}


class JsonLine(logging.Formatter):
    """Writes a record as one line.

    Our own loggers pass ids (`logger.info("delivery.failed", extra={"delivery_id": 7})`), so their words are kept.
    Other libraries put what a visitor typed into their arguments: of theirs only the pattern is written.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": "WARNING" if _by_visitors(record) else record.levelname,
            "logger": record.name,
            "message": self._words(record),
        }
        if status := getattr(record, "status_code", None):
            line["status"] = status
        if route := _route(getattr(record, "request", None)):
            line["route"] = route
        for key, value in vars(record).items():
            if key not in _OWN and isinstance(value, bool | int | float | str):
                line[key] = value
        if record.exc_info and record.exc_info[0] and not _by_visitors(record):
            line["error"] = record.exc_info[0].__qualname__
            line["where"] = _frames(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)

    def _words(self, record: logging.LogRecord) -> str:
        if record.name.startswith("django.security"):
            return record.name.rpartition(".")[2]
        if record.name.split(".")[0] in ("xinqiao", "granian", "_granian"):
            return record.getMessage()
        if status := getattr(record, "status_code", None):
            return http.client.responses.get(status, str(status))
        return str(record.msg)


class Stderr(logging.StreamHandler):
    """Writes to what is standard error now, and is silent about a line that could not be written.

    Python's own handler then prints the error it failed with and the one that was being logged, messages included:
    what a citizen wrote would stand in the output of the service because a disk was full.
    """

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self):
        return sys.stderr

    def handleError(self, record: logging.LogRecord) -> None:
        """Nothing: the next line may go through, and what failed is not for this stream."""


def _by_visitors(record: logging.LogRecord) -> bool:
    """What somebody outside sent (a host name that is not ours, a forged cookie): one quiet line, nothing of ours is broken."""
    return record.name.startswith("django.security")


def _route(request) -> str:
    """The pattern of the address, such as `matters/<number>/`, never the address itself."""
    match = getattr(request, "resolver_match", None)
    return match.route if match else ""


def _frames(tb) -> list[str]:
    """Where it happened, without the message: an error of the database quotes the values of the row."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(tb)[-12:]]
