"""The OPC UA server of a plant's control system: one node per plant signal, the coal's analysis beside them."""

from __future__ import annotations

import gc
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import asyncua
from asyncua.server.address_space import AddressSpace, NodeManagementService
from asyncua.server.internal_server import InternalServer
from asyncua.server.internal_session import InternalSession
from asyncua.server.server import Server
from asyncua.server.standard_address_space import standard_address_space

from tynys.sim.ledger import OPCUA_READ, OPCUA_SUBSCRIBE
from tynys.sim.servers.certificate import server_certificate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    Note = Callable[[int, str, int, int, int], None]

ua: Any = asyncua.ua  # its generated types are looser than their use; checked by the tests against real clients
NAMESPACE = "urn:tynys:plant"
_EPOCH_S = 1000
_POLICIES = [
    ua.SecurityPolicyType.NoSecurity,
    ua.SecurityPolicyType.Basic256Sha256_Sign,
    ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
]


class _Session(InternalSession):
    """A session that tells which of our nodes its client reads or subscribes to."""

    async def read(self, params: Any) -> list[Any]:
        values: list[Any] = await super().read(params)
        self._tell(OPCUA_READ, (r.NodeId for r in params.NodesToRead if r.AttributeId == ua.AttributeIds.Value))
        return values

    async def create_monitored_items(self, params: Any) -> list[Any]:
        result: list[Any] = await super().create_monitored_items(params)
        self._tell(OPCUA_SUBSCRIBE, (item.ItemToMonitor.NodeId for item in params.ItemsToCreate))
        return result

    def _tell(self, function: int, nodes: Iterable[Any]) -> None:
        server = self.iserver
        if not self.external or not isinstance(server, _ReadAwareServer):
            return
        ours = sorted(server.index[node] for node in nodes if node in server.index)
        peer = ":".join(str(part) for part in self.name[:2]) if isinstance(self.name, tuple) else str(self.name)
        for first, count in _runs(ours):
            server.note(server.device, peer, function, first, count)


_prepared: dict[Any, Any] = {}


def prepare_address_space() -> None:
    """Fill the standard address space ahead, for the next server of this process to take: what forked plants then share."""
    space = AddressSpace()
    gc.disable()  # filling makes only long-lived objects: collecting meanwhile doubles its time
    try:
        fill: Any = standard_address_space.fill_address_space
        fill(NodeManagementService(space))
    finally:
        gc.enable()
    _prepared.update(space._nodes)  # noqa: SLF001 - asyncua has no other way to hand nodes over
    gc.freeze()


class _ReadAwareServer(InternalServer):
    """An internal server whose sessions report reads."""

    def __init__(self, device: int, note: Note) -> None:
        super().__init__()
        self.device = device
        self.note = note
        self.index: dict[Any, int] = {}

    async def load_standard_address_space(self, shelf_file: Path | None = None) -> None:
        """Take the prepared nodes if there are any."""
        if not _prepared:
            await super().load_standard_address_space(shelf_file)
            return
        self.aspace._nodes.update(_prepared)  # noqa: SLF001 - as above
        _prepared.clear()

    def create_session(self, name: str, user: Any = None, external: bool = False) -> InternalSession:
        if user is None:
            return _Session(self, self.aspace, self.subscription_service, name, external=external)
        return _Session(self, self.aspace, self.subscription_service, name, user=user, external=external)


def _runs(indices: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Consecutive indices as (first, count)."""
    start = 0
    for k in range(1, len(indices) + 1):
        if k == len(indices) or indices[k] != indices[k - 1] + 1:
            yield indices[start], k - start
            start = k


class PlantSignalServer:
    """A running OPC UA server with a fixed list of nodes.

    Parameters
    ----------
    device : int
        Its number in the ledger.
    facility : str
    nodes : sequence of str
        Node identifiers such as ``unit-3.load_mw``; the part before the dot becomes an object.
    booleans : collection of str
        Those of them that hold truth values.
    note : callable
        Told (device, peer, function, first node, count) of reads and subscriptions.
    """

    def __init__(self, device: int, facility: str, nodes: Sequence[str], booleans: frozenset[str], note: Note) -> None:
        self.nodes = tuple(nodes)
        self._facility = facility
        self._boolean = tuple(node in booleans for node in nodes)
        self._internal = _ReadAwareServer(device, note)
        self._server = Server(self._internal)
        self._ids: list[Any] = []
        self.url = ""

    async def listen(self, host: str, port: int = 0) -> None:
        """Build the address space and take connections; port 0 chooses a free one."""
        logging.getLogger("asyncua").setLevel(logging.ERROR)
        server = self._server
        gc.disable()  # filling the standard address space makes only long-lived objects: collecting meanwhile doubles its time
        try:
            await server.init()
        finally:
            gc.enable()
            gc.freeze()
        uri = f"urn:tynys:simulated:{self._facility}"
        await server.set_application_uri(uri)
        server.set_server_name(f"{self._facility} plant signals (simulated)")
        server.set_security_policy(_POLICIES)
        certificate, key = server_certificate(uri, host)
        await server.load_certificate(certificate, format="der")
        await server.load_private_key(key, format="pem")
        server.set_endpoint(f"opc.tcp://{host}:{port}/tynys")
        namespace = await server.register_namespace(NAMESPACE)
        await self._add_nodes(namespace)
        server.iserver.disabled_clock = True  # the server's own CurrentTime would be the only thing here on real time
        await server.start()
        binary: Any = server.bserver
        listener = binary._server  # noqa: SLF001 - asyncua says nowhere else which port it got
        chosen = listener.sockets[0].getsockname()[1]
        self.url = f"opc.tcp://{host}:{chosen}/tynys"
        server.set_endpoint(self.url)

    async def _add_nodes(self, namespace: int) -> None:
        owners: dict[str, Any] = {}
        waiting = ua.DataValue(StatusCode=ua.StatusCode(ua.StatusCodes.BadWaitingForInitialData))
        for index, (node, boolean) in enumerate(zip(self.nodes, self._boolean, strict=True)):
            owner = node.split(".", 1)[0]
            if owner not in owners:
                owners[owner] = await self._server.nodes.objects.add_object(ua.NodeId(owner, namespace), owner)
            identifier = ua.NodeId(node, namespace)
            await owners[owner].add_variable(identifier, node, False if boolean else 0.0)
            await self._internal.aspace.write_attribute_value(identifier, ua.AttributeIds.Value, waiting)
            self._ids.append(identifier)
            self._internal.index[identifier] = index

    async def publish(self, t_ms: int, values: Sequence[float]) -> None:
        """Put the values of an instant on offer, in the order of ``nodes``."""
        moment = datetime.fromtimestamp(t_ms / _EPOCH_S, tz=UTC)
        write = self._internal.aspace.write_attribute_value
        for identifier, boolean, value in zip(self._ids, self._boolean, values, strict=True):
            variant = ua.Variant(value > 0, ua.VariantType.Boolean) if boolean else ua.Variant(value, ua.VariantType.Double)
            await write(identifier, ua.AttributeIds.Value, ua.DataValue(variant, SourceTimestamp=moment, ServerTimestamp=moment))

    async def close(self) -> None:
        """Close every session and the port."""
        await self._server.stop()
