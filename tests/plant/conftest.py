"""A small plant with two analysers, its folder, and a centre made of the wire's own functions."""

from __future__ import annotations

import asyncio
import base64
import struct
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import numpy as np
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tynys.centre.certificate import make_certificates
from tynys.centre.settings import CentreFolder
from tynys.domain.base import from_ms
from tynys.domain.component import Certainty
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.errors import SignatureError
from tynys.domain.facility import Duct, Facility, MeasuringPoint, Method, MethodKind, Names, Source, SourceKind, Unit
from tynys.domain.instrument import Acquisition, AcquisitionMode, Channel
from tynys.domain.limit import Limit, LimitKind, ScopeKind
from tynys.domain.plan import ComponentPlan, MeasuringChain, MonitoringPlan, Peripheral, PeripheralSource
from tynys.domain.quantity import Basis, GasState, Moisture
from tynys.domain.quantity import Unit as MeasuredIn
from tynys.plant.seconds import Layout, LayoutColumn, Second
from tynys.sim.servers.modbus import ModbusDevice
from tynys.wire.chain import ChainVerdict
from tynys.wire.compression import decompress_bounded
from tynys.wire.enrolment import verify_enrolment
from tynys.wire.envelope import open_envelope, unpack_request
from tynys.wire.keys import SigningKey
from tynys.wire.receipts import Outcome, Receipt, Reply, Wanted, seal_reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from starlette.requests import Request

    from tynys.domain.batch import Batch
    from tynys.wire.envelope import Envelope
    from tynys.wire.keys import VerifyKey

START_MS = 1_767_225_600_000  # 2026-01-01T00:00Z, 05:00 in Almaty
SIMPLE = Names(kk="Сынақ", ru="Проба", en="Trial")
DRY = Basis(moisture=Moisture.DRY, gas_state=GasState.NORMAL)


def channel_id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"tynys:trial:{name}")


