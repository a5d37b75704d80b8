#!/usr/bin/env bash
# All tests: two workers; browser tests stay together in one of them; PostgreSQL is started once, by the first test that asks.
set -euo pipefail
cd "$(dirname "$0")/.."
exec .venv/bin/python -m pytest -n "${TEST_WORKERS:-2}" --dist loadgroup -q --durations=10 "$@"
