"""A PostgreSQL server of one's own for as long as tests need it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

BIN = next((path for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True) if (path / "initdb").exists()), None)
MISSING = "no PostgreSQL server is installed: apt-get install postgresql, or run tests without the second registry adapter"


def _command(*words):
    """PostgreSQL refuses to run as root: then its own user runs it."""
    if os.geteuid() != 0:
        return list(words)
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *words]


@contextlib.contextmanager
def postgres_server():
    """A fresh cluster reached through a socket in its own folder; gives SQLAlchemy's address of a database."""
    folder = Path(tempfile.mkdtemp(prefix="tynys-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    folder.chmod(0o755)
    data, sockets = folder / "data", folder / "s"
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PGTZ": "UTC"}

    def run(*words):
        done = subprocess.run(_command(*words), capture_output=True, text=True, check=False, env=environment, cwd="/")
        assert done.returncode == 0, f"{words[0]}: {done.stderr}{done.stdout}"

    run("mkdir", str(sockets))
    run(str(BIN / "initdb"), "-D", str(data), "-A", "trust", "-U", "tynys", "--no-sync", "-E", "UTF8", "--no-locale")
    options = f"-k {sockets} -c listen_addresses= -c fsync=off -c max_connections=40 -c shared_buffers=16MB"
    process = subprocess.Popen(
        _command(str(BIN / "postgres"), "-D", str(data), *options.split()),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd="/",
    )
    try:
        deadline = time.monotonic() + 20
        ready = [str(BIN / "pg_isready"), "-h", str(sockets), "-U", "tynys"]
        while subprocess.run(ready, capture_output=True, check=False, env=environment).returncode != 0:
            assert time.monotonic() < deadline, "PostgreSQL did not start within 20 s"
            time.sleep(0.05)
        yield f"postgresql+psycopg://tynys@/postgres?host={sockets}"
    finally:
        process.terminate()
        process.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)
