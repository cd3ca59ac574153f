"""Series of the centre as charts of `present`: the same picture without scripts, in print and before the zoomable one arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tynys.present import day_chart, sparkline
from tynys.web.ribbon import ribbon_names

if TYPE_CHECKING:
    from markupsafe import Markup

    from tynys.centre.views import ChartSeries, ComponentView
    from tynys.present.voice import Voice


def big(voice: Voice, series: ChartSeries, *, title: str) -> Markup | None:
    """The chart of a source's page; None when there is nothing to draw."""
    if len(series.start_ms) == 0 or not np.isfinite(series.mean).any():
        return None
    steps = day_chart.Steps(series.start_ms, width_ms(series), series.minimum, series.maximum, series.mean, ribbon_names(series))
    return day_chart.day_chart(
        voice, steps, limit=series.limit, unit=voice.unit(series.unit), title=title, description=described(voice, series)
    )


def small(voice: Voice, view: ComponentView, series: ChartSeries) -> dict[str, Any]:
    """One of many small charts: component, unit, picture and the range in words."""
    title = described(voice, series)
    picture = sparkline.sparkline(series.start_ms, series.mean, width_ms(series), limit=series.limit, title=title)
    return {"component": voice.short(view.component), "unit": voice.unit(view.unit), "picture": picture, "range": title}


def described(voice: Voice, series: ChartSeries) -> str:
    """A series in one line: lowest, highest, and the limit."""
    known = series.mean[np.isfinite(series.mean)]
    if len(known) == 0:
        return voice.t("chart.nothing")
    said = voice.t("chart.range", low=voice.measured(float(known.min())), high=voice.measured(float(known.max())))
    return said if series.limit is None else f"{said}; {voice.t('chart.limit', limit=voice.measured(series.limit))}"


def width_ms(series: ChartSeries) -> int:
    """How long a step of a series is: its interval, or the width of its buckets where it was decimated. [ms]."""
    gaps = np.diff(series.start_ms)
    return int(max(series.interval_ms, gaps.min())) if len(gaps) else series.interval_ms
