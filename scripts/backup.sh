#!/usr/bin/env bash
# `make backup` and `make restore`, with the settings of the real site if there are any, and otherwise of the demo.
#
#   make backup TO=/var/backups/puente
#   make restore FROM=/var/backups/puente/puente-….tar            into an empty database, with no uploads
#   make restore FROM=… FORCE=1                                   in the place of what is there
#   make restore FROM=… CHECK=1                                   only reads the archive from end to end
set -euo pipefail
# Names are meant from where the command was given.
from=$PWD
cd "$(dirname "$0")/.."

absolute() {
  case $1 in
    /*) echo "$1" ;;
    *) echo "$from/$1" ;;
  esac
}

env_file=${ENV_FILE:-/etc/puente.env}
run() {
  if [ -n "${DJANGO_SETTINGS_MODULE:-}" ]; then
    exec .venv/bin/python "$@"
  elif [ -r "$env_file" ]; then
    ENV_FILE=$env_file exec scripts/with_env.sh "$@"
  elif [ -e "$env_file" ]; then
    echo "$env_file can't be read by $(id -un). Run this as the user of the site:  sudo -u puente make ${0##*/}" >&2
    exit 1
  fi
  echo "There is no $env_file: this is about the demo in var/."
  unset DATABASE_URL CACHE_URL EMAIL_URL
  DEMO=1 DJANGO_SETTINGS_MODULE=config.settings.demo exec .venv/bin/python "$@"
}

[ -x .venv/bin/python ] || { echo "There is no .venv yet:  scripts/install.sh requirements.txt" >&2; exit 1; }

case ${1:-} in
  backup)
    run -m scripts.backup "$(absolute "${TO:-var/backups}")"
    ;;
  restore)
    [ -n "${FROM:-}" ] || { echo "Say which archive:  make restore FROM=var/backups/puente-….tar" >&2; exit 1; }
    flags=()
    [ "${FORCE:-}" = 1 ] && flags+=(--force)
    [ "${CHECK:-}" = 1 ] && flags+=(--check)
    run -m scripts.restore "$(absolute "$FROM")" "${flags[@]}"
    ;;
  *)
    echo "make backup, or make restore" >&2
    exit 1
    ;;
esac
