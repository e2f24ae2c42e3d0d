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
# One after another (no -n): each test wants the machine for itself.
# shellcheck disable=SC2086 # the arguments are words
.venv/bin/python -m pytest -rs tests/faults ${PYTEST_ARGS:-}
if [ "$FULL" = 1 ]; then
  TRIALS=${TRIALS:-1000} scripts/with_postgres.sh .venv/bin/python -m pytest -rs tests/learning/test_many_trials.py
fi
