#!/usr/bin/env bash
# `make test`: everything it needs, then the whole suite on SQLite. What it could not do it says in one line.
#
# PYTEST_ARGS="tests/core -k cache" narrows it; without any, two processes run everything, in the order in which it is collected: tests
# that empty the tables come last.
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

# Playwright brings its driver, but not the system library that the driver needs.
driver=$(.venv/bin/python -c 'import pathlib, playwright; print(pathlib.Path(playwright.__file__).parent / "driver" / "node")')
driver_runs() {
  "$driver" --version >/dev/null 2>&1
}

# The HTML checker is a Java program.
has_java() {
  java -version >/dev/null 2>&1
}

missing=()
[ -n "$(find_chromium)" ] || missing+=(chromium)
has_java || missing+=(default-jre-headless)
driver_runs || missing+=(libatomic1)
if [ ${#missing[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "For the browser tests: installing ${missing[*]} from the distribution"
  log=$(mktemp)
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null || cat "$log"
  rm -f "$log"
fi

missed=
only=()
CHROMIUM=$(find_chromium)
if [ -z "$CHROMIUM" ] || ! driver_runs; then
  what="the browser tests"
  driver_runs || what="$what and the unit tests of the JavaScript"
  missed="NOT RUN: $what, because this machine lacks ${missing[*]} (Debian: apt-get install ${missing[*]})."
  only=(-m "not browser")
elif ! has_java; then
  missed="NOT RUN: the check of the HTML, because this machine lacks Java (Debian: apt-get install default-jre-headless)."
fi
export CHROMIUM

[ -z "$missed" ] || echo "$missed"
status=0
# shellcheck disable=SC2086 # the arguments are words
.venv/bin/python -m pytest -n "${PYTEST_WORKERS:-2}" --dist loadgroup --no-loadscope-reorder --ignore=tests/faults "${only[@]}" ${PYTEST_ARGS:-} || status=$?
[ -z "$missed" ] || echo "$missed"
exit "$status"
