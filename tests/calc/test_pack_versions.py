"""A window is computed by the version of the pack that is in force at its begin."""

from datetime import UTC, date, datetime
from importlib.resources import files

import msgspec

from tynys.calc.pack_versions import PackVersions, begins_ms
from tynys.domain.base import to_ms
from tynys.law import load_pack

KZ = load_pack(files("tynys.law").joinpath("packs", "kz.toml").read_text("utf-8"), "kz.toml")
NEXT = msgspec.structs.replace(KZ, valid_from=date(2027, 1, 1))


def test_a_version_begins_at_midnight_in_the_time_of_the_pack():
    assert begins_ms(NEXT) == to_ms(datetime(2026, 12, 31, 19, tzinfo=UTC))  # 2027-01-01T00:00+05:00


def test_a_window_takes_the_version_of_its_begin_in_whatever_order_they_are_given():
    begin = begins_ms(NEXT)
    for packs in ([KZ, NEXT], [NEXT, KZ]):
        versions = PackVersions(packs)
        assert [versions.at(begin - 1), versions.at(begin), versions.at(begin + 1)] == [KZ, NEXT, NEXT]


def test_before_the_first_version_the_first_counts():
    assert PackVersions([NEXT]).at(0) is NEXT
