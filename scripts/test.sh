#!/usr/bin/env bash
# `make test`: everything it needs, then the whole suite on SQLite. What it could not do it says in one line.
#
# PYTEST_ARGS="tests/core -k cache" narrows it; without any, two processes run everything.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install.sh requirements-dev.txt
.venv/bin/python -m scripts.compile_translations

find_chromium() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && command -v "$name" >/dev/null; then
      command -v "$name"
      return
    fi
  done
}

missed=
CHROMIUM=$(find_chromium)
if [ -z "$CHROMIUM" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Chromium is missing: installing it from the distribution"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null </dev/null || true
  CHROMIUM=$(find_chromium)
fi
if [ -z "$CHROMIUM" ]; then
  missed="NOT RUN: the browser tests, because there is no Chromium here (Debian: apt-get install chromium)."
fi
export CHROMIUM

[ -z "$missed" ] || echo "$missed"
status=0
# shellcheck disable=SC2086 # the arguments are words
.venv/bin/python -m pytest -n "${PYTEST_WORKERS:-2}" --dist loadgroup ${PYTEST_ARGS:-} || status=$?
[ -z "$missed" ] || echo "$missed"
exit "$status"
