"""Pictures of a calibration and of control charts, for print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.qa.control import ACTION, WARNING
from tynys.present.plot import Plot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.calc.arrays import Floats, Mask
    from tynys.calc.qa.control import Ewma, Shewhart
    from tynys.calc.qa.drift import Cusum
    from tynys.calc.qa.pairs import Pairs
    from tynys.present.voice import Voice

_MOST_LABELS, _MOST_SHOWN = 7, 52
"""Days written below a chart, and checks it has room for: the newest, a year of weeks."""
CONTROL_HEIGHT, CONTROL_FOOT = 122, 22


def calibration_chart(voice: Voice, pairs: Pairs, seen: Floats, *, intercept: float, slope: float) -> str:
    """Signal against the reference method in the state the analyser measures in, with the line; excluded pairs are hollow.

    Parameters
    ----------
    pairs : Pairs
        What was measured.
    seen : (n,) float64
        The reference method in the state of the analyser. [mg Nm⁻³]
    intercept, slope : float
        The calibration function. [mg Nm⁻³, mg Nm⁻³ per unit of the signal]
    """
    shown = np.isfinite(pairs.x) & np.isfinite(seen)
    x, y = pairs.x[shown], seen[shown]
    ends = [float(x.min()), float(x.max())]
    line = [(end, intercept + slope * end) for end in ends]
    plot = Plot(voice, x.tolist(), [*y.tolist(), *(value for _, value in line)])
    plot.line(line)
    used, materials = pairs.used[shown], pairs.materials[shown]
    for place in range(len(x)):
        if materials[place]:
            plot.diamond(float(x[place]), float(y[place]), "limit")
        else:
            plot.dot(float(x[place]), float(y[place]), "dot" if used[place] else "hollow")
    said = {"state": voice.t(f"qa.state.{pairs.ams_state}")}
    return plot.picture(
        voice.t("qa.chart.calibration", **said), below=voice.t("qa.chart.signal"), description=voice.t("qa.chart.calibration.long")
    )


def agreement_chart(
    voice: Voice, ams: Floats, srm: Floats, used: Mask, *, permitted: float, valid_range_max: float | None, heading: str
) -> str:
    """Analyser against reference method at standard conditions, the line of equality, the permitted uncertainty and the valid range.

    Parameters
    ----------
    ams, srm : (n,) float64
        At standard conditions. [mg Nm⁻³]
    used : (n,) bool
        Pairs that count.
    permitted : float
        Half-width of the permitted 95 % interval, P·E. [mg Nm⁻³]
    valid_range_max : float or None
        Upper end of the valid calibration range. [mg Nm⁻³]
    """
    a, s = ams[used], srm[used]
    top = max(float(a.max()), float(s.max()), valid_range_max or 0.0)
    low = min(0.0, float(a.min()), float(s.min()))
    plot = Plot(voice, [low, top], [low, top])
    if valid_range_max is not None:
        plot.band(0.0, valid_range_max)
    low, top = plot.x_ticks[0], plot.x_ticks[-1]
    plot.line([(low, low), (top, top)])
    for shift in (permitted, -permitted):
        begin, end = max(low, low - shift), min(top, top - shift)
        if begin < end:
            plot.line([(begin, begin + shift), (end, end + shift)], "faint")
    for across, up in zip(a.tolist(), s.tolist(), strict=True):
        plot.dot(across, up)
    return plot.picture(heading, below=voice.t("qa.chart.ams_standard"), description=voice.t("qa.chart.agreement.long"))


def control_charts(voice: Voice, sums: Cusum, average: Ewma, rules: Shewhart, *, s_ams: float, days: Sequence[str]) -> list[str]:
    """The four charts of a point: drift, precision, moving average, Shewhart; a check beyond its line is a diamond.

    Parameters
    ----------
    days : sequence of str
        What to write below each check.
    """
    new, days = slice(-_MOST_SHOWN, None), days[-_MOST_SHOWN:]
    h_x, h_s, action = (np.full(len(days), limit) for limit in (sums.h_x, sums.h_s, ACTION * s_ams))
    z, limit, difference = average.z[new], average.limit[new], sums.difference[new]
    drift = _control(voice, [sums.s_plus[new], -sums.s_minus[new]], [h_x, -h_x], sums.drift[new], days, voice.t("qa.chart.drift"))
    precision = _control(voice, [sums.s_precision[new]], [h_s], sums.precision[new], days, voice.t("qa.chart.precision"))
    ewma = _control(voice, [z], [limit, -limit], average.alarm[new], days, voice.t("qa.chart.ewma"))
    heading = voice.t("qa.chart.shewhart")
    shewhart = _control(voice, [difference], [action, -action], rules.alarm[new], days, heading, warning=WARNING * s_ams)
    return [drift, precision, ewma, shewhart]


def _control(
    voice: Voice,
    lines: Sequence[Floats],
    limits: Sequence[Floats],
    alarm: Mask,
    days: Sequence[str],
    heading: str,
    *,
    warning: float | None = None,
) -> str:
    count = len(days)
    everything = np.concatenate([*lines, *limits, np.zeros(1)])
    plot = Plot(voice, [0.0, float(max(count, 2) + 1)], everything.tolist(), height=CONTROL_HEIGHT, foot=CONTROL_FOOT)
    plot.x_ticks = [0.0, float(max(count, 2) + 1)]
    for limit in limits:
        ends = [(0.0, float(limit[0])), *((place + 1.0, value) for place, value in enumerate(limit.tolist()))]
        plot.line([*ends, (count + 1.0, float(limit[-1]))], "limit")
    if warning is not None:
        plot.level(warning, "faint")
        plot.level(-warning, "faint")
    for values in lines:
        plot.line([(place + 1.0, value) for place, value in enumerate(values.tolist())])
    worst = np.argmax(np.abs(np.stack(lines)), axis=0)
    for place in range(count):
        value = float(lines[worst[place]][place])
        if alarm[place]:
            plot.diamond(place + 1.0, value)
        else:
            plot.dot(place + 1.0, value, radius=2.0)
    step = -(-count // _MOST_LABELS)
    labels = [(place + 1.0, days[place]) for place in range(0, count, step)]
    return plot.picture(heading, x_labels=labels)
