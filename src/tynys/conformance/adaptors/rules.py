"""Rule packs made of a case's input: what the case sets, around the plainest rules there are."""

from __future__ import annotations

import typing
from typing import Any

import msgspec

from tynys.law.pack import RulePack
from tynys.law.values import Sourced

_PLAIN: dict[str, Any] = {
    "id": "case",
    "title": {"kk": "Мысал", "ru": "Пример", "en": "Case"},
    "jurisdiction": "case",
    "valid_from": "2000-01-01",
    "source": {"title": "The case"},
    "conditions": {"temperature_k": 273.15, "pressure_kpa": 101.325, "moisture": "dry"},
    "oxygen": {"air_pct": 21.0, "mixed_fuels": "heat_input_weighted", "reference": []},
    "averaging": {"time_zone": "Asia/Almaty", "first_level": {"period": "PT10S"}, "short_term": {"period": "PT20M", "validity": {}}},
    "states": {
        "not_in_operation": ["not_operating"],
        "source_from_units": [
            *("abatement_failure", "other_than_normal", "operating", "start_up", "shut_down", "unknown", "not_operating"),
        ],
        "open_bypass": "other_than_normal",
    },
}


def rule_pack(given: dict[str, Any]) -> RulePack:
    """A pack of the tables a case gives; a table it does not give is plain, and a value stands for itself, its clause and certainty."""
    document = {name: _PLAIN.get(name, {}) | value if isinstance(value, dict) else value for name, value in given.items()}
    return msgspec.convert(sourced(_PLAIN | document, RulePack), RulePack)


def sourced(value: Any, wanted: Any) -> Any:
    """The document with clause and certainty wherever a type wants them and the case does not say."""
    options = [kind for kind in typing.get_args(wanted) if kind is not type(None)]
    if typing.get_origin(wanted) is tuple:
        return [sourced(each, options[0]) for each in value]
    if options and not isinstance(wanted, type):
        return value if value is None else sourced(value, options[0])
    if not (isinstance(wanted, type) and issubclass(wanted, msgspec.Struct)):
        return value
    types = typing.get_type_hints(wanted, include_extras=True)
    made = value if isinstance(value, dict) else {"value": value}
    if issubclass(wanted, Sourced):
        made = {"clause": "the case", "certainty": "verified"} | made
    return {name: sourced(each, types[name]) if name in types else each for name, each in made.items()}
