"""The one error tree.

TynysError
├── ConfigurationError   a file or a setting a person wrote
├── WireError            bytes that crossed a line
│   ├── MalformedError       not what the format allows
│   ├── TooLargeError        over a stated bound
│   └── SignatureError       signature or key does not fit
├── FieldError           an instrument or its line
├── StorageError         a store that could not keep or give
├── NotFoundError        something named that is not there
└── RefusedError         understood, and not allowed

Every error says what was expected, what came, where, and what to do; ``code`` is stable and translatable.
The domain knows nothing of HTTP: `web` and `centre` turn these into RFC 9457 problems.
"""

from __future__ import annotations

from typing import ClassVar


class TynysError(Exception):
    """Root of all expected failures.

    Parameters
    ----------
    message : str
        One sentence: what was expected and what came.
    where : str
        File and line, key, address or batch the message is about.
    hint : str
        What the person can do about it.
    code : str
        Overrides the class's stable code with a narrower one.
    """

    code: ClassVar[str] = "tynys.error"

    def __init__(self, message: str, *, where: str = "", hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint
        self.error_code = code or self.code

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text}\n  {self.hint}" if self.hint else text


class ConfigurationError(TynysError):
    """A file or setting a person wrote cannot be used."""

    code = "configuration.invalid"


class WireError(TynysError):
    """Bytes that crossed a line cannot be accepted."""

    code = "wire.invalid"


class MalformedError(WireError):
    """The bytes are not what the format allows."""

    code = "wire.malformed"


class TooLargeError(WireError):
    """The bytes, packed or unpacked, exceed a stated bound."""

    code = "wire.too_large"


class SignatureError(WireError):
    """A signature does not fit, or its key is not known."""

    code = "wire.signature"


class FieldError(TynysError):
    """An instrument or the line to it failed."""

    code = "field.failed"


class StorageError(TynysError):
    """A store could not keep or give what was asked."""

    code = "storage.failed"


class NotFoundError(TynysError):
    """Something was named that does not exist."""

    code = "not_found"


class RefusedError(TynysError):
    """The request was understood and is not allowed."""

    code = "refused"
