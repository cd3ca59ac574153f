"""Shipped packs, and packs whose values are as sure as a test wants them."""

from functools import cache
from importlib.resources import files

import msgspec

from tynys.domain.component import Certainty
from tynys.law import load_pack
from tynys.law.values import Sourced

PACKS = sorted(path.name.removesuffix(".toml") for path in (files("tynys.law") / "packs").iterdir() if path.name.endswith(".toml"))


@cache
def text_of(name):
    return (files("tynys.law") / "packs" / f"{name}.toml").read_text(encoding="utf-8")


@cache
def pack_of(name):
    return load_pack(text_of(name), f"{name}.toml")


def marked(record, to_confirm=(), path=""):
    """The same record with every value verified, but for those at the paths given."""
    new = {}
    if isinstance(record, Sourced):
        new["certainty"] = Certainty.TO_CONFIRM if path in to_confirm else Certainty.VERIFIED
    for field in record.__struct_fields__:
        found, below = getattr(record, field), f"{path}.{field}" if path else field
        if isinstance(found, msgspec.Struct):
            new[field] = marked(found, to_confirm, below)
        elif isinstance(found, tuple):
            new[field] = tuple(
                marked(member, to_confirm, f"{below}[{i}]") if isinstance(member, msgspec.Struct) else member
                for i, member in enumerate(found)
            )
    return msgspec.structs.replace(record, **new)
