#!/usr/bin/env bash
# `make test-postgres`: the tests that could go another way on another database (the marker `database`), on a throw-away
# PostgreSQL cluster with real concurrent writers. FULL=1: all of them.
# Not tests/faults: they start and kill a PostgreSQL of their own, one after another (make faults).
set -euo pipefail
cd "$(dirname "$0")/.."

marked="database and not browser"
if [ "${FULL:-0}" = 1 ]; then marked="not browser"; fi
scripts/install.sh requirements-dev.txt
.venv/bin/python -m scripts.compile_translations
# shellcheck disable=SC2086 # the arguments are words
exec scripts/with_postgres.sh .venv/bin/python -m pytest -n "${PYTEST_WORKERS:-2}" --dist loadgroup --no-loadscope-reorder -m "$marked" --ignore=tests/architecture --ignore=tests/faults ${PYTEST_ARGS:-}
