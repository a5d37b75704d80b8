#!/usr/bin/env bash
# Brings .venv to the pinned packages of the given lock files and installs the portal itself into it.
#   tools/environment.sh requirements.txt [requirements-dev.txt ...]
set -euo pipefail
cd "$(dirname "$0")/.."
if ! .venv/bin/python -c "import pip" 2>/dev/null; then
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; found: $(python3 --version)" >&2; exit 1; }
  if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    echo "This Python cannot make environments (Debian package python3-venv). Install it: apt-get install python3-venv" >&2
    exit 1
  fi
  echo "venv: creating .venv"
  python3 -m venv --clear .venv
fi
pip=(.venv/bin/python -m pip --disable-pip-version-check --no-input)
for lock in "$@"; do
  echo "pip: installing $(grep -c '==' "$lock") pinned packages of $lock (a minute or two)"
  "${pip[@]}" install --quiet --require-hashes --only-binary :all: -r "$lock"
done
echo "pip: installing the portal"
"${pip[@]}" install --quiet --no-deps --no-index --no-build-isolation --editable .
