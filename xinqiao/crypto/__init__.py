"""Digests, sealed fields and blind indexes behind one small interface (I.2; secure-checklist 16, 60).

SM3 and SM4-GCM first; SHA-256 and AES-256-GCM where the OpenSSL build lacks them. Every value says which algorithm and which key
made it, so that a certified module or a new key can take over without touching old rows. Keys live outside the database.
"""

import base64
import functools
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from . import data_keys, keys

CIPHERS = ("sm4gcm", "aesgcm")  # the first one that this build of OpenSSL has is used
NONCE_BYTES = 12
TAG_BYTES = 16


class SealBroken(Exception):
    """A sealed value cannot be opened: wrong key, or the stored bytes were changed."""


@functools.cache
def preferred_digest() -> str:
    """`sm3` where the OpenSSL build has it, else `sha256`."""
    return "sm3" if "sm3" in hashlib.algorithms_available else "sha256"


@functools.cache
def preferred_cipher() -> str:
    """`sm4gcm` where the OpenSSL build has it, else `aesgcm`. Every value says which one made it."""
    for algorithm in CIPHERS:
        try:
            Cipher(_block_cipher(algorithm, bytes(32)), modes.GCM(bytes(NONCE_BYTES))).encryptor()
        except UnsupportedAlgorithm:
            continue
        return algorithm
    raise SealBroken("this build of OpenSSL has neither SM4-GCM nor AES-GCM")


def digest(data: bytes, algorithm: str | None = None) -> str:
    """Hex digest of `data`; `algorithm` is `sm3` (default) or `sha256` and must be stored beside the digest."""
    return hashlib.new(algorithm or preferred_digest(), data).hexdigest()


def seal(plain: str, *, context: str = "", lasting: bool = False) -> str:
    """Encrypt one field. The answer reads `algorithm$key id$base64(nonce + ciphertext + tag)`; empty stays empty.

    `context` (for example `petitioner.name`) is authenticated: a value moved into another column does not open. `lasting` is for
    what may not be written again at a rotation: it is sealed with a data key (`d12`), which a field key seals in its turn.
    """
    return seal_bytes(plain.encode(), context=context, lasting=lasting).decode() if plain else ""


def open_sealed(value: str, *, context: str = "") -> str:
    """The plain text of a value made by `seal`. Raises SealBroken when it was changed or its key is not here."""
    if not value:
        return ""
    try:
        algorithm, key_id, encoded = value.split("$", 2)
        return _open(algorithm, key_id, base64.b64decode(encoded, validate=True), context).decode()
    except ValueError as error:
        raise SealBroken("a sealed field does not open") from error


def seal_bytes(plain: bytes, *, context: str, lasting: bool = False, raw: bool = False) -> bytes:
    """`seal` for bytes; with `raw` the body after the second `$` is bytes, not base64, as sealed files are kept."""
    algorithm = preferred_cipher()
    key_id, key = _key_to_seal(lasting=lasting)
    nonce = secrets.token_bytes(NONCE_BYTES)
    encryptor = Cipher(_block_cipher(algorithm, key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(context.encode())
    body = b"".join((nonce, encryptor.update(plain), encryptor.finalize(), encryptor.tag))
    return f"{algorithm}${key_id}$".encode() + (body if raw else base64.b64encode(body))


def open_bytes(value: bytes, *, context: str) -> bytes:
    """What `seal_bytes(..., raw=True)` sealed. Raises SealBroken."""
    try:
        algorithm, key_id, body = value.split(b"$", 2)
        return _open(algorithm.decode(), key_id.decode(), body, context)
    except ValueError as error:
        raise SealBroken("a sealed file does not open") from error


def key_of(value: str | bytes) -> str:
    """The key id of a sealed value: `2` for a field key, `d12` for a data key; empty for what is not sealed."""
    head = value[:40] if isinstance(value, str) else value[:40].decode("latin-1")
    parts = head.split("$", 2)
    return parts[1] if len(parts) == 3 and parts[0] in CIPHERS else ""


def is_sealed(value: bytes) -> bool:
    """Whether these bytes begin as `seal_bytes` begins."""
    return bool(key_of(value))


def _open(algorithm: str, key_id: str, raw: bytes, context: str) -> bytes:
    nonce, body, tag = raw[:NONCE_BYTES], raw[NONCE_BYTES:-TAG_BYTES], raw[-TAG_BYTES:]
    try:
        decryptor = Cipher(_block_cipher(algorithm, _key_to_open(key_id)), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(context.encode())
        return decryptor.update(body) + decryptor.finalize()
    except (ValueError, InvalidTag, UnsupportedAlgorithm) as error:
        raise SealBroken("a sealed field does not open with the present keys") from error


def _key_to_seal(*, lasting: bool) -> tuple[str, bytes]:
    if lasting:
        number, key = data_keys.current()
        return f"d{number}", key
    number, key = keys.newest("field")
    return str(number), key


def _key_to_open(key_id: str) -> bytes:
    """Raises SealBroken for a key that is not here (retired, or of another installation)."""
    try:
        return data_keys.key(int(key_id[1:])) if key_id[:1] == "d" else keys.every("field")[int(key_id)]
    except (KeyError, data_keys.DataKeyMissing) as error:
        raise SealBroken(f"key {key_id} is not here") from error


def blind_index(canonical: str, *, context: str) -> str:
    """Keyed digest by which a canonical value (mobile, ID number, name) is found without being readable; empty stays empty.

    Made with the newest index key. Whoever looks for rows that may be older asks with `blind_indexes`.
    """
    return _index(keys.newest("index")[1], canonical, context) if canonical else ""


def blind_indexes(canonical: str, *, context: str) -> list[str]:
    """The blind index under every index key, newest first: what a look-up compares with, during a rotation and after it."""
    return [_index(key, canonical, context) for key in keys.every("index").values()] if canonical else []


def _index(key: bytes, canonical: str, context: str) -> str:
    return hmac.new(key, f"{context}\x00{canonical}".encode(), preferred_digest()).hexdigest()


SLOWNESS = 2**12  # the cost factor of scrypt; not stored: to change it, the stored ones must say theirs


def slow_hash(secret: str, salt: bytes | None = None) -> str:
    """scrypt of a high-entropy secret (80-bit query codes): `scrypt$salt$hash`, about 10 ms of CPU.

    Argon2id at password strength would cost more than a whole submission may; 80 random bits need no more (ADR 0003).
    """
    salt = salt or secrets.token_bytes(12)
    made = hashlib.scrypt(secret.encode(), salt=salt, n=SLOWNESS, r=8, p=1, dklen=24)
    return f"scrypt${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"


def slow_hash_matches(secret: str, stored: str) -> bool:
    """Whether `secret` made `stored`. An empty or foreign `stored` costs the same time and is never matched."""
    parts = stored.split("$")
    salt = base64.b64decode(parts[1]) if len(parts) == 3 else b"no such secret"
    return hmac.compare_digest(slow_hash(secret, salt), stored)


def _block_cipher(algorithm: str, key: bytes):
    if algorithm == "sm4gcm":
        return algorithms.SM4(key[:16])
    if algorithm == "aesgcm":
        return algorithms.AES(key)
    raise ValueError(f"unknown algorithm {algorithm}")
