"""What a clone holds, a wheel and a source archive built from it, and an environment that has neither Node nor the clone."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import time
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from house_support import ROOT, Installed, tracked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE_S = 60.0


@pytest.fixture(scope="session")
def tree(tmp_path_factory) -> Path:
    """A copy of what a clone holds: no browser library, no cache, nothing built."""
    folder = tmp_path_factory.mktemp("clone")
    for name in tracked():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    return folder


def build(tree: Path, out: Path, *options: str, path: str = os.environ["PATH"]) -> Path:
    """What ``python -m build`` makes."""
    command = [sys.executable, "-m", "build", "--no-isolation", *options, "-o", str(out), str(tree)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"PATH": path})
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = out.iterdir()
    return made


@pytest.fixture(scope="session")
def wheel(tree, tmp_path_factory) -> Path:
    """The wheel of the clone, its browser libraries brought by npm."""
    return build(tree, tmp_path_factory.mktemp("wheel"), "--wheel")


@pytest.fixture(scope="session")
def wheel_of_archive(tree, wheel, tmp_path_factory) -> Path:
    """The wheel made from the source archive, on a machine without Node."""
    del wheel  # the archive is made after it, in the same tree
    archive = build(tree, tmp_path_factory.mktemp("archive"), "--sdist")
    unpacked = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(archive) as packed:
        packed.extractall(unpacked, filter="data")
    (source,) = unpacked.iterdir()
    return build(source, tmp_path_factory.mktemp("wheel-of-archive"), "--wheel", path=str(Path(sys.executable).parent))


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory) -> Installed:
    """The wheel in a new environment that sees the dependencies, and nothing of this clone or of Node."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv" / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--python", str(python)]
    subprocess.run([*install, "install", "--no-deps", "--no-index", str(wheel)], check=True)
    (site,) = (folder / "venv" / "lib").glob("python*/site-packages")
    # a folder named in a .pth file comes after the environment's own, and the .pth files inside it (our editable clone) are not read
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return Installed(python.parent, folder)


@pytest.fixture(scope="session")
def centre(installed) -> Iterator[tuple[str, Path]]:
    """A running centre of the installed wheel with a facility of recorded hours: its address and folder."""
    folder = installed.folder / "centre"
    installed.tynys("centre", "init", folder, "--simulated", "--intake-port", "0", "--public-port", "0")
    with running(installed, "centre", "run", folder, written=folder / "run.json") as told:
        hours = installed.folder / "hours"
        hours.mkdir()
        rows = [f"{30 + hour % 7},{12 + hour % 5}" for hour in range(48)]
        (hours / "hours.csv").write_text("\n".join(["NOX,CO", *rows]) + "\n", encoding="utf-8")
        start = time.strftime("%Y-%m-%dT%H:00Z", time.gmtime(time.time() - 60 * 3600))
        installed.tynys("replay", hours, "--start", start, "--centre", folder, "--approve")
        yield told["public_url"].rstrip("/"), folder


@pytest.fixture(scope="session")
def plant_page(installed) -> Iterator[str]:
    """The local page of a gateway of the installed wheel."""
    folder = installed.folder / "plant"
    document = ROOT / "docs" / "examples" / "bypass.toml"
    installed.tynys("plant", "init", folder, "--facility", "bypass", "--configuration", document, "--page-port", "0")
    with running(installed, "plant", "run", folder / "plant.toml", written=folder / "spool" / "page.json") as told:
        yield told["url"].rstrip("/")


@contextlib.contextmanager
def running(installed: Installed, *words: object, written: Path) -> Iterator[dict[str, str]]:
    """A program of the wheel until the test is done; what it wrote once it listened."""
    log = installed.folder / f"{words[0]}.log"
    with log.open("wb") as said:
        program = subprocess.Popen(installed.command(*words), stdout=said, stderr=said, env=installed.environment, cwd=installed.folder)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not written.is_file():
            assert program.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
            time.sleep(0.05)
        yield json.loads(written.read_text(encoding="utf-8"))
    finally:
        program.terminate()
        try:
            program.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


@pytest.fixture
def tool(tmp_path) -> Callable[[str, str], Path]:
    """Puts a small program into a folder that a script under test gets as its PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def put(name: str, body: str) -> Path:
        path = folder / name
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(0o755)
        return folder

    return put
