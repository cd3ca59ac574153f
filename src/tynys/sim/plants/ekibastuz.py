"""The two state district power stations at Ekibastuz, simulated.

Real are names, unit counts and sizes, years, stack heights, permit serials; coordinates of GRES-1 are approximate. Invented for the
simulation are measuring sections, collector efficiencies, NOx levels and everything that moves.
"""

from __future__ import annotations

from dataclasses import replace

from tynys.domain.component import Certainty
from tynys.domain.facility import Names
from tynys.sim.physics.fuel import EKIBASTUZ
from tynys.sim.physics.weather import Climate
from tynys.sim.plants.spec import Collector, PlantSpec, StackSpec, UnitSpec

STEPPE = Climate(mean_c=4.0, yearly_swing_c=19.0, pressure_kpa=99.4)

_NET_EFFICIENCY = 0.355
_BLOCK_INPUT_MW = round(500 / _NET_EFFICIENCY, 1)

_GRES_1_ESP = Collector(kind="esp", penetration=0.0098, parts=4)
_GRES_2_ESP = Collector(kind="esp", penetration=0.0115, parts=4)
_YEARS = (1980, 1980, 1981, 1982, 1982, 1983, 1983, 1984)

GRES_1 = PlantSpec(
    id="gres-1",
    names=Names(kk="Екібастұз ГРЭС-1 (имитация)", ru="Экибастузская ГРЭС-1 (имитация)", en="Ekibastuz GRES-1 (simulated)"),
    operator=Names(kk="Екібастұз ГРЭС-1 (имитация)", ru="Экибастузская ГРЭС-1 (имитация)", en="Ekibastuz GRES-1 (simulated)"),
    region="KZ-55",
    latitude_deg=51.888,
    longitude_deg=75.350,
    climate=STEPPE,
    dispatch="grid",
    units=tuple(
        UnitSpec(
            number=n,
            stack="stack-1" if n <= 4 else "stack-2",  # noqa: PLR2004 - four units a stack
            electric_mw=500.0,
            thermal_input_mw=_BLOCK_INPUT_MW,
            fuels=("coal",),
            nox_full_load_mg_nm3=590.0 + 15 * (n % 3),
            collector=_GRES_1_ESP,
            commissioned=_YEARS[n - 1],
        )
        for n in range(1, 9)
    ),
    stacks=(
        StackSpec(number=1, permit_serial="0001", height_m=300.0, section_m=13.6),
        StackSpec(number=2, permit_serial="0002", height_m=330.0, section_m=13.6),
    ),
)

GRES_2 = PlantSpec(
    id="gres-2",
    names=Names(kk="Екібастұз ГРЭС-2 (имитация)", ru="Экибастузская ГРЭС-2 (имитация)", en="Ekibastuz GRES-2 (simulated)"),
    operator=Names(kk="Екібастұз ГРЭС-2 (имитация)", ru="Экибастузская ГРЭС-2 (имитация)", en="Ekibastuz GRES-2 (simulated)"),
    region="KZ-55",
    latitude_deg=52.0240,
    longitude_deg=75.4763,
    position_certainty=Certainty.TRANSCRIBED,
    climate=STEPPE,
    dispatch="grid",
    units=tuple(
        UnitSpec(
            number=n,
            stack="stack-1",
            electric_mw=500.0,
            thermal_input_mw=_BLOCK_INPUT_MW,
            fuels=("coal",),
            nox_full_load_mg_nm3=640.0,
            collector=_GRES_2_ESP,
            commissioned=year,
        )
        for n, year in ((1, 1990), (2, 1993))
    ),
    stacks=(StackSpec(number=1, permit_serial="0001", height_m=419.7, section_m=14.2),),
    coal=replace(EKIBASTUZ, ash_pct=39.0, sulphur_pct=0.66, carbon_pct=42.7, oxygen_pct=6.94, heating_value_mj_kg=16.48),
)
