"""The 20 regions of Kazakhstan by ISO 3166-2:KZ, with their names and their cell of the national tile grid."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from tynys.domain.base import Record
from tynys.domain.facility import Names

if TYPE_CHECKING:
    from collections.abc import Mapping


class RegionKind(StrEnum):
    """A region, or a city of republican significance."""

    REGION = "region"
    CITY = "city"


class Region(Record, frozen=True, kw_only=True):
    """A region; ``column`` 0..6 and ``row`` 0..3 place it in the tile grid; ``valid_from`` where it is younger than the code list."""

    code: str
    names: Names
    short: Names
    kind: RegionKind
    column: int
    row: int
    valid_from: date | None = None


_CREATED_2022 = date(2022, 6, 8)  # Abai, Jetisu and Ulytau regions were formed


def _region(  # a table of twenty rows reads best without names
    code: int, column: int, row: int, kk: str, ru: str, en: str, ru_full: str, since: date | None = None
) -> Region:
    return Region(
        code=f"KZ-{code}",
        names=Names(kk=f"{kk.removesuffix(' обл.')} облысы", ru=ru_full, en=f"{en.removesuffix(' Reg.')} Region"),
        short=Names(kk=kk, ru=ru, en=en),
        kind=RegionKind.REGION,
        column=column,
        row=row,
        valid_from=since,
    )


def _city(  # as above
    code: int, column: int, row: int, kk: str, ru: str, en: str
) -> Region:
    return Region(
        code=f"KZ-{code}",
        names=Names(kk=f"{kk} қаласы", ru=f"город {ru}", en=f"{en} city"),
        short=Names(kk=kk, ru=ru, en=en),
        kind=RegionKind.CITY,
        column=column,
        row=row,
    )


REGIONS: Mapping[str, Region] = MappingProxyType(
    {
        r.code: r
        for r in (
            _region(39, 2, 0, "Қостанай", "Костанай", "Kostanay", "Костанайская область"),
            _region(59, 3, 0, "Солтүстік Қазақстан", "Северный Казахстан", "North Kazakhstan", "Северо-Казахстанская область"),
            _region(55, 4, 0, "Павлодар", "Павлодар", "Pavlodar", "Павлодарская область"),
            _region(27, 0, 1, "Батыс Қазақстан", "Западный Казахстан", "West Kazakhstan", "Западно-Казахстанская область"),
            _region(15, 1, 1, "Ақтөбе", "Актобе", "Aktobe", "Актюбинская область"),
            _region(11, 2, 1, "Ақмола", "Акмола", "Akmola", "Акмолинская область"),
            _city(71, 3, 1, "Астана", "Астана", "Astana"),
            _region(35, 4, 1, "Қарағанды", "Караганда", "Karaganda", "Карагандинская область"),
            _region(10, 5, 1, "Абай", "Абай", "Abai", "область Абай", _CREATED_2022),
            _region(63, 6, 1, "Шығыс Қазақстан", "Восточный Казахстан", "East Kazakhstan", "Восточно-Казахстанская область"),
            _region(23, 0, 2, "Атырау", "Атырау", "Atyrau", "Атырауская область"),
            _region(43, 1, 2, "Қызылорда", "Кызылорда", "Kyzylorda", "Кызылординская область"),
            _region(62, 2, 2, "Ұлытау", "Улытау", "Ulytau", "область Улытау", _CREATED_2022),
            _region(31, 3, 2, "Жамбыл", "Жамбыл", "Jambyl", "Жамбылская область"),
            _region(19, 4, 2, "Алматы обл.", "Алматинская обл.", "Almaty Reg.", "Алматинская область"),
            _region(33, 5, 2, "Жетісу", "Жетысу", "Jetisu", "область Жетысу", _CREATED_2022),
            _region(47, 0, 3, "Маңғыстау", "Мангистау", "Mangystau", "Мангистауская область"),
            _region(61, 2, 3, "Түркістан", "Туркестан", "Turkistan", "Туркестанская область"),
            _city(79, 3, 3, "Шымкент", "Шымкент", "Shymkent"),
            _city(75, 4, 3, "Алматы", "Алматы", "Almaty"),
        )
    }
)
"""The regions in reading order of the grid. Cells are equal and stand for no border."""
