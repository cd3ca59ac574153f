"""How stated probabilities came true: a dot for each tenth beside the line of perfect reliability, with how many stand behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tynys.calc.skill import wilson_interval
from tynys.present import svg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from tynys.calc.skill import Groups
    from tynys.present.voice import Voice

SIDE, LEFT, TOP, FOOT, BETWEEN, COUNTS = 300, 62, 46, 96, 86, 40
"""Side of a square of 0..1, room at the left, above and below it, between two, and height of the counts. [px]"""
STYLE = """
.frame { fill: none; stroke: #4a4a46 } .grid { stroke: #dcd8cf } .perfect { stroke: #4a4a46; stroke-dasharray: 5 4 }
.range { stroke: #1f5f8b; stroke-width: 1.5 } .dot { fill: #1f5f8b } .count { fill: #b9c7d1 }
.h { font-size: 15px; font-weight: 600; fill: #1d1d1b } .n { font-size: 12px; fill: #4a4a46 }
.ground { fill: #fbfaf7 }
"""


def reliability_diagram(voice: Voice, panels: Sequence[tuple[str, Groups]]) -> Markup:
    """The picture, a panel for each named set of probabilities; it stands alone, with its own style.

    The bar of a dot is the 95 % interval of its frequency; below, how many probabilities fell into each tenth.
    """
    width = LEFT + len(panels) * SIDE + (len(panels) - 1) * BETWEEN + 20
    height = TOP + SIDE + FOOT + COUNTS
    shapes = [svg.element("style", STYLE), svg.element("rect", class_="ground", width=width, height=height)]
    for index, (name, made) in enumerate(panels):
        shapes.extend(_panel(voice, LEFT + index * (SIDE + BETWEEN), name, made))
    told = "; ".join(f"{name}: {_told(voice, made)}" for name, made in panels)
    return svg.picture(
        shapes,
        title=voice.t("reliability.title"),
        description=told,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
        font_family="'Golos Text', 'DejaVu Sans', Arial, sans-serif",
    )


def _told(voice: Voice, made: Groups) -> str:
    """The dots in words, for who does not see them."""
    pairs = zip(made.stated.tolist(), made.happened.tolist(), made.count.tolist(), strict=True)
    return ", ".join(
        voice.t("reliability.dot", stated=voice.percent(stated), happened=voice.percent(happened), count=voice.number(count))
        for stated, happened, count in pairs
    )


def _panel(voice: Voice, left: float, name: str, made: Groups) -> list[str]:
    def x(share: float) -> float:
        return left + share * SIDE

    def y(share: float) -> float:
        return TOP + (1 - share) * SIDE

    shapes = [svg.text(name, class_="h", x=left, y=TOP - 18)]
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        shapes.append(svg.element("line", class_="grid", x1=left, x2=x(1), y1=y(tick), y2=y(tick)))
        shapes.append(svg.text(voice.percent(tick), class_="n", x=left - 8, y=y(tick) + 4, text_anchor="end"))
        shapes.append(svg.text(voice.percent(tick), class_="n", x=x(tick), y=y(0) + 18, text_anchor="middle"))
    shapes.append(svg.element("line", class_="perfect", x1=x(0), y1=y(0), x2=x(1), y2=y(1)))
    shapes.append(svg.element("rect", class_="frame", x=left, y=TOP, width=SIDE, height=SIDE))
    low, high = wilson_interval(made.happened, made.count)
    most, floor = float(made.count.max(initial=1)), TOP + SIDE + FOOT - 42 + COUNTS
    for stated, happened, count, least, greatest in zip(
        made.stated.tolist(), made.happened.tolist(), made.count.tolist(), low.tolist(), high.tolist(), strict=True
    ):
        shapes.append(svg.element("line", class_="range", x1=x(stated), x2=x(stated), y1=y(least), y2=y(greatest)))
        shapes.append(svg.element("circle", class_="dot", cx=x(stated), cy=y(happened), r=4.5))
        tall = max(1.0, COUNTS * count / most)
        shapes.append(svg.element("rect", class_="count", x=x(stated) - 9, width=18, y=floor - tall, height=tall))
    shapes.append(svg.text(voice.t("reliability.stated"), class_="n", x=x(0.5), y=y(0) + 38, text_anchor="middle"))
    turned = f"rotate(-90 {svg.number(left - 46)} {svg.number(y(0.5))})"
    shapes.append(svg.text(voice.t("reliability.happened"), class_="n", x=left - 46, y=y(0.5), text_anchor="middle", transform=turned))
    shapes.append(svg.text(voice.t("reliability.counts"), class_="n", x=x(0.5), y=floor + 16, text_anchor="middle"))
    return shapes
