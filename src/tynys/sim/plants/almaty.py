"""The three combined heat and power plants of Almaty, simulated.

Real are names, the number of stacks, permit serials, fuels and electric totals; coordinates are approximate. Invented for the simulation
are stack geometry, the split into boilers, emulsifier efficiencies, NOx levels and everything that moves.
"""

from __future__ import annotations

from dataclasses import replace

from tynys.domain.facility import Names
from tynys.sim.physics.fuel import EKIBASTUZ
from tynys.sim.physics.weather import Climate
from tynys.sim.plants.spec import Collector, PlantSpec, StackSpec, UnitSpec

FOOTHILLS = Climate(mean_c=10.0, yearly_swing_c=15.0, pressure_kpa=92.8)
_OPERATOR = Names(
    kk="Алматы электр станциялары (имитация)", ru="Алматинские электрические станции (имитация)", en="Almaty Power Stations (simulated)"
)
_EMULSIFIER = Collector(kind="emulsifier", penetration=0.0068, parts=4, so2_removal=0.03, outlet_c=72.0)
_EKIBASTUZ_GRADE_1 = replace(
    EKIBASTUZ, ash_pct=36.9, sulphur_pct=0.6, carbon_pct=44.6, hydrogen_pct=2.95, oxygen_pct=7.15, heating_value_mj_kg=17.38
)

_TETS_1_PER_STACK = 2
TETS_1 = PlantSpec(
    id="tets-1",
    names=Names(kk="Алматы ЖЭО-1 (имитация)", ru="Алматинская ТЭЦ-1 (имитация)", en="Almaty TETs-1 (simulated)"),
    operator=_OPERATOR,
    region="KZ-75",
    latitude_deg=43.277,
    longitude_deg=76.925,
    climate=FOOTHILLS,
    dispatch="heat",
    units=tuple(
        UnitSpec(
            number=n,
            stack=f"stack-{5 + (n - 1) // _TETS_1_PER_STACK}",
            electric_mw=18.1,
            thermal_input_mw=122.0,
            fuels=("gas",),
            nox_full_load_mg_nm3=165.0 + 6 * (n % 4),
            collector=None,
        )
        for n in range(1, 9)
    ),
    stacks=tuple(StackSpec(number=n, permit_serial=f"000{n - 3}", height_m=80.0, section_m=4.2) for n in range(5, 9)),
)

_TETS_2_FIRST_STACK = 3
TETS_2 = PlantSpec(
    id="tets-2",
    names=Names(kk="Алматы ЖЭО-2 (имитация)", ru="Алматинская ТЭЦ-2 (имитация)", en="Almaty TETs-2 (simulated)"),
    operator=_OPERATOR,
    region="KZ-75",
    latitude_deg=43.296,
    longitude_deg=76.797,
    climate=FOOTHILLS,
    dispatch="heat",
    units=tuple(
        UnitSpec(
            number=n,
            stack="stack-1" if n <= _TETS_2_FIRST_STACK else "stack-2",
            electric_mw=72.9,
            thermal_input_mw=330.0,
            fuels=("coal",),
            nox_full_load_mg_nm3=560.0 + 10 * (n % 3),
            collector=_EMULSIFIER,
        )
        for n in range(1, 8)
    ),
    stacks=(
        StackSpec(number=1, permit_serial="0001", height_m=129.0, section_m=7.2),
        StackSpec(number=2, permit_serial="0002", height_m=129.0, section_m=8.4),
    ),
    coal=_EKIBASTUZ_GRADE_1,
)

_TETS_3_FIRST_STACK = 3
TETS_3 = PlantSpec(
    id="tets-3",
    names=Names(kk="Алматы ЖЭО-3 (имитация)", ru="Алматинская ТЭЦ-3 (имитация)", en="Almaty TETs-3 (simulated)"),
    operator=_OPERATOR,
    region="KZ-19",
    latitude_deg=43.416,
    longitude_deg=77.021,
    climate=FOOTHILLS,
    dispatch="heat",
    units=tuple(
        UnitSpec(
            number=n,
            stack="stack-1" if n <= _TETS_3_FIRST_STACK else "stack-2",
            electric_mw=28.8,
            thermal_input_mw=122.0,
            fuels=("coal",) if n <= _TETS_3_FIRST_STACK else ("coal", "gas"),
            nox_full_load_mg_nm3=520.0 + 12 * (n % 3),
            collector=_EMULSIFIER,
            commissioned=1962 if n == 1 else None,
        )
        for n in range(1, 7)
    ),
    stacks=(
        StackSpec(number=1, permit_serial="0001", height_m=100.0, section_m=4.6),
        StackSpec(number=2, permit_serial="0002", height_m=100.0, section_m=4.6),
    ),
    coal=_EKIBASTUZ_GRADE_1,
)
