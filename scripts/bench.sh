#!/usr/bin/env bash
# `make bench`: what Puente, the nearest peer and the bare floors cost, side by side on one machine, in at most 20 minutes.
#
#   make bench              10 and 1,000 steps, 1,000 and 100,000 learners
#   make bench FULL=1       100 steps and 5.1 million learners too: as long as it takes
#   make bench SHORT=1      one repeat of few requests at 10 steps and 1,000 learners: that everything works, no figures to keep
#
# Everything it needs is made for it and gone after it: a PostgreSQL cluster that writes durably, and four sites under gunicorn.
# The peer is installed into a folder of its own (BENCH_CACHE, else XDG_CACHE_HOME or ~/.cache, in puente-bench). Only a whole run
# writes benchmarks/results/latest.json and docs/performance.md; the short one writes to the folder that it names (RESULTS=… for another).
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install.sh requirements-dev.txt
.venv/bin/python -m scripts.compile_translations >/dev/null
export DURABLE=1 FULL="${FULL:-}" SHORT="${SHORT:-}"
exec scripts/with_postgres.sh .venv/bin/python -m benchmarks.bench
