"""The same bytes on a machine that lacks the processor's newer instructions."""

import os
import subprocess
import sys

import numpy as np
import pytest

PROGRAM = """
import hashlib, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import numpy as np
from support import END_MS, MINUTE, T0_MS, by_id, good
from tynys.calc.pipeline import average_windows
from tynys.calc.running import running_windows
from tynys.calc.summary import summaries
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.document import load_toml
from tynys.law import load_pack
root = Path(sys.argv[2])
pack = load_pack((root / "src/tynys/law/packs/kz.toml").read_text(encoding="utf-8"), "kz.toml")
name = "dry-extractive-beside-in-situ-dust"
plant = load_toml((root / f"docs/examples/{name}.toml").read_text(encoding="utf-8"), FacilityConfiguration, name)
digest = hashlib.sha256()
for seed in range(4):
    readings = good(seed)
    readings["gas.so2"].value[7] = np.nan
    readings["stack-1.dust"].value[20:24] = [1e15, -1e15, 1 / 3, 5e-324]
    readings["gas.no"].status[3:9] = 4
    told = by_id(plant, readings)
    for period in ("PT20M", "PT1H"):
        made = average_windows(plant, pack, told, period, T0_MS, END_MS)
        for column in ("value", "raw", "calibrated", "o2_dry_pct", "flow_dry_nm3_h", "mass_g_s", "status"):
            digest.update(getattr(made, column).tobytes())
    digest.update(repr(running_windows(plant, pack, told, T0_MS + 33 * MINUTE)).encode())
    for column in summaries(plant, told, "PT20M", T0_MS, END_MS).columns().values():
        digest.update(column.tobytes() if isinstance(column, np.ndarray) else repr(column).encode())
from numpy._core._multiarray_umath import __cpu_features__ as features
print(digest.hexdigest(), sum(features.values()))
"""


def dispatched():
    """Processor features NumPy would use here beyond the least it is built for."""
    from numpy._core._multiarray_umath import __cpu_baseline__, __cpu_dispatch__, __cpu_features__

    return [name for name in __cpu_dispatch__ if __cpu_features__.get(name) and name not in __cpu_baseline__]


def result(folder, root, without=()):
    """Digest of an hour's numbers and how many features were on."""
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": " ".join(without)}
    command = [sys.executable, "-W", "error::RuntimeWarning", "-c", PROGRAM, str(folder), str(root)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    digest, features = done.stdout.split()
    return digest, int(features)


@pytest.mark.skipif(not dispatched(), reason=f"NumPy {np.__version__} uses no feature of this processor that could be switched off")
def test_the_same_bytes_with_the_features_of_the_processor_switched_off(request):
    folder, root = request.path.parent, request.config.rootpath
    (digest, features), (plain, fewer) = result(folder, root), result(folder, root, dispatched())
    assert fewer < features, "the features were switched off"
    assert plain == digest
