# All commands of the project. `make run` needs nothing but Python 3.11 or newer with venv.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install -c constraints.txt

.PHONY: run setup check test slow coverage bench format clean

run: .venv/installed ## chat on this terminal; without a key, with the sandbox
	@$(BIN)/cliprelay chat

setup: .venv/installed-dev ## install for development

check: .venv/installed-dev ## format, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports

test: .venv/installed-dev ## the suite
	$(BIN)/pytest

slow: .venv/installed-dev ## the proofs that take longer: whole processes, every button, every model
	$(BIN)/pytest -m slow

coverage: .venv/installed-dev ## branch coverage of core by its own tests
	$(BIN)/pytest --cov=core --cov-report=term tests/core

bench: .venv/installed-dev ## compare with bare baselines
	$(BIN)/python -m benchmarks.progress
	$(BIN)/python -m benchmarks.streams
	$(BIN)/python -m benchmarks.start
	$(BIN)/python -m benchmarks.flood
	$(BIN)/python -m benchmarks.deliveries
	$(BIN)/python -m benchmarks.acknowledgments

format: .venv/installed-dev ## put the code in shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove the environment; data/ stays
	rm -rf .venv

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "cliprelay needs Python 3.11 or newer, but $(PYTHON) was not found. Install it, or name another: make run PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "cliprelay needs Python 3.11 or newer, but $(PYTHON) is $$($(PYTHON) --version). Name another: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Creating .venv (only the first time) ..." >&2
	@$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing (about a minute, only the first time) ..." >&2
	@$(PIP) -e . </dev/null
	@touch $@

.venv/installed-dev: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing the development tools ..." >&2
	@$(PIP) -e '.[dev]' </dev/null
	@touch $@ .venv/installed
