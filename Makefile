# make run    install into .venv and play the main scenario
# make test   install and run everything that must hold: format, lint, types, import contracts, tests
# make bench  run the benchmarks and write their results to benchmarks/RESULTS.md

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SCENARIO ?= scenarios/ukraine.toml

.PHONY: run test bench check clean

run: $(VENV)/.run
	$(BIN)/hudhud simulate $(SCENARIO) $(ARGS)

test: $(VENV)/.dev
	$(BIN)/ruff format --check src tests benchmarks builders examples
	$(BIN)/ruff check src tests benchmarks builders examples
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 $(ARGS)

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/run.py $(ARGS)

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Hudhud needs Python 3.11 or newer; this is " + sys.version.split()[0] + ": run  make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV) || { echo 'no venv module: run  apt install python3-venv' >&2; rm -rf $(VENV); exit 1; }

$(VENV)/.run: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[fast,plot,results]'
	touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) results .mypy_cache .ruff_cache .pytest_cache .hypothesis
