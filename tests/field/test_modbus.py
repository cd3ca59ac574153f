"""Blocks into samples: every decoder against an encoder of its own, and the instrument's status bits."""

import math
import struct
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.domain.status import GapCause, InstrumentStatus
from tynys.field.modbus import MapDecoder, decode_parameters, plan_reads
from tynys.field.modbus_reads import ExceptionAnswer, Read
from tynys.field.register_map import ModbusMap, Number, Parameter, Point, StatusBit, load_map

ORDERS = {"ABCD": (0, 1, 2, 3), "CDAB": (2, 3, 0, 1), "BADC": (1, 0, 3, 2), "DCBA": (3, 2, 1, 0)}
"""Which byte of the big-endian number stands first, second, third and fourth on the line."""


def make(kind, **fields):
    """A record as a TOML file would give it."""
    return msgspec.convert(fields, kind)


def one_point(**number):
    point = make(Point, name="x", table="input", address=7, **number)
    return ModbusMap(id="one", title="one", origin="ours", source="a test", points=(point,))


def decode_one(data, register_map=None, **number):
    decoder = MapDecoder(register_map or one_point(**number), {"x": "x"})
    return decoder.decode([data])["x"]


def on_the_line(big_endian, order):
    return bytes(big_endian[place] for place in ORDERS[order])


@given(st.floats(width=32, allow_nan=False, allow_infinity=False), st.sampled_from(sorted(ORDERS)))
def test_float32_in_every_word_order_is_carried_exactly(value, order):
    sample = decode_one(on_the_line(struct.pack(">f", value), order), type="float32", word_order=order)
    assert (sample.value, sample.status, sample.cause) == (value, InstrumentStatus.VALID, GapCause.NONE)


@given(st.integers(-(2**31), 2**31 - 1), st.sampled_from(sorted(ORDERS)))
def test_int32_in_every_word_order(value, order):
    sample = decode_one(on_the_line(value.to_bytes(4, "big", signed=True), order), type="int32", word_order=order)
    assert sample.value == value


@given(st.integers(0, 2**32 - 1), st.sampled_from(sorted(ORDERS)))
def test_uint32_in_every_word_order(value, order):
    assert decode_one(on_the_line(value.to_bytes(4, "big"), order), type="uint32", word_order=order).value == value


@given(st.integers(0, 2**53))
def test_64_bits_low_word_first(value):
    words = struct.unpack(">4H", value.to_bytes(8, "big"))
    assert decode_one(struct.pack(">4H", *reversed(words)), type="uint64", word_order="CDAB").value == value


@given(
    st.integers(-32768, 32767),
    st.integers(-100, 100).filter(bool),
    st.integers(-(10**6), 10**6),
    st.sampled_from([1, 3, 8, 10, 1000, 10**6]),
)
def test_a_scaled_integer_is_rounded_once(raw, multiply, add, divide):
    sample = decode_one(raw.to_bytes(2, "big", signed=True), type="int16", multiply=multiply, add=add, divide=divide)
    assert sample.value == float(Fraction(raw * multiply + add, divide))


def test_tenths_are_the_decimal_a_person_would_write():
    assert repr(decode_one((1403).to_bytes(2, "big"), type="int16", divide=10).value) == "140.3"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_a_number_is_a_gap(value):
    sample = decode_one(struct.pack(">f", value), type="float32")
    assert (sample.value, sample.status, sample.cause) == (None, InstrumentStatus.FAULT, GapCause.UNDECODABLE)


@pytest.mark.parametrize(
    ("raw", "value", "status", "cause"),
    [
        (12_000, 100.0, InstrumentStatus.VALID, GapCause.NONE),
        (20_700, 121.75, InstrumentStatus.OVER_RANGE, GapCause.NONE),
        (3500, None, InstrumentStatus.FAULT, GapCause.NOT_MEASURING),
        (0, None, InstrumentStatus.COMMUNICATION_LOST, GapCause.LINE_CUT),
    ],
)
def test_a_current_is_judged_and_scaled(raw, value, status, cause):
    sample = decode_one(raw.to_bytes(2, "big"), type="uint16", current={"at_4_ma": 80, "at_20_ma": 120})
    assert (sample.value, sample.status, sample.cause) == (value, status, cause)


def test_a_current_in_milliamperes_as_a_float():
    point = {"type": "float32", "multiply": 1000, "current": {"at_4_ma": 0, "at_20_ma": 200}}
    assert decode_one(struct.pack(">f", 12.0), **point).value == 100.0
    assert decode_one(struct.pack(">f", math.nan), **point).cause is GapCause.UNDECODABLE


@pytest.mark.parametrize("bit", range(16))
def test_any_bit_of_a_register_is_a_value(bit):
    register_map = one_point(type="bit", bit=bit)
    assert decode_one((1 << bit).to_bytes(2, "big"), register_map).value == 1.0
    assert decode_one((0xFFFF ^ 1 << bit).to_bytes(2, "big"), register_map).value == 0.0


