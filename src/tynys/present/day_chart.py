"""A span of averages as steps with the range of readings behind, against the limit: fluid in width, fixed in type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.present import svg, time_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from markupsafe import Markup

    from tynys.present.voice import Voice

HEIGHT, TOP, FOOT = 190, 26, 46
"""Height of the plot, room above it for the unit, and room for ribbon and hours below. [CSS px]"""
RIBBON = 7


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What is drawn. Arrays are (n,); NaN where nothing; ``ribbon`` names the state of each step, ``valid`` needs no mark."""

    start_ms: npt.NDArray[np.int64]
    interval_ms: int
    minimum: npt.NDArray[np.float64]
    maximum: npt.NDArray[np.float64]
    mean: npt.NDArray[np.float64]
    ribbon: Sequence[str]


def day_chart(voice: Voice, steps: Steps, *, limit: float | None, unit: str, title: str, description: str) -> Markup:
    """The chart as one picture; a year, a day or an hour alike."""
    low, high, marks = scale(steps, limit)
    begin, end = int(steps.start_ms[0]), int(steps.start_ms[-1]) + steps.interval_ms

    def y(value: float) -> float:
        return TOP + (high - value) / (high - low) * HEIGHT

    def x(time_ms: int) -> float:
        return (time_ms - begin) / (end - begin) * 1000

    plot = _shapes(steps, x, y, limit)
    grid, labels = [], []
    for mark in marks:
        grid.append(svg.element("line", class_="grid", x1=0, x2="100%", y1=y(mark), y2=y(mark)))
        labels.append(svg.text(voice.number(mark, _places(marks)), class_="y", x=-8, y=y(mark) + 4, text_anchor="end"))
    if limit is not None:
        labels.append(svg.element("line", class_="limit", x1=0, x2="100%", y1=y(limit), y2=y(limit)))
        labels.append(
            svg.text(voice.t("chart.limit", limit=voice.measured(limit)), class_="limit", x="100%", y=y(limit) - 5, text_anchor="end")
        )
    foot = TOP + HEIGHT + RIBBON + 22
    for index, (time_ms, words) in enumerate(time_axis.marks(voice, begin, end)):
        share = (time_ms - begin) / (end - begin) * 100
        kind = "x" if index % 2 == 0 else "x minor"
        labels.append(svg.text(words, class_=kind, x=f"{svg.number(share)}%", y=foot, text_anchor="middle"))
    labels.append(svg.text(unit, class_="y", x=0, y=10))
    inner = [
        svg.element("svg", grid, width="100%", overflow="visible"),
        svg.element("svg", plot, width="100%", viewBox=f"0 0 1000 {TOP + HEIGHT + FOOT}", preserveAspectRatio="none", height="100%"),
        svg.element("svg", labels, width="100%", overflow="visible"),
    ]
    return svg.picture(inner, title=title, description=description, class_="day-chart", width="100%", height=TOP + HEIGHT + FOOT)


def scale(steps: Steps, limit: float | None) -> tuple[float, float, list[float]]:
    """Lowest and highest value of the axis and its ticks: all data and the limit, from zero where zero is near."""
    values = np.concatenate([steps.minimum, steps.maximum, steps.mean])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    if limit is not None:
        low, high = min(low, limit), max(high, limit)
    if 0 < low < 0.6 * high:
        low = 0.0
    marks = svg.ticks(low, high if high > low else low + 1)
    return marks[0], marks[-1], marks


def _places(marks: Sequence[float]) -> int:
    step = marks[1] - marks[0] if len(marks) > 1 else 1.0
    return 0 if step >= 1 and float(step).is_integer() else 1 if step >= 0.1 else 2  # noqa: PLR2004


def _shapes(steps: Steps, x, y, limit: float | None) -> list[str]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    band: list[str] = []
    line: list[str] = []
    over: list[str] = []
    drawing, end_ms = False, 0
    for index, time_ms in enumerate(steps.start_ms.tolist()):
        drawing = drawing and time_ms - end_ms < steps.interval_ms / 2  # steps that were left out are a gap as well
        end_ms = time_ms + steps.interval_ms
        left, right = x(time_ms), x(end_ms)
        shown = steps.mean[index]
        if not np.isfinite(shown):
            drawing = False
            continue
        if np.isfinite(steps.minimum[index]) and np.isfinite(steps.maximum[index]):
            high, low = svg.number(y(steps.maximum[index])), svg.number(y(steps.minimum[index]))
            band.append(f"M{svg.number(left)} {high}H{svg.number(right)}V{low}H{svg.number(left)}z")
        line.append(f"{'V' if drawing else f'M{svg.number(left)} '}{svg.number(y(shown))}H{svg.number(right)}")
        if limit is not None and shown > limit:
            over.append(f"M{svg.number(left)} {svg.number(y(shown))}H{svg.number(right)}")
        drawing = True
    keep = {"vector_effect": "non-scaling-stroke"}
    shapes = [svg.element("path", class_="band", d="".join(band))] if band else []
    shapes.append(svg.element("path", class_="mean", d="".join(line), **keep) if line else "")
    shapes.append(svg.element("path", class_="over", d="".join(over), **keep) if over else "")
    return [*shapes, *_ribbon(steps, x)]


def _ribbon(steps: Steps, x) -> list[str]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """The states below the plot, one path each; steps of one state that follow each other are one box."""
    boxes: dict[str, list[str]] = {}
    top = TOP + HEIGHT + 6
    times_ms = steps.start_ms.tolist()
    begin = 0
    for index, time_ms in enumerate(times_ms):
        after = index + 1
        end_ms = time_ms + steps.interval_ms
        if after < len(times_ms) and steps.ribbon[after] == steps.ribbon[begin] and times_ms[after] == end_ms:
            continue
        left, right = svg.number(x(times_ms[begin])), svg.number(x(end_ms) - 0.6)
        boxes.setdefault(steps.ribbon[begin], []).append(f"M{left} {top}H{right}v{RIBBON}H{left}z")
        begin = after
    return [svg.element("path", class_=f"ribbon r-{name}", d="".join(parts)) for name, parts in boxes.items()]
