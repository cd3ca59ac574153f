"""The one limit bar: a grey track to 1.5 times the limit, the limit as a tick, the value as a bar, the forecast as a hollow diamond."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tynys.present import svg

if TYPE_CHECKING:
    from markupsafe import Markup

    from tynys.present.voice import Voice

SCALE = 1.5
"""Length of the track in limits."""


def limit_bar(voice: Voice, value: float | None, limit: float | None, forecast: float | None, standing: str) -> Markup | str:
    """The bar of one value against its limit; nothing without both. It is as wide as its container and never scales its marks."""
    if value is None or not limit:
        return ""
    title = voice.t("bar.title", share=voice.percent(value / limit))
    if forecast is not None:
        title = f"{title}; {voice.t('bar.forecast', share=voice.percent(forecast / limit))}"
    parts = [
        svg.element("rect", class_="bar-track", y=6, width="100%", height=6, rx=1),
        svg.element("rect", class_="bar-value", y=6, width=_at(value / limit), height=6, rx=1),
        svg.element("line", class_="bar-limit", x1=_at(1), x2=_at(1), y1=1, y2=17),
    ]
    if value / limit > SCALE:
        parts.append(
            svg.element("svg", svg.element("path", class_="bar-over", d="M-7 4l4 5-4 5M-2 4l4 5-4 5"), x="97%", overflow="visible")
        )
    if forecast is not None:
        mark = svg.element("path", class_="bar-forecast", d="M0 1l5 8-5 8-5-8z")
        parts.append(svg.element("svg", mark, x=_at(forecast / limit), overflow="visible"))
    return svg.picture(parts, title=title, class_=f"bar s-{standing}", width="100%", height=18)


def _at(share: float) -> str:
    return f"{svg.number(min(max(share, 0.0), SCALE) / SCALE * 100)}%"
