"""The sixteen faults found in the real feed, each put into a generated file on purpose; the check that must see it stands beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from tynys.domain.errors import NotFoundError
from tynys.watch.feed_sample import OUTLET, PLANTS, Sample, as_file
from tynys.wire.databank import LINE, RAW, encode_feed

if TYPE_CHECKING:
    from collections.abc import Callable

_A, _B = PLANTS
_ONE, _TWO = PLANTS[_A][1]
_SO2, _NO, _CO = "Сера диоксид", "Оксид азота", "Углерод оксид"
CONC, EMISSION, ALPHA = "pollutant_concentration", "emission", "air_excess_ratio"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: its number in the reference, what it is, how it is put into rows, which check sees it."""

    id: str
    purpose: str
    check: str
    inject: Callable[[pl.DataFrame], pl.DataFrame]


FAULTS: Final[dict[str, Fault]] = {}


def _fault(id_: str, check: str) -> Callable[[Callable[[pl.DataFrame], pl.DataFrame]], Callable[[pl.DataFrame], pl.DataFrame]]:
    def enter(inject: Callable[[pl.DataFrame], pl.DataFrame]) -> Callable[[pl.DataFrame], pl.DataFrame]:
        FAULTS[id_] = Fault(id_, (inject.__doc__ or "").splitlines()[0], check, inject)
        return inject

    return enter


def with_fault(clean: Sample, fault_id: str) -> Sample:
    """The same file with one fault in it."""
    fault = FAULTS.get(fault_id.upper())
    if fault is None:
        raise NotFoundError(f"no fault is called {fault_id!r}", hint=f"known: {', '.join(FAULTS)}", code="databank.fault_unknown")
    rows = fault.inject(clean.feed.rows.drop(LINE, RAW))
    return Sample(as_file(rows, clean.feed.dialect.quote), clean.profile)


def sample_bytes(made: Sample) -> bytes:
    """A generated file as it would be delivered."""
    return encode_feed(made.feed)


def _of(organization: str, source: str | None = None, kind: str | None = None) -> pl.Expr:
    chosen = pl.col("organization_name") == organization
    if source is not None:
        chosen &= pl.col("source_name") == source
    return chosen if kind is None else chosen & (pl.col("emission_type") == kind)


def _set(rows: pl.DataFrame, where: pl.Expr, **cells: str | pl.Expr) -> pl.DataFrame:
    new = {name: pl.lit(value) if isinstance(value, str) else value for name, value in cells.items()}
    return rows.with_columns(pl.when(where).then(value).otherwise(pl.col(name)).alias(name) for name, value in new.items())


def _scaled(name: str, factor: float) -> pl.Expr:
    return (pl.col(name).cast(pl.Float64, strict=False) * factor).round(6).cast(pl.String)


_EVERY_TENTH: Final = pl.int_range(pl.len()).over("organization_name", "source_name", "emission_type") % 10 == 0


@_fault("F1", "NBD-ALPHA")
def impossible_alpha(rows: pl.DataFrame) -> pl.DataFrame:
    """The excess-air coefficient below one, negative, and run over as oxygen nears that of air."""
    for at, alpha in ((0, "0.826"), (20, "-14.737"), (40, "1e38")):
        rows = _set(rows, _of(_A) & (pl.int_range(pl.len()).over("source_name", "emission_type") % 60 == at), air_excess_ratio=alpha)
    return rows


@_fault("F2", "NBD-FROZEN")
def frozen_value(rows: pl.DataFrame) -> pl.DataFrame:
    """One pollutant of one stack stands still at 119.65."""
    return _set(rows, _of(_B, _ONE, "Диоксид азота"), pollutant_concentration="119.65")


@_fault("F3", "NBD-TWIN")
def twin_streams(rows: pl.DataFrame) -> pl.DataFrame:
    """The second stack repeats the first one's numbers."""
    first = rows.filter(_of(_A, _ONE)).with_columns(pl.lit(_TWO).alias("source_name"))
    return pl.concat([rows.filter(~_of(_A, _TWO)), first]).sort("registered_date", maintain_order=True)


@_fault("F4", "NBD-MASS")
def mass_inconsistent(rows: pl.DataFrame) -> pl.DataFrame:
    """Grams a second of sulphur dioxide are a twentieth of concentration times flow."""
    return _set(rows, _of(_A, _ONE, _SO2), emission=_scaled(EMISSION, 0.05))


