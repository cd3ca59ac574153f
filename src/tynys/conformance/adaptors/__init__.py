"""Adaptors of kernels whose arguments a case does not give by name and type: kernel name → function of the case's input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tynys.conformance.adaptors import assurance, averages, compliance, limits, pieces, reports, windows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SUBJECTS = (assurance, averages, compliance, limits, pieces, reports, windows)
ADAPTORS: Mapping[str, Callable[[dict[str, Any]], Any]] = {name: adaptor for each in _SUBJECTS for name, adaptor in each.ADAPTORS.items()}
