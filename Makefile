# Two commands matter: `make demo` and `make test`. Both do all their own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SPEED ?= 10

.PHONY: help install install-dev demo test lint unit whole docs bench lock clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: $(VENV)/.installed ## Install Tynys and its browser libraries into .venv

$(VENV)/.installed: pyproject.toml locks/runtime.txt package-lock.json hatch_build.py
	@scripts/check_tools.sh $(PYTHON)
	@echo "Installing Tynys into $(VENV) (a minute or two the first time)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r locks/runtime.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

install-dev: $(VENV)/.installed-dev ## Install what tests, checks and docs need as well

$(VENV)/.installed-dev: $(VENV)/.installed locks/dev.txt tests/interop/package-lock.json tests/web/package-lock.json
	@echo "Installing the tools of tests and docs"
	@$(PIP) install --require-hashes -r locks/dev.txt
	@npm --prefix tests/interop ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@npm --prefix tests/web ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@scripts/system_packages.sh
	@touch $@

demo: install ## Start five simulated plants and the ministry's centre, and print the address
	@$(BIN)/tynys demo --speed $(SPEED)

test: install-dev lint unit whole docs ## Run every check and test

lint: install-dev ## Style, types and the floors of the house
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

unit: install-dev ## Tests of the rooms, two at a time
	@$(BIN)/pytest -n 2 --dist loadgroup -m "not demo"

whole: install-dev ## Tests that start the whole demo
	@$(BIN)/pytest -m demo

docs: install-dev ## Build the documentation, warnings are errors
	@$(BIN)/sphinx-build -W -q -b html docs docs/_build/html

bench: install-dev ## Measure, each figure beside a peer
	@$(BIN)/python -m benchmarks

lock: ## Renew the locks (hashes, no addresses)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra postgres --group build pyproject.toml -o locks/runtime.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra postgres --group dev pyproject.toml -c locks/runtime.txt -o locks/dev.txt

clean: ## Remove what install and tests made
	rm -rf $(VENV) docs/_build node_modules tests/interop/node_modules tests/web/node_modules src/tynys/web/static/vendor
