"""The documented example plants give what a pocket calculator gives."""

import msgspec
import numpy as np
import pytest

from tynys.calc.pipeline import average_windows, channels_needed
from tynys.domain.consistency import check_configuration
from tynys.domain.status import AverageStatus, InstrumentStatus, PlantState

T0_MS, WINDOW = 1_741_590_000_000, 1_200_000


@pytest.fixture
def averages(pack, read):
    def make(configuration, values, n=20):
        return average_windows(configuration, pack, read(configuration, values, n), "PT20M", T0_MS, T0_MS + n * 60_000)

    return make


GAS = {"stack-1.so2": 1800.0, "stack-1.o2": 6.3, "stack-1.h2o": 10.0}
# dry: 1800 / 0.9 = 2000; O2 dry: 6.3 / 0.9 = 7; at 6 %: 2000 · 15 / 14
SO2_DRY, SO2_AT_6 = 2000.0, 2000.0 * 15 / 14
FLOW = {"stack-1.temperature": 136.575, "stack-1.pressure": 101.325, "stack-1.velocity": 20.0}
# 20 m/s · 50 m² = 1000 m³/s; 273.15 / 409.725 = 2/3; dry 0.9: 600 Nm³/s


def four(running=(1, 2, 3, 4), starting=()):
    values = {**GAS, **FLOW}
    for n in (1, 2, 3, 4):
        values[f"unit-{n}.load"] = 400.0 if n in running else 20.0 if n in starting else 0.0
        values[f"unit-{n}.coal_flow"] = 250.0 if n in running else 30.0 if n in starting else 0.0
    return values


def test_four_units_on_one_stack_give_one_average_mass_and_flow(example, averages, only):
    table = averages(example("four-units-on-one-stack"), four())
    so2, flow = only(table, "so2"), only(table, "flow")
    assert so2.value == pytest.approx(SO2_AT_6, rel=1e-12)
    assert (so2.raw, so2.h2o_pct, so2.status, so2.plant_state) == (1800.0, 10.0, AverageStatus.VALID, PlantState.OPERATING)
    assert so2.o2_dry_pct == pytest.approx(7.0)
    assert flow.value == pytest.approx(600.0 * 3600, rel=1e-12)
    assert so2.mass_g_s == pytest.approx(SO2_DRY * 600 / 1000, rel=1e-12)
    assert (so2.count_valid, so2.count_expected, so2.count_operating) == (20, 20, 20)


@pytest.mark.parametrize(
    ("running", "starting", "state"),
    [
        ((3,), (), PlantState.OPERATING),
        ((1,), (2, 3), PlantState.OPERATING),
        ((), (2,), PlantState.START_UP),
        ((), (), PlantState.NOT_OPERATING),
    ],
)
def test_a_source_does_what_any_of_its_units_does(example, averages, only, running, starting, state):
    so2 = only(averages(example("four-units-on-one-stack"), four(running, starting)), "so2")
    assert so2.plant_state is state
    assert (so2.status is AverageStatus.NOT_OPERATING) == (state is PlantState.NOT_OPERATING)
    assert (so2.value is None) == (state is PlantState.NOT_OPERATING)


def test_only_readings_in_operation_enter_and_validity_is_judged_by_them(example, averages, only):
    values = four()
    load = [0.0] * 14 + [400.0] * 6
    coal = [0.0] * 14 + [250.0] * 6
    for n in (1, 2, 3, 4):
        values |= {f"unit-{n}.load": load, f"unit-{n}.coal_flow": coal}
    values["stack-1.so2"] = [3.0] * 14 + [1800.0] * 6
    so2 = only(averages(example("four-units-on-one-stack"), values), "so2")
    assert (so2.raw, so2.count_valid, so2.count_operating, so2.count_expected) == (1800.0, 6, 6, 20)
    assert so2.status is AverageStatus.VALID


def test_a_lost_plant_signal_leaves_the_state_unknown_and_the_readings_counted(example, averages, only):
    values = {name: value for name, value in four().items() if not name.startswith("unit")}
    so2 = only(averages(example("four-units-on-one-stack"), values), "so2")
    assert (so2.plant_state, so2.status) == (PlantState.UNKNOWN, AverageStatus.VALID)


def test_an_open_bypass_is_other_than_normal_operation(example, averages, only):
    values = {**GAS, "unit-1.load": 400.0, "unit-1.coal_flow": 250.0}
    closed = only(averages(example("bypass"), {**values, "unit-1.bypass_damper": 0.0}), "so2")
    opened = only(averages(example("bypass"), {**values, "unit-1.bypass_damper": 1.0}), "so2")
    assert (closed.plant_state, opened.plant_state) == (PlantState.OPERATING, PlantState.OTHER_THAN_NORMAL)
    assert opened.value == closed.value


def test_an_open_bypass_of_a_cold_unit_says_nothing(example, averages, only):
    values = {**GAS, "unit-1.load": 0.0, "unit-1.coal_flow": 0.0, "unit-1.bypass_damper": 1.0}
    assert only(averages(example("bypass"), values), "so2").plant_state is PlantState.NOT_OPERATING


