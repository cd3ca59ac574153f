"""Ed25519 keys: every signature is over a tag that says what is signed, then the bytes themselves."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from tynys.domain.errors import ConfigurationError, SignatureError

if TYPE_CHECKING:
    from typing import Self

PUBLIC_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
KEY_ID_BYTES: Final = 8


PRIME: Final = (1 << 255) - 19
"""The field of edwards25519. RFC 8032, 5.1."""
_ORDER_8: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL: Final = frozenset({0, 1, PRIME - 1, _ORDER_8, PRIME - _ORDER_8})
"""The y of the eight points of small order: with such a key anyone can make fitting signatures. RFC 7748, 6.1; RFC 8032, 8.5."""


def key_id_of(public: bytes) -> str:
    """A key's short name: the first 8 bytes of the SHA-256 of its public half, in hex."""
    return hashlib.sha256(public).digest()[:KEY_ID_BYTES].hex()


def tagged(tag: str, message: bytes) -> bytes:
    """What is signed: the tag in ASCII, a zero byte, the message. A signature of one kind can never pass as another."""
    return tag.encode("ascii") + b"\0" + message


class VerifyKey:
    """The public half of a key."""

    def __init__(self, public: bytes) -> None:
        if len(public) != PUBLIC_BYTES:
            raise SignatureError(f"expected a public key of {PUBLIC_BYTES} bytes, got {len(public)}", where="public key")
        y = int.from_bytes(public, "little") & (1 << 255) - 1
        if y >= PRIME or y in _SMALL:
            raise SignatureError(
                "expected a public key that some private key has: this one fits signatures nobody made", where="public key", code="key.weak"
            )
        self.public = public
        self.key_id = key_id_of(public)
        self._key = Ed25519PublicKey.from_public_bytes(public)

    def verify(self, tag: str, message: bytes, signature: bytes) -> None:
        """Return if the signature fits; else `SignatureError`."""
        try:
            self._key.verify(signature, tagged(tag, message))
        except InvalidSignature:
            raise SignatureError(
                f"the signature does not fit: expected one made by key {self.key_id} over {tag}",
                where=tag,
                hint="either the bytes were changed on the way, or the sender uses another key than the one enrolled",
            ) from None


class SigningKey:
    """The private half, kept in a file that only its owner may read."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key_id = key_id_of(self.public)

    @property
    def verify_key(self) -> VerifyKey:
        """The public half."""
        return VerifyKey(self.public)

    @classmethod
    def generate(cls) -> Self:
        """A new key from the system's random source."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """The key of a 32-byte seed (published vectors use one)."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read a key file; refused if anybody but its owner may read it."""
        file = Path(path)
        try:
            mode = stat.S_IMODE(file.stat().st_mode)
            data = file.read_bytes()
        except FileNotFoundError:
            raise ConfigurationError("the key file is not there", where=str(file), hint="make one with: tynys plant init") from None
        except OSError as error:
            raise ConfigurationError(f"the key file cannot be read: {error.strerror}", where=str(file)) from error
        if mode & 0o077:
            raise ConfigurationError(
                f"the key file has mode {mode:04o}, expected 0600: others could sign with it", where=str(file), hint=f"chmod 600 {file}"
            )
        try:
            key = load_pem_private_key(data, password=None)
        except (ValueError, TypeError) as error:
            raise ConfigurationError("expected an Ed25519 private key in PEM (PKCS #8), without a password", where=str(file)) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise ConfigurationError(f"expected an Ed25519 private key, got {type(key).__name__.strip('_')}", where=str(file))
        return cls(key)

    def save(self, path: Path | str) -> None:
        """Write a new file with mode 0600 and sync it; an existing file is never overwritten."""
        file = Path(path)
        data = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise ConfigurationError(
                "a key file is already there and is not overwritten",
                where=str(file),
                hint="batches signed with it need it: move it away first",
            ) from None
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())

    def sign(self, tag: str, message: bytes) -> bytes:
        """The 64-byte signature over tag and message."""
        return self._key.sign(tagged(tag, message))
