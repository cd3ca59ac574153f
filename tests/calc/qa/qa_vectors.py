"""Worked examples computed apart from these kernels, with the digits they were printed to."""

import numpy as np


def floats(text):
    return np.array([float(each) for each in text.split()], np.float64)


_SO2 = """7.10 37.4 6.2 9.1  8.05 50.1 6.0 9.0  9.20 62.0 5.8 9.3  6.40 30.9 6.5 8.8  10.85 85.6 5.5 9.5  12.30 100.2 5.2 9.6
11.10 88.3 5.4 9.4  9.75 70.6 5.7 9.2  8.60 57.2 6.1 9.0  13.40 113.5 5.0 9.8  12.05 97.4 5.3 9.5  10.20 75.0 5.6 9.3
7.75 45.9 6.3 8.9  6.95 36.2 6.4 8.9  9.05 61.8 5.9 9.1"""
SO2 = dict(zip(("x", "y", "o2_dry_pct", "h2o_pct"), floats(_SO2).reshape(15, 4).T, strict=True))
"""Procedure a: E = 200 mg/Nm³, P = 20 %, reference oxygen 6 %; SRM wet at actual oxygen."""

NOX = {
    "x": floats("8.02 8.11 8.20 8.05 8.16 8.24 8.09 8.13 8.18 8.07 8.22 8.10 8.15 8.04 8.19"),
    "y": floats("100.4 103.0 104.9 101.6 104.4 105.5 102.0 103.9 104.1 102.4 106.3 102.2 104.0 100.2 105.1"),
}
"""Procedure b: E = 200 mg/Nm³, P = 20 %, zero at 4; SRM at standard conditions."""

CO = {
    "x": floats("4.30 4.41 4.36 4.52 4.28 4.39 4.47 4.33 4.44 4.37 4.50 4.35 4.42 4.31 4.46 4.01 9.05"),
    "y": floats("3.1 4.2 3.6 5.0 2.7 3.9 4.5 3.3 4.4 3.8 5.1 3.2 4.1 2.9 4.7 0 49.8"),
}
"""Procedure c: E = 50 mg/Nm³, P = 10 %; SRM at standard conditions; the last two rows are reference materials."""

AST = {
    "x": floats("8.40 9.90 11.60 7.30 10.50"),
    "y": floats("56.9 76.4 95.0 42.8 82.7"),
    "o2_dry_pct": floats("6.0 5.6 5.3 6.3 5.5"),
    "h2o_pct": floats("9.0 9.2 9.5 8.9 9.3"),
}
"""With the function found from `SO2`."""

DRIFT = floats("0.4 -1.2 1.8 0.6 2.9 2.2 3.4 2.6 3.9 3.1")
"""Reading minus reference, s_AMS = 2."""
SCATTER = floats("150.5 147.0 153.8 145.9 155.2 144.1") - 150
"""The same for a span of 150."""
