"""The Modbus driver over any line: one exchange a poll, decoded by the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tynys.field.driver import RecoveringDriver
from tynys.field.modbus import MapDecoder, decode_parameters, plan_reads
from tynys.field.modbus_reads import ExceptionAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.domain.reading import Sample
    from tynys.field.modbus_line import Line
    from tynys.field.modbus_reads import Answer
    from tynys.field.register_map import ModbusMap
    from tynys.field.settings import ModbusRtuSettings, ModbusTcpSettings


class ModbusDriver(RecoveringDriver):
    """Polls one instrument by its map; ``decoder`` and ``line`` are open to a probe."""

    def __init__(
        self,
        settings: ModbusTcpSettings | ModbusRtuSettings,
        register_map: ModbusMap,
        line: Line,
        *,
        where: str,
        interval_ms: int,
    ) -> None:
        super().__init__(
            settings.id, tuple(settings.channels.values()), where=where, interval_ms=interval_ms, timeout_ms=settings.timeout_ms
        )
        self.decoder = MapDecoder(
            register_map,
            settings.channels,
            word_order=settings.word_order,
            device_clock=settings.device_clock,
            max_gap=settings.max_gap,
        )
        self.line = line
        self.unit = settings.device_id
        self._map = register_map
        self._word_order = settings.word_order or register_map.word_order
        self._parameter_reads = plan_reads(register_map.parameters, max_gap=settings.max_gap)

    async def _open(self) -> None:
        await self.line.open()

    async def _read(self, t_ms: int | None) -> dict[str, Sample]:  # noqa: ARG002  an instrument gives what it has now
        answers = await self.line.exchange(self.decoder.reads, unit=self.unit)
        samples = self.decoder.decode(answers)
        self.health.notes = self.decoder.notes
        self._note_refusals(answers)
        return samples

    async def _read_parameters(self) -> dict[str, str]:
        if not self._parameter_reads:
            return {}
        answers = await self.line.exchange(self._parameter_reads, unit=self.unit)
        return decode_parameters(self._map.parameters, answers, self._parameter_reads, self._word_order)

    async def _shut(self) -> None:
        await self.line.shut()

    def _note_refusals(self, answers: Sequence[Answer]) -> None:
        """An exception answer is the instrument's word, not a lost line: it is told, and the next poll asks again."""
        refused = [
            f"{read.length} from {read.address} by function {read.function}: {answer}"
            for read, answer in zip(self.decoder.reads, answers, strict=True)
            if isinstance(answer, ExceptionAnswer)
        ]
        if refused:
            self.health.last_error = f"{self.where}: the instrument refused {'; '.join(refused)}"
        elif self.health.last_error:
            self.health.last_error = ""
