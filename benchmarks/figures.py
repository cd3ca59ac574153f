"""One measured figure with its peer and its target, and how a benchmark is described."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec


class Figure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one benchmark found about one quantity.

    ``value`` and ``peer`` are in ``unit``; ``ratio`` is the first over the second. ``at_most`` or ``at_least`` is the target
    where one was set; a target is stated, never enforced: the machine decides.
    """

    benchmark: str
    what: str
    unit: str
    value: float
    peer: float | None = None
    peer_name: str = ""
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours over the peer's; None where there is no peer or it is nothing."""
        return self.value / self.peer if self.peer else None

    @property
    def kept(self) -> bool | None:
        """Whether the target was met this time; None without one."""
        if self.at_most is not None:
            return self.value <= self.at_most
        return None if self.at_least is None else self.value >= self.at_least


Say = Callable[[str], None]
"""Tells a person what is going on."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A benchmark by name; ``run`` measures and tells its progress."""

    name: str
    title: str
    run: Callable[[Say], Iterable[Figure]]
