"""Zstandard with bounds: bombs of every build stay small."""

from __future__ import annotations

import struct
import subprocess
import sys

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from wire_support import batch, block

from tynys.domain.errors import MalformedError, TooLargeError, WireError
from tynys.wire.compression import LIMIT, compress, decompress_bounded
from tynys.wire.payload import encode_payload
from tynys.wire.reading_tables import MAX_CELLS

MAGIC = b"\x28\xb5\x2f\xfd"


def frame(declared: int | None, blocks: int, *, window_log: int = 10) -> bytes:
    """A frame by hand: run-length blocks of 128 KiB of zeros, 4 bytes each."""
    descriptor = 0 if declared is None else 0b1100_0000
    header = MAGIC + bytes([descriptor, (max(window_log, 17) - 10) << 3])
    header += b"" if declared is None else struct.pack("<Q", declared)
    block = (128 << 10) << 3 | 1 << 1
    return header + (struct.pack("<I", block)[:3] + b"\0") * (blocks - 1) + struct.pack("<I", block | 1)[:3] + b"\0"


BOMBS = {
    "declares its size": (frame(10 << 30, 80_000), TooLargeError),
    "hides its size": (frame(None, 80_000), TooLargeError),
    "lies small": (frame(1000, 80_000), WireError),
    "lies large": (frame(8 << 20, 1), WireError),
    "asks for a huge window": (frame(None, 2, window_log=31), TooLargeError),
    "asks for a huge window and declares little": (frame(1 << 17, 1, window_log=40), TooLargeError),
    "concatenates frames": (compress(b"a" * 1000) * 2, MalformedError),
    "appends a skippable frame": (compress(b"a") + b"\x50\x2a\x4d\x18" + struct.pack("<I", 5) + bytes(5), MalformedError),
    "is a skippable frame": (b"\x50\x2a\x4d\x18" + struct.pack("<I", 5) + bytes(5), MalformedError),
    "has a tail": (compress(b"a" * 1000) + b"tail", MalformedError),
    "is cut off": (compress(bytes(range(256)) * 50)[:-3], WireError),
    "is cut off and hides its size": (zstandard.ZstdCompressor(write_content_size=False).compress(bytes(range(256)) * 50)[:-3], WireError),
    "is empty": (b"", MalformedError),
    "has only a magic": (MAGIC, MalformedError),
    "holds nothing": (compress(b""), MalformedError),
    "needs a dictionary": (MAGIC + bytes([0b0010_0001]) + b"\x07\x05" + b"\x29\0\0hello", MalformedError),
    "is too long": (bytes(LIMIT + 1), TooLargeError),
    "is something else": (b'{"json": true}', MalformedError),
}


@given(st.binary(min_size=1, max_size=3000))
def test_what_was_packed_comes_back(data):
    assert decompress_bounded(compress(data)) == data
    hidden = zstandard.ZstdCompressor(write_content_size=False).compress(data)
    assert decompress_bounded(hidden) == data


def test_exactly_the_limit_passes_and_one_more_does_not():
    assert len(decompress_bounded(compress(bytes(LIMIT)))) == LIMIT
    assert len(decompress_bounded(zstandard.ZstdCompressor(write_content_size=False).compress(bytes(LIMIT)))) == LIMIT
    for declared in (True, False):
        with pytest.raises(TooLargeError):
            decompress_bounded(zstandard.ZstdCompressor(write_content_size=declared).compress(bytes(LIMIT + 1)))


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_a_named_error(name):
    bomb, error = BOMBS[name]
    with pytest.raises(error) as caught:
        decompress_bounded(bomb)
    assert caught.value.where == "body"


@given(st.binary(max_size=100))
def test_any_other_bytes_are_a_named_error(data):
    with pytest.raises(WireError):
        decompress_bounded(MAGIC + data[:50] + b"\xff")


def test_bombs_and_the_largest_batches_stay_under_64_mib_above_idle(tmp_path):
    for i, (bomb, _) in enumerate(BOMBS.values()):
        (tmp_path / f"bomb-{i}").write_bytes(bomb)
    cells = MAX_CELLS
    turns = {"status": 1 + np.arange(cells) % 2}
    for name, whole in {
        "gaps": batch(*(block(i, np.full(cells // 8, np.nan), status=np.full(cells // 8, 7), cause=np.ones(cells // 8)) for i in range(8))),
        "decimals": batch(block("a", np.round(np.random.default_rng(1).normal(0, 1e6, cells), 2), **turns)),
        "doubles": batch(block("a", np.random.default_rng(1).normal(0, 1, cells))),
    }.items():
        (tmp_path / f"good-{name}").write_bytes(compress(encode_payload(whole)))
    script = f"""
import pathlib
from tynys.domain.errors import WireError
from tynys.wire.compression import decompress_bounded, compress
from tynys.wire.payload import decode_payload
decompress_bounded(compress(b"warm"))
peak = lambda: int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) / 1024
idle = peak()
for path in sorted(pathlib.Path({str(tmp_path)!r}).iterdir()):
    try:
        decode_payload(decompress_bounded(path.read_bytes()))
        refused = False
    except WireError:
        refused = True
    assert refused == path.name.startswith("bomb"), path.name
print(peak() - idle)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert float(done.stdout) < 64
