#!/usr/bin/env bash
# Format, lint, types, import directions. The import contracts are read beside the types, which two processes judge.
set -euo pipefail
cd "$(dirname "$0")/.."
python=.venv/bin/python
$python -m ruff format --check .
$python -m ruff check .
told="$(mktemp)"
trap 'rm -f "$told"' EXIT
.venv/bin/lint-imports >"$told" 2>&1 &
contracts=$!
types=0
$python -m mypy -n 2 || types=$?
directions=0
wait "$contracts" || directions=$?
cat "$told"
exit $((types > directions ? types : directions))
