"""``python -m tynys_checker FOLDER``: count a finished demo run from outside; prints one JSON object."""

from __future__ import annotations

import base64
import json
import sys
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tynys_checker.history import HistoryCount, compare
from tynys_checker.join import Count, Rows, join_channel
from tynys_checker.lake import compare_averages, count_averages, read_readings
from tynys_checker.ledger import read_offers
from tynys_checker.spool import read_spool

NONE = Rows(np.empty(0, np.int64), np.empty(0, np.float64))
LIVE_INTERVAL_MS = 10_000
"""A live channel's interval is at most this; longer ones are recorded data."""


def main() -> None:
    """Count the run in the folder named on the command line."""
    sys.stdout.write(json.dumps(count_folder(Path(sys.argv[1])), indent=2) + "\n")


def count_folder(folder: Path) -> dict[str, object]:
    """Every count of a run; the folder's shape is in docs/reference/demo.md."""
    run = json.loads((folder / "demo.json").read_bytes())
    count, verified, failed, not_measuring, history = Count(), 0, 0, 0, HistoryCount()
    centre = Ed25519PublicKey.from_public_bytes(base64.b64decode((folder / "centre" / "keys" / "centre.pub").read_bytes()))
    lake = folder / "centre" / "lake"
    for plant in run["plants"]:
        gateway = folder / "plants" / plant
        spooled = read_spool(gateway / "spool", centre)
        verified, failed = verified + spooled.receipts_verified, failed + spooled.receipts_failed
        not_measuring += spooled.not_measuring
        offers = read_offers(folder / "analysers" / f"{plant}.sqlite")
        stored = read_readings(lake, {_gateway_id(gateway)}, 0, 2**53)
        for name, channel, interval_ms in _channels(gateway / "facility.json"):
            due = np.arange(-(-run["start_ms"] // interval_ms) * interval_ms, run["end_ms"], interval_ms, dtype=np.int64)
            rows, kept = spooled.rows.pop(channel, NONE), stored.pop(channel, NONE)
            join_channel(count, f"{plant} {name}", due, offers.get(name, NONE), rows, kept, interval_ms)
        count.not_due += sum(len(rows.time_ms) for rows in (*spooled.rows.values(), *stored.values()))
        past = folder / "history" / plant
        if (past / "generated.jsonl").exists():
            _add(history, compare(past / "generated.jsonl", lake, _gateway_id(past)))
            sent = read_spool(past / "spool", centre, rows=False)
            failed += sent.receipts_failed
    found = asdict(count)
    compared, different = compare_averages(lake)
    return {
        "readings_due": found.pop("due"),
        "readings_sent": found.pop("sent"),
        "gap_rows": found.pop("gap_rows"),
        "gap_rows_not_measuring": not_measuring,
        "readings_stored": found.pop("stored"),
        **found,
        "receipts_verified": verified,
        "receipts_failed": failed,
        "averages_live": count_averages(lake, run["start_ms"], run["end_ms"]),
        "averages_compared": compared,
        "averages_different": different,
        **{f"history_{name}": number for name, number in asdict(history).items()},
    }


def _channels(configuration: Path) -> list[tuple[str, str, int]]:
    """Name, id and live interval of every channel that is measured. [ms]."""
    document: dict[str, Any] = json.loads(configuration.read_bytes())
    found = []
    for channel in document["channels"]:
        intervals = [a["interval_ms"] for a in channel["acquisition"] if a["interval_ms"] <= LIVE_INTERVAL_MS]
        found += [(channel["name"], channel["id"], intervals[-1])] if intervals else []
    return found


def _gateway_id(folder: Path) -> str:
    return str(tomllib.loads((folder / "plant.toml").read_text(encoding="utf-8"))["gateway"]["id"])


def _add(total: HistoryCount, part: HistoryCount) -> None:
    for name, number in asdict(part).items():
        setattr(total, name, getattr(total, name) + number)


if __name__ == "__main__":
    main()
