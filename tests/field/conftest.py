"""Real Modbus and OPC UA servers to read from, and channels to fill."""

import asyncio
import socket
import struct
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

import pytest
import pytest_asyncio
from asyncua import Server, ua
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from tynys.domain.instrument import Acquisition, AcquisitionMode, Channel
from tynys.field.opcua_security import ensure_client_certificate

TABLES = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}


def channel(name, unit, *, interval_ms=1000, mode="measured"):
    acquisition = Acquisition(valid_from=datetime(2020, 1, 1, tzinfo=UTC), interval_ms=interval_ms, mode=AcquisitionMode(mode))
    return Channel(id=uuid5(NAMESPACE_URL, name), name=name, component=name, unit=unit, acquisition=(acquisition,))


def channels_of(register_map, points, **acquisition):
    """One channel for each point, named like it and with its unit."""
    units = {point.name: point.unit for point in register_map.points}
    return {name: channel(name, units[name.rpartition(".")[2]] or "%", **acquisition) for name in points}


@pytest.fixture(name="channels_of")
def _channels_of():
    return channels_of


@pytest.fixture(name="channel")
def _channel():
    return channel


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(name="free_port")
def _free_port():
    return free_port()


def simulated_device(device_id=1):
    """A device with 1100 registers and 1104 bits in each of its tables."""
    bits = [SimData(0, count=1104, values=False, datatype=DataType.BITS)]
    words = [SimData(0, count=1100, datatype=DataType.REGISTERS)]
    return SimDevice(id=device_id, simdata=(bits, bits, words, words))


class ModbusServer:
    """A Modbus TCP server of pymodbus that a test fills, stops and starts again on the same port."""

    def __init__(self):
        self.port = 0
        self.requests = []
        self._server = None

    async def start(self):
        self._server = ModbusTcpServer(simulated_device(), address=("127.0.0.1", self.port), trace_pdu=self._trace)
        await self._server.serve_forever(background=True)
        self.port = self._server.transport.sockets[0].getsockname()[1]

    async def stop(self):
        if self._server is not None:
            await self._server.shutdown()
            self._server = None

    async def registers(self, table, address, words):
        await self._server.async_setValues(1, TABLES[table], address, list(words))

    async def floats(self, table, address, *values):
        data = struct.pack(f">{len(values)}f", *values)
        await self.registers(table, address, struct.unpack(f">{2 * len(values)}H", data))

    async def bit(self, table, address, value):
        await self._server.async_setValues(1, TABLES[table], address, [bool(value)])

    def _trace(self, sending, pdu):
        if not sending:
            self.requests.append((pdu.function_code, pdu.address, pdu.count))
        return pdu


class PipeliningServer:
    """The same for our pipelined client: pymodbus's server drops the second of two requests in one packet."""

    def __init__(self):
        self.port = 0
        self.requests = []
        self._server = None
        self._writers = set()

    async def start(self):
        self._words = {3: [0] * 1100, 4: [0] * 1100}
        self._bits = {1: [0] * 1104, 2: [0] * 1104}
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self):
        if self._server is not None:
            server, self._server = self._server, None
            server.close()
            for writer in self._writers:
                writer.transport.abort()
            await server.wait_closed()

    async def registers(self, table, address, words):
        self._words[TABLES[table]][address : address + len(words)] = words

    async def floats(self, table, address, *values):
        await self.registers(table, address, struct.unpack(f">{2 * len(values)}H", struct.pack(f">{len(values)}f", *values)))

    async def bit(self, table, address, value):
        self._bits[TABLES[table]][address] = int(value)

    async def _serve(self, reader, writer):
        self._writers.add(writer)
        try:
            while True:
                transaction, _, _, unit, function, address, count = struct.unpack(">HHHBBHH", await reader.readexactly(12))
                self.requests.append((function, address, count))
                if function > 2:
                    data = struct.pack(f">{count}H", *self._words[function][address : address + count])
                else:
                    bits = self._bits[function][address : address + count]
                    data = sum(bit << place for place, bit in enumerate(bits)).to_bytes((count + 7) // 8, "little")
                writer.write(struct.pack(">HHHBBB", transaction, 0, 3 + len(data), unit, function, len(data)) + data)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()


@pytest.fixture
async def pipelining_server():
    server = PipeliningServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def modbus_server():
    server = ModbusServer()
    await server.start()
    yield server
    await server.stop()


class ScriptedServer:
    """A TCP server that answers every request with what the test says: bytes, silence or hanging up."""

    def __init__(self):
        self.port = 0
        self.answer = lambda request: None
        self._server = None
        self._writers = set()

    async def start(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self):
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await self._server.wait_closed()

    async def _serve(self, reader, writer):
        self._writers.add(writer)
        try:
            while request := await reader.readexactly(12):
                answer = self.answer(request)
                if answer == b"":
                    break
                if answer is not None:
                    writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()


@pytest.fixture
async def scripted_server():
    server = ScriptedServer()
    await server.start()
    yield server
    await server.stop()


class PlantServer:
    """An OPC UA server of asyncua with plant signals."""

    SIGNALS = {"unit-1.load_mw": 487.25, "unit-1.coal_flow_t_h": 291.5, "unit-1.flame_on": True}

    def __init__(self, port):
        self.url = f"opc.tcp://127.0.0.1:{port}/tynys"
        self.certificate = None
        self._server = None
        self._nodes = {}

    async def start(self):
        if self._server is None:
            self._server = await self._make()
        await self._server.start()

    async def stop(self):
        await self._server.stop()

    async def _make(self):
        server = Server()
        await server.init()
        server.set_endpoint(self.url)
        policies = [ua.SecurityPolicyType.NoSecurity]
        if self.certificate is not None:
            policies.append(ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt)
            await server.load_certificate(str(self.certificate[0]))
            await server.load_private_key(str(self.certificate[1]))
        server.set_security_policy(policies)
        index = await server.register_namespace("urn:tynys:plant")
        for name, value in self.SIGNALS.items():
            node = ua.NodeId(name, index)
            self._nodes[name] = await server.nodes.objects.add_variable(node, ua.QualifiedName(name, index), value)
        return server

    async def write(self, name, value, *, status=ua.StatusCodes.Good, time_ms=None):
        moment = None if time_ms is None else datetime.fromtimestamp(time_ms / 1000, tz=UTC)
        await self._nodes[name].write_value(ua.DataValue(ua.Variant(value), ua.StatusCode(status), SourceTimestamp=moment))


@pytest.fixture(scope="session")
def server_certificate(tmp_path_factory):
    """Certificate and key of the plant's server."""
    folder = tmp_path_factory.mktemp("server")
    ensure_client_certificate(folder / "server.der", folder / "server.pem")
    return folder / "server.der", folder / "server.pem"


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def _lasting_server(server_certificate):
    server = PlantServer(free_port())
    server.certificate = server_certificate
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def plant_server(_lasting_server):
    """The server all tests share, as good as new."""
    for name, value in PlantServer.SIGNALS.items():
        await _lasting_server.write(name, value)
    return _lasting_server


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def _restarting_server():
    return PlantServer(free_port())


@pytest_asyncio.fixture(loop_scope="session")
async def mortal_server(_restarting_server):
    """A server, without encryption, for tests that stop it."""
    await _restarting_server.start()
    yield _restarting_server
    await _restarting_server.stop()


async def until(condition, *, seconds=8.0):
    """Wait until ``condition`` holds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


@pytest.fixture(name="until")
def _until():
    return until
