"""The checkpoint: what the state was at a journal position, so that a restart replays minutes and not years."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from tynys.centre.coverage import Group
from tynys.centre.spans import SpanSet
from tynys.centre.windows import Made

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tynys.centre.facility import FacilityState
    from tynys.centre.state import State

Spans = list[tuple[int, int]]


class GatewayMark(msgspec.Struct, frozen=True):
    """A gateway's counts and standing."""

    id: UUID
    channels: list[UUID]
    configuration: str
    batches: int
    readings: int
    last_batch_ms: int | None
    span_end_ms: int | None
    clock_offset_ms: int | None
    chain: str
    forked: bool
    gap: bool
    unlinked: list[tuple[str, UUID]]


class GroupMark(msgspec.Struct, frozen=True):
    """A group of gateways and the spans it completed."""

    gateways: list[UUID]
    channels: list[UUID]
    spans: Spans
    live_from_ms: int | None


class FacilityMark(msgspec.Struct, frozen=True):
    """A facility's coverage and windows; ``open`` are period, start, end, made, and whether data waits."""

    id: str
    groups: list[GroupMark]
    made: dict[str, Spans]
    unplanned: Spans
    open: list[tuple[str, int, int, str, bool]]
    expected_ms: int | None


class Checkpoint(msgspec.Struct, frozen=True):
    """State at ``position``; the rings' readings from ``complete_from_ms`` on lie after ``replay_from`` in the journal."""

    position: int
    replay_from: int
    complete_from_ms: int
    readings: int
    gateways: list[GatewayMark]
    facilities: list[FacilityMark]


def encode(state: State, *, replay_from: int, complete_from_ms: int) -> bytes:
    """The state now, in the instant between two batches."""
    return msgspec.json.encode(
        Checkpoint(
            state.position,
            replay_from,
            complete_from_ms,
            state.readings,
            [
                GatewayMark(
                    each.id,
                    sorted(each.channels),
                    each.configuration,
                    each.batches,
                    each.readings,
                    each.last_batch_ms,
                    each.span_end_ms,
                    each.clock_offset_ms,
                    each.chain,
                    each.forked,
                    each.gap_since_s is not None,
                    [(base64.b64encode(digest).decode(), epoch) for digest, epoch in each.unlinked.items()],
                )
                for each in state.gateways
            ],
            [
                FacilityMark(
                    each.id,
                    [GroupMark(sorted(g.gateways), sorted(g.channels), list(g.spans), g.live_from_ms) for g in each.coverage.groups],
                    {period: list(spans) for period, spans in each.made.items()},
                    list(each.unplanned),
                    [(w.period, w.start_ms, w.end_ms, w.made.value, w.in_work or w.touched_s is not None) for w in each.windows],
                    each.expected_ms,
                )
                for each in state.facilities.values()
            ],
        )
    )


def decode(body: bytes) -> Checkpoint | None:
    """The checkpoint, None if another version of the program wrote it: then everything is made again."""
    try:
        return msgspec.json.decode(body, type=Checkpoint)
    except msgspec.MsgspecError:
        return None


def restore(checkpoint: Checkpoint, state: State, now_s: float) -> None:
    """Put the state back to where the checkpoint was."""
    state.position, state.readings = checkpoint.position, checkpoint.readings
    state.rings.complete_from_ms = checkpoint.complete_from_ms
    for mark in checkpoint.gateways:
        gateway = state.gateways.find(mark.id)
        if gateway is None:
            continue
        gateway.channels, gateway.configuration = set(mark.channels), mark.configuration
        gateway.batches, gateway.readings = mark.batches, mark.readings
        gateway.last_batch_ms, gateway.span_end_ms = mark.last_batch_ms, mark.span_end_ms
        gateway.clock_offset_ms, gateway.chain, gateway.forked = mark.clock_offset_ms, mark.chain, mark.forked
        gateway.gap_since_s = now_s if mark.gap else None
        gateway.unlinked = {base64.b64decode(digest): epoch for digest, epoch in mark.unlinked}
    for each in checkpoint.facilities:
        restore_facility(each, state.facility(each.id), now_s)


def restore_facility(mark: FacilityMark, facility: FacilityState, now_s: float) -> None:
    """Put one facility's coverage and windows back to where its mark was."""
    facility.coverage.groups = [
        Group(set(group.gateways), set(group.channels), SpanSet(group.spans), group.live_from_ms) for group in mark.groups
    ]
    facility.made.update({period: SpanSet(spans) for period, spans in mark.made.items()})
    facility.unplanned, facility.expected_ms = SpanSet(mark.unplanned), mark.expected_ms
    _reopen(facility.windows.open, mark.open, now_s)


def _reopen(opener: Any, marks: Iterable[tuple[str, int, int, str, bool]], now_s: float) -> None:
    for period, start, end, made, waits in marks:
        opener(period, start, end, made=Made(made), touched_s=now_s if waits else None)
