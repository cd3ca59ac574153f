"""What the data bank's columns mean, as dated data: each value with its certainty, none assumed silently."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tynys.domain.base import Record
from tynys.domain.component import Certainty
from tynys.domain.document import load_toml
from tynys.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT = "kz-nbd"


class StatedText(Record, frozen=True, kw_only=True):
    """A text with how sure it is and where it was read."""

    value: str
    certainty: Certainty
    source: str = ""


class StatedNumber(Record, frozen=True, kw_only=True):
    """A number with how sure it is and where it was read."""

    value: float
    certainty: Certainty
    source: str = ""


class Units(Record, frozen=True, kw_only=True):
    """Units of the measured columns."""

    pollutant_concentration: StatedText
    emission: StatedText
    waste_water_temperature: StatedText
    waste_water_flow: StatedText
    hydrogen_index: StatedText
    electrical_conductivity: StatedText
    turbidity: StatedText
    volumetric_gas_consumption: StatedText
    gas_density: StatedText


class Plausible(Record, frozen=True, kw_only=True):
    """Outside of these a value cannot be true."""

    earliest_date: StatedText
    concentration_max: StatedNumber
    emission_max: StatedNumber
    flow_min_m3_s: StatedNumber
    flow_max_m3_s: StatedNumber


class SourceName(Record, frozen=True, kw_only=True):
    """A source of the register: how organisation and source are written there, and its id here (derived from the names if absent)."""

    organization: str
    source: str
    id: str = ""
    region: str = ""


class SulphurExpectation(Record, frozen=True, kw_only=True):
    """What the sulphur of a source's fuel gives without desulphurisation. [mg Nm⁻³, dry, at ``o2_reference_pct`` vol %]."""

    organization: str
    source: str
    so2_min_mg_nm3: float
    so2_max_mg_nm3: float
    certainty: Certainty
    o2_reference_pct: float = 6.0
    origin: str = ""


class FeedProfile(Record, frozen=True, kw_only=True):
    """How to read one feed.

    ``time_label`` is ``start`` or ``end``; ``date_only`` tells what a date without a time means: ``in_order`` takes the
    rows of a series and day as its consecutive periods, ``refuse`` leaves them without a time.
    """

    id: str
    title: str
    time_label: StatedText
    zone: StatedText
    period: StatedText
    date_only: StatedText
    air_excess_ratio: StatedText
    concentration_basis: StatedText
    units: Units
    plausible: Plausible
    test_organizations: tuple[str, ...] = ()
    sources: tuple[SourceName, ...] = ()
    expectations: tuple[SulphurExpectation, ...] = ()

    def unsure(self) -> dict[str, str | float]:
        """The values nobody has confirmed, by name."""
        found: dict[str, str | float] = {}
        for holder, prefix in ((self, ""), (self.units, "units."), (self.plausible, "plausible.")):
            for name in holder.__struct_fields__:
                value = getattr(holder, name)
                if isinstance(value, StatedText | StatedNumber) and value.certainty is Certainty.TO_CONFIRM:
                    found[prefix + name] = value.value
        return found


def parse_profile(text: str, where: str = "profile") -> FeedProfile:
    """A profile from its TOML text; an unknown key is an error that names it."""
    profile = load_toml(text, FeedProfile, where)
    for key, value, allowed in (
        ("time_label", profile.time_label.value, ("start", "end")),
        ("date_only", profile.date_only.value, ("in_order", "refuse")),
        ("air_excess_ratio", profile.air_excess_ratio.value, ("alpha",)),
        ("period", profile.period.value, ("PT20M", "PT1H", "P1D")),
    ):
        _check(value, allowed, f"{where}, {key}")
    return profile


def profile_toml(profile: FeedProfile) -> str:
    """A profile as the TOML text that `parse_profile` reads."""
    document = msgspec.to_builtins(profile)
    lists = {name: document.pop(name) for name in ("sources", "expectations") if name in document}
    tables = {name: document.pop(name) for name in ("units", "plausible")}
    lines = [f"{name} = {_toml(value)}" for name, value in document.items()]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{key} = {_toml(value)}" for key, value in table.items())]
    for name, items in lists.items():
        for item in items:
            lines += ["", f"[[{name}]]", *(f"{key} = {_toml(value)}" for key, value in item.items())]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def _check(value: str, allowed: Iterable[str], where: str) -> None:
    if value not in allowed:
        raise ConfigurationError(f"expected one of {', '.join(allowed)}, got {value!r}", where=where)


def load_profile(name: str = DEFAULT) -> FeedProfile:
    """A profile by the name of a published one, or by the path of a file."""
    published = files("tynys.wire") / "databank_profiles" / f"{name}.toml"
    if "/" not in name and published.is_file():
        return parse_profile(published.read_text(encoding="utf-8"), f"{name}.toml")
    try:
        return parse_profile(Path(name).read_text(encoding="utf-8"), name)
    except OSError as error:
        raise ConfigurationError(f"no such profile: {error.strerror}", where=name, hint=f"published: {DEFAULT}; or give a path") from error
