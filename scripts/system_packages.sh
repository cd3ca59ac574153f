#!/bin/sh
# Installs what some tests need from Debian where it may; else says what to install and which tests are left out.
set -u
missing=""
left_out=""
need() {
  missing="$missing $1"
  left_out="$left_out
  $1: $2"
}
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || need chromium "the pages in a real browser (tests/web)"
ls "${POSTGRESQL:-/usr/lib/postgresql}"/*/bin/initdb >/dev/null 2>&1 || need postgresql "the registry on PostgreSQL (tests/storage)"
command -v mbpoll >/dev/null || need mbpoll "the simulated analysers read by mbpoll (tests/interop, tests/sim)"
fc-list 2>/dev/null | grep -qi noto || need fonts-noto-core "none, but letters of some languages are boxes in the browser's pictures"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing from Debian:$missing"
  export DEBIAN_FRONTEND=noninteractive
  log=$(mktemp)
  # shellcheck disable=SC2086
  if apt-get update -q >"$log" 2>&1 && apt-get install -y -q --no-install-recommends $missing >>"$log" 2>&1; then rm -f "$log"; exit 0; fi
  tail -n 5 "$log" >&2
  rm -f "$log"
fi
echo "Not installed:$missing. To install:  apt-get install$missing   (as root)
Left out without them, and named in the summary of the tests:$left_out" >&2
exit 0
