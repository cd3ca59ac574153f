"""The rule packs that come with the program, as text: law is handed its text and reads no file itself."""

from __future__ import annotations

from importlib.resources import files

_SUFFIX = ".toml"


def shipped_names() -> list[str]:
    """Their names, in order."""
    found = files("tynys.law").joinpath("packs").iterdir()
    return sorted(each.name.removesuffix(_SUFFIX) for each in found if each.name.endswith(_SUFFIX))


def shipped_text(name: str) -> str | None:
    """The text of one; None if none has this name."""
    if name not in shipped_names():
        return None
    return files("tynys.law").joinpath("packs", f"{name}{_SUFFIX}").read_text(encoding="utf-8")
