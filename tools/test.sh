#!/usr/bin/env bash
# All tests by two workers. The demo district is built beside them from the first second, and the tests that need it come
# after a third of the others (tests/demo.py); PostgreSQL is started once, by the first test that asks.
set -euo pipefail
cd "$(dirname "$0")/.."
# Their databases live for seconds: in memory, where it has room, no change waits for a disk.
room=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "${room:-0}" -gt 4000000 ]; then
  export TMPDIR=/dev/shm
fi
unset PYTHONDONTWRITEBYTECODE # each command that a test starts would compile the portal anew
exec .venv/bin/python -m pytest -n "${TEST_WORKERS:-2}" --dist loadgroup -q --durations=10 "$@"
