#!/usr/bin/env bash
# Runs a command with DATABASE_URL set to a throw-away PostgreSQL cluster: made for it, and gone after it.
#
#   scripts/with_postgres.sh .venv/bin/python -m pytest tests/learning
#
# The cluster lives in a temporary folder and listens on a Unix socket there only, so it needs no port and meets no other.
# It does not survive a crash of the machine (fsync is off), and need not. With DURABLE=1 it does, as a real one does: for figures
# in which the writing counts.
set -euo pipefail

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

find_bin() {
  local initdb
  for initdb in $(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -t/ -k5 -Vr) "$(command -v initdb || true)"; do
    if [ -x "$initdb" ]; then
      dirname "$(readlink -f "$initdb")"
      return
    fi
  done
}

bin=$(find_bin)
if [ -z "$bin" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "PostgreSQL is missing: installing it from the distribution"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql; } >/dev/null 2>&1 </dev/null || true
  bin=$(find_bin)
fi
[ -n "$bin" ] || fail "PostgreSQL (initdb) is not on this machine. On Debian:  apt-get install postgresql"

folder=$(mktemp -d "${TMPDIR:-/tmp}/puente-pg.XXXXXX")
log=$folder/log

# PostgreSQL refuses to run as root: then it runs as the user that its package made, or as nobody.
as_postgres=()
owner=$(id -un)
if [ "$(id -u)" = 0 ]; then
  owner=$(id -un postgres 2>/dev/null || echo nobody)
  as_postgres=(setpriv "--reuid=$owner" "--regid=$(id -g "$owner")" --clear-groups)
  chown "$owner" "$folder"
fi
in_cluster() {
  (cd "$folder" && HOME=$folder "${as_postgres[@]}" "$@")
}

stop() {
  trap - EXIT INT TERM HUP
  in_cluster "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

in_cluster "$bin/initdb" -D "$folder/data" -U puente -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$log" 2>&1 || {
  cat "$log" >&2
  fail "initdb failed."
}
durability="-c fsync=off -c full_page_writes=off"
if [ "${DURABLE:-}" = 1 ]; then
  durability="-c fsync=on -c full_page_writes=on -c synchronous_commit=on -c max_wal_size=8GB -c checkpoint_timeout=30min"
fi
# -l keeps the server from holding our own output open.
in_cluster "$bin/pg_ctl" -D "$folder/data" -w -t 60 -l "$folder/server.log" -o \
  "-k $folder -c listen_addresses='' $durability -c max_connections=100 -c timezone=UTC" start >"$log" 2>&1 || {
  cat "$log" "$folder/server.log" >&2
  fail "PostgreSQL did not start."
}
"$bin/createdb" -h "$folder" -U puente puente

# No host, and the socket's folder before the name of the database: django-environ's way to write a Unix socket.
export DATABASE_URL="postgres://puente@/$folder/puente" POSTGRES_FOLDER=$folder
echo "$("$bin/postgres" --version) in $folder"

# In the background, so that a signal reaches the trap at once and not after the command.
"$@" &
command=$!
trap 'kill "$command" 2>/dev/null; wait "$command" || true; exit 143' TERM HUP
trap 'kill -INT "$command" 2>/dev/null; wait "$command" || true; exit 130' INT
status=0
wait "$command" || status=$?
exit "$status"
