"""A running simulated plant: its servers, its ledger, its place in the shared clock."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from tynys.domain.base import from_ms
from tynys.domain.errors import ConfigurationError
from tynys.sim.faults.catalogue import FaultKind
from tynys.sim.faults.grammar import parse_faults
from tynys.sim.instruments.plant import PlantInstruments
from tynys.sim.ledger import Ledger, LedgerDevice, Segment
from tynys.sim.plants import plant_spec
from tynys.sim.plants.layout import SIGNAL_INTERVAL_MS, SIGNALS
from tynys.sim.ports import MAPS, SIGNALS_DEVICE, modbus_settings, ports_before, signal_settings, stack_channels, write_ports
from tynys.sim.servers.modbus import ModbusDevice
from tynys.sim.servers.opcua import PlantSignalServer
from tynys.sim.tape import TICK_MS, Tape
from tynys.wire.clock import open_clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tynys.sim.faults.grammar import Fault
    from tynys.wire.clock import Clock

log = structlog.get_logger(__name__)
_BOOLEANS = frozenset(signal.name for signal in SIGNALS if signal.unit == "bool")


@dataclass(frozen=True, slots=True)
class SimSettings:
    """How a plant is to be simulated.

    ``control`` is a file of faults, one a line, looked at every tick: writing it changes the faults of the running plant.
    """

    facility: str
    seed: int
    ledger: Path
    ports_file: Path | None = None
    host: str = "127.0.0.1"
    faults: tuple[str, ...] = ()
    control: Path | None = None
    drift: bool = True
    keep_hours: int = 0


class SimulatedPlant:
    """The programme behind ``tynys sim run``.

    Parameters
    ----------
    settings : SimSettings
    """

    def __init__(self, settings: SimSettings) -> None:
        self.settings = settings
        self.plant = plant_spec(settings.facility)
        parse_faults(settings.faults, self.plant, 0)  # a fault mistyped on the command line stops the start
        self.tape = Tape(PlantInstruments(self.plant, settings.seed, drift=settings.drift))
        self.ledger = Ledger(settings.ledger, keep_hours=settings.keep_hours)
        self.devices = [
            ModbusDevice(index, f"{stack}-{kind}", self.ledger.note_read) for index, (stack, kind) in enumerate(self.tape.devices, start=1)
        ]
        nodes = self.tape.nodes
        booleans = frozenset(node for node in nodes if node.split(".", 1)[1] in _BOOLEANS)
        self.signals = PlantSignalServer(len(self.devices) + 1, self.plant.id, nodes, booleans, self.ledger.note_read)
        self._faults: tuple[Fault, ...] = ()
        self._control = _Control(settings.control)

    async def listen(self) -> None:
        """Open all servers; this takes a second or two, so it comes before joining a clock that others wait for."""
        before = ports_before(self.settings.ports_file, self.plant.id, self.settings.host)
        for device in self.devices:
            await device.listen(self.settings.host, before.get(device.name, 0))
        await self.signals.listen(self.settings.host, before.get(SIGNALS_DEVICE, 0))

    async def start(self, now_ms: int) -> None:
        """Put the present instant on offer and tell in the ports file where."""
        now = now_ms // TICK_MS * TICK_MS
        self._set_faults(now, (*self.settings.faults, *(self._control.changed() or ())))
        self._describe(now)
        await self._publish(now, signals=True)
        if self.settings.ports_file is not None:
            write_ports(self.settings.ports_file, self.ports())

    async def run(self, clock: Clock) -> None:
        """Publish every tick until the clock ends; rank 0 puts an instant on offer before any gateway is told of it."""
        async for t_ms in clock.ticks(TICK_MS):
            changed = self._control.changed()
            if changed is not None:
                self._set_faults(t_ms, (*self.settings.faults, *changed))
            await self._publish(t_ms, signals=t_ms % SIGNAL_INTERVAL_MS == 0)

    async def close(self) -> None:
        """Close all servers, then the ledger."""
        for device in self.devices:
            device.cut()
        await self.signals.close()
        self.ledger.close()

    def ports(self) -> dict[str, Any]:
        """The document of the ports file."""
        return {
            "facility": self.plant.id,
            "simulated": True,
            "pid": os.getpid(),
            "seed": self.settings.seed,
            "ledger": str(self.settings.ledger.resolve()),
            "control": None if self.settings.control is None else str(self.settings.control.resolve()),
            "devices": self.device_settings(),
            "opcua": {"url": self.signals.url, "nodes": list(self.tape.nodes)},
            "modbus": {device.name: {"host": device.host, "port": device.port} for device in self.devices},
        }

    def device_settings(self) -> list[dict[str, Any]]:
        """The ``[[devices]]`` of this plant's plant.toml."""
        modbus = [
            modbus_settings(stack, kind, device.host, device.port)
            for device, (stack, kind) in zip(self.devices, self.tape.devices, strict=True)
        ]
        return [*modbus, signal_settings(self.signals.url, self.tape.signal_nodes)]

    async def _publish(self, t_ms: int, *, signals: bool) -> None:
        await self._lines(t_ms)
        position = self.tape.seek(t_ms, self._faults)
        offers = [
            (device.index, image)
            for number, device in enumerate(self.devices)
            if (image := self.tape.load(number, position, device.memory)) and device.listening
        ]
        if signals:
            values = self.tape.node_values(position)
            offers.append((len(self.devices) + 1, values.tobytes()))
            await self.signals.publish(t_ms, values.tolist())
        self.ledger.publish(t_ms, offers)

    async def _lines(self, t_ms: int) -> None:
        """Cut and mend lines as the faults say."""
        cut = {
            (fault.stack, fault.device)
            for fault in self._faults
            if fault.kind is FaultKind.LOST_LINE and fault.start_ms <= t_ms < fault.end_ms
        }
        if not cut and all(device.listening for device in self.devices):
            return
        stacks = [stack.id for stack in self.plant.stacks]
        for device, (stack, kind) in zip(self.devices, self.tape.devices, strict=True):
            if (stacks.index(stack), kind) in cut:
                device.cut()
            elif not device.listening:
                await device.mend()

    def _set_faults(self, now_ms: int, texts: Sequence[str]) -> None:
        """Take over a list of faults; those already in force keep the moment they began."""
        try:
            wanted = parse_faults(texts, self.plant, now_ms)
        except ConfigurationError as error:
            log.warning("sim.fault_refused", problem=str(error))
            self.ledger.note_fault(now_ms, "refused", str(error))
            return
        known = {fault.text: fault for fault in self._faults}
        faults = tuple(known.get(fault.text, fault) for fault in wanted)
        for fault in faults:
            if fault not in self._faults:
                self.ledger.note_fault(now_ms, "set", fault.text)
                log.info("sim.fault_set", fault=fault.text, start=from_ms(fault.start_ms).isoformat())
        for fault in self._faults:
            if fault not in faults:
                self.ledger.note_fault(now_ms, "lifted", fault.text)
                log.info("sim.fault_lifted", fault=fault.text)
        self._faults = faults

    def _describe(self, now_ms: int) -> None:
        self.tape.seek(now_ms, self._faults)
        meta = {
            "facility": self.plant.id,
            "simulated": "yes",
            "seed": str(self.settings.seed),
            "started_ms": str(now_ms),
            "tick_ms": str(TICK_MS),
            "signals_ms": str(SIGNAL_INTERVAL_MS),
        }
        described = [
            LedgerDevice(
                id=device.index,
                name=device.name,
                protocol="modbus-tcp",
                map=MAPS[kind],
                address=f"{device.host}:{device.port}",
                layout=self.tape.layout(number),
                channels={channel: point for point, channel in stack_channels(stack, kind).items()},
            )
            for number, (device, (stack, kind)) in enumerate(zip(self.devices, self.tape.devices, strict=True))
        ]
        nodes = self.tape.nodes
        described.append(
            LedgerDevice(
                id=len(self.devices) + 1,
                name=SIGNALS_DEVICE,
                protocol="opcua",
                map=MAPS["signals"],
                address=self.signals.url,
                layout=(Segment("node", 0, 0, len(nodes), "f64le"),),
                channels={node: node for node in self.tape.signal_nodes},
                nodes=nodes,
            )
        )
        self.ledger.describe(meta, described)


class _Control:
    """A file of faults that is looked at and read again when it has changed."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None

    def changed(self) -> tuple[str, ...] | None:
        """Its lines without comments if they may have changed since the last look, else None."""
        if self._path is None:
            return None
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            seen, self._seen = self._seen, None
            return () if seen is not None else None
        stamp = (stat.st_mtime_ns, stat.st_size)
        if stamp == self._seen:
            return None
        self._seen = stamp
        lines = (line.split("#", 1)[0].strip() for line in self._path.read_text(encoding="utf-8").splitlines())
        return tuple(line for line in lines if line)


async def run_plant(settings: SimSettings, clock_url: str | None) -> None:
    """Simulate a plant until the clock ends or the task is cancelled."""
    simulated = SimulatedPlant(settings)
    clock: Clock | None = None
    try:
        await simulated.listen()
        clock = await open_clock(clock_url, name=f"{settings.facility} plant", rank=0)
        await simulated.start(clock.now_ms())
        log.info("sim.up", facility=settings.facility, modbus=len(simulated.devices), opcua=simulated.signals.url, simulated=True)
        await simulated.run(clock)
    finally:
        if clock is not None:
            await clock.close()
        await simulated.close()
