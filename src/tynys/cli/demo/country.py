"""Where a demo keeps its country: one centre, and for each plant a ledger, a gateway and a gateway of its history."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from tynys.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

MARK = "demo.json"


@dataclass(frozen=True, slots=True)
class Country:
    """The paths of a demo's folder; the outside checker is given the same folder (docs/reference/demo.md)."""

    root: Path

    @property
    def centre(self) -> Path:
        """The centre's folder."""
        return self.root / "centre"

    @property
    def logs(self) -> Path:
        """One log file a process."""
        return self.root / "logs"

    @property
    def run_file(self) -> Path:
        """What the demo knows of its own run, for the checker."""
        return self.root / MARK

    @property
    def analysers(self) -> Path:
        """The simulated plants' ledgers, ports and faults."""
        return self.root / "analysers"

    def ledger(self, facility: str) -> Path:
        """What the plant's analysers had on offer, and who read it."""
        return self.analysers / f"{facility}.sqlite"

    def ports(self, facility: str) -> Path:
        """Where the plant's analysers listen."""
        return self.analysers / f"{facility}.json"

    def gateway(self, facility: str) -> Path:
        """The live gateway's folder."""
        return self.root / "plants" / facility

    def history(self, facility: str) -> Path:
        """The folder of the gateway that sends the history."""
        return self.root / "history" / facility

    def prepare(self) -> None:
        """Make an empty country; a folder of an earlier demo is cleared, any other folder is refused."""
        if self.root.exists() and any(self.root.iterdir()):
            if not self.run_file.is_file():
                raise ConfigurationError(
                    "expected an empty folder or one of an earlier demo", where=str(self.root), hint="Name another folder with --folder."
                )
            shutil.rmtree(self.root)
        for path in (self.logs, self.analysers):
            path.mkdir(parents=True, exist_ok=True)
        self.note({})

    def note(self, facts: dict[str, object]) -> None:
        """Write the run file."""
        self.run_file.write_bytes(msgspec.json.format(msgspec.json.encode({"simulated": True, **facts}), indent=2))


def read_ports(path: Path) -> dict[str, list[dict[str, object]]]:
    """A plant's ports file."""
    found: dict[str, list[dict[str, object]]] = json.loads(path.read_bytes())
    return found
