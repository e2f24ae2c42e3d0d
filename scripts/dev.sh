#!/usr/bin/env bash
# `make dev`: the development server and the task worker with development settings; both reload, both stop together.
set -euo pipefail
cd "$(dirname "$0")/.."

export PORT=${PORT:-8000} DJANGO_SETTINGS_MODULE=config.settings.development
export SITE_URL=${SITE_URL:-http://127.0.0.1:$PORT}

scripts/install.sh requirements-dev.txt
.venv/bin/python -m scripts.serve --check-port
.venv/bin/python -m scripts.prepare --no-static
exec .venv/bin/python -m scripts.serve --development
