"""Digests, sealed fields and blind indexes behind one small interface (I.2; secure-checklist 16, 60).

SM3 and SM4-GCM first; SHA-256 and AES-256-GCM where the OpenSSL build lacks them. Every value says which algorithm and which key
made it, so that a certified module or a new key can take over without touching old rows. Keys live outside the database.
"""

import base64
import functools
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

NONCE_BYTES = 12
TAG_BYTES = 16


class SealBroken(Exception):
    """A sealed value cannot be opened: wrong key, or the stored bytes were changed."""


@functools.cache
def preferred_digest() -> str:
    """`sm3` where the OpenSSL build has it, else `sha256`."""
    return "sm3" if "sm3" in hashlib.algorithms_available else "sha256"


def digest(data: bytes, algorithm: str | None = None) -> str:
    """Hex digest of `data`; `algorithm` is `sm3` (default) or `sha256` and must be stored beside the digest."""
    return hashlib.new(algorithm or preferred_digest(), data).hexdigest()


def seal(plain: str, *, context: str = "") -> str:
    """Encrypt one field. The answer reads `algorithm$key id$base64(nonce + ciphertext + tag)`; empty stays empty.

    `context` (for example `petitioner.name`) is authenticated: a value moved into another column does not open.
    """
    if not plain:
        return ""
    nonce = secrets.token_bytes(NONCE_BYTES)
    encryptor = Cipher(_block_cipher("sm4gcm", _key("field")), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(context.encode())
    body = encryptor.update(plain.encode()) + encryptor.finalize()
    return f"sm4gcm$1${base64.b64encode(nonce + body + encryptor.tag).decode()}"


def open_sealed(value: str, *, context: str = "") -> str:
    """The plain text of a value made by `seal`. Raises SealBroken when it was changed or the key is another."""
    if not value:
        return ""
    try:
        algorithm, _key_id, encoded = value.split("$", 2)
        raw = base64.b64decode(encoded, validate=True)
        nonce, body, tag = raw[:NONCE_BYTES], raw[NONCE_BYTES:-TAG_BYTES], raw[-TAG_BYTES:]
        decryptor = Cipher(_block_cipher(algorithm, _key("field")), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(context.encode())
        return (decryptor.update(body) + decryptor.finalize()).decode()
    except (ValueError, InvalidTag, UnsupportedAlgorithm) as error:
        raise SealBroken("a sealed field does not open with the present key") from error


def blind_index(canonical: str, *, context: str) -> str:
    """Keyed digest by which a canonical value (mobile, ID number, name) is found without being readable; empty stays empty."""
    if not canonical:
        return ""
    message = f"{context}\x00{canonical}".encode()
    return hmac.new(_key("index"), message, preferred_digest()).hexdigest()


def slow_hash(secret: str, salt: bytes | None = None) -> str:
    """scrypt of a high-entropy secret (80-bit query codes): `scrypt$salt$hash`, about 10 ms of CPU.

    Argon2id at password strength would cost more than a whole submission may; 80 random bits need no more (ADR 0003).
    """
    salt = salt or secrets.token_bytes(12)
    made = hashlib.scrypt(secret.encode(), salt=salt, n=2**12, r=8, p=1, dklen=24)
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


@functools.cache
def _key(name: str) -> bytes:
    """The 32-byte key `name`, made once, readable by the owner only. Losing `field.key` loses the identities for good."""
    folder = Path(settings.XINQIAO_KEYS)
    path = folder / f"{name}.key"
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)  # the first process wins, the others read what it wrote
        except FileExistsError:
            pass
        os.unlink(fresh)
    return bytes.fromhex(path.read_text().strip())
