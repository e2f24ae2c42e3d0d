#!/usr/bin/env bash
# Makes .venv and installs one locked requirements file into it. A second call costs nothing: a stamp keeps the hash.
#
#   scripts/install.sh requirements.txt        what the site needs
#   scripts/install.sh requirements-dev.txt    that, and what tests and checks need
#
# PYTHON=… names the interpreter; otherwise the first 3.11 or later that is found.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=$1
venv=.venv

fail() {
  printf '\n%s\n' "$@" >&2
  exit 1
}

is_new_enough() {
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3}; do
    if is_new_enough "$candidate"; then
      echo "$candidate"
      return
    fi
  done
}

make_venv() {
  local python
  python=$(find_python)
  if [ -z "$python" ]; then
    fail "Puente needs Python 3.11 or later; found: $("${PYTHON:-python3}" --version 2>&1 || echo none)." \
      "On Debian 12:  apt-get install python3 python3-venv      Elsewhere:  PYTHON=/path/to/python3.11 make …"
  fi
  # Debian ships venv without ensurepip; it would only fail half-way, leaving a broken folder behind.
  if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    fail "$python has no venv module. On Debian or Ubuntu:" "  apt-get install python3-venv"
  fi
  echo "Making $venv with $("$python" --version)"
  rm -rf "$venv"
  "$python" -m venv "$venv"
}

# A .venv whose interpreter is gone (the folder was moved, Python was upgraded) is made anew.
if ! is_new_enough "$venv/bin/python"; then
  make_venv
fi

stamp=$venv/.installed-$requirements
wanted=$("$venv/bin/python" -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$requirements")
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
  echo "Installing $requirements (versions and hashes are locked)"
  "$venv/bin/python" -m pip install --disable-pip-version-check --quiet --require-hashes -r "$requirements"
  echo "$wanted" >"$stamp"
fi
