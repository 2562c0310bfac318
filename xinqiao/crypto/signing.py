"""Signatures under checkpoints: Ed25519, or SM2 where the office must use the national algorithms; keys outside the database.

    key = signing.current()                   # made at the first use, in XINQIAO_KEYS/signing
    signature = key.sign(data)
    signing.known()[key_id].holds(data, signature)

A new key takes over by `rotate`; the public halves of old ones stay, so that old signatures can be checked for ever.
"""

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import settings

from xinqiao import folders

ED25519, SM2 = "ed25519", "sm2"
_CURRENT, _PUBLIC, _PRIVATE = "current", ".public.json", ".private.json"


class SigningUnavailable(Exception):
    """No signature can be made: the key cannot be read, or the library of the algorithm is missing."""


@dataclass(frozen=True)
class PublicKey:
    """What is needed to check a signature; can be shown to anybody."""

    algorithm: str
    public_hex: str

    @property
    def key_id(self) -> str:
        """The first 16 hex digits of the SHA-256 over algorithm and key: short enough to be read aloud."""
        return hashlib.sha256(f"{self.algorithm}:{self.public_hex}".encode()).hexdigest()[:16]

    def holds(self, data: bytes, signature_hex: str) -> bool:
        """Whether this key signed `data`. What is not a signature at all does not hold."""
        provider = _PROVIDERS.get(self.algorithm)
        try:
            return provider is not None and provider.holds(self.public_hex, data, signature_hex)
        except (ValueError, TypeError, AttributeError, IndexError):
            return False

    def as_dict(self) -> dict[str, str]:
        return {"key_id": self.key_id, "algorithm": self.algorithm, "public_key": self.public_hex}

    @classmethod
    def from_dict(cls, said: dict) -> "PublicKey":
        """Raises ValueError for what is no key, or bears another key's id."""
        if not isinstance(said, dict) or not all(isinstance(said.get(k), str) for k in ("algorithm", "public_key")):
            raise ValueError("no public key")
        key = cls(said["algorithm"], said["public_key"].lower())
        if key.algorithm not in _PROVIDERS or said.get("key_id", key.key_id) != key.key_id:
            raise ValueError("no public key of an algorithm that is known, or its id is another key's")
        return key


@dataclass(frozen=True)
class SigningKey:
    """Both halves. The private one never leaves the folder of the keys."""

    public: PublicKey
    private_hex: str

    def sign(self, data: bytes) -> str:
        """The signature, in hex."""
        return _PROVIDERS[self.public.algorithm].sign(self.private_hex, self.public.public_hex, data)


def current() -> SigningKey:
    """The key that signs now; made at the first use, and anew when the setting XINQIAO_SIGNATURE names another algorithm."""
    try:
        key_id = (_folder() / _CURRENT).read_text(encoding="utf-8").strip()
        key = _read_private(key_id)
    except FileNotFoundError:
        return rotate()
    except (OSError, ValueError, KeyError) as error:
        raise SigningUnavailable(f"the signing key cannot be read: {type(error).__name__}") from error
    return key if key.public.algorithm == settings.XINQIAO_SIGNATURE else rotate()


def rotate() -> SigningKey:
    """Make a new key and sign with it from now on. The private half of the one before is deleted: nobody can sign for the past."""
    algorithm = settings.XINQIAO_SIGNATURE
    private_hex, public_hex = _PROVIDERS[algorithm].generate()
    key = SigningKey(PublicKey(algorithm, public_hex), private_hex)
    said = json.dumps({**key.public.as_dict(), "private_key": private_hex})
    _folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    folders.write_secret(_folder() / f"{key.public.key_id}{_PRIVATE}", said)
    keep_public(key.public)
    folders.write_secret(_folder() / _CURRENT, key.public.key_id)
    for old in _folder().glob(f"*{_PRIVATE}"):
        if old.name != f"{key.public.key_id}{_PRIVATE}":
            old.unlink()
    return key


