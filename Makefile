SHELL := /bin/bash
PORT ?= 8000
export PORT
python := .venv/bin/python
# what draws PDF documents loads these
pdf_packages := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0

.DEFAULT_GOAL := help
.PHONY: help demo test walk check faults bench bench-check lock clean

help:  ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: .venv/.runtime  ## Install, load the demo district once, serve it (PORT=8000, PORTAL_INSTANCE=folder)
	@exec tools/demo.sh

test: .venv/.test check  ## Install what the tests need and run all of them
	@tools/test.sh

walk: .venv/.test  ## Judge every page whole with axe, in both languages at both widths (make test judges half, repeated parts once)
	@WALK=1 $(python) -m pytest -q tests/browser/test_every_page.py

check: .venv/.test  ## Format, lint, types, import directions
	@tools/check.sh

faults: .venv/.test  ## Kill web, worker and database at random points, ROUNDS (200) on each database
	@$(python) -m tools.faults $${ROUNDS:-200}

bench: .venv/.bench  ## Measure, print a table, write bench.json in the instance folder (SCALE=1)
	@$(python) -m bench

bench-check: .venv/.bench  ## Compare five paired runs with the committed ratios
	@$(python) -m bench --check

lock: .venv/.test  ## Pin the packages again from the ranges in setup.cfg (UPGRADE=--upgrade moves them)
	tools/lock.sh $(UPGRADE)

clean:  ## Remove the environment and caches; the instance folder stays
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis build *.egg-info

# Stamps: what is installed is not installed again until its lists change.
.venv/.runtime: requirements.txt setup.cfg pyproject.toml
	@tools/system-packages.sh python3-venv fonts-noto-cjk $(pdf_packages)
	@tools/environment.sh requirements.txt
	@touch $@

.venv/.test: requirements-dev.txt setup.cfg pyproject.toml
	@tools/system-packages.sh python3-venv fonts-noto-cjk $(pdf_packages) chromium chromium-headless-shell libatomic1 postgresql
	@tools/environment.sh requirements-dev.txt
	@touch .venv/.runtime $@

.venv/.bench: .venv/.test requirements-bench.txt
	@tools/environment.sh requirements-bench.txt
	@touch $@
