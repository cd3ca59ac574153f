"""Small pieces every chart is made of: escaped text, attributes, axis ticks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable


def number(value: float) -> str:
    """A coordinate, short: at most two decimals and no trailing zero."""
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def element(tag: str, content: str | Iterable[str] = "", /, **attributes: object) -> str:
    """One element; ``class_`` is ``class`` and other ``_`` are ``-``; what is None is left out."""
    pairs = []
    for name, value in attributes.items():
        if value is None:
            continue
        shown = number(value) if isinstance(value, float) else str(value)
        pairs.append(f' {"class" if name == "class_" else name.replace("_", "-")}="{escape(shown)}"')
    inner = content if isinstance(content, str) else "".join(content)
    return f"<{tag}{''.join(pairs)}>{inner}</{tag}>" if inner else f"<{tag}{''.join(pairs)}/>"


def text(words: str, /, **attributes: object) -> str:
    """A text element with its words escaped."""
    return element("text", str(escape(words)), **attributes)


def picture(content: Iterable[str], /, *, title: str, description: str = "", identity: str = "", **attributes: object) -> Markup:
    """An image that says what it shows: title and description are read aloud, the title also labels it."""
    named = [str(element("title", str(escape(title))))]
    if description:
        named.append(element("desc", str(escape(description))))
    label = {"aria_label": title} if not identity else {"id": identity, "aria_label": title}
    return Markup(element("svg", [*named, *content], role="img", **label, **attributes))  # noqa: S704 - every text in it is escaped


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers, two at least, that cover the span from ``low`` to ``high``: steps of 1, 2, 2.5 or 5 times a power of ten."""
    span = max(high - low, abs(high) * 1e-6, 1e-9)
    power = 10.0 ** math.floor(math.log10(span / most))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10, 20) if span / (power * factor) <= most)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * index, 10) for index in range(first, max(last, first + 1) + 1)]