@pytest.mark.parametrize("table", ["coil", "discrete"])
@pytest.mark.parametrize("address", [0, 7, 8, 20])
def test_coils_and_discrete_inputs_are_bits_from_the_lowest_on(table, address):
    other = make(Point, name="y", table=table, address=0, type="bit")
    point = make(Point, name="x", table=table, address=address, type="bit")
    register_map = ModbusMap(id="b", title="b", origin="ours", source="a test", points=(point, *([other] if address else [])))
    decoder = MapDecoder(register_map, {"x": "x", "y": "y"})
    assert decoder.reads == (Read({"coil": 1, "discrete": 2}[table], 0, address + 1),)
    assert decoder.decode([(1 << address).to_bytes(decoder.reads[0].size, "little")])["x"].value == 1.0


def numbers(table, *spans):
    return [make(Number, table=table, address=address, type={1: "uint16", 2: "uint32"}[width]) for address, width in spans]


@pytest.mark.parametrize(
    ("spans", "max_gap", "reads"),
    [
        ([(0, 2), (2, 1), (3, 1)], 0, [(4, 0, 4)]),
        ([(3, 1), (0, 2)], 0, [(4, 0, 2), (4, 3, 1)]),
        ([(3, 1), (0, 2)], 1, [(4, 0, 4)]),
        ([(0, 2), (40, 2)], 32, [(4, 0, 2), (4, 40, 2)]),
        ([(0, 2), (123, 2)], 121, [(4, 0, 125)]),
        ([(0, 2), (123, 2), (125, 1)], 121, [(4, 0, 125), (4, 125, 1)]),
        ([(0, 2), (0, 2), (1, 1)], 0, [(4, 0, 2)]),
    ],
)
def test_reads_are_few_and_within_the_protocols_bounds(spans, max_gap, reads):
    assert list(plan_reads(numbers("input", *spans), max_gap=max_gap)) == [Read(*read) for read in reads]


@given(st.lists(st.tuples(st.integers(0, 600), st.sampled_from([1, 2])), min_size=1, max_size=30), st.integers(0, 120))
def test_every_wanted_number_is_read_and_no_request_is_too_long(spans, max_gap):
    reads = plan_reads(numbers("holding", *spans), max_gap=max_gap)
    assert all(read.length <= 125 for read in reads)
    for address, width in spans:
        assert any(read.address <= address and address + width <= read.address + read.length for read in reads)


def test_the_analyser_takes_two_requests_and_our_stations_one():
    gases = dict.fromkeys(["so2", "co2", "h2o", "no", "no2", "nox", "co", "o2"], "")
    assert MapDecoder(load_map("marsic300"), gases).reads == (Read(4, 1000, 22), Read(2, 1000, 27))
    assert MapDecoder(load_map("tynys-dust"), {"dust": ""}).reads == (Read(3, 0, 8),)
    flow = dict.fromkeys(["velocity", "temperature", "pressure", "flow"], "")
    assert MapDecoder(load_map("tynys-flow"), flow).reads == (Read(4, 0, 9),)


def marsic(so2=1850.5, o2=6.25, *, bits=()):
    """An answer pair of the analyser: input registers 1000..1021 and discrete inputs 1000..1026."""
    registers = bytearray(44)
    struct.pack_into(">f", registers, 0, so2)
    struct.pack_into(">f", registers, 40, o2)
    return [bytes(registers), sum(1 << bit - 1000 for bit in bits).to_bytes(4, "little")]


@pytest.mark.parametrize(
    ("bits", "status"),
    [
        ({1004}, InstrumentStatus.VALID),
        ({1004, 1001}, InstrumentStatus.VALID),
        ({1004, 1008, 1019}, InstrumentStatus.VALID),
        (set(), InstrumentStatus.HELD),
        ({1004, 1003}, InstrumentStatus.OVER_RANGE),
        ({1003}, InstrumentStatus.HELD),
        ({1004, 1024}, InstrumentStatus.CALIBRATION),
        ({1004, 1025}, InstrumentStatus.CALIBRATION),
        ({1026}, InstrumentStatus.CALIBRATION),
        ({1002, 1026}, InstrumentStatus.MAINTENANCE),
        ({1000, 1002, 1026}, InstrumentStatus.FAULT),
    ],
)
def test_status_bits_of_the_analyser_go_with_the_value(bits, status):
    decoder = MapDecoder(load_map("marsic300"), {"so2": "so2", "o2": "o2"})
    samples = decoder.decode(marsic(bits=bits))
    assert {(sample.value, sample.status, sample.cause) for sample in samples.values()} == {
        (1850.5, status, GapCause.NONE),
        (6.25, status, GapCause.NONE),
    }
    assert decoder.notes == (("maintenance_request",) if 1001 in bits else ())


def test_a_note_goes_when_its_bit_goes():
    decoder = MapDecoder(load_map("marsic300"), {"so2": "so2", "o2": "o2"})
    decoder.decode(marsic(bits={1001, 1004}))
    decoder.decode(marsic(bits={1004}))
    assert decoder.notes == ()


