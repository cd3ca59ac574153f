"""OPC UA: a driver that reads a server's nodes at every poll, or lets the server tell it what changed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING

from asyncua import ua
from asyncua.client.client import Client
from asyncua.client.ua_client import UaClientState
from asyncua.common.subscription import DataChangeEvent, Subscription
from asyncua.ua.attribute_ids import AttributeIds

from tynys.domain.errors import ConfigurationError
from tynys.domain.status import GapCause
from tynys.field.build import point_of
from tynys.field.driver import LineError, RecoveringDriver, gap
from tynys.field.opcua_security import APPLICATION_URI, ensure_client_certificate, secure
from tynys.field.opcua_values import sample_of, unless_older
from tynys.field.register_map import NodePoint

if TYPE_CHECKING:
    from pathlib import Path

    from tynys.domain.reading import Sample
    from tynys.field.register_map import OpcUaMap
    from tynys.field.settings import OpcUaSettings

logging.getLogger("asyncua").setLevel(logging.CRITICAL + 1)  # what it would log is in a driver's health

KEEP_ALIVES_BEFORE_STALE = 3
"""Keep-alives a silent subscription must send before its values are no longer proven."""


class OpcUaDriver(RecoveringDriver):
    """Reads one server by its map.

    asyncua's own reconnection is left off: after a loss the client is made anew, the one way that has always worked.
    """

    def __init__(self, settings: OpcUaSettings, register_map: OpcUaMap, *, interval_ms: int, folder: Path) -> None:
        super().__init__(
            settings.id,
            tuple(settings.channels.values()),
            where=settings.url,
            interval_ms=interval_ms,
            timeout_ms=settings.timeout_ms,
        )
        self._settings = settings
        self._folder = folder
        self._namespace = register_map.namespace
        self._points = [(channel, *_node_of(register_map, name)) for name, channel in settings.channels.items()]
        self._client: Client | None = None
        self._request = ua.ReadParameters()
        self._subscription: Subscription | None = None
        self._listener: asyncio.Task[None] | None = None
        self._latest: list[Sample] = []
        self._untold: set[int] = set()
        self._all_told = asyncio.Event()

    async def _open(self) -> None:
        settings = self._settings
        client = self._client = Client(settings.url, timeout=self.timeout_s, watchdog_intervall=max(1.0, self.timeout_s))
        client.application_uri = APPLICATION_URI
        client.name = client.description = f"Tynys {settings.id}"
        if settings.user is not None:
            client.set_user(settings.user)
            client.set_password(self._password())
        if settings.security != "none":
            kept = settings.server_certificate or f"{settings.id}-server.der"
            await secure(
                client,
                certificate=self._folder / settings.certificate,
                private_key=self._folder / settings.private_key,
                server_certificate=self._folder / kept,
                keep_first=settings.server_certificate is None,
            )
        await client.connect()
        nodes = await self._node_ids(client)
        if settings.mode == "subscription":
            await self._subscribe(client, nodes)
        else:
            self._request = ua.ReadParameters(
                TimestampsToReturn=ua.TimestampsToReturn.Source,
                NodesToRead=[ua.ReadValueId(NodeId=node, AttributeId=AttributeIds.Value) for node in nodes],
            )

    async def _read(self, t_ms: int | None) -> dict[str, Sample]:
        if self._client is None or self._client.state is not UaClientState.CONNECTED:
            raise LineError(GapCause.LINE_CUT, "the line is cut (the other end closed it)")
        if self._subscription is not None:
            self._prove_alive(self._subscription)
            samples = self._latest
        else:
            values = await self._client.uaclient.read(self._request)
            if len(values) != len(self._points):
                raise LineError(GapCause.UNDECODABLE, f"expected {len(self._points)} values, came {len(values)}")
            samples = [sample_of(value, point.type) for (_, point, _), value in zip(self._points, values, strict=True)]
        if t_ms is not None and self._settings.max_age_ms is not None:
            samples = [unless_older(sample, t_ms=t_ms, max_age_ms=self._settings.max_age_ms) for sample in samples]
        return dict(zip(self.channels, samples, strict=True))

    async def _shut(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener
        client, self._client, self._subscription, self._listener = self._client, None, None, None
        if client is not None:
            await self._take_leave(client)

    async def _take_leave(self, client: Client) -> None:
        """Say goodbye in a task of its own: asyncua swallows a cancellation while it does."""
        goodbye = asyncio.create_task(client.disconnect(), name=f"disconnect {self.id}")
        goodbye.add_done_callback(_look_away)
        try:
            await asyncio.wait({goodbye}, timeout=self.timeout_s / 2)
        finally:
            client.disconnect_socket()
            goodbye.cancel()

    def _password(self) -> str:
        if self._settings.password_file is None:
            return ""
        return (self._folder / self._settings.password_file).read_text(encoding="utf-8").strip()

    async def _node_ids(self, client: Client) -> list[ua.NodeId]:
        """Node ids with the index the server gives the map's namespace today; it may differ after a restart."""
        uris = await client.get_namespace_array()
        if self._namespace not in uris:
            raise LineError(GapCause.EXCEPTION_ANSWER, f"the server has no namespace {self._namespace}; it has {', '.join(uris)}")
        index = uris.index(self._namespace)
        return [ua.NodeId.from_string(f"ns={index};{node}") for _, _, node in self._points]

    async def _subscribe(self, client: Client, nodes: list[ua.NodeId]) -> None:
        settings = self._settings
        self._latest = [gap(GapCause.NOT_REPORTED)] * len(nodes)
        self._untold = set(range(len(nodes)))
        self._all_told.clear()
        parameters = ua.CreateSubscriptionParameters(
            RequestedPublishingInterval=settings.publishing_ms,
            RequestedLifetimeCount=10_000,
            RequestedMaxKeepAliveCount=max(1, settings.stale_after_ms // (KEEP_ALIVES_BEFORE_STALE * settings.publishing_ms)),
            MaxNotificationsPerPublish=10_000,
            PublishingEnabled=True,
            Priority=0,
        )
        subscription = await client.create_subscription(parameters, queue_maxsize=max(1000, 4 * len(nodes)))
        places = {node: place for place, node in enumerate(nodes)}
        self._listener = asyncio.create_task(self._listen(subscription, places), name=f"listen {self.id}")
        handles = await subscription.subscribe_data_change([client.get_node(node) for node in nodes])
        for place, handle in enumerate(handles if isinstance(handles, list) else [handles]):
            if isinstance(handle, ua.StatusCode):
                self._tell(place, ua.DataValue(StatusCode=handle))
        self._subscription = subscription
        await self._all_told.wait()

    async def _listen(self, subscription: Subscription, places: dict[ua.NodeId, int]) -> None:
        async for event in subscription:
            if isinstance(event, DataChangeEvent):
                self._tell(places[event.node.nodeid], event.data.monitored_item.Value)

    def _tell(self, place: int, value: ua.DataValue) -> None:
        """The server told a value; unchanged, it stands until the next."""
        _, point, _ = self._points[place]
        self._latest[place] = sample_of(value, point.type)
        self._untold.discard(place)
        if not self._untold:
            self._all_told.set()

    def _prove_alive(self, subscription: Subscription) -> None:
        """A value that did not change stands as long as publish answers, notifications or keep-alives, come in."""
        silent_s = time.monotonic() - (subscription.last_publish_at or 0.0)
        if silent_s * 1000 > self._settings.stale_after_ms:
            raise LineError(GapCause.STALE, f"the subscription has been silent for {silent_s:.1f} s")


def _node_of(register_map: OpcUaMap, name: str) -> tuple[NodePoint, str]:
    """The point of the map and the node, with the owner the settings name filled in."""
    point = point_of(register_map, name)
    owner = name.rpartition(".")[0]
    if not isinstance(point, NodePoint) or ("{owner}" in point.node) != bool(owner):
        raise ConfigurationError(
            f'map "{register_map.id}" names its points "owner.point", such as "unit-1.load_mw"; came "{name}"',
            where="key channels",
            hint="Write whose point it is before the last dot.",
        )
    return point, point.node.replace("{owner}", owner)


def _look_away(task: asyncio.Task[None]) -> None:
    """Whatever a goodbye to a dead server ran into is of no interest."""
    if not task.cancelled():
        task.exception()


def opcua_driver(settings: OpcUaSettings, register_map: OpcUaMap, *, interval_ms: int, folder: Path) -> OpcUaDriver:
    """The driver of one OPC UA server; makes the client's certificate if it is needed and not there."""
    if settings.security != "none":
        ensure_client_certificate(folder / settings.certificate, folder / settings.private_key)
    return OpcUaDriver(settings, register_map, interval_ms=interval_ms, folder=folder)
