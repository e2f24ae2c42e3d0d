#!/usr/bin/env bash
# `make faults`: web server, PostgreSQL, SQLite, disk, cache, mail and task worker are killed or taken away under load, one after another;
# then each race of writers is run a thousand times. FULL=0 is the short form, which .ci/run calls: a few minutes.
#
# Every part is started by the tests, on this machine and for them alone. A part that is missing is skipped with its reason.
set -euo pipefail
cd "$(dirname "$0")/.."

export FULL=${FULL:-1}
scripts/install.sh requirements-dev.txt
.venv/bin/python -m scripts.compile_translations
if ! command -v redis-server >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "For the faults of the cache: installing redis-server from the distribution"
  log=$(mktemp)
  # A package starts its service by itself; ours is started by the tests, at an address of its own.
  policy=/usr/sbin/policy-rc.d
  [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && trap 'rm -f "$policy"' EXIT; }
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server; } >"$log" 2>&1 </dev/null || cat "$log"
  rm -f "$log"
fi
# One after another (no -n): each test wants the machine for itself.
# shellcheck disable=SC2086 # the arguments are words
.venv/bin/python -m pytest -rs tests/faults ${PYTEST_ARGS:-}
if [ "$FULL" = 1 ]; then
  TRIALS=${TRIALS:-1000} scripts/with_postgres.sh .venv/bin/python -m pytest -rs tests/learning/test_many_trials.py
fi
