#!/usr/bin/env bash
# All tests by two workers. The demo district is built beside them from the first second, and the tests that need it come
# after a third of the others (tests/demo.py); PostgreSQL is started once, by the first test that asks.
set -euo pipefail
cd "$(dirname "$0")/.."
exec .venv/bin/python -m pytest -n "${TEST_WORKERS:-2}" --dist loadgroup -q --durations=10 "$@"
