"""How kernels are compiled: strict IEEE arithmetic, no lock, kept on disk where there is a place for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numba
from numba import types

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")

INTEGER, TRUTH, nothing = types.int64, types.bool_, types.void
FLOATS = types.Array(types.float64, 1, "C", readonly=True)
TIMES = types.Array(types.int64, 1, "C", readonly=True)
CODES = types.Array(types.uint8, 1, "C", readonly=True)
MASK = types.Array(types.bool_, 1, "C", readonly=True)
"""Arrays a kernel only reads."""

FLOATS_OUT = types.Array(types.float64, 1, "C")
COUNTS_OUT = types.Array(types.int64, 1, "C")
CODES_OUT = types.Array(types.uint8, 1, "C")
TABLE_OUT = types.Array(types.int64, 2, "C")
"""Arrays a kernel fills."""


def kernel(signature: object = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Compile a function for one signature (without one: when it is first called by another kernel).

    No fast-math and no threads of its own: the order of operations is the source's on every machine. Machine code is kept beside the
    module, or in the user's cache folder where that cannot be written (``NUMBA_CACHE_DIR`` names another); where nothing can be
    written every process compiles anew.
    """

    def compiled(function: Callable[P, R]) -> Callable[P, R]:
        jit: Any = numba.njit
        given = () if signature is None else (signature,)
        try:
            made: Callable[P, R] = jit(*given, cache=True, nogil=True, error_model="numpy")(function)
        except RuntimeError:  # no folder to keep machine code in
            made = jit(*given, cache=False, nogil=True, error_model="numpy")(function)
        return made

    return compiled
