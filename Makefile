# Everything that is needed is put into .venv, once; afterwards nothing here waits for a network.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCHMARKS := $(basename $(notdir $(wildcard benchmarks/launch.py benchmarks/drift.py benchmarks/switch.py benchmarks/sim.py benchmarks/verdict.py benchmarks/tui.py)))
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help demo test check bench screenshot clean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.lab ## play the demo; ARGS="--engine sim" and the like are passed on
	@$(BIN)/lab play scenarios/pets-and-cattle.yaml --engine auto $(ARGS)

test: $(VENV)/.dev ## run every test; those that need Docker are skipped where no engine answers
	@$(BIN)/python -m pytest -m "not docker" --numprocesses auto --dist worksteal $(ARGS); others=$$?; \
	echo; echo "Now those that need Docker, one at a time."; \
	$(BIN)/python -m pytest -m docker $(ARGS) && exit $$others

check: $(VENV)/.dev ## style, types and layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.bench ## run the benchmarks, one after the other
	@for benchmark in $(BENCHMARKS); do echo "== $$benchmark"; $(BIN)/python -m "benchmarks.$$benchmark" || exit 1; done

screenshot: $(VENV)/.lab ## record the demo into docs/demo.svg, and take the pictures of the screens
	@$(BIN)/python docs/record.py
	@$(BIN)/python docs/screens.py

clean: ## remove what was made here
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; '$(PYTHON)' is not. Try: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "Python cannot make a virtual environment here. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/.lab: pyproject.toml | $(VENV)/.python
	@echo "Installing the lab into $(VENV) …"
	@$(PIP) --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/.python
	@echo "Installing the lab and its development tools into $(VENV) …"
	@$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.lab

$(VENV)/.bench: pyproject.toml | $(VENV)/.python
	@echo "Installing the lab and what its benchmarks need into $(VENV) …"
	@$(PIP) --editable '.[bench]'
	@touch $@ $(VENV)/.lab
