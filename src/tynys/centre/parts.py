"""What a running centre is made of: its stores, its memory, and the few facts everything else asks it for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tynys.centre.averages import Averages
from tynys.centre.chains import Chains
from tynys.centre.checks import Findings
from tynys.centre.gateways import Gateways
from tynys.centre.live import Live
from tynys.centre.outbox import Outbox
from tynys.centre.plans import PlanBook
from tynys.centre.readings import Readings
from tynys.centre.rings import Rings
from tynys.centre.settings import find_folder, load_settings
from tynys.centre.state import State
from tynys.centre.stream import Stream
from tynys.storage.journal import Journal
from tynys.storage.lake_reader import LakeReader
from tynys.storage.registry import Registry
from tynys.storage.tail import Tail
from tynys.wire.keys import SigningKey

if TYPE_CHECKING:
    from pathlib import Path

    from tynys.wire.clock import Clock

FIRST_SEQ = 1
"""Number of the first batch of an epoch."""


class Parts:
    """The stores and the memory of a centre, opened; what works on them is the programme's."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.folder = find_folder(path)
        self.settings = load_settings(self.folder)
        self.clock = clock
        self.key = SigningKey.load(self.folder.signing_key)
        self.registry = Registry.open(self.folder.registry_url(self.settings))
        self.journal = Journal.open(self.folder.journal, first_seq=FIRST_SEQ)
        self.outbox = Outbox(self.folder.derived)
        self.lake = LakeReader(self.folder.lake, max_age_s=0.0)
        self.lake_position = 0
        self.tail = Tail()
        self.stream = Stream(first=time.time_ns() // 1_000_000)  # later than every number of an earlier life
        self.findings = Findings()
        self.plans = PlanBook(self.registry)
        self.gateways = Gateways(self.registry)
        self.state = State(
            gateways=self.gateways,
            plans=self.plans,
            rings=Rings(),
            tail=self.tail,
            findings=self.findings,
            approve_simulated=self.settings.centre.approve_simulated_plans,
        )
        self.chains = Chains(self.journal, self.findings)
        self.averages = Averages(self.lake, self.outbox)
        self.readings = Readings(self.state.rings, self.tail, self.lake)
        self.live = Live(self.state, self.averages, self.now_ms)

    def now_ms(self) -> int:
        """The instant, of the shared clock if there is one. [ms since 1970 UTC]."""
        return self.clock.now_ms()

    @property
    def simulated(self) -> bool:
        """Whether anything of what the centre holds is simulated."""
        return self.settings.centre.simulated or any(gateway.simulated for gateway in self.gateways)

    def close(self) -> None:
        """Close every store."""
        self.lake.close()
        self.outbox.close()
        self.journal.close()
        self.registry.close()
