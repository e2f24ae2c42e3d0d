#!/usr/bin/env bash
# `make check`: everything that can be said about the code without running the site. All checks run; failures are summed up.
set -uo pipefail
cd "$(dirname "$0")/.."

scripts/install.sh requirements-dev.txt || exit 1
bin=.venv/bin
failed=()

check() {
  local label=$1 output
  shift
  if output=$("$@" 2>&1); then
    printf '  ok      %s\n' "$label"
    # Reports that are worth reading even when nothing is wrong.
    [ "$label" = "translations" ] && sed 's/^/            /' <<<"$output"
  else
    printf '  FAILED  %s\n' "$label"
    sed 's/^/            /' <<<"$output"
    failed+=("$label")
  fi
}

# Dummies for production settings: `check --deploy` looks at settings and connects to nothing.
production() {
  env -u DEMO DJANGO_SETTINGS_MODULE=config.settings.production ALLOWED_HOSTS=puente.example SITE_URL=https://puente.example \
    SECRET_KEY="$("$bin/python" -c 'import secrets; print(secrets.token_urlsafe(50))')" "$@"
}

check "lint (ruff)" $bin/ruff check .
check "format (ruff)" $bin/ruff format --check .
check "types (mypy)" $bin/mypy .
check "floors (import-linter)" $bin/lint-imports
check "migrations" env DJANGO_SETTINGS_MODULE=config.settings.test $bin/python manage.py makemigrations --check --dry-run
check "stylesheets and scripts" $bin/python -m scripts.format_assets --check
check "templates (djlint)" $bin/djlint templates --lint --quiet
check "translations" $bin/python -m scripts.messages --check
check "settings (check --deploy)" production $bin/python manage.py check --deploy --fail-level WARNING
check "nothing of one machine in tracked files" $bin/python -m scripts.check_tracked

if [ ${#failed[@]} -gt 0 ]; then
  printf 'make check: failed: %s\n' "$(IFS=,; echo "${failed[*]}" | sed 's/,/, /g')"
  exit 1
fi
echo "make check: all is well"
