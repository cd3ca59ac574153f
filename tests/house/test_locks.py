"""Locks carry hashes and no addresses; no file names the host of a package registry."""

from __future__ import annotations

import json
import re
import tomllib

import pytest
from house_support import ROOT, tracked
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYTHON_LOCKS = sorted((ROOT / "locks").glob("*.txt"))
NPM_LOCKS = [ROOT / name for name in tracked() if name.endswith("package-lock.json")]
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("registry", "npmmirror", "com"),
        ("unpkg", "com"),
        ("jsdelivr", "net"),
        ("cdnjs", "cloudflare", "com"),
    )
]
"""Where packages are published or served; spelt in pieces, so that this file names none either."""


def requirements(lock) -> dict[str, str]:
    """Each requirement of a lock with all its lines."""
    text = re.sub(r"^\s*#.*\n", "", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    blocks = [block for block in re.split(r"\n(?=\S)", text) if block.strip()]
    return {canonicalize_name(Requirement(block.partition("\\")[0].strip()).name): block for block in blocks}


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda path: path.name)
def test_every_python_requirement_is_one_version_with_hashes(lock):
    found = requirements(lock)
    assert len(found) > 30
    for name, block in found.items():
        assert re.match(r"[\w.-]+==\S+", block), f"{name}: expected one exact version"
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), f"{name}: expected a hash"


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda path: path.name)
def test_no_python_lock_has_an_address(lock):
    assert re.findall(r"://|--index-url|--extra-index-url|--find-links|^-i ", lock.read_text(encoding="utf-8"), re.MULTILINE) == []


@pytest.mark.parametrize(
    ("lock", "groups"), [("runtime.txt", ["build"]), ("dev.txt", ["dev"])], ids=["the program and its build", "all that tests need"]
)
def test_a_lock_holds_everything_the_project_asks_for(lock, groups):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["postgres"]]
    waiting = list(groups)
    while waiting:
        for entry in project["dependency-groups"][waiting.pop()]:
            if isinstance(entry, str):
                wanted.append(entry)
            else:
                waiting.append(entry["include-group"])
    found = requirements(ROOT / "locks" / lock)
    for requirement in map(Requirement, wanted):
        block = found.get(canonicalize_name(requirement.name))
        assert block is not None, f"{requirement.name} is not locked: make lock"
        version = re.match(r"[^=]+==([^\s;\\]+)", block)[1]
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement} is locked as {version}: make lock"


def test_both_python_locks_agree():
    runtime, dev = (
        {name: block.split()[0] for name, block in requirements(ROOT / "locks" / lock).items()} for lock in ("runtime.txt", "dev.txt")
    )
    assert {name: (version, dev.get(name)) for name, version in runtime.items() if dev.get(name) not in {version, None}} == {}


@pytest.mark.parametrize("lock", NPM_LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_npm_package_has_its_hash_and_no_address(lock):
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    assert len(packages) > 1
    for name, package in packages.items():
        assert "resolved" not in package, f"{name}: expected no address"
        if name:
            assert package["integrity"].startswith("sha512-"), f"{name}: expected its hash"


@pytest.mark.parametrize("lock", NPM_LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_npm_packages_are_asked_for_by_exact_version(lock):
    asked = json.loads(lock.with_name("package.json").read_text(encoding="utf-8"))
    versions = {**asked.get("dependencies", {}), **asked.get("devDependencies", {})}
    assert versions
    assert {name: version for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)} == {}
    locked = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in versions} == versions


def test_no_file_names_the_host_of_a_package_registry():
    named = []
    for name in tracked():
        text = (ROOT / name).read_bytes().decode(errors="replace")
        named += [f"{name}: {host}" for host in HOSTS if host in text]
    assert named == []