MAIN = {"main.so2": 1800.0, "main.o2": 6.3, "main.h2o": 10.0}
SPARE = {"spare.so2": 1750.0, "spare.o2": 6.3, "spare.h2o": 10.0}


def test_the_main_analyser_counts_while_it_is_valid_and_is_calibrated(example, averages, only):
    so2 = only(averages(example("redundant-analyser"), MAIN | SPARE), "so2")
    assert (so2.chain, so2.raw, so2.calibrated) == ("main", 1800.0, pytest.approx(1836.0))
    assert so2.value == pytest.approx(1836.0 / 0.9 * 15 / 14)


def test_the_spare_analyser_counts_where_the_main_one_has_no_valid_average(example, averages, only, minutes):
    dead = minutes(1800.0, bad=dict.fromkeys(range(7), InstrumentStatus.FAULT))
    so2 = only(averages(example("redundant-analyser"), {**MAIN, **SPARE, "main.so2": dead}), "so2")
    assert (so2.chain, so2.raw, so2.count_valid, so2.status) == ("spare", 1750.0, 20, AverageStatus.VALID)


def test_where_neither_is_valid_the_main_one_says_why(example, averages, only, minutes):
    dead = minutes(1800.0, bad=dict.fromkeys(range(20), InstrumentStatus.COMMUNICATION_LOST))
    so2 = only(averages(example("redundant-analyser"), {**MAIN, **SPARE, "main.so2": dead, "spare.so2": dead}), "so2")
    assert (so2.chain, so2.value, so2.status, so2.count_valid) == ("main", None, AverageStatus.NO_DATA, 0)


DRY = {"gas.so2": 700.0, "gas.no": 250.0, "gas.no2": 10.0, "gas.o2": 7.0, "stack-1.dust": 180.0, **FLOW}


def test_dry_extractive_gas_and_wet_dust_meet_at_reference_conditions(example, averages, only):
    table = averages(example("dry-extractive-beside-in-situ-dust"), DRY)
    assert only(table, "so2").value == pytest.approx(700.0 * 64.0638 / 22.414 * 15 / 14)
    assert only(table, "nox").value == pytest.approx(260.0 * 46.0055 / 22.414 * 15 / 14)
    dust = only(table, "dust")
    assert dust.value == pytest.approx(180.0 * 409.725 / 273.15 / 0.925 * 15 / 14)
    assert dust.h2o_pct == 7.5
    assert only(table, "flow").value == pytest.approx(20 * 50 * 3600 * 273.15 / 409.725 * 0.925)


def test_a_lost_peripheral_leaves_the_average_without_a_value(example, averages, only, minutes):
    dead = minutes(7.0, bad=dict.fromkeys(range(20), InstrumentStatus.FAULT))
    table = averages(example("dry-extractive-beside-in-situ-dust"), {**DRY, "gas.o2": dead})
    so2 = only(table, "so2")
    assert (so2.status, so2.value, so2.raw) == (AverageStatus.PERIPHERAL_MISSING, None, 700.0)


def test_oxygen_near_air_is_said_rather_than_multiplied(example, averages, only):
    so2 = only(averages(example("dry-extractive-beside-in-situ-dust"), {**DRY, "gas.o2": 20.7}), "so2")
    assert (so2.status, so2.value) == (AverageStatus.O2_TOO_HIGH, None)


@pytest.mark.parametrize(("wet_o2_pct", "status"), [(18.63, AverageStatus.O2_TOO_HIGH), (None, AverageStatus.PERIPHERAL_MISSING)])
def test_mass_counts_all_time_in_operation_whatever_its_oxygen(example, averages, only, minutes, wet_o2_pct, status):
    """Mass = concentration x flow in one state, at measured oxygen: nothing is corrected, so nothing is missing (EN 17255-1)."""
    lost = minutes(7.0, bad=dict.fromkeys(range(20), InstrumentStatus.FAULT))
    table = averages(example("four-units-on-one-stack"), four() | {"stack-1.o2": lost if wet_o2_pct is None else wet_o2_pct})
    so2 = only(table, "so2")
    assert (so2.status, so2.value) == (status, None)
    assert so2.mass_g_s == pytest.approx(SO2_DRY * 600 / 1000, rel=1e-12)


NOX = {"stack-1.no": 180.0, "stack-1.no2": 9.0, "stack-1.co": 45.0, "stack-1.o2": 2.7, "stack-1.h2o": 10.0}
NOX_DRY = (9.0 + 1.533 * 180.0) / 0.9


@pytest.mark.parametrize(
    ("gas", "coal", "reference"),
    [
        (30_000.0, 0.0, 3.0),
        (0.0, 60.0, 6.0),
        (30_000.0, 60.0, 4.5),  # 30,000 · 33.5 MJ = 60,000 · 16.75 MJ: half and half
    ],
)
def test_reference_oxygen_follows_the_fuel_in_use(example, averages, only, gas, coal, reference):
    nox = only(averages(example("gas-fired-unit"), {**NOX, "unit-1.gas_flow": gas, "unit-1.coal_flow": coal}), "nox")
    assert nox.value == pytest.approx(NOX_DRY * (21 - reference) / (21 - 3.0))


