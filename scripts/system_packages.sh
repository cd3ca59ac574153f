#!/bin/sh
# Installs what the browser and PostgreSQL tests need from Debian where it may; else says what is missing and which tests are left out.
set -u
missing=""
[ -x /usr/bin/chromium ] || missing="$missing chromium"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v socat >/dev/null || missing="$missing socat"
command -v mbpoll >/dev/null || missing="$missing mbpoll"
fc-list 2>/dev/null | grep -qi "noto" || missing="$missing fonts-noto-core"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing from Debian:$missing"
  export DEBIAN_FRONTEND=noninteractive
  log=$(mktemp)
  # shellcheck disable=SC2086
  if apt-get update -q >"$log" 2>&1 && apt-get install -y -q --no-install-recommends $missing >>"$log" 2>&1; then rm -f "$log"; exit 0; fi
  tail -n 5 "$log" >&2; rm -f "$log"
fi
echo "Not installed:$missing. The tests that need them are left out and named in the summary. To run them: apt-get install$missing" >&2
exit 0
