"""What a report of quality assurance carries beside its numbers: from a TOML file, from options, the option before the file."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import msgspec

from tynys.domain.base import Record
from tynys.domain.document import load_toml
from tynys.domain.errors import ConfigurationError
from tynys.present.qa_report import DETAILS, About

if TYPE_CHECKING:
    from pathlib import Path


class ReportFile(Record, frozen=True, kw_only=True):
    """Keys of ``--report``: whose instrument it is, and who compared it when and how."""

    report: str = ""
    facility: str = ""
    source: str = ""
    analyser: str = ""
    component: str = ""
    laboratory: str = ""
    accreditation: str = ""
    method: str = ""
    functional_test: date | None = None
    fuel: str = ""
    load: str = ""
    chain: str = "main"
    point: str | None = None
    range: str | None = None
    mode: str | None = None
    performed: datetime | None = None
    issued: datetime | None = None
    recomputes_from: datetime | None = None
    simulated: bool = False


def about(path: Path | None, given: tuple[str | None, ...]) -> tuple[About, ReportFile]:
    """What a report says of itself, as its page shows it and as it was given, options in the place of keys.

    Parameters
    ----------
    path : Path or None
        The TOML file.
    given : tuple of str or None
        Options, in the order of `DETAILS`.

    Raises
    ------
    ConfigurationError
        A file that cannot be read, or with a key that is not known.
    """
    told = ReportFile() if path is None else load_toml(_text(path), ReportFile, str(path))
    heading = " · ".join(each for each in (told.facility, told.source, told.analyser, told.component, told.report) if each)
    details = {name: option or str(getattr(told, name) or "") for name, option in zip(DETAILS, given, strict=True)}
    words = {name: value for name, value in details.items() if name != "functional_test"}
    return About(heading, details, told.simulated), msgspec.structs.replace(told, **words)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigurationError("expected TOML in UTF-8, got other bytes", where=str(path), code="configuration.toml") from None
    except OSError as error:
        raise ConfigurationError(f"the file cannot be read: {error.strerror}", where=str(path), code="configuration.toml") from None