def keep_public(key: PublicKey) -> None:
    """Trust this public key from now on: our own, or that of an installation whose checkpoints are kept here."""
    _folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    folders.write_secret(_folder() / f"{key.key_id}{_PUBLIC}", json.dumps(key.as_dict()))


def known() -> dict[str, PublicKey]:
    """Every public key that ever signed here, by its id. A file that is no key, or was renamed, is no key here."""
    return read_public(_folder())


def read_public(folder: Path) -> dict[str, PublicKey]:
    """The public keys in a folder, by their ids."""
    found = {}
    for path in sorted(folder.glob(f"*{_PUBLIC}")):
        try:
            key = PublicKey.from_dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            continue
        found[key.key_id] = key
    return found


def is_slow(algorithm: str) -> bool:
    """Whether checking takes so long (SM2 in Python: tens of milliseconds) that not every link of a chain is checked by signature."""
    return algorithm in _PROVIDERS and _PROVIDERS[algorithm].slow


def _read_private(key_id: str) -> SigningKey:
    said = json.loads((_folder() / f"{key_id}{_PRIVATE}").read_text(encoding="utf-8"))
    return SigningKey(PublicKey.from_dict(said), said["private_key"])


def _folder() -> Path:
    return Path(settings.XINQIAO_KEYS) / "signing"


# --- the two algorithms -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Provider:
    """One algorithm. A certified module or a hardware key takes its place here."""

    generate: Callable[[], tuple[str, str]]  # private, public
    sign: Callable[[str, str, bytes], str]
    holds: Callable[[str, bytes, str], bool]
    slow: bool = False


def _ed25519_generate() -> tuple[str, str]:
    private = Ed25519PrivateKey.generate()
    raw = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return raw.hex(), private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def _ed25519_sign(private_hex: str, _public_hex: str, data: bytes) -> str:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private_hex)).sign(data).hex()


def _ed25519_holds(public_hex: str, data: bytes, signature_hex: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_hex)).verify(bytes.fromhex(signature_hex), data)
    except InvalidSignature:
        return False
    return True


_SM2_ORDER = int("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123", 16)


def _sm2(private_hex: str, public_hex: str):
    try:
        from gmssl import sm2
    except ImportError as error:
        raise SigningUnavailable(
            "XINQIAO_SIGNATURE=sm2 需要 gmssl：pip install 'xinqiao[sm2]'。SM2 needs the package gmssl."
        ) from error
    curve = sm2.CryptSM2(private_key=private_hex, public_key="")
    curve.public_key = public_hex  # its constructor would strip every leading 0 and 4, not only the prefix
    return curve, sm2.default_ecc_table["g"]


def _sm2_generate() -> tuple[str, str]:
    private = secrets.randbelow(_SM2_ORDER - 2) + 1
    curve, base_point = _sm2("", "")
    return f"{private:064x}", curve._kg(private, base_point).lower()


def _sm2_sign(private_hex: str, public_hex: str, data: bytes) -> str:
    """With a random number of our own for each signature: the library's comes from a generator that can be guessed."""
    curve, _ = _sm2(private_hex, public_hex)
    while True:
        made = curve.sign_with_sm3(data, f"{secrets.randbelow(_SM2_ORDER - 1) + 1:064x}")
        if made:
            return made


def _sm2_holds(public_hex: str, data: bytes, signature_hex: str) -> bool:
    if len(signature_hex) != 128 or len(public_hex) != 128:
        return False
    if not all(0 < int(half, 16) < _SM2_ORDER for half in (signature_hex[:64], signature_hex[64:])):
        return False
    curve, _ = _sm2("", public_hex)
    return bool(curve.verify_with_sm3(signature_hex, data))


_PROVIDERS = {
    ED25519: _Provider(_ed25519_generate, _ed25519_sign, _ed25519_holds),
    SM2: _Provider(_sm2_generate, _sm2_sign, _sm2_holds, slow=True),
}
