"""What Prometheus reads."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tynys.centre.programme import Centre

_Metric = tuple[str, str, str, float]


def _metrics(centre: Centre) -> Iterator[_Metric]:
    yield "batches_total", "counter", "Batches stored since the journal began.", centre.journal.last_position
    yield "readings_total", "counter", "Readings stored, gap rows included.", centre.state.readings
    yield "gap_rows_total", "counter", "Readings without a value, since start.", centre.state.gaps.rows
    yield "requests_total", "counter", "Requests of gateways since start.", centre.intake.requests
    yield "refused_total", "counter", "Envelopes refused since start.", centre.intake.refused
    yield "commit_groups_total", "counter", "Journal transactions since start.", centre.committer.groups
    yield "averages_total", "counter", "Averages made since start.", centre.recompute.rows
    yield "recompute_seconds_total", "counter", "Time spent on recompute jobs.", centre.recompute.busy_s
    yield "recompute_waiting", "gauge", "Recompute jobs not done.", centre.recompute.waiting
    again = centre.housekeeping.again
    compared = centre.housekeeping.reported.compared
    yield "averages_compared_total", "counter", "Averages of plants held against our own since start.", compared
    yield "recompute_days_left", "gauge", "Local days still to be computed again.", again.days_left
    yield "recomputed_windows_total", "counter", "Short windows computed again since start.", again.windows
    yield "recomputed_revisions_total", "counter", "New revisions that came of it since start.", again.revised
    yield "journal_position", "gauge", "Newest journal position.", centre.journal.last_position
    yield "lake_position", "gauge", "Journal position the lake holds.", centre.lake_position
    yield "tail_rows", "gauge", "Readings in memory that the lake does not hold.", centre.tail.rows
    yield "averages_waiting", "gauge", "Tables of averages the lake does not hold.", centre.averages.waiting
    yield "stream_listeners", "gauge", "Listeners of the live stream.", centre.stream.listeners
    yield "stream_dropped_total", "counter", "Events dropped for slow listeners.", centre.stream.dropped
    yield "lake_writer_starts_total", "counter", "Starts of the lake's process.", centre.lake_child.starts
    yield "uptime_seconds", "gauge", "Seconds since start.", time.monotonic() - centre.started_s
    latencies = sorted(centre.intake.latency_s)
    for share in (0.5, 0.99):
        value = latencies[min(len(latencies) - 1, int(share * len(latencies)))] if latencies else 0.0
        yield f'intake_latency_seconds{{quantile="{share}"}}', "gauge", "From a request's body to its signed reply.", value


def _label(text: str) -> str:
    """A label's value as the text format wants it."""
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def prometheus(centre: Centre) -> str:
    """The exposition text."""
    lines: list[str] = []
    named: set[str] = set()
    for name, kind, text, value in _metrics(centre):
        bare = name.partition("{")[0]
        if bare not in named:
            named.add(bare)
            lines += [f"# HELP tynys_{bare} {text}", f"# TYPE tynys_{bare} {kind}"]
        lines.append(f"tynys_{name} {value:g}" if isinstance(value, float) else f"tynys_{name} {value}")
    for gateway in centre.gateways:
        labels = f'gateway="{gateway.id}",facility="{_label(gateway.facility)}",role="{gateway.role}"'
        lines.append(f"tynys_gateway_batches_total{{{labels}}} {gateway.batches}")
        if gateway.lag_ms is not None:
            lines.append(f"tynys_gateway_lag_seconds{{{labels}}} {gateway.lag_ms / 1000}")
    return "\n".join(lines) + "\n"
