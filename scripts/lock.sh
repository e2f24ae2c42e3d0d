#!/usr/bin/env bash
# `make lock`: writes requirements*.txt from requirements*.in (and the benchmark's peer from its own), with versions and hashes, for every Python from 3.11.0 on.
#
#   make lock                   keep what is locked, add what is new
#   make lock ARGS=--upgrade    take the newest of everything
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install.sh requirements-dev.txt
[ -x .venv/bin/uv ] || .venv/bin/python -m pip install --disable-pip-version-check --quiet uv

compile() {
  # --universal: one file for every platform and patch release; some packages refuse the 3.11.2 of Debian 12, which gets
  # an older version by a marker. uv writes no index address unless it is asked to; check_tracked looks again.
  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header "$@"
}

# shellcheck disable=SC2086 # the arguments are words
compile ${ARGS:-} requirements.in -o requirements.txt
# shellcheck disable=SC2086
compile ${ARGS:-} requirements-dev.in -o requirements-dev.txt
# shellcheck disable=SC2086
compile ${ARGS:-} benchmarks/bench/peer/requirements.in -o benchmarks/bench/peer/requirements.txt
.venv/bin/python -m scripts.check_tracked
