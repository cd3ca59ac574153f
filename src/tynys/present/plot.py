"""A small plot with two axes of numbers, complete in itself: drawn for print, where no style sheet is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tynys.present import svg
from tynys.present.pdf import FONT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tynys.present.voice import Voice

LEFT, RIGHT, TOP, FOOT = 46, 12, 24, 38
"""Room for the numbers of the upright axis, beside the last tick, for the heading, for the lower axis. [units of the picture]"""
STYLE = "".join(
    (
        f'text{{font-family:"{FONT}";font-size:11px;fill:#56625d}}.head{{font-size:12px;font-weight:600;fill:#17201d}}',
        ".grid{stroke:#e0e4e0;stroke-width:.7}.axis{stroke:#7b8681;stroke-width:.9}",
        ".line{stroke:#2f5f7a;stroke-width:1.4;fill:none}.band{fill:#2f5f7a;fill-opacity:.09}",
        ".limit{stroke:#17201d;stroke-width:1;stroke-dasharray:4 3;fill:none}",
        ".faint{stroke:#7b8681;stroke-width:.8;stroke-dasharray:2 3;fill:none}",
        ".dot{fill:#2f5f7a}.hollow{fill:#fff;stroke:#7b8681;stroke-width:1.2}.bad{fill:#b3261e}",
    )
)
"""The pages' own colours on white."""


@dataclass
class Plot:
    """Axes from the lowest to the highest tick; what is drawn goes in as shapes and comes out as one picture.

    ``x_values`` and ``y_values`` are all that must fit; ``width`` and ``height`` are of the whole picture.
    """

    voice: Voice
    x_values: Sequence[float]
    y_values: Sequence[float]
    width: int = 380
    height: int = 240
    foot: int = FOOT
    shapes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.x_ticks = svg.ticks(min(self.x_values), max(self.x_values))
        self.y_ticks = svg.ticks(min(self.y_values), max(self.y_values), max(2, self.height // 40))

    def x(self, value: float) -> float:
        """Where a number lies across."""
        low, high = self.x_ticks[0], self.x_ticks[-1]
        return LEFT + (value - low) / (high - low) * (self.width - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Where a number lies upright."""
        low, high = self.y_ticks[0], self.y_ticks[-1]
        return TOP + (high - value) / (high - low) * (self.height - TOP - self.foot)

    def line(self, points: Iterable[tuple[float, float]], kind: str = "line") -> None:
        """A line through points."""
        steps = " ".join(f"{'L' if index else 'M'}{svg.number(self.x(x))} {svg.number(self.y(y))}" for index, (x, y) in enumerate(points))
        self.shapes.append(svg.element("path", class_=kind, d=steps))

    def level(self, value: float, kind: str = "limit") -> None:
        """A level line over the whole width."""
        self.line([(self.x_ticks[0], value), (self.x_ticks[-1], value)], kind)

    def band(self, left: float, right: float) -> None:
        """A shaded span of the lower axis."""
        begin, end = self.x(max(left, self.x_ticks[0])), self.x(min(right, self.x_ticks[-1]))
        height = self.height - TOP - self.foot
        self.shapes.append(svg.element("rect", class_="band", x=begin, y=float(TOP), width=end - begin, height=float(height)))

    def dot(self, x: float, y: float, kind: str = "dot", radius: float = 2.6) -> None:
        """A round mark."""
        self.shapes.append(svg.element("circle", class_=kind, cx=self.x(x), cy=self.y(y), r=radius))

    def diamond(self, x: float, y: float, kind: str = "bad", reach: float = 4.2) -> None:
        """A mark that stands out without its colour too."""
        across, up, r = self.x(x), self.y(y), reach
        steps = f"M{svg.number(across)} {svg.number(up - r)}l{r} {r}l{-r} {r}l{-r} {-r}z"
        self.shapes.append(svg.element("path", class_=kind, d=steps))

    def words(self, x: float, y: float, said: str, anchor: str = "start") -> None:
        """Words beside a place."""
        self.shapes.append(svg.text(said, x=self.x(x), y=self.y(y) - 4, text_anchor=anchor))

    def picture(self, heading: str, *, below: str = "", description: str = "", x_labels: Sequence[tuple[float, str]] | None = None) -> str:
        """The whole picture as SVG; ``x_labels`` replace the numbers of the lower axis."""
        floor = self.height - self.foot
        frame = [svg.text(heading, class_="head", x=0, y=11)]
        for mark in self.y_ticks:
            kind = "axis" if mark == 0 else "grid"
            frame.append(svg.element("line", class_=kind, x1=LEFT, x2=self.width - RIGHT, y1=self.y(mark), y2=self.y(mark)))
            frame.append(svg.text(self.voice.number(mark, _places(self.y_ticks)), x=LEFT - 6, y=self.y(mark) + 4, text_anchor="end"))
        named = [(mark, self.voice.number(mark, _places(self.x_ticks))) for mark in self.x_ticks] if x_labels is None else x_labels
        for mark, said in named:
            frame.append(svg.element("line", class_="axis", x1=self.x(mark), x2=self.x(mark), y1=floor, y2=floor + 4))
            frame.append(svg.text(said, x=self.x(mark), y=floor + 15, text_anchor="middle"))
        frame.append(svg.element("line", class_="axis", x1=LEFT, x2=self.width - RIGHT, y1=floor, y2=floor))
        if below:
            frame.append(svg.text(below, x=self.width - RIGHT, y=floor + 31, text_anchor="end"))
        style = svg.element("style", STYLE)
        box = {"viewBox": f"0 0 {self.width} {self.height}", "xmlns": "http://www.w3.org/2000/svg"}
        return str(svg.picture([style, *frame, *self.shapes], title=heading, description=description, **box))


def _places(ticks: Sequence[float]) -> int:
    """Decimals that tell neighbouring ticks apart."""
    step = ticks[1] - ticks[0]
    return next((places for places in range(4) if abs(round(step, places) - step) < 1e-9), 4)  # noqa: PLR2004
