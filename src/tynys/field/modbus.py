"""Modbus without a line: which blocks to read for a map, and what their bytes mean.

`plan_reads` groups the wanted numbers into as few requests as the protocol allows; `MapDecoder` turns the answers,
as they came, into samples. Nothing here waits, connects or logs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tynys.domain.reading import Sample
from tynys.domain.status import GapCause, InstrumentStatus
from tynys.field.modbus_numbers import BlockReader
from tynys.field.modbus_reads import MOST_BITS, MOST_REGISTERS, ExceptionAnswer, Read
from tynys.field.ne43 import judge_current, value_of_current
from tynys.field.register_map import StatusMeaning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tynys.field.modbus_reads import Answer
    from tynys.field.register_map import ModbusMap, Number, Parameter, Point, StatusBit, WordOrder


def plan_reads(wanted: Iterable[Number | StatusBit], *, max_gap: int) -> tuple[Read, ...]:
    """As few reads as possible that cover ``wanted``, skipping at most ``max_gap`` unused registers at a time."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for number in wanted:
        width = getattr(number, "width", 1)
        spans.setdefault(number.table.function, []).append((number.address, number.address + width))
    reads = []
    for function in sorted(spans, reverse=True):
        is_bits = Read(function, 0, 1).is_bits
        most, most_gap = (MOST_BITS, 16 * max_gap) if is_bits else (MOST_REGISTERS, max_gap)
        start, end = -1, -1
        for first, last in sorted(spans[function]):
            if start >= 0 and first - end <= most_gap and last - start <= most:
                end = max(end, last)
                continue
            if start >= 0:
                reads.append(Read(function, start, end - start))
            start, end = first, last
        reads.append(Read(function, start, end - start))
    return tuple(reads)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A point a channel is filled from, with the blocks its number and its status bits lie in."""

    channel: str
    point: Point
    blocks: frozenset[int]
    convert: Callable[[float, int | None], Sample]
    zero_is_absent: bool


class MapDecoder:
    """Turns the answers to ``reads`` into one sample for each channel.

    Parameters
    ----------
    register_map : ModbusMap
    channels : Mapping[str, str]
        Point name to channel name.
    word_order : WordOrder or None
        Overrides the map's own order.
    device_clock : bool
        Whether to read the instrument's clock along, where the map has one.
    max_gap : int
        Unused registers read along to save a request.
    """

    def __init__(
        self,
        register_map: ModbusMap,
        channels: Mapping[str, str],
        *,
        word_order: WordOrder | None = None,
        device_clock: bool = True,
        max_gap: int = 32,
    ) -> None:
        points = [point for point in register_map.points if point.name in channels]
        names = {point.name for point in points}
        status = tuple(bit for bit in register_map.status if bit.points is None or names.intersection(bit.points))
        clock = register_map.clock if device_clock else None
        numbers: list[Number] = [*points, *([clock] if clock else [])]
        self.reads = plan_reads([*numbers, *status], max_gap=max_gap)
        self.notes: tuple[str, ...] = ()
        self._word_order = word_order or register_map.word_order
        self._reader = BlockReader(self.reads, numbers, status, self._word_order)
        self._status = status
        self._clock = clock
        self._wanted = tuple(
            _Wanted(
                channel=channels[point.name],
                point=point,
                blocks=frozenset({self._reader.block_of(point), *(self._reader.block_of(bit) for bit in _about(point, status))}),
                convert=_converter(point),
                zero_is_absent=register_map.zero_is_absent,
            )
            for point in points
        )

    def decode(self, answers: Sequence[Answer]) -> dict[str, Sample]:
        """One sample for each channel; a block refused by the instrument gives gaps where it is needed."""
        refused = frozenset(index for index, answer in enumerate(answers) if isinstance(answer, ExceptionAnswer))
        numbers = self._reader.numbers(answers)
        device_ms = self._device_ms(numbers[-1]) if self._clock else None
        if not refused and self._reader.all_quiet(answers):
            self.notes = ()
            return {wanted.channel: wanted.convert(raw, device_ms) for wanted, raw in zip(self._wanted, numbers, strict=False)}
        holding = tuple(bit for bit in self._status if self._reader.holds(bit, answers))
        self.notes = tuple(bit.name for bit in holding if bit.means is StatusMeaning.NOTE)
        return {
            wanted.channel: _judged(wanted, raw, device_ms, holding, refused) for wanted, raw in zip(self._wanted, numbers, strict=False)
        }

    def words(self, answers: Sequence[Answer]) -> dict[str, bytes]:
        """The bytes of every point as they came on the line, by point name; refused ones are left out."""
        found = {wanted.point.name: self._reader.words(wanted.point, answers) for wanted in self._wanted}
        return {name: words for name, words in found.items() if words is not None}

    def order_of(self, point: str) -> WordOrder:
        """The word order a point is read in."""
        own = next((wanted.point.word_order for wanted in self._wanted if wanted.point.name == point), None)
        return own or self._word_order

    def _device_ms(self, raw: float) -> int | None:
        if self._clock is None or not math.isfinite(raw):
            return None
        value = scaled(self._clock, raw)
        return round(value * 1000) if self._clock.unit == "s" else round(value)


def decode_parameters(
    parameters: Sequence[Parameter], answers: Sequence[Answer], reads: Sequence[Read], word_order: WordOrder
) -> dict[str, str]:
    """Settings of the instrument by name, as the shortest decimal that is exactly the number; refused ones are left out."""
    reader = BlockReader(reads, parameters, (), word_order)
    values = {}
    for parameter, raw in zip(parameters, reader.numbers(answers), strict=True):
        if math.isfinite(raw):
            value = scaled(parameter, raw)
            values[parameter.name] = str(int(value)) if value == int(value) else repr(value)
    return values


def _about(point: Point, status: Sequence[StatusBit]) -> tuple[StatusBit, ...]:
    return tuple(bit for bit in status if bit.points is None or point.name in bit.points)


def scaled(number: Number, raw: float) -> float:
    """A raw number times, plus and by what the map says; one rounding for integers."""
    return (raw * number.multiply + number.add) / number.divide if number.is_scaled else raw


def _converter(point: Point) -> Callable[[float, int | None], Sample]:
    """Raw number and device time to sample, for an instrument whose status is quiet."""
    valid, none = InstrumentStatus.VALID, GapCause.NONE
    multiply, add, divide = point.multiply, point.add, point.divide

    def undecodable(device_ms: int | None) -> Sample:
        return Sample(None, InstrumentStatus.FAULT, GapCause.UNDECODABLE, device_ms)

    def from_current(raw: float, device_ms: int | None) -> Sample:
        if not math.isfinite(raw):
            return undecodable(device_ms)
        current_ua = (raw * multiply + add) / divide if point.is_scaled else raw
        status, cause = judge_current(current_ua)
        value = None if cause else value_of_current(current_ua, at_4_ma=at_4_ma, at_20_ma=at_20_ma)
        return Sample(value, status, cause, device_ms)

    def by_scale(raw: float, device_ms: int | None) -> Sample:
        return Sample((raw * multiply + add) / divide, valid, none, device_ms) if math.isfinite(raw) else undecodable(device_ms)

    def plain(raw: float, device_ms: int | None) -> Sample:
        return Sample(float(raw), valid, none, device_ms) if math.isfinite(raw) else undecodable(device_ms)

    if point.current is not None:
        at_4_ma, at_20_ma = (_exact(end) for end in (point.current.at_4_ma, point.current.at_20_ma))
        return from_current
    return by_scale if point.is_scaled else plain


def _exact(end: float) -> float:
    """A whole end of range as an integer, so that the arithmetic of a current rounds once."""
    return int(end) if end == int(end) else end


def _judged(wanted: _Wanted, raw: float, device_ms: int | None, holding: Sequence[StatusBit], refused: frozenset[int]) -> Sample:
    """The sample of one point under the status bits that hold."""
    if refused & wanted.blocks:
        return Sample(None, InstrumentStatus.COMMUNICATION_LOST, GapCause.EXCEPTION_ANSWER)
    sample = wanted.convert(raw, device_ms)
    status = next((bit.means.status for bit in _about(wanted.point, holding) if bit.means is not StatusMeaning.NOTE), None)
    if status is None or sample.cause:
        return sample
    if raw == 0 and wanted.zero_is_absent and status is not InstrumentStatus.OVER_RANGE:
        return Sample(None, status, GapCause.NOT_MEASURING, device_ms)
    return Sample(sample.value, status, GapCause.NONE, device_ms)
