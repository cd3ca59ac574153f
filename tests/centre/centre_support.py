"""A small plant, a tiny gateway made of the wire's functions, and a centre that really listens."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import time
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import httpx
import numpy as np

from tynys.centre.app import create_intake_app, create_public_app
from tynys.centre.offline import make_code
from tynys.centre.programme import Centre
from tynys.centre.server import serve
from tynys.domain.base import from_ms
from tynys.domain.batch import Batch, ConfigurationRecord
from tynys.domain.component import Certainty
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.errors import WireError
from tynys.domain.facility import Duct, Facility, MeasuringPoint, Method, MethodKind, Names, Source, SourceKind, Unit
from tynys.domain.instrument import Acquisition, AcquisitionMode, Channel
from tynys.domain.limit import Limit, LimitKind, ScopeKind
from tynys.domain.plan import ComponentPlan, MeasuringChain, MonitoringPlan, Peripheral, PeripheralSource
from tynys.domain.quantity import Basis, GasState, Moisture
from tynys.domain.quantity import Unit as MeasuredIn
from tynys.domain.reading import ReadingBlock
from tynys.domain.status import GapCause, InstrumentStatus
from tynys.wire.compression import compress
from tynys.wire.enrolment import enrol_signature
from tynys.wire.envelope import pack_request, seal
from tynys.wire.keys import SigningKey, VerifyKey
from tynys.wire.receipts import open_reply

START_MS = 1_767_225_600_000
"""2026-01-01T00:00Z, 05:00 in Almaty: the begin of a window of twenty minutes and of an hour."""
SHORT_MS, HOUR_MS, DAY_MS = 1_200_000, 3_600_000, 86_400_000
SIMPLE = Names(kk="Сынақ", ru="Проба", en="Trial")
DRY = Basis(moisture=Moisture.DRY, gas_state=GasState.NORMAL)


def channel_id(name, facility="trial"):
    return uuid5(NAMESPACE_URL, f"tynys:{facility}:{name}")


def make_configuration(*, facility="trial", interval_ms=5000, history_ms=0, until_ms=START_MS, plan_id="trial.plan"):
    """One stack with SO2 and O2; with ``history_ms`` one reading a minute before ``until_ms``."""
    begin = from_ms(until_ms - history_ms - 10**10)
    acquisition = (Acquisition(valid_from=begin, interval_ms=interval_ms),)
    if history_ms:
        acquisition = (
            Acquisition(valid_from=begin, valid_to=from_ms(until_ms), interval_ms=60_000, mode=AcquisitionMode.REPLAYED),
            Acquisition(valid_from=from_ms(until_ms), interval_ms=interval_ms),
        )
    source = f"{facility}.stack-1"

    def channel(component, unit, span):
        name = f"stack-1.{component}"
        return Channel(
            id=channel_id(name, facility),
            name=name,
            component=component,
            unit=unit,
            acquisition=acquisition,
            point="p1",
            basis=DRY,
            span=span,
        )

    chain = MeasuringChain(name="main", channels=("stack-1.so2",), o2=Peripheral(source=PeripheralSource.CHANNEL, channel="stack-1.o2"))
    return FacilityConfiguration(
        facility=Facility(
            id=facility,
            names=SIMPLE,
            operator=Names(kk="ешкім", ru="никто", en="nobody"),
            region="KZ-71",
            region_valid_from=from_ms(0),
            sector="energy",
            category=1,
            latitude_deg=51.0,
            longitude_deg=71.0,
        ),
        units=(Unit(id="unit-1", names=SIMPLE, electric_mw=100.0, thermal_input_mw=300.0, fuels=("ekibastuz_coal",)),),
        sources=(
            Source(
                id=source,
                facility=facility,
                names=SIMPLE,
                kind=SourceKind.STACK,
                permit_serial="1",
                methods=(Method(valid_from=begin, kind=MethodKind.AMS),),
            ),
        ),
        ducts=(Duct(valid_from=begin, unit="unit-1", source=source),),
        points=(MeasuringPoint(id="p1", source=source, area_m2=10.0, units=("unit-1",)),),
        analysers=(),
        channels=(channel("so2", MeasuredIn.MG_NM3, 4000.0), channel("o2", MeasuredIn.PERCENT, 25.0)),
        plan=MonitoringPlan(
            id=plan_id,
            facility=facility,
            rule_pack="kz",
            valid_from=begin,
            components=(ComponentPlan(source=source, component="so2", chains=(chain,)),),
        ),
        limits=(
            Limit(
                id="so2",
                valid_from=begin,
                scope_kind=ScopeKind.SOURCE,
                scope=source,
                component="so2",
                kind=LimitKind.CONCENTRATION,
                value=2000.0,
                unit=MeasuredIn.MG_NM3,
                period="PT20M",
                document="permit 1 (invented)",
                certainty=Certainty.SIMULATED,
                o2_reference_pct=6.0,
            ),
        ),
    )


def make_block(name, start_ms, values, *, interval_ms=5000, facility="trial"):
    """A block of one channel; NaN is a gap."""
    value = np.asarray(values, np.float64)
    gap = np.isnan(value)
    status = np.where(gap, InstrumentStatus.COMMUNICATION_LOST, InstrumentStatus.VALID).astype(np.uint8)
    return ReadingBlock(
        channel_id(name, facility), start_ms, interval_ms, value, status, np.where(gap, GapCause.NO_ANSWER, 0).astype(np.uint8)
    )


def make_blocks(start_ms, end_ms, *, so2=1000.0, o2=6.0, interval_ms=5000, facility="trial"):
    """Steady SO2 and O2 over a span."""
    count = (end_ms - start_ms) // interval_ms
    grid = {"interval_ms": interval_ms, "facility": facility}
    return (
        make_block("stack-1.so2", start_ms, np.full(count, so2), **grid),
        make_block("stack-1.o2", start_ms, np.full(count, o2), **grid),
    )


class ManualClock:
    """A clock the test moves."""

    simulated = True
    speed = 60.0
    late_ms = 0

    def __init__(self, now_ms=START_MS):
        self.at_ms = now_ms

    def now_ms(self):
        return self.at_ms

    async def close(self):
        """Nothing to leave."""


@dataclass
class TinyGateway:
    """Seals and sends; holds its chain."""

    facility: str = "trial"
    role: str = "live"
    key: SigningKey = field(default_factory=SigningKey.generate)
    id: UUID = field(default_factory=uuid4)
    epoch: UUID = field(default_factory=uuid4)
    seq: int = 0
    previous: bytes = b""
    centre_key: VerifyKey | None = None

    def seal(self, blocks=(), span=None, *, configuration=None, sealed_ms=None, **records):
        """The next batch of the chain, sealed."""
        self.seq += 1
        start, end = span or (0, 0)
        batch = Batch(
            gateway=self.id,
            epoch=self.epoch,
            seq=self.seq,
            previous_hash=self.previous,
            sealed_ms=sealed_ms if sealed_ms is not None else end,
            span_start_ms=start,
            span_end_ms=end,
            readings=tuple(blocks),
            configuration=ConfigurationRecord(configuration.encode()) if configuration is not None else None,
            **records,
        )
        envelope = seal(batch, self.key)
        self.previous = envelope.hash
        return envelope

    def steady(self, start_ms, end_ms, **arguments):
        """A sealed batch of steady readings that completes its span."""
        extra = {name: arguments.pop(name) for name in ("configuration", "sealed_ms") if name in arguments}
        return self.seal(make_blocks(start_ms, end_ms, facility=self.facility, **arguments), (start_ms, end_ms), **extra)

    def enrolment(self, code):
        """The enrolment request."""
        signature = enrol_signature(self.key, code=code, gateway=self.id, facility=self.facility, role=self.role)
        return {
            "code": code,
            "gateway": str(self.id),
            "facility": self.facility,
            "role": self.role,
            "public_key": base64.b64encode(self.key.public).decode(),
            "signature": base64.b64encode(signature).decode(),
        }


@dataclass
class Trial:
    """A facility of one test at a shared centre, from ``start_ms`` (05:00 local time) on."""

    at: Running
    facility: str
    start_ms: int

    @property
    def source(self):
        """Its one source."""
        return f"{self.facility}.stack-1"

    @property
    def midnight_ms(self):
        """The begin of its first local day."""
        return self.start_ms - 5 * HOUR_MS

    def configuration(self, **arguments):
        """Its configuration, valid long before it begins."""
        return make_configuration(facility=self.facility, until_ms=self.midnight_ms, **arguments)

    def blocks(self, start_ms, end_ms, **arguments):
        """Steady readings."""
        return make_blocks(start_ms, end_ms, facility=self.facility, **arguments)

    def block(self, name, start_ms, values, **arguments):
        """A block of one channel."""
        return make_block(name, start_ms, values, facility=self.facility, **arguments)

    async def gateway(self, *, role="live", simulated=True, configuration=None):
        """An enrolled gateway whose first batch brought the configuration."""
        gateway = TinyGateway(facility=self.facility, role=role)
        await self.at.enrol(gateway, simulated=simulated)
        await self.at.send(gateway, gateway.seal(configuration=configuration or self.configuration()))
        return gateway

    async def averages(self, **arguments):
        """Averages of its source around its first day."""
        span = {"start": stamp(self.start_ms - 30 * DAY_MS), "end": stamp(self.start_ms + 30 * DAY_MS)}
        return await self.at.averages(self.source, **(span | arguments))

    def findings(self):
        """Checks that found something, in order of their names."""
        registry = self.at.centre.registry
        return sorted((each for name in (self.facility, self.source) for each in registry.findings(name)), key=lambda each: each.check)


def stamp(time_ms):
    """An instant as the API takes it."""
    return from_ms(time_ms).isoformat().replace("+00:00", "Z")


def sealed_ms(envelope):
    """When a batch says it was sealed; 0 if it says nothing that can be."""
    try:
        return envelope.header().sealed_ms
    except WireError:
        return 0


PATIENCE_S = 90.0
"""How long a test waits for what must come; only a failure takes this long."""
HEADERS = {"Content-Type": "application/x-protobuf", "Content-Encoding": "zstd"}


class Running:
    """A listening centre with clients for both its listeners."""

    def __init__(self, centre, clock, intake, public):
        self.centre, self.clock, self.intake, self.public = centre, clock, intake, public
        self.trials = 0

    def trial(self):
        """A new facility that begins on a later day than all before it."""
        self.trials += 1
        return Trial(self, f"trial-{self.trials}", START_MS + 40 * self.trials * DAY_MS)

    async def enrol(self, gateway, *, simulated=True):
        """Let a gateway in; it keeps the centre's key."""
        code = make_code(self.centre.folder.root, facility=gateway.facility, role=gateway.role, simulated=simulated)
        answer = await self.intake.post("/v1/enrol", json=gateway.enrolment(code))
        assert answer.status_code == 200, answer.text
        gateway.centre_key = VerifyKey(base64.b64decode(answer.json()["centre_public_key"]))
        return answer.json()

    async def send(self, gateway, *envelopes):
        """Send batches in one request; the verified reply."""
        self.clock.at_ms = max([self.clock.at_ms, *map(sealed_ms, envelopes)])
        answer = await self.intake.post("/v1/batches", content=compress(pack_request(envelopes)), headers=HEADERS)
        assert answer.status_code == 200, answer.text
        return open_reply(answer.content, gateway.centre_key or self.centre.key.verify_key)

    async def get(self, path, **params):
        """An answer of the public API that must be there."""
        answer = await self.public.get(f"/api/v1{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def averages(self, source="trial.stack-1", *, at_least=1, within_s=PATIENCE_S, where=lambda _: True, **params):
        """Averages of a source once enough of them fit."""
        deadline = time.monotonic() + within_s
        span = {"start": stamp(START_MS - 30 * DAY_MS), "end": stamp(START_MS + 30 * DAY_MS)}
        while True:
            items = (await self.get("/averages", source=source, limit=10_000, **(span | params)))["items"]
            fitting = [item for item in items if where(item)]
            if len(fitting) >= at_least or time.monotonic() > deadline:
                return fitting
            await asyncio.sleep(0.05)

    async def until(self, condition, within_s=PATIENCE_S):
        """Wait until something holds."""
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, "it did not come to pass"
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def running(folder, now_ms=START_MS):
    """A centre that listens on free ports."""
    clock, stop = ManualClock(now_ms), asyncio.Event()
    async with Centre.open(folder.root, clock=clock) as centre:
        addresses: list[str] = []
        public_app = create_public_app(centre)
        serving = asyncio.create_task(serve(centre, create_intake_app(centre), public_app, said=addresses.append, stop=stop))
        try:
            while len(addresses) < 2:
                await asyncio.sleep(0.01)
                if serving.done():
                    serving.result()
            intake_url, public_url = (address.split()[1] for address in addresses)
            async with (
                httpx.AsyncClient(base_url=intake_url, verify=trust(folder), timeout=30) as intake,
                httpx.AsyncClient(base_url=public_url, timeout=30) as public,
            ):
                yield Running(centre, clock, intake, public)
        finally:
            stop.set()
            await serving


def trust(folder):
    """TLS that trusts the centre's own authority alone."""
    import ssl

    return ssl.create_default_context(cafile=str(folder.ca))
