#!/usr/bin/env bash
# `make demo`: from a fresh clone to a running site, in one go. Safe to run again; then it takes seconds.
set -euo pipefail
cd "$(dirname "$0")/.."

export PORT=${PORT:-8000} DEMO=1 DJANGO_SETTINGS_MODULE=config.settings.demo
export SITE_URL=${SITE_URL:-http://127.0.0.1:$PORT}
unset DATABASE_URL CACHE_URL EMAIL_URL # the demo is one machine with SQLite, whatever the shell has set for a real site

scripts/install.sh requirements.txt
.venv/bin/python -m scripts.serve --check-port
.venv/bin/python -m scripts.prepare --demo
exec .venv/bin/python -m scripts.serve
