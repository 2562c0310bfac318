"""The one way out over HTTP (secure-checklist 44): https, the address resolved, checked and pinned, no redirects, a time limit, 1 MB."""

import http.client
import ipaddress
import socket
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 10
ANSWER_BYTES = 1024 * 1024


class NotReached(Exception):
    """Nothing was handed over: wrong address, no connection. Trying again is safe."""


class OutcomeUnknown(Exception):
    """The request went out, but no whole answer came back: it may or may not have been carried out."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


def post(
    url: str,
    body: bytes,
    headers: dict[str, str],
    *,
    private_network: bool = False,
    loopback: bool = False,
    seconds: int = TIMEOUT_SECONDS,
) -> Answer:
    """POST once, within `seconds`. `private_network`: the operator's service stands in the inner network; `loopback`: on this machine,
    where plain http will do."""
    scheme, host, port, target = _parts(url, loopback=loopback)
    address = _checked_address(host, port, private_network=private_network, loopback=loopback)
    if scheme == "http" and not ipaddress.ip_address(address.partition("%")[0]).is_loopback:
        raise NotReached("只有本机可以不用 https")
    end = time.monotonic() + seconds
    connection = _connect(scheme, host, port, address, seconds)
    try:
        try:
            connection.request("POST", target, body=body, headers={**headers, "Connection": "close"})
            response = connection.getresponse()
            return Answer(response.status, _read(response, end))
        except (OSError, http.client.HTTPException) as error:
            raise OutcomeUnknown(type(error).__name__) from error
    finally:
        connection.close()


def _parts(url: str, *, loopback: bool) -> tuple[str, str, int, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotReached("地址写法不对") from error
    allowed = ("https", "http") if loopback else ("https",)
    if parts.scheme not in allowed or not parts.hostname or parts.username is not None:
        raise NotReached("地址应以 https:// 开头，不带用户名")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80), target


def _checked_address(host: str, port: int, *, private_network: bool, loopback: bool) -> str:
    """The first address of `host` that may be talked to; the connection then goes to exactly that one (no rebinding)."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotReached("域名不能解析") from error
    for *_rest, sockaddr in found:
        address = ipaddress.ip_address(sockaddr[0].partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None)
        if may_talk_to(mapped or address, private_network=private_network, loopback=loopback):
            return sockaddr[0]
    raise NotReached("域名指向不允许的地址")


def may_talk_to(address, *, private_network: bool = False, loopback: bool = False) -> bool:
    """Public addresses; inner ones only where the operator says so; never link-local, where clouds keep their secrets."""
    if address.is_loopback:
        return loopback
    if address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved:
        return False
    return address.is_global or (private_network and address.is_private)


def _connect(scheme: str, host: str, port: int, address: str, seconds: int) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection(host, port, timeout=seconds)
    try:
        raw = socket.create_connection((address, port), timeout=min(seconds, TIMEOUT_SECONDS))
        raw.settimeout(seconds)
        if scheme == "https":
            raw = ssl.create_default_context().wrap_socket(raw, server_hostname=host)
    except OSError as error:
        raise NotReached(type(error).__name__) from error
    connection.sock = raw
    return connection


def _read(response: http.client.HTTPResponse, end: float) -> bytes:
    """At most 1 MB, before `end`: a gateway that drips bytes holds nobody up."""
    kept = b""
    while chunk := response.read1(65536):
        kept += chunk
        if len(kept) > ANSWER_BYTES or time.monotonic() > end:
            raise OutcomeUnknown("answer too large or too slow")
    return kept