def test_without_fuel_signals_the_usual_fuel_decides(example, averages, only):
    assert only(averages(example("gas-fired-unit"), NOX), "nox").value == pytest.approx(NOX_DRY)


def test_an_unknown_heat_leaves_the_strictest_reference(example, averages, only):
    plain = example("gas-fired-unit")
    unknown = msgspec.structs.replace(plain, fuels=tuple(msgspec.structs.replace(f, net_calorific_value=None) for f in plain.fuels))
    nox = only(averages(unknown, {**NOX, "unit-1.gas_flow": 1.0, "unit-1.coal_flow": 60.0}), "nox")
    assert nox.value == pytest.approx(NOX_DRY)


def test_a_source_without_ams_owes_nothing(example, averages):
    configuration = example("source-without-ams")
    assert len(averages(configuration, {})) == 0
    assert channels_needed(configuration) == frozenset()


def two_points(example):
    """The gas ducts of two unit pairs measured apart below one stack."""
    text = example("four-units-on-one-stack")
    (section,) = text.points
    east = msgspec.structs.replace(section, id=f"{section.id}.east", units=("unit-1", "unit-2"))
    west = msgspec.structs.replace(section, id=f"{section.id}.west", units=("unit-3", "unit-4"))
    rename = {}
    channels = list(text.channels)
    for channel in text.channels:
        if channel.point is not None:
            twin = msgspec.structs.replace(
                channel, id=type(channel.id)(int=channel.id.int ^ 1), name=channel.name.replace("stack-1", "west"), point=west.id
            )
            rename[channel.name] = twin.name
            channels.append(twin)
            channels[channels.index(channel)] = msgspec.structs.replace(channel, point=east.id)

    def moved(peripheral):
        return None if peripheral is None else msgspec.structs.replace(peripheral, channel=rename[peripheral.channel])

    (plan,) = text.plan.components
    (chain,) = plan.chains
    (flow,) = text.plan.flows
    west_chain = msgspec.structs.replace(chain, channels=(rename["stack-1.so2"],), o2=moved(chain.o2), h2o=moved(chain.h2o))
    west_flow = msgspec.structs.replace(
        flow, channel=rename["stack-1.velocity"], point=west.id, temperature=moved(flow.temperature), pressure=moved(flow.pressure)
    )
    return msgspec.structs.replace(
        text,
        points=(east, west),
        analysers=tuple(msgspec.structs.replace(a, point=east.id) for a in text.analysers),
        channels=tuple(channels),
        plan=msgspec.structs.replace(
            text.plan,
            components=(
                msgspec.structs.replace(plan, point=east.id),
                msgspec.structs.replace(plan, point=west.id, chains=(west_chain,)),
            ),
            flows=(msgspec.structs.replace(flow, point=east.id), west_flow),
        ),
    )


WEST = {name.replace("stack-1", "west"): value for name, value in (GAS | FLOW).items()}


def test_several_points_meet_weighted_by_flow(example, averages, only):
    configuration = two_points(example)
    assert check_configuration(configuration) == ()
    values = {**four(), **WEST, "west.so2": 900.0, "west.o2": 9.0, "west.velocity": 10.0}
    table = averages(configuration, values)
    so2 = only(table, "so2")
    # 2000 mg at 600 Nm³/s with 7 % and 1000 mg at 300 Nm³/s with 10 %: 1666.7 mg, 8 %
    assert so2.o2_dry_pct == pytest.approx(8.0)
    assert so2.value == pytest.approx((2000 * 600 + 1000 * 300) / 900 * 15 / 13)
    assert so2.mass_g_s == pytest.approx((2000 * 600 + 1000 * 300) / 1000)
    assert only(table, "flow").value == pytest.approx(900.0 * 3600)


def test_a_point_whose_units_rest_adds_nothing(example, averages, only):
    values = {**four(running=(1, 2)), **WEST, "west.so2": 5.0, "west.velocity": 3.0}
    so2 = only(averages(two_points(example), values), "so2")
    assert (so2.status, so2.plant_state) == (AverageStatus.VALID, PlantState.OPERATING)
    assert so2.value == pytest.approx(SO2_AT_6)


def test_one_dead_point_in_operation_leaves_the_source_without_a_value(example, averages, only, minutes):
    dead = minutes(900.0, bad=dict.fromkeys(range(20), InstrumentStatus.FAULT))
    so2 = only(averages(two_points(example), {**four(), **WEST, "west.so2": dead}), "so2")
    assert (so2.status, so2.value) == (AverageStatus.NO_DATA, None)


def test_held_and_calibrating_readings_never_enter(example, averages, only, minutes):
    bad = {3: InstrumentStatus.HELD, 4: InstrumentStatus.CALIBRATION, 5: InstrumentStatus.MAINTENANCE, 6: InstrumentStatus.OVER_RANGE}
    values = np.full(20, 1800.0)
    values[3:7] = 9e9
    so2 = only(averages(example("four-units-on-one-stack"), {**four(), "stack-1.so2": minutes(values, bad=bad)}), "so2")
    assert (so2.raw, so2.count_valid) == (1800.0, 16)
