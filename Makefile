# All commands of the project. `make run` needs nothing but Python 3.11 or newer with venv.
# Another Python beside the first: make test PYTHON=python3.13 VENV=.venv-3.13
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# A machine that keeps no bytecode would compile all tests again for each process of a run.
export PYTHONDONTWRITEBYTECODE :=
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install -c constraints.txt

# What is about stored rows. Left out: what has none (files, dialects, messages, the sandbox), and how
# each platform speaks: the contract holds one conversation on all of them.
STORED := tests/storage tests/core/engine tests/core/commands tests/core/chat tests/core/delivery \
	tests/core/test_events.py tests/core/test_keeper.py tests/bots/test_contract.py

.PHONY: run setup check test slow chaos fleet browser coverage bench format clean

run: $(VENV)/installed ## chat on this terminal and a page; without a key, with the sandbox
	@$(BIN)/cliprelay chat --web

setup: $(VENV)/installed-dev ## install for development

check: $(VENV)/installed-dev ## format, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports

test: $(VENV)/installed-dev ## the suite
	$(BIN)/pytest

slow: $(VENV)/installed-dev ## the proofs that take longer: whole processes, every button, every model
	$(BIN)/pytest -m slow

chaos: $(VENV)/installed-dev ## attacks and bad luck; SEED=7 begins where that one did
	$(BIN)/pytest -m chaos $(if $(SEED),--seed=$(SEED))

browser: $(VENV)/installed-dev ## pages in a real browser; SHOTS=folder keeps pictures of them
	$(BIN)/pytest -n2 -m browser $(if $(SHOTS),--shots=$(SHOTS))

fleet: $(VENV)/installed-dev ## several processes on one Postgres, and the tests of all that is stored on it
	$(BIN)/pytest --postgres -m "not slow and not chaos and not fleet" $(STORED)
	$(BIN)/pytest -n3 -m fleet # each has several programs

coverage: $(VENV)/installed-dev ## branch coverage of core by its own tests
	$(BIN)/pytest --cov=core --cov-report=term tests/core

bench: $(VENV)/installed-dev ## compare with bare baselines
	$(BIN)/python -m benchmarks.progress
	$(BIN)/python -m benchmarks.streams
	$(BIN)/python -m benchmarks.start
	$(BIN)/python -m benchmarks.lookup
	$(BIN)/python -m benchmarks.history
	$(BIN)/python -m benchmarks.orders
	$(BIN)/python -m benchmarks.waiting
	$(BIN)/python -m benchmarks.idle
	$(BIN)/python -m benchmarks.live 2000
	$(BIN)/python -m benchmarks.live 5000
	$(BIN)/python -m benchmarks.flood
	$(BIN)/python -m benchmarks.deliveries
	$(BIN)/python -m benchmarks.looks
	$(BIN)/python -m benchmarks.probes
	$(BIN)/python -m benchmarks.answers
	$(BIN)/python -m benchmarks.viewers
	$(BIN)/python -m benchmarks.acknowledgments
	$(BIN)/python -m benchmarks.crowd
	$(BIN)/python -m benchmarks.fleet

format: $(VENV)/installed-dev ## put the code in shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove the environment; data/ stays
	rm -rf $(VENV)

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "cliprelay needs Python 3.11 or newer, but $(PYTHON) was not found. Install it, or name another: make run PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "cliprelay needs Python 3.11 or newer, but $(PYTHON) is $$($(PYTHON) --version). Name another: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Creating $(VENV) (only the first time) ..." >&2
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing (about a minute, only the first time) ..." >&2
	@$(PIP) -e '.[web]' </dev/null
	@touch $@

$(VENV)/installed-dev: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing the development tools ..." >&2
	@$(PIP) -e '.[dev]' </dev/null
	@touch $@ $(VENV)/installed
