"""A printed page: a typst template of the package filled with worded data; the same data gives the same bytes.

Templates stand in ``sheets/`` and hold no words: every text comes worded in one language. ``sheets/house.typ`` carries the look all of them
share. Pictures are SVG of this room, handed over as text.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

FONT = "Libertinus Serif"
"""The typeface of printed pages: comes with typst, has every Kazakh letter, subscripts and Greek; pictures name it too."""
_EPOCH = 0
"""The moment every page is made at, so that its bytes tell nothing of when it was printed. [s since 1970 UTC]"""
_ENCODER = msgspec.json.Encoder(order="deterministic")


def render(template_name: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of a template and its data.

    Parameters
    ----------
    template_name : str
        A template of ``sheets/`` without its ``.typ``.
    data : mapping
        What the template reads: worded texts, numbers, pictures as SVG text; anything JSON can say (NaN becomes none).
        ``language`` is needed by every template.

    Returns
    -------
    bytes
        The document, without a date of making and with fonts that come with the library, whatever the machine has.

    Raises
    ------
    KeyError
        No such template: a programming error.
    """
    import typst  # noqa: PLC0415 - 15 MB that only a printed page needs

    folder = files("tynys.present") / "sheets"
    page = folder / f"{template_name}.typ"
    if not page.is_file():
        raise KeyError(f"sheets/{template_name}.typ is not there")
    made = typst.compile(
        page.read_bytes(),
        root=str(folder),
        font_paths=_fonts(),
        sys_inputs={"data": _ENCODER.encode(data).decode()},
        timestamp=_EPOCH,
        format="pdf",
    )
    assert isinstance(made, bytes)  # noqa: S101 - a list only where several files are asked for
    return made


@cache
def _fonts() -> Any:
    """The fonts inside the library and no others: a page must not depend on the machine."""
    import typst  # noqa: PLC0415 - see `render`

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[])
