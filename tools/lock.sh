#!/usr/bin/env bash
# Writes requirements.txt (what the portal runs on), requirements-dev.txt (what the tests add) and
# requirements-bench.txt (what the measurements add to both: their peers) from the ranges in setup.cfg:
# every distribution of the closure, exact, with the SHA-256 of each of its files. Pass --upgrade to move to newer releases.
set -euo pipefail
cd "$(dirname "$0")/.."
export CUSTOM_COMPILE_COMMAND="make lock"
compile=(.venv/bin/pip-compile --quiet --no-strip-extras --allow-unsafe --generate-hashes --no-annotate
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options "$@")
"${compile[@]}" --build-deps-for editable --output-file requirements.txt setup.cfg
"${compile[@]}" --extra test --constraint requirements.txt --output-file requirements-dev.txt setup.cfg
"${compile[@]}" --extra test --extra bench --constraint requirements-dev.txt --output-file requirements-bench.txt setup.cfg
