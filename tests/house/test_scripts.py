"""The scripts behind `make`: on a machine that lacks something they say what, and whatever is there is used."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from house_support import ROOT

CHECK_TOOLS = ROOT / "scripts" / "check_tools.sh"
SYSTEM_PACKAGES = ROOT / "scripts" / "system_packages.sh"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="Node is not installed")


def sh(script, path, *words, **environment):
    """Run a script with nothing on its PATH but what the test put there; exit code, output, errors."""
    command = [shutil.which("sh"), str(script), *words]
    done = subprocess.run(command, env={"PATH": str(path), **environment}, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def python(tool, tmp_path):
    """Puts the real Python on the PATH, as it is or believing itself to be another version or without a module."""

    def put(version="", without=""):
        custom = tmp_path / "custom"
        custom.mkdir()
        said = f"import sys\nsys.version_info = ({version.replace('.', ', ')}, 'final', 0)\n" if version else ""
        (custom / "sitecustomize.py").write_text(said + (f"import sys\nsys.modules[{without!r}] = None\n" if without else ""))
        told = f"[ \"$1\" = --version ] && {{ echo 'Python {version}'; exit 0; }}\n" if version else ""
        return tool("python3", f'{told}PYTHONPATH="{custom}" exec "{sys.executable}" "$@"')

    return put


@pytest.fixture
def node(tool, tmp_path):
    """Puts the real Node on the PATH, as it is or believing itself to be another version."""

    def put(version=""):
        if not version:
            return tool("node", f'exec "{NODE}" "$@"')
        before = tmp_path / "version.cjs"
        before.write_text(f'Object.defineProperty(process, "versions", {{value: {{...process.versions, node: "{version}"}}}});\n')
        return tool("node", f'[ "$1" = --version ] && {{ echo "v{version}"; exit 0; }}\nexec "{NODE}" -r "{before}" "$@"')

    return put


@needs_node
@pytest.mark.parametrize("version", ["", "18.0.0", "18.20.4", "20.20.2", "22.1.0", "100.0.0"])
def test_good_tools_pass_without_a_word(tool, python, node, version):
    python()
    node(version)
    path = tool("npm", "exit 0")
    assert sh(CHECK_TOOLS, path, "python3") == (0, "", "")


@needs_node
@pytest.mark.parametrize("version", ["9.11.2", "16.20.0", "17.9.1"])
def test_an_old_node_is_named_with_its_version(tool, python, node, version):
    python()
    node(version)
    path = tool("npm", "exit 0")
    assert sh(CHECK_TOOLS, path, "python3") == (1, "", f"Node 18 or newer is needed; found: v{version}.\n")


@needs_node
def test_a_missing_npm_is_named(python, node):
    python()
    code, said, error = sh(CHECK_TOOLS, node(), "python3")
    assert (code, said) == (1, "")
    assert "npm is needed" in error
    assert "apt-get install npm" in error


def test_a_missing_node_is_named(tool, python):
    python()
    code, said, error = sh(CHECK_TOOLS, tool("npm", "exit 0"), "python3")
    assert (code, said) == (1, "")
    assert "Node 18 or newer is needed" in error
    assert "apt-get install nodejs npm" in error


def test_an_old_python_is_named_with_its_version(python):
    assert sh(CHECK_TOOLS, python("3.10.12"), "python3") == (1, "", "Python 3.11 or newer is needed; found: Python 3.10.12.\n")


def test_a_missing_python_is_named(tool):
    code, said, error = sh(CHECK_TOOLS, tool("npm", "exit 0"), "python3")
    assert (code, said) == (1, "")
    assert "'python3' was not found" in error


def test_a_python_without_venv_is_named(python):
    code, said, error = sh(CHECK_TOOLS, python(without="ensurepip"), "python3")
    assert (code, said) == (1, "")
    assert "apt-get install python3-venv" in error


@pytest.fixture
def machine(tool, tmp_path):
    """A machine that has the named things; apt-get writes down how it was called."""

    def put(*, root, apt="exit 0", has=()):
        for name in ("grep", "mktemp", "tail", "rm", "ls"):
            tool(name, f'exec {shutil.which(name)} "$@"')
        tool("id", f"echo {0 if root else 1000}")
        tool("apt-get", f'echo "$@" >>"{tmp_path}/apt"\n{apt}')
        if "mbpoll" in has:
            tool("mbpoll", "exit 0")
        folder = tool("fc-list", "echo NotoSans" if "fonts-noto-core" in has else "exit 0")
        if "postgresql" in has:
            initdb = tmp_path / "postgresql" / "15" / "bin" / "initdb"
            initdb.parent.mkdir(parents=True)
            initdb.touch()
        chromium = shutil.which("sh") if "chromium" in has else str(tmp_path / "chromium")
        return folder, {"CHROMIUM": chromium, "POSTGRESQL": str(tmp_path / "postgresql")}

    return put


ALL = ("chromium", "postgresql", "mbpoll", "fonts-noto-core")


def test_without_root_it_says_what_to_install_and_which_tests_are_left_out(machine, tmp_path):
    path, places = machine(root=False)
    code, said, error = sh(SYSTEM_PACKAGES, path, **places)
    assert (code, said) == (0, "")
    assert f"apt-get install {' '.join(ALL)}" in error
    assert all(f"\n  {package}: " in error for package in ALL)
    assert {"tests/web", "tests/storage", "tests/interop"} <= set(error.replace(")", "(").replace(",", "(").split("("))
    assert not (tmp_path / "apt").exists()


def test_only_what_is_missing_is_named(machine):
    path, places = machine(root=False, has=("chromium", "mbpoll", "fonts-noto-core"))
    error = sh(SYSTEM_PACKAGES, path, **places)[2]
    assert "Not installed: postgresql. To install:  apt-get install postgresql " in error
    assert "chromium" not in error


def test_with_root_it_installs_what_is_missing(machine, tmp_path):
    path, places = machine(root=True, has=("chromium",))
    code, said, error = sh(SYSTEM_PACKAGES, path, **places)
    assert (code, error) == (0, "")
    assert "Installing from Debian: postgresql mbpoll fonts-noto-core" in said
    asked = (tmp_path / "apt").read_text().splitlines()
    assert asked == ["update -q", "install -y -q --no-install-recommends postgresql mbpoll fonts-noto-core"]


def test_when_installing_fails_the_reason_and_the_tests_left_out_are_told(machine):
    path, places = machine(root=True, apt="echo 'E: Unable to locate package'; exit 100", has=("chromium", "mbpoll", "fonts-noto-core"))
    code, _, error = sh(SYSTEM_PACKAGES, path, **places)
    assert code == 0
    assert "E: Unable to locate package" in error
    assert "postgresql: the registry on PostgreSQL" in error


@pytest.mark.parametrize("root", [True, False])
def test_a_machine_that_has_everything_hears_nothing(machine, tmp_path, root):
    path, places = machine(root=root, has=ALL)
    assert sh(SYSTEM_PACKAGES, path, **places) == (0, "", "")
    assert not (tmp_path / "apt").exists()


def test_the_summary_names_each_test_that_was_left_out(tmp_path):
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8")
    text = "import pytest\n\n@pytest.mark.skipif(True, reason='mbpoll is not installed')\ndef test_that_needs_it(): pass\n\n"
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_some.py").write_text(text + text.replace("that_needs_it", "of_another_kind"), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:schemathesis"]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | {"COLUMNS": "200"}, capture_output=True, text=True, check=False)
    for name in ("test_that_needs_it", "test_of_another_kind"):
        assert f"SKIPPED tests/test_some.py::{name} - Skipped: mbpoll is not installed" in done.stdout, done.stdout + done.stderr


def test_continuous_integration_runs_the_same_command_as_a_person():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").splitlines()[-1] == "exec make test"
