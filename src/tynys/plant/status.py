"""`tynys plant status`: the view of a gateway from its spool alone, beside a running gateway or after it."""

from __future__ import annotations

import fcntl
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from tynys.domain.errors import NotFoundError
from tynys.plant import spool_reader, spool_tables
from tynys.plant.overview import build_view, present_from_spool
from tynys.plant.settings import load_configuration, load_rule_pack, load_settings
from tynys.plant.views import LineState, PlantView

if TYPE_CHECKING:
    from pathlib import Path

FAILURES = ("line.cut", "line.failed", "line.certificate", "line.rejected", "line.busy", "line.forged_reply", "line.not_a_centre")
"""Alarms that mean the line does not carry."""


def plant_status(settings_file: Path) -> PlantView:
    """The plant as its spool knows it, as of the last instant kept."""
    settings = load_settings(settings_file)
    configuration = load_configuration(settings)
    pack = load_rule_pack(settings, configuration)
    file = settings.spool_folder / spool_tables.FILE_NAME
    if not file.is_file():
        raise NotFoundError("there is no spool yet", where=str(file), hint="start the gateway: tynys plant run plant.toml")
    connection = spool_tables.connect(file, read_only=True)
    try:
        running = is_running(settings.spool_folder)
        state = LineState.NOT_RUNNING
        if running:
            raised = {alarm.code for alarm in spool_reader.alarms(connection)}
            state = LineState.CUT if raised.intersection(FAILURES) else LineState.UP
        present = replace(present_from_spool(connection, pack), running=running, line_state=state)
        return build_view(settings, configuration, pack, connection, present)
    finally:
        connection.close()


def is_running(spool_folder: Path) -> bool:
    """Whether a gateway holds the spool's lock."""
    try:
        lock = os.open(spool_folder / spool_tables.LOCK_NAME, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False
