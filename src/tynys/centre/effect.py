"""Where a new plan or rule pack makes a difference: for which source, and in which spans, its averages have to be made again."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tynys.calc.pipeline import channels_needed
from tynys.centre.basis import NEVER_MS
from tynys.domain.base import Dated, from_ms, to_ms
from tynys.domain.limit import ScopeKind
from tynys.storage.registry_rows import RecomputeOrder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tynys.centre.basis import Basis, Stretch
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.law import RulePack

_PACK_WITHOUT_EFFECT = frozenset({"title", "jurisdiction", "valid_from", "valid_to", "source", "charges", "duty"})
"""Keys of a rule pack no average depends on."""
_WORDS = frozenset({"clause", "note", "certainty", "names", "document", "report"})
"""Keys that say why or how a thing is called; in a rule pack, also how sure it is."""
_SPAN = frozenset({"valid_from", "valid_to"})


class Touched(NamedTuple):
    """A span in which a source's averages may differ; ``channels`` if what is measured differs too. [ms since 1970 UTC]."""

    source: str
    start_ms: int
    end_ms: int
    channels: bool


def touched(before: Sequence[Stretch], after: Sequence[Stretch]) -> list[Touched]:
    """What differs between two timelines of a facility: spans in which nothing was computed before, or would be after, do not count."""
    found = []
    for start, end, old, new in _pairs(before, after):
        if old is None or new is None or (old.plan.digest, old.pack.digest) == (new.plan.digest, new.pack.digest):
            continue
        edges = sorted({start, end, *_edges(old, start, end), *_edges(new, start, end)})
        for begin, finish in pairwise(edges):
            found += [Touched(source, begin, finish, channels) for source, channels in _differing(old, new, begin)]
    return found


def orders(facility: str, found: Sequence[Touched], *, cause: str, subject: str) -> list[RecomputeOrder]:
    """What differs as orders to compute again: sources touched in the same spans together."""
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for each in sorted(found, key=lambda each: each.start_ms):
        mine = spans[each.source]
        if mine and mine[-1][1] == each.start_ms:
            mine[-1] = (mine[-1][0], each.end_ms)
        else:
            mine.append((each.start_ms, each.end_ms))
    together: dict[tuple[tuple[int, int], ...], list[str]] = defaultdict(list)
    for source, mine in spans.items():
        together[tuple(mine)].append(source)
    channels = {each.source for each in found if each.channels}
    return [
        RecomputeOrder(
            facility,
            tuple(sorted(sources)),
            tuple((start, None if end >= NEVER_MS else end) for start, end in mine),
            not channels.isdisjoint(sources),
            cause,
            subject,
        )
        for mine, sources in together.items()
    ]


def _pairs(before: Sequence[Stretch], after: Sequence[Stretch]) -> Iterator[tuple[int, int, Basis | None, Basis | None]]:
    """Both timelines cut at each other's edges."""
    edges = sorted({edge for stretch in (*before, *after) for edge in (stretch.start_ms, stretch.end_ms)})
    for start, end in pairwise(edges):
        yield start, end, _at(before, start), _at(after, start)


def _at(line: Sequence[Stretch], time_ms: int) -> Basis | None:
    return next((stretch.basis for stretch in line if stretch.start_ms <= time_ms < stretch.end_ms), None)


def _edges(basis: Basis, start_ms: int, end_ms: int) -> Iterator[int]:
    """Instants inside a span at which something dated of a plan or its pack begins or ends."""
    configuration = basis.plan.configuration
    for node in (*_dated(configuration.plan), *_dated(configuration.ducts), *_dated(configuration.limits), *_dated(configuration.channels)):
        for moment in (node.valid_from, node.valid_to):
            if moment is not None and start_ms < (time_ms := to_ms(moment)) < end_ms:
                yield time_ms


def _dated(node: Any) -> Iterator[Dated]:
    """Every dated record inside a record."""
    if isinstance(node, Dated):
        yield node
    if isinstance(node, msgspec.Struct):
        for name in node.__struct_fields__:
            yield from _dated(getattr(node, name))
    elif isinstance(node, tuple):
        for each in node:
            yield from _dated(each)


def _differing(old: Basis, new: Basis, time_ms: int) -> Iterator[tuple[str, bool]]:
    """Sources whose averages are computed otherwise at an instant, each with whether its channels differ."""
    same_pack = pack_in_effect(old.pack.pack) == pack_in_effect(new.pack.pack)
    sources = {source.id for basis in (old, new) for source in basis.plan.configuration.sources}
    for source in sorted(sources):
        was, becomes = (source_in_effect(basis.plan.configuration, source, time_ms) for basis in (old, new))
        if not same_pack or was != becomes:
            yield source, was["channels"] != becomes["channels"]


def pack_in_effect(pack: RulePack) -> Any:
    """What of a rule pack averages depend on."""
    whole = msgspec.to_builtins(pack)
    return _without({name: value for name, value in whole.items() if name not in _PACK_WITHOUT_EFFECT}, _WORDS)


def _without(node: Any, names: frozenset[str]) -> Any:
    if isinstance(node, dict):
        return {name: _without(value, names) for name, value in node.items() if name not in names}
    return [_without(each, names) for each in node] if isinstance(node, (list, tuple)) else node


def source_in_effect(configuration: FacilityConfiguration, source: str, time_ms: int) -> dict[str, Any]:
    """What of a configuration a source's averages depend on at an instant; names, documents and dates left out."""
    needed = channels_needed(configuration, source)
    plan = configuration.plan
    parts = {
        "channels": [each for each in configuration.channels if each.id in needed],
        "units": configuration.units,
        "ducts": [each for each in configuration.ducts if each.source == source],
        "points": [each for each in configuration.points if each.source == source],
        "fuels": configuration.fuels,
        "states": plan.states,
        "components": [each for each in plan.components if each.source == source],
        "flows": [each for each in plan.flows if each.source == source],
        "limits": [each for each in configuration.limits if each.scope_kind is not ScopeKind.SOURCE or each.scope == source],
    }
    return {name: _in_force(tuple(part), time_ms) for name, part in parts.items()}


def _in_force(node: Any, time_ms: int) -> Any:
    """A record with only what is in force at an instant, as plain comparable values; absent if it is not itself."""
    if isinstance(node, Dated) and not node.in_force(from_ms(time_ms)):
        return None
    if isinstance(node, msgspec.Struct):
        hidden = _WORDS - {"certainty"} | (_SPAN if isinstance(node, Dated) else frozenset())
        return tuple((name, _in_force(getattr(node, name), time_ms)) for name in node.__struct_fields__ if name not in hidden)
    if isinstance(node, tuple):
        kept = [_in_force(each, time_ms) for each in node if not isinstance(each, Dated) or each.in_force(from_ms(time_ms))]
        return tuple(kept)
    return node