@pytest.mark.parametrize(
    ("bits", "value", "status", "cause"),
    [
        ({1004}, 0.0, InstrumentStatus.VALID, GapCause.NONE),
        ({1004, 1003}, 0.0, InstrumentStatus.OVER_RANGE, GapCause.NONE),
        ({1002}, None, InstrumentStatus.MAINTENANCE, GapCause.NOT_MEASURING),
        (set(), None, InstrumentStatus.HELD, GapCause.NOT_MEASURING),
    ],
)
def test_zero_while_not_measuring_is_absent_and_a_live_zero_is_a_zero(bits, value, status, cause):
    sample = MapDecoder(load_map("marsic300"), {"so2": "so2", "o2": "o2"}).decode(marsic(0.0, bits=bits))["so2"]
    assert (sample.value, sample.status, sample.cause) == (value, status, cause)


def test_a_status_bit_of_some_points_leaves_the_others_alone():
    decoder = MapDecoder(load_map("tynys-flow"), {"velocity": "v", "temperature": "t"}, device_clock=False)
    samples = decoder.decode([struct.pack(">fhHHHH", 18.5, 1403, 0, 0, 0, 1 << 5)])
    assert (samples["v"].value, samples["v"].status) == (18.5, InstrumentStatus.OVER_RANGE)
    assert (samples["t"].value, samples["t"].status) == (140.3, InstrumentStatus.VALID)


def test_the_stations_of_the_simulated_plants_decode_whole():
    dust = MapDecoder(load_map("tynys-dust"), {"dust": "dust", "transmission": "transmission"})
    clock = 1_796_000_000_123
    float_low_first = struct.pack(">2H", *reversed(struct.unpack(">2H", struct.pack(">f", 812.25))))
    clock_low_first = struct.pack(">4H", *reversed(struct.unpack(">4H", clock.to_bytes(8, "big"))))
    samples = dust.decode([float_low_first + struct.pack(">HH", 4321, 0) + clock_low_first])
    assert (samples["dust"].value, samples["transmission"].value) == (812.25, 43.21)
    assert samples["dust"].device_time_ms == clock

    flow = MapDecoder(load_map("tynys-flow"), dict(zip(("velocity", "temperature", "pressure", "flow"), "vtpf", strict=True)))
    registers = struct.pack(">fhH", 18.5, -53, 12_530) + struct.pack(">HH", 2_400_000 & 0xFFFF, 2_400_000 >> 16)
    samples = flow.decode([registers + struct.pack(">HI", 0, 1_796_000_000)])
    assert {name: sample.value for name, sample in samples.items()} == {"v": 18.5, "t": -5.3, "p": 101.325, "f": 2_400_000}
    assert samples["v"].device_time_ms == 1_796_000_000_000


def test_a_refused_block_is_a_gap_where_it_is_needed():
    points = (
        make(Point, name="x", table="input", address=0, type="int16"),
        make(Point, name="y", table="holding", address=0, type="int16"),
    )
    status = make(StatusBit, name="s", table="coil", address=0, means="fault", points=("y",))
    register_map = ModbusMap(id="m", title="m", origin="ours", source="a test", points=points, status=(status,))
    decoder = MapDecoder(register_map, {"x": "x", "y": "y"})
    assert [read.function for read in decoder.reads] == [4, 3, 1]
    samples = decoder.decode([(5).to_bytes(2, "big"), (6).to_bytes(2, "big"), ExceptionAnswer(2)])
    assert (samples["x"].value, samples["x"].cause) == (5, GapCause.NONE)
    assert (samples["y"].value, samples["y"].cause) == (None, GapCause.EXCEPTION_ANSWER)
    assert str(ExceptionAnswer(2)) == "exception 2 (illegal data address: it has no such register)"


def test_parameters_are_written_as_the_shortest_exact_decimal():
    register_map = load_map("tynys-flow")
    reads = plan_reads(register_map.parameters, max_gap=32)
    answer = (289_529).to_bytes(4, "big") + struct.pack(">f", 0.9375)
    assert decode_parameters(register_map.parameters, [answer], reads, "ABCD") == {
        "duct_area_m2": "28.9529",
        "velocity_coefficient": "0.9375",
    }
    assert decode_parameters(register_map.parameters, [ExceptionAnswer(2)], reads, "ABCD") == {}


def test_overlapping_numbers_are_both_read():
    parameters = (
        make(Parameter, name="whole", table="holding", address=0, type="uint32"),
        make(Parameter, name="low", table="holding", address=1, type="uint16"),
        make(Parameter, name="swapped", table="holding", address=1, type="uint16", word_order="BADC"),
    )
    answer = bytes([0, 1, 2, 3])
    values = decode_parameters(parameters, [answer], plan_reads(parameters, max_gap=0), "ABCD")
    assert values == {"whole": str(0x00010203), "low": str(0x0203), "swapped": str(0x0302)}
