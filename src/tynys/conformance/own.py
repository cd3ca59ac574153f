"""The answers of this system itself: every case's kernel by its adaptor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tynys.conformance.adapt import as_object, call
from tynys.conformance.adaptors import ADAPTORS
from tynys.conformance.inventory import kernel as find
from tynys.domain.errors import TynysError

if TYPE_CHECKING:
    from collections.abc import Mapping

REFUSED = {"refused": True}
"""What is answered where the input is of a kind the rule refuses."""


def answer(kernel: str, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """The result of a calculation; absent if there is none of this name."""
    try:
        if kernel in ADAPTORS:
            return as_object(ADAPTORS[kernel](dict(given)))
        function = find(kernel)
        return None if function is None else as_object(call(function, dict(given)))
    except (ValueError, TynysError) as error:
        return {**REFUSED, "reason": str(error)}
