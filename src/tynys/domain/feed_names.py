"""The pollutant names of the national data bank's feed, and the components they mean."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FEED_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "Диоксид азота": "no2",
        "Оксид азота": "no",
        "Углерод оксид": "co",
        "Сера диоксид": "so2",
        "Пыль": "dust",
        "Пыль (взвешенные частицы)": "dust_suspended",
        "Пыль SiO2 20%": "dust_silica_below_20",
        "Пыль SiO2 70-20%": "dust_silica_20_70",
        "Cумма оксидов азота": "nox",  # the feed's first letter is a Latin C
        "Сероводород": "h2s",
        "Серная кислота": "h2so4",
        "Фтористый водород": "hf",
        "Аммиак": "nh3",
        "Метан": "ch4",
        "Сажа": "soot",
        "Сточные воды": "waste_water",
    }
)
"""The 16 names exactly as the feed spells them, each with its component."""

_FEED_NAME_OF = {component: name for name, component in FEED_NAMES.items()}
_LOOKALIKE = str.maketrans("ABCEHKMOPTXaceopx", "АВСЕНКМОРТХасеорх")
_SPACES = re.compile(r"\s+")


def _key(name: str) -> str:
    """A spelling without what drifts: case, runs of blanks, Latin letters that look Cyrillic."""
    return _SPACES.sub(" ", name.strip()).translate(_LOOKALIKE).casefold()


_COMPONENT_OF = {_key(name): component for name, component in FEED_NAMES.items()}


def component_of(name: str) -> str | None:
    """The component a feed's name means, whatever its blanks, case and Latin look-alike letters; absent if it is none of the 16."""
    return FEED_NAMES.get(name) or _COMPONENT_OF.get(_key(name))


def feed_name_of(component: str) -> str | None:
    """The feed's own spelling for a component; absent if the feed has none."""
    return _FEED_NAME_OF.get(component)
