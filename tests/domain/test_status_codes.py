"""The status table goes to and from the flags of others without turning bad into good."""

import pytest

from tynys.domain.status import InstrumentStatus, PlantState
from tynys.domain.status_codes import (
    INSTRUMENT_CODES,
    PLANT_CODES,
    from_german,
    from_hj212,
    from_modc,
    from_ne107,
    to_hj212,
)

HJ_212_TABLE_8 = {
    "N": InstrumentStatus.VALID,
    "M": InstrumentStatus.MAINTENANCE,
    "D": InstrumentStatus.FAULT,
    "C": InstrumentStatus.CALIBRATION,
    "T": InstrumentStatus.OVER_RANGE,
    "B": InstrumentStatus.COMMUNICATION_LOST,
}


def test_every_status_and_state_has_its_row():
    assert set(INSTRUMENT_CODES) == set(InstrumentStatus)
    assert set(PLANT_CODES) == set(PlantState)


@pytest.mark.parametrize(("flag", "status"), HJ_212_TABLE_8.items())
def test_hj_212_flags_go_there_and_back(flag, status):
    assert to_hj212(status) == flag
    assert from_hj212(flag)[0] is status


def test_a_stopped_plant_is_f_and_comes_back_as_not_operating():
    assert to_hj212(InstrumentStatus.VALID, PlantState.NOT_OPERATING) == "F"
    assert from_hj212("F") == (InstrumentStatus.VALID, PlantState.NOT_OPERATING)


def test_a_fault_outranks_a_stopped_plant():
    assert to_hj212(InstrumentStatus.FAULT, PlantState.NOT_OPERATING) == "D"


@pytest.mark.parametrize("status", [s for s in InstrumentStatus if s is not InstrumentStatus.VALID])
def test_nothing_but_valid_becomes_good_anywhere(status):
    assert to_hj212(status) != "N"
    codes = INSTRUMENT_CODES[status]
    assert from_hj212(codes.hj212)[0] is not InstrumentStatus.VALID
    assert from_ne107(codes.ne107) is not InstrumentStatus.VALID
    assert from_modc(codes.modc) is not InstrumentStatus.VALID


def test_maintenance_required_leaves_the_value_standing():
    assert from_ne107("M") is InstrumentStatus.VALID


@pytest.mark.parametrize("code", ["06", "07", "08", "12", "55"])
def test_a_substitute_value_is_no_measurement(code):
    assert from_modc(code) is InstrumentStatus.FAULT


def test_letters_nobody_knows_are_absent():
    assert from_hj212("?") is None
    assert from_ne107("X") is None
    assert from_german("?") is None
    assert from_german("") is None
    assert from_german("G") is InstrumentStatus.VALID
