#!/usr/bin/env bash
# Runs Python with the settings of the real site, which stand in a file as systemd reads it.
#
#   scripts/with_env.sh manage.py createsuperuser
#   ENV_FILE=/etc/another.env scripts/with_env.sh -m scripts.prepare
set -euo pipefail

set -a
# shellcheck source=/dev/null
. "${ENV_FILE:-/etc/puente.env}"
set +a
cd "$(dirname "$0")/.."
exec .venv/bin/python "$@"
