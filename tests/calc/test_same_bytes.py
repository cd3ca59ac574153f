"""Every formula gives the same bytes on a machine that lacks the processor's newer instructions."""

import os
import subprocess
import sys

PROGRAM = """
import hashlib
import numpy as np
from numpy._core._multiarray_umath import __cpu_features__
from tynys.calc import combustion, gas_flow, mass, reference, substitution, uncertainty
from tynys.calc.compliance.ceilings import Grounds, mean_within
from tynys.domain.component import Certainty

rng = np.random.default_rng(7)
n = 20_003
conc, t, p = rng.uniform(-5, 3000, n), rng.uniform(-20, 500, n), rng.uniform(60, 110, n)
h2o, o2 = rng.uniform(0, 60, n), rng.uniform(0, 20.9, n)
lost, running = np.where(rng.random(n) < 0.1, np.nan, conc), rng.random(n) < 0.9
density = gas_flow.density_kg_m3(gas_flow.wet_molar_mass_g_mol(gas_flow.dry_molar_mass_g_mol(o2, h2o / 4), h2o), t, p)
parts = uncertainty.concentration_sensitivities(conc, t, p, h2o, o2, o2_reference_pct=6.0, o2_wet=True)
spread = np.abs(rng.normal(1, 1, (5, n)))
freedom = uncertainty.effective_degrees_of_freedom(parts, spread, np.array([9, 4, 30, np.inf, 15.0]))
made = {
    "to_normal": reference.to_normal(conc, t, p),
    "to_actual": reference.to_actual(conc, t, p),
    "to_dry": reference.to_dry(conc, h2o),
    "to_wet": reference.to_wet(conc, h2o),
    "to_reference_oxygen": reference.to_reference_oxygen(conc, o2, 6.0, o2_highest_pct=20.5, keep_at_or_below=True),
    "flow_to_oxygen": reference.flow_to_oxygen(conc, o2, 6.0),
    "excess_air": reference.o2_to_excess_air(reference.excess_air_to_o2(1 + h2o / 10)),
    "mass_rate": mass.mass_rate_g_s(conc, p * 1e4),
    "specific": mass.specific_emission_g_kwh(conc, p),
    "total": repr(mass.total_mass(conc, p)),
    "pitot": gas_flow.pitot_velocity_m_s(p / 600, density, 0.84),
    "fuel": combustion.dry_gas_of_fuel_nm3_kg(h2o, h2o / 20, h2o / 60, h2o / 70, o2 / 2),
    "load": combustion.flow_of_load_nm3_h(p * 5, (300, 400, 550), (1e5, 2e5, 7e5)),
    "combined": uncertainty.combined_uncertainty(parts, spread, np.full((5, 5), 0.3) + 0.7 * np.eye(5)),
    "freedom": freedom,
    "shared": uncertainty.shared_correlation(parts, parts[::-1], spread),
    "mean_uncertainty": repr(uncertainty.mean_uncertainty(spread[0], 0.2)),
    "two_sigma": substitution.fill_mean_plus_two_sigma(lost, running).values,
    "last_valid": substitution.fill_last_valid(lost, running).values,
    "look_back": substitution.fill_lookback_percentile(lost[:5000], running[:5000], highest_potential=9e3).values,
    "mean_within": repr(mean_within(lost, 1.0, Grounds("test", Certainty.VERIFIED))),
}
print(sum(__cpu_features__.values()))
for name, value in made.items():
    print(name, hashlib.sha256(value.encode() if isinstance(value, str) else np.ascontiguousarray(value).tobytes()).hexdigest())
"""


def dispatched():
    """Processor features NumPy would use here beyond the least it is built for."""
    from numpy._core._multiarray_umath import __cpu_baseline__, __cpu_dispatch__, __cpu_features__

    return [name for name in __cpu_dispatch__ if __cpu_features__.get(name) and name not in __cpu_baseline__]


def told(without):
    """How many features were on, and the digest of each formula's result."""
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": " ".join(without)}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, *rest = done.stdout.splitlines()
    return int(first), dict(line.split() for line in rest)


def test_every_formula_gives_the_same_bytes_with_the_features_of_the_processor_switched_off():
    (features, made), (fewer, plain) = told(()), told(dispatched())
    assert fewer < features or not dispatched()
    assert len(made) > 20
    assert {name for name in made if made[name] != plain[name]} == set()
