#!/bin/sh
# Says in words which tool of the README's list is missing or too old, before anything is installed.
set -u
python=$1
fail() { echo "$1" >&2; exit 1; }
command -v "$python" >/dev/null || fail "Python 3.11 or newer is needed and '$python' was not found. On Debian 12: apt-get install python3 python3-venv"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or newer is needed; found: $("$python" --version 2>&1)."
"$python" -c 'import venv, ensurepip' 2>/dev/null || fail "Python's venv module is missing. On Debian 12: apt-get install python3-venv"
command -v node >/dev/null || fail "Node 18 or newer is needed to build the browser libraries, and was not found. On Debian 12: apt-get install nodejs npm"
node -e 'process.exit(parseInt(process.versions.node, 10) < 18 ? 1 : 0)' || fail "Node 18 or newer is needed; found: $(node --version)."
command -v npm >/dev/null || fail "npm is needed to build the browser libraries, and was not found. On Debian 12: apt-get install npm"
