"""Faults as a person writes them: ``NAME[:target][@when][/seconds]``, and as the simulator applies them.

``leak`` hits the first stack at once and for good; ``drift:stack-2.no@+60/600`` begins a simulated minute from now and lasts ten;
``lost_line:gres-1.stack-1.dust@2026-11-24T00:10:00Z`` waits for that instant; a target of another facility is left to that one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tynys.domain.base import to_ms
from tynys.domain.errors import ConfigurationError
from tynys.sim.faults.catalogue import FAULTS, FaultKind, Scope
from tynys.sim.plants.layout import COMPONENTS, DEVICES, STACK_POINTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tynys.sim.plants.spec import PlantSpec

_SHAPE = re.compile(r"(?P<name>[a-z0-9_-]+)(?::(?P<target>[a-z0-9.-]+))?(?:@(?P<when>[^/]+))?(?:/(?P<seconds>\d+(?:\.\d+)?))?")
FOREVER_MS = 1 << 62
_DEVICE_OF = {point.component: point.device for point in STACK_POINTS}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault in force over ``[start_ms, end_ms)``: rows of the component array it hits, and its device group.

    ``stack`` is the index of the stack, ``partner`` the one whose sample line it got (its own where there is no other).
    """

    kind: FaultKind
    stack: int
    device: str
    components: tuple[int, ...]
    start_ms: int
    end_ms: int = FOREVER_MS
    partner: int = 0
    text: str = ""


def parse_faults(texts: Iterable[str], plant: PlantSpec, now_ms: int) -> tuple[Fault, ...]:
    """The faults of this plant among those written; ``now_ms`` is what ``@+seconds`` and a missing ``@`` count from.

    Raises
    ------
    ConfigurationError
        Naming the text, what was expected and what came.
    """
    return tuple(fault for text in texts if (fault := parse_fault(text, plant, now_ms)) is not None)


def parse_fault(text: str, plant: PlantSpec, now_ms: int) -> Fault | None:
    """One fault, or None where its target lies in another facility."""
    match = _SHAPE.fullmatch(text.strip())
    if match is None:
        raise _error(text, "NAME[:target][@when][/seconds]", text, 'For example "leak:stack-1@+60/600".')
    kind = _kind(text, match["name"])
    stack, part = _target(text, match["target"] or "", plant)
    if stack is None:
        return None
    device, components = _reach(text, kind, part)
    start = _when(text, match["when"], now_ms)
    end = FOREVER_MS if match["seconds"] is None else start + round(float(match["seconds"]) * 1000)
    return Fault(kind, stack, device, components, start, end, partner=(stack + 1) % len(plant.stacks), text=text.strip())


def _error(text: str, expected: str, came: str, hint: str = "") -> ConfigurationError:
    return ConfigurationError(f'expected {expected}, got "{came}"', where=f'fault "{text}"', hint=hint, code="sim.fault")


def _kind(text: str, name: str) -> FaultKind:
    try:
        return FaultKind(name.replace("-", "_"))
    except ValueError:
        raise _error(text, "the name of a fault", name, f"Known faults: {', '.join(FaultKind)}.") from None


def _target(text: str, target: str, plant: PlantSpec) -> tuple[int | None, str]:
    """Index of the stack and what is named of it; no index where the target is another facility's."""
    words = target.split(".") if target else []
    stacks = [stack.id for stack in plant.stacks]
    if words and not words[0].startswith("stack-"):
        if words[0] != plant.id:
            return None, ""
        words = words[1:]
    if not words:
        return 0, ""
    if words[0] not in stacks or len(words) > 2:  # noqa: PLR2004 - stack and part
        raise _error(text, "a target such as stack-1 or stack-1.so2", target, f"Stacks of {plant.id}: {', '.join(stacks)}.")
    return stacks.index(words[0]), words[1] if len(words) > 1 else ""


def _reach(text: str, kind: FaultKind, part: str) -> tuple[str, tuple[int, ...]]:
    """Device group and component rows a fault hits."""
    fault = FAULTS[kind]
    if fault.scope is Scope.SAMPLE or not part:
        part = fault.default
    known = (*DEVICES, *COMPONENTS)
    if part not in known:
        raise _error(text, "a component or a device of the stack", part, f"One of {', '.join(known)}.")
    if fault.scope is Scope.DEVICE and part not in DEVICES:
        part = _DEVICE_OF[part]
    if kind in {FaultKind.WRONG_O2, FaultKind.WRONG_MOISTURE, FaultKind.WRONG_DUCT_AREA}:
        part = fault.default
    if part in DEVICES:
        rows = tuple(i for i, point in enumerate(STACK_POINTS) if point.device == part)
        return part, rows
    return _DEVICE_OF[part], (COMPONENTS.index(part),)


def _when(text: str, when: str | None, now_ms: int) -> int:
    if when is None:
        return now_ms
    if when.startswith("+"):
        try:
            return now_ms + round(float(when[1:]) * 1000)
        except ValueError:
            raise _error(text, "seconds after @+", when) from None
    try:
        moment = datetime.fromisoformat(when)
    except ValueError:
        raise _error(text, "an RFC 3339 moment after @", when, "For example @2026-11-24T00:10:00Z.") from None
    if moment.tzinfo is None:
        raise _error(text, "a moment with its zone", when, "Add Z or +05:00.")
    return to_ms(moment)
