"""Adaptors of kernels whose arguments a case does not give by name and type: kernel name → function of the case's input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tynys.conformance.adaptors import assurance, averages, compliance, pieces, windows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ADAPTORS: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    **assurance.ADAPTORS,
    **averages.ADAPTORS,
    **compliance.ADAPTORS,
    **pieces.ADAPTORS,
    **windows.ADAPTORS,
}
