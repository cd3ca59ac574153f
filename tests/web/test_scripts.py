"""The scripts of the pages: plain modules whose types an independent checker proves, each small, each an element of its own."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tynys.web.assets import FOLDER

HERE = Path(__file__).parent
CHECKER = HERE / "node_modules/typescript/bin/tsc"
SCRIPTS = sorted((FOLDER / "js").glob("*.js"))


def test_the_types_of_every_script_hold() -> None:
    if shutil.which("node") is None or not CHECKER.exists():
        pytest.skip("needs Node and `npm --prefix tests/web ci`, as `make test` does")
    done = subprocess.run(["node", CHECKER, "-p", HERE / "tsconfig.json"], capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout == ""
    assert done.returncode == 0


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_says_what_it_is_and_reaches_for_nothing_dangerous(path) -> None:
    source = path.read_text()
    assert source.startswith("// @ts-check\n// ")
    assert not re.search(r"\b(?:eval|innerHTML|outerHTML|insertAdjacentHTML|document\.write|localStorage)\b", source)
    assert len(source.splitlines()) <= 350


def test_every_element_a_template_uses_is_defined_by_one_script() -> None:
    defined = [name for path in SCRIPTS for name in re.findall(r'customElements\.define\("([\w-]+)"', path.read_text())]
    used = {name for path in (FOLDER.parent / "templates").rglob("*.html") for name in re.findall(r"<(t-[\w-]+)", path.read_text())}
    assert sorted(defined) == sorted(used)