def make_configuration(
    *, interval_ms: int = 1000, mode: AcquisitionMode = AcquisitionMode.MEASURED, start_ms: int = START_MS - 10**10
) -> FacilityConfiguration:
    start = from_ms(start_ms)
    acquisition = (Acquisition(valid_from=start, interval_ms=interval_ms, mode=mode),)

    def channel(component: str, unit: MeasuredIn, span: float) -> Channel:
        name = f"stack-1.{component}"
        return Channel(
            id=channel_id(name), name=name, component=component, unit=unit, acquisition=acquisition, point="p1", basis=DRY, span=span
        )

    return FacilityConfiguration(
        facility=Facility(
            id="trial",
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
                id="trial.stack-1",
                facility="trial",
                names=SIMPLE,
                kind=SourceKind.STACK,
                permit_serial="1",
                methods=(Method(valid_from=start, kind=MethodKind.AMS),),
            ),
        ),
        ducts=(Duct(valid_from=start, unit="unit-1", source="trial.stack-1"),),
        points=(MeasuringPoint(id="p1", source="trial.stack-1", area_m2=10.0, units=("unit-1",)),),
        analysers=(),
        channels=(channel("so2", MeasuredIn.MG_NM3, 4000.0), channel("o2", MeasuredIn.PERCENT, 25.0)),
        plan=MonitoringPlan(
            id="trial.plan",
            facility="trial",
            rule_pack="kz",
            valid_from=start,
            components=(
                ComponentPlan(
                    source="trial.stack-1",
                    component="so2",
                    chains=(
                        MeasuringChain(
                            name="main",
                            channels=("stack-1.so2",),
                            o2=Peripheral(source=PeripheralSource.CHANNEL, channel="stack-1.o2"),
                        ),
                    ),
                ),
            ),
        ),
        limits=(
            Limit(
                id="so2",
                valid_from=start,
                scope_kind=ScopeKind.SOURCE,
                scope="trial.stack-1",
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


def make_second(layout: Layout, time_ms: int, *, value: float = 1000.0) -> Second:
    due = layout.due(time_ms)
    return Second(time_ms, np.where(due, value, np.nan), np.where(due, 1, 0).astype(np.uint8), np.zeros(len(layout), np.uint8))


@dataclass
class Bench:
    """What a test of the spool needs at hand."""

    folder: Path
    gateway: UUID
    key: SigningKey
    configuration: FacilityConfiguration
    layout: Layout
    start_ms: int = START_MS

    def second(self, number: int, *, value: float = 1000.0) -> Second:
        return make_second(self.layout, self.start_ms + 1000 * number, value=value)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    configuration = make_configuration()
    layout = Layout(tuple(LayoutColumn(channel.id, 1000) for channel in configuration.channels))
    return Bench(tmp_path / "spool", uuid4(), SigningKey.generate(), configuration, layout)


@pytest.fixture
def configuration() -> FacilityConfiguration:
    return make_configuration()


@pytest.fixture
def configure() -> Callable[..., FacilityConfiguration]:
    return make_configuration


@dataclass
class PlantFolder:
    """A gateway's folder as a person would have it."""

    folder: Path
    file: Path
    gateway: UUID
    key: SigningKey

    def write(self, *, centre: str = "", devices: str = "", gateway_lines: str = "", clock: str = "") -> Path:
        self.file.write_text(
            'configuration = "facility.json"\n'
            f'[gateway]\nid = "{self.gateway}"\nfacility = "trial"\nkey = "gateway.key"\nspool = "spool"\n{gateway_lines}\n'
            f"{centre}\n{clock}\n{devices}\n",
            "utf-8",
        )
        return self.file


@pytest.fixture
def plant_folder(tmp_path: Path) -> PlantFolder:
    folder = tmp_path / "plant"
    folder.mkdir()
    key = SigningKey.generate()
    key.save(folder / "gateway.key")
    (folder / "facility.json").write_bytes(make_configuration().encode())
    made = PlantFolder(folder, folder / "plant.toml", uuid4(), key)
    made.write()
    return made


@pytest.fixture
def public_key_line() -> Callable[[SigningKey], str]:
    return lambda key: base64.b64encode(key.public).decode()


class MiniCentre:
    """A real HTTPS server of the wire's own functions: verifies, keeps, judges, signs. ``mood`` makes it misbehave."""

    def __init__(self, folder: Path) -> None:
        names = CentreFolder(folder)
        for path in (names.ca.parent, names.signing_key.parent):
            path.mkdir(parents=True)
        make_certificates(names, "trial", ["127.0.0.1"])
        self.folder = names
        self.key = SigningKey.generate()
        self.known: dict[UUID, VerifyKey] = {}
        self.stored: dict[bytes, Batch] = {}
        self.requests: list[list[int]] = []
        self.mood = ""
        self.wanted: tuple[Wanted, ...] = ()
        self.offset_ms = 0
        self.plan_known = True
        self.url = ""
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def section(self) -> str:
        """The [centre] of a plant.toml."""
        public = base64.b64encode(self.key.public).decode()
        return f'[centre]\nurl = "{self.url}"\nca_file = "{self.folder.ca}"\npublic_key = "{public}"\nsimulated = true'

    async def start(self, port: int = 0) -> None:
        app = Starlette(
            routes=[
                Route("/v1/batches", self._batches, methods=["POST"]),
                Route("/v1/time", self._time),
                Route("/v1/enrol", self._enrol, methods=["POST"]),
            ]
        )
        config = uvicorn.Config(
            app, host="127.0.0.1", port=port, log_config=None, lifespan="off",
            ssl_certfile=str(self.folder.certificate), ssl_keyfile=str(self.folder.certificate_key),
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(self._server._serve())
        while not self._server.started:
            await asyncio.sleep(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"https://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        if self._server is not None and self._task is not None:
            self._server.should_exit = self._server.force_exit = True
            await self._task

    async def _time(self, _: Request) -> Response:
        return JSONResponse({"server_time_ms": int(time.time() * 1000) + self.offset_ms})

    async def _enrol(self, request: Request) -> Response:
        document = await request.json()
        if document["code"] != "GOOD-CODE":
            return JSONResponse({"title": "Refused", "detail": "this code is used or unknown", "code": "enrol.code"}, 403)
        gateway = UUID(document["gateway"])
        self.known[gateway] = verify_enrolment(
            base64.b64decode(document["public_key"]), base64.b64decode(document["signature"]), code=document["code"],
            gateway=gateway, facility=document["facility"], role=document["role"],
        )  # fmt: skip
        public = base64.b64encode(self.key.public).decode()
        return JSONResponse({"centre_public_key": public, "simulated": True, "server_time_ms": int(time.time() * 1000)})

    async def _batches(self, request: Request) -> Response:
        envelopes = unpack_request(decompress_bounded(await request.body()))
        if self.mood == "busy":
            return JSONResponse({"title": "Busy"}, 503, {"retry-after": "0"})
        receipts = [self._take(envelope) for envelope in envelopes]
        self.requests.append([receipt.seq for receipt in receipts])
        if self.mood == "lost_reply":
            return JSONResponse({"title": "Down", "detail": "after the commit"}, 500)
        reply = Reply(int(time.time() * 1000), UUID(int=7), tuple(receipts), self.wanted)
        if self.mood == "unsigned":
            return Response(b"all is stored, believe me")
        if self.mood == "other_batches":
            reply = replace(reply, receipts=tuple(replace(receipt, batch_hash=bytes(32)) for receipt in receipts))
        return Response(seal_reply(reply, SigningKey.generate() if self.mood == "forged" else self.key))

    def _take(self, envelope: Envelope) -> Receipt:
        header = envelope.header()
        named = {"gateway": header.gateway, "epoch": header.epoch, "seq": header.seq, "batch_hash": envelope.hash}
        key = self.known.get(header.gateway)
        if key is None:
            return Receipt(**named, outcome=Outcome.REFUSED, chain=None, position=0, reason="gateway.unknown: gateway is not enrolled")
        try:
            batch = open_envelope(envelope, key)
        except SignatureError:
            return Receipt(**named, outcome=Outcome.REFUSED, chain=None, position=0, reason="wire.signature: not by this gateway's key")
        outcome = Outcome.DUPLICATE if envelope.hash in self.stored else Outcome.STORED
        self.stored[envelope.hash] = batch
        linked = not header.previous_hash or header.previous_hash in self.stored
        verdict = ChainVerdict.LINKED if linked else ChainVerdict.GAP_BEFORE
        return Receipt(**named, outcome=outcome, chain=verdict, position=len(self.stored), plan_known=self.plan_known)


@pytest.fixture
async def mini_centre(tmp_path: Path) -> AsyncIterator[MiniCentre]:
    centre = MiniCentre(tmp_path / "centre")
    await centre.start()
    yield centre
    await centre.stop()


TRIAL_MAP = """
id = "trial"
title = "A gas analyser of the tests"
protocol = "modbus"
origin = "ours"
source = "tests"
word_order = "ABCD"
[[points]]
name = "so2"
table = "holding"
address = 0
type = "float32"
unit = "mg/Nm3"
plausible = [0.0, 12000.0]
[[points]]
name = "o2"
table = "holding"
address = 2
type = "float32"
unit = "%"
plausible = [0.0, 25.0]
[clock]
table = "holding"
address = 6
type = "uint32"
unit = "s"
[[parameters]]
name = "span"
table = "holding"
address = 4
type = "float32"
"""


class Analyser:
    """A real Modbus TCP server with two gases and a clock that stands; its line can be cut and mended."""

    CLOCK_S = 1_767_225_600

    def __init__(self) -> None:
        self.device = ModbusDevice(0, "gas", lambda *_: None)
        self.polls = 0

    def show(self, so2: float, o2: float, *, order: str = ">") -> None:
        words = struct.pack(">fffI", so2, o2, 4000.0, self.CLOCK_S)
        if order == "CDAB":
            words = b"".join(words[i + 2 : i + 4] + words[i : i + 2] for i in range(0, 16, 4))
        self.device.memory.registers[3] = (0, words)

    def section(self, *, extra: str = "") -> str:
        return (
            f'[[devices]]\nid = "gas"\ndriver = "modbus-tcp"\nhost = "127.0.0.1"\nport = {self.device.port}\nmap = "trial-map.toml"\n'
            f'timeout_ms = 500\n{extra}\n[devices.channels]\nso2 = "stack-1.so2"\no2 = "stack-1.o2"\n'
        )


@pytest.fixture
async def analyser(plant_folder: PlantFolder) -> AsyncIterator[Analyser]:
    (plant_folder.folder / "trial-map.toml").write_text(TRIAL_MAP, "utf-8")
    made = Analyser()
    made.show(1500.0, 6.0)
    await made.device.listen("127.0.0.1")
    yield made
    made.device.cut()
    await asyncio.sleep(0)
