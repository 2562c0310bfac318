"""Asks ClamAV about a file (INSTREAM of clamd), where one is configured: XINQIAO_CLAMAV=host:port or a path of a socket.

    scan(content)      # "" clean, else the name of what was found; raises ScannerSilent

Nothing is decided here: `files` keeps what could not be scanned away from everybody until a scanner has answered.
"""

import socket
import struct

from django.conf import settings

SECONDS = 30  # for one file, connection included
CHUNK = 256 * 1024  # bytes
LONGEST_ANSWER = 4096  # bytes


class ScannerSilent(Exception):
    """The scanner is configured and gave no answer that can be relied on."""


def is_configured() -> bool:
    """Whether files are scanned at all; operators read it on /readyz."""
    return bool(settings.XINQIAO_CLAMAV)


def answers() -> bool:
    """Whether the scanner is there now."""
    try:
        with _connection(seconds=3) as line:
            line.sendall(b"zPING\0")
            return _answer(line) == b"PONG"
    except (OSError, ScannerSilent):
        return False


def scan(content: bytes) -> str:
    """The name of the virus in `content`, or "" for none. Raises ScannerSilent."""
    try:
        with _connection(seconds=SECONDS) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                part = content[start : start + CHUNK]
                line.sendall(struct.pack(">I", len(part)) + part)
            line.sendall(struct.pack(">I", 0))
            return _verdict(_answer(line))
    except OSError as error:
        raise ScannerSilent(type(error).__name__) from error


def _connection(*, seconds: float) -> socket.socket:
    place = settings.XINQIAO_CLAMAV
    if "/" in place:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(seconds)
        line.connect(place)
        return line
    host, _, port = place.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=seconds)


def _answer(line: socket.socket) -> bytes:
    """Up to the NUL that ends it; an answer cut off is none."""
    got = b""
    while not got.endswith(b"\0"):
        part = line.recv(LONGEST_ANSWER)
        if not part or len(got) > LONGEST_ANSWER:
            raise ScannerSilent("answer cut off")
        got += part
    return got.rstrip(b"\0").strip()


def _verdict(said: bytes) -> str:
    """`stream: OK` or `stream: NAME FOUND`; everything else (`… ERROR`, size limit exceeded) is not an all-clear."""
    words = said.decode("utf-8", "replace").removeprefix("stream:").strip()
    if words == "OK":
        return ""
    if words.endswith(" FOUND"):
        return words.removesuffix(" FOUND").strip() or "?"
    raise ScannerSilent("scanner reports an error")
