# Two commands on a fresh machine: `make demo` plays the clinic, `make test` proves it. Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo test faults check

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(READY) ## Make .venv with everything (the others do it when needed)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $(READY)

demo: $(READY) ## Run the whole clinic on this machine and print its address
	@$(BIN)/aura demo

test: $(READY) ## Run every test
	@$(BIN)/pytest -n 3 --dist worksteal

faults: $(READY) ## Run the fault matrix in its long form, and write its table (AURA_FAULTS_SEED repeats a run)
	@AURA_FAULTS=all $(BIN)/pytest -v -n 2 --dist worksteal tests/faults

check: $(READY) ## Lint, types, import contracts, translations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { echo "run: .venv/bin/ruff format ."; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tests.architecture.translations
