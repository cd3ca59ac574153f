"""The formulas of the steps, written apart from the kernels in plain floats, and the replay of an explanation by them."""

import math
from fractions import Fraction

S_PER_H = 3600.0


def mean_of(values):
    """A mean as the house defines it: decimals (six places, below 17 million) exactly, anything else summed without error, then divided."""
    if all(float(round(v * 1e6)) / 1e6 == v and abs(v * 1e6) < 2**44 for v in values):
        return float(sum((Fraction(round(v * 1e6), 10**6) for v in values), Fraction(0)) / len(values))
    return math.fsum(values) / len(values)


def weighted_sum(q):
    n = sum(1 for name in q if name.startswith("w"))
    total = q["x1"] * q["w1"]
    for k in range(2, n + 1):
        total = total + q[f"x{k}"] * q[f"w{k}"]
    return total


def heat_weighted(q):
    n = sum(1 for name in q if name.startswith("Q_"))
    weighted = total = 0.0
    for k in range(1, n + 1):
        total = total + q[f"Q_{k}"]
        weighted = weighted + q[f"Q_{k}"] * q[f"O2_{k}"]
    return weighted / total


def flow_weighted(q, symbol):
    n = sum(1 for name in q if name.startswith("V"))
    share = sum(q[f"V{k}"] * q[f"{symbol}{k}"] for k in range(1, n + 1))
    return share / sum(q[f"V{k}"] for k in range(1, n + 1))


def validated(q):
    return max(q["c_ref"] - q["D"], 0.0) if q["c_ref"] > 0 and q["D"] > 0 else q["c_ref"]


FORMULAS = {
    "mean": lambda q: q["x"],
    "weighted_sum": weighted_sum,
    "calibration": lambda q: q["a"] + q["b"] * q["x"],
    "o2_dry": lambda q: q["O2_wet"] * 100.0 / (100.0 - q["H2O"]),
    "ppm_to_mg": lambda q: q["y"] * q["M"] / q["V_m"],
    "normal": lambda q: q["y"] * (((q["T"] + q["T_0"]) / q["T_n"]) * (q["p_n"] / q["p"])),
    "dry": lambda q: q["c"] * 100.0 / (100.0 - q["H2O"]),
    "oxygen": lambda q: q["c_dry"] * (q["O2_air"] - q["O2_ref"]) / (q["O2_air"] - q["O2"]),
    "oxygen_moved": lambda q: q["c_inst"] * (q["O2_air"] - q["O2_ref"]) / (q["O2_air"] - q["O2_inst"]),
    "at_measured": lambda q: q["c_inst"] * (q["O2_air"] - q["O2"]) / (q["O2_air"] - q["O2_inst"]),
    "kept": lambda q: q["c_dry"],
    "heat_weighted": heat_weighted,
    "share_of_limit": lambda q: q["s"] * q["L"],
    "validated": validated,
    "flow_velocity": lambda q: q["x"] * q["k"] * q["A"] * S_PER_H,
    "flow_volume": lambda q: q["x"] * q["k"] * q["t"],
    "flow_normal": lambda q: q["V"] * (q["T_n"] / (q["T"] + q["T_0"])) * (q["p"] / q["p_n"]),
    "flow_dry": lambda q: q["V_n"] * (100.0 - q["H2O"]) / 100.0,
    "sum": lambda q: sum(q.values()),
    "mass": lambda q: 0.0 if q["c_dry"] < 0 or q["V"] < 0 else q["c_dry"] * q["V"] / (q["m"] * q["t"]),
}


def result_of(step):
    """What a step's inputs give by its formula; None where it has none or a number is missing."""
    if step.formula == "mean_of":
        values = [m.value for m in step.members if m.counts]
        return mean_of(values) if values else None
    if step.formula in {"", "compared", "rounded"}:
        return None
    q = {quantity.symbol: quantity.value for quantity in step.inputs}
    if any(value is None for value in q.values()):
        return None
    if step.formula == "flow_weighted":
        return flow_weighted(q, step.result.symbol)
    return FORMULAS[step.formula](q)


def replayed(explanation):
    """The results of all steps by symbol, each checked; what a step takes from an earlier one must be what that one gave."""
    known = {}
    for step in explanation.steps:
        for quantity in step.inputs:
            if quantity.origin == "step" and quantity.value is not None and (step.subject, quantity.symbol) in known:
                assert quantity.value == known[step.subject, quantity.symbol], (step.kind, quantity)
        found = result_of(step)
        if step.result is not None and step.result.value is not None:
            if found is not None:
                assert found == step.result.value, (step.kind, step, found)
            known[step.subject, step.result.symbol] = step.result.value
            known["", step.result.symbol] = step.result.value
    return {symbol: value for (subject, symbol), value in known.items() if subject == ""}
