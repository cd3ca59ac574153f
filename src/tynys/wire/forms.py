"""How the values of one channel are written: a decimal, or the IEEE bits, chosen by a rule that leaves no choice.

The form of a row is the smallest exponent e from 0 to 9 such that every value is the binary64 number nearest to m / 10ᵉ
for a whole m with |m| ≤ 2⁵⁰, bit for bit (so minus zero is not a decimal); failing that 32, when every value is exactly
a binary32 number; failing that 64, the binary64 bits themselves. m is unique, because neighbouring binary64 numbers of
that size lie closer together than 10⁻ᵉ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]
    Bytes = npt.NDArray[np.uint8]

MAX_EXPONENT: Final = 9
MAX_MANTISSA: Final = 1 << 50
BINARY32: Final = 32
BINARY64: Final = 64
POWERS: Final = np.array([10.0**e for e in range(MAX_EXPONENT + 1)])
_GLANCE = 16


def _decimal(values: Floats, scale: Floats) -> Bools:
    """Where a value survives the way to a mantissa and back, bit for bit."""
    mantissa = np.rint(values * scale)
    mantissa += 0.0
    back = mantissa / scale
    fits: Bools = back.view(np.int64) == values.view(np.int64)
    fits &= np.abs(mantissa) <= MAX_MANTISSA
    return fits


def choose_forms(values: Floats) -> Bytes:
    """The form of each row of a matrix of finite values; absent values stand as plus zero, which fits every form.

    A glance at a few columns gives each row's first possible exponent, usually the answer; whole rows are then
    looked at from there upwards.
    """
    rows, columns = values.shape
    with np.errstate(over="ignore", invalid="ignore"):
        step = max(1, columns // _GLANCE)
        glance = np.ascontiguousarray(values[:, ::step])
        possible: Bools = np.asarray(_decimal(glance[:, None, :], POWERS[None, :, None]).all(axis=2))
        forms = np.where(possible.any(axis=1), possible.argmax(axis=1), BINARY64).astype(np.uint8)
        if step > 1:
            for row in np.flatnonzero(forms != BINARY64):
                forms[row] = next(
                    (e for e in range(int(forms[row]), MAX_EXPONENT + 1) if possible[row, e] and _decimal(values[row], POWERS[e]).all()),
                    BINARY64,
                )
        wide = np.flatnonzero(forms == BINARY64)
        if len(wide):
            rest = values[wide] if len(wide) < rows else values
            single = (rest.astype(np.float32).astype(np.float64).view(np.int64) == rest.view(np.int64)).all(axis=1)
            forms[wide[single]] = BINARY32
    return forms


def to_mantissas(values: Floats, forms: Bytes) -> npt.NDArray[np.int64]:
    """Whole mantissas of rows that all have a decimal form."""
    mantissas: npt.NDArray[np.int64] = np.rint(values * POWERS[forms][:, None]).astype(np.int64)
    return mantissas