@_fault("F5", "NBD-COUNT")
def over_count(rows: pl.DataFrame) -> pl.DataFrame:
    """One plant's rows come three times."""
    mine = rows.filter(_of(_B))
    return pl.concat([rows, mine, mine]).sort("registered_date", maintain_order=True)


@_fault("F6", "NBD-TEST")
def test_organisation(rows: pl.DataFrame) -> pl.DataFrame:
    """A test organisation among those of production."""
    return pl.concat([rows, rows.filter(_of(_A, _ONE)).with_columns(pl.lit("Тест АСМ").alias("organization_name"))])


@_fault("F7", "NBD-DATE")
def impossible_dates(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows from 1970 and from 2127."""
    rows = _set(rows, _of(_A, _ONE, _SO2) & _EVERY_TENTH, registered_date="1970-01-01 00:00:00")
    return _set(rows, _of(_A, _TWO, _NO) & _EVERY_TENTH, registered_date="2127-01-19 00:00:00")


@_fault("F8", "NBD-OVERFLOW")
def overflow(rows: pl.DataFrame) -> pl.DataFrame:
    """Numbers around -4e34 and -1e11."""
    rows = _set(rows, _of(_A, _ONE, _SO2) & _EVERY_TENTH, pollutant_concentration="-4e34")
    return _set(rows, _of(_A, _TWO, _SO2) & _EVERY_TENTH, emission="-100000000000")


@_fault("F9", "NBD-NEGATIVE")
def negative(rows: pl.DataFrame) -> pl.DataFrame:
    """Slightly negative concentrations."""
    return _set(rows, _of(_B, _TWO, _SO2) & _EVERY_TENTH, pollutant_concentration="-0.7")


@_fault("F10", "NBD-ZERO")
def zeros(rows: pl.DataFrame) -> pl.DataFrame:
    """A coal boiler without carbon monoxide."""
    return _set(rows, _of(_A, _ONE, _CO), pollutant_concentration="0", emission="0")


@_fault("F11", "NBD-NAME")
def name_drift(rows: pl.DataFrame) -> pl.DataFrame:
    """A letter is lost, a tab and a line break are gained."""
    rows = _set(rows, _of(_A) & _EVERY_TENTH, organization_name=_A.replace("Имитация", "Имитаця"))
    rows = _set(rows, _of(_B, _ONE) & _EVERY_TENTH, source_name=_ONE + "\t")
    return _set(rows, _of(_B, _TWO) & _EVERY_TENTH, source_name=_TWO + "\n")


@_fault("F12", "NBD-FLARE")
def flare_joined(rows: pl.DataFrame) -> pl.DataFrame:
    """Every flare row forty times, as a join without a key makes it."""
    flare = rows.filter(pl.col("volumetric_gas_consumption") != "")
    return pl.concat([rows, *[flare] * 39]).sort("registered_date", maintain_order=True)


@_fault("F13", "NBD-SILENT")
def silent_source(rows: pl.DataFrame) -> pl.DataFrame:
    """A registered source that never transmits."""
    return rows.filter(~_of(OUTLET[0], OUTLET[2]))


@_fault("F14", "NBD-MISSING")
def missing_pollutant(rows: pl.DataFrame) -> pl.DataFrame:
    """One row of nitrogen oxide in the whole file."""
    mine = _of(_A, _ONE, _NO)
    return pl.concat([rows.filter(~mine), rows.filter(mine).head(1)])


@_fault("F15", "NBD-UNIT")
def other_unit(rows: pl.DataFrame) -> pl.DataFrame:
    """One stack's concentrations in grams where milligrams are meant; nothing in the file says so."""
    return _set(rows, _of(_B, _ONE), pollutant_concentration=_scaled(CONC, 0.001))


@_fault("F16", "NBD-SULPHUR")
def sulphur_gone(rows: pl.DataFrame) -> pl.DataFrame:
    """A quarter of the sulphur dioxide that the coal's sulphur makes, without a desulphurisation plant; grams a second to match."""
    return _set(rows, _of(_A, _ONE, _SO2), pollutant_concentration=_scaled(CONC, 0.25), emission=_scaled(EMISSION, 0.25))
