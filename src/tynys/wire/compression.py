"""Zstandard outside the signature, with bounds that hold against a sender who means harm."""

from __future__ import annotations

from typing import Final

import zstandard

from tynys.domain.errors import MalformedError, TooLargeError

LIMIT: Final = 8 << 20
MAX_WINDOW: Final = 8 << 20
_MAGIC = b"\x28\xb5\x2f\xfd"
_HINT = "send one Zstandard frame of at most 8 MiB, without a dictionary"


def compress(data: bytes, level: int = 3) -> bytes:
    """One frame that declares its size."""
    return zstandard.ZstdCompressor(level=level, write_content_size=True).compress(data)


def decompress_bounded(packed: bytes, limit: int = LIMIT) -> bytes:
    """The content of exactly one frame; a header that promises too much is refused before anything is unpacked.

    A frame that hides its size is unpacked into one buffer of ``limit`` bytes and refused when that does not suffice.
    """
    if len(packed) > LIMIT:
        raise TooLargeError(f"a packed body of {len(packed)} bytes, at most {LIMIT} are allowed", where="body", hint=_HINT)
    if packed[:4] != _MAGIC:
        raise MalformedError("expected a Zstandard frame, got something else", where="body", hint=_HINT)
    hidden = False
    try:
        frame = zstandard.get_frame_parameters(packed)
        hidden = frame.content_size == zstandard.CONTENTSIZE_UNKNOWN
        if not hidden and frame.content_size > limit:
            raise TooLargeError(
                f"a frame that unpacks to {frame.content_size} bytes, at most {limit} are allowed", where="body", hint=_HINT
            )
        if frame.window_size > MAX_WINDOW:
            raise TooLargeError(
                f"a frame that asks for a window of {frame.window_size} bytes, at most {MAX_WINDOW} are allowed", where="body", hint=_HINT
            )
        if frame.dict_id:
            raise MalformedError(f"a frame that needs dictionary {frame.dict_id}", where="body", hint=_HINT)
        if not hidden and not frame.content_size:
            raise MalformedError("an empty body", where="body", hint=_HINT)
        unpacker = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW)
        return unpacker.decompress(packed, max_output_size=limit if hidden else 0, read_across_frames=False, allow_extra_data=False)
    except zstandard.ZstdError as error:
        if "too much memory" in str(error):
            raise TooLargeError(f"a frame that asks for a window of more than {MAX_WINDOW} bytes", where="body", hint=_HINT) from error
        if hidden and "did not decompress full frame" in str(error):
            raise TooLargeError(f"a frame that is cut off or unpacks to more than {limit} bytes", where="body", hint=_HINT) from error
        raise MalformedError(f"a broken Zstandard frame: {error}", where="body", hint=_HINT) from error
