# GNU make and Python 3.11, 3.12 or 3.13 are all that `make run` presumes; each target sets up what it lacks.
PORT ?= 8501
# DEMO=0 leaves a new board empty, DEMO=1 loads the demo province also into one that was left empty.
DEMO ?=
export KRADAN_DEMO ?= $(DEMO)
# PROVINCE=84 serves the board of another province, which begins empty.
PROVINCE ?=
ifneq ($(PROVINCE),)
export KRADAN_PROVINCE ?= $(PROVINCE)
endif
# Matrices here are small: threads of OpenBLAS wait for each other, seven times as much CPU where both cores are busy.
export OPENBLAS_NUM_THREADS ?= 1
# Where the environment forbids compiled modules, as images of containers do, each of a hundred processes compiles two seconds long.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?=
VENV ?= .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
SET_UP := PYTHON="$(PYTHON)" VENV="$(VENV)" sh deploy/set_up.sh

.DEFAULT_GOAL := help
.PHONY: help run test check bench setup setup-python setup-test lint format check-js lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "make %-10s %s\n", $$1, $$2 }'

run: ## set up what is missing and serve the board on 127.0.0.1 (PORT=8501, PROVINCE=84, DEMO=0, PYTHON=...)
	@$(SET_UP) run "$(PORT)"

$(VENV)/.runtime: requirements.txt
	@$(SET_UP) packages

# The environment of tests comes by uv, in a tenth of pip's time; pip brings uv itself, by the hash in the locked list.
$(VENV)/.dev: requirements.txt requirements-dev.txt
	@$(SET_UP) environment
	@sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.txt > $(VENV)/uv.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --requirement $(VENV)/uv.txt
	$(BIN)/uv pip install --quiet --python $(PY) --require-hashes -r requirements.txt -r requirements-dev.txt
	@touch $(VENV)/.runtime $@

static/vendor/.ready: $(VENV)/.runtime loaders/assets.py
	@$(SET_UP) assets

node_modules/.ready: package-lock.json
	@sh tests/support/system_node.sh
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

setup: $(VENV)/.runtime static/vendor/.ready
	@$(PY) -m compileall -q loaders geo pages  # a command starts without compiling its modules, also where none may be written
	@$(PY) -m loaders setup

setup-python: $(VENV)/.dev static/vendor/.ready

setup-test: setup-python
	@sh tests/support/system.sh

PYTEST := $(PY) -m pytest

test: setup-test ## everything that CI checks
	@$(MAKE) --no-print-directory --jobs 4 LATER="nice -n 7" lint check-js seed tests

# Two cores; more workers fill the time in which the three groups of tests in a browser wait. Groups, their order: tests/conftest.py.
# Tests are collected, and modules compiled, once, in the process of which the workers are forks, while the rest is checked.
.PHONY: tests
tests: $(VENV)/.dev
	MAKEFLAGS= $(PYTEST) --workers 6

# All groups of tests but one would wait for the demo store while it is made.
.PHONY: seed
seed: $(VENV)/.runtime
	@$(PY) -m tests.support.seeds demo

# While all tests are collected, which one core does, the other makes the store; what checks the text gets the time that is left.
LATER ?=

# No browser, no server, no PostgreSQL, no file of tests that takes over five seconds (LONG in tests/conftest.py).
check: $(VENV)/.dev lint check-js ## what one runs after every change
	$(PYTEST) --workers 2 -m "unit and not long" --ignore tests/browser --ignore tests/pages

lint: $(VENV)/.dev ## lint, formats, types, import contracts
	$(LATER) $(BIN)/ruff check .
	$(LATER) $(BIN)/ruff format --check .
	$(LATER) $(BIN)/ty check
	$(LATER) $(BIN)/lint-imports

# Part of `make check` and of `make test`: lint, formats, types and unit tests of static/.
check-js: node_modules/.ready ## the same for static/, and its unit tests
	$(LATER) npm run --silent check

format: $(VENV)/.dev node_modules/.ready ## write every file in the house's format
	$(BIN)/ruff check --quiet --fix .
	$(BIN)/ruff format --quiet .
	npm run --silent format

lock: $(VENV)/.dev ## write the locked lists anew after a change of requirements*.in
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header -q requirements.in -o requirements.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header -q requirements-dev.in -o requirements-dev.txt

bench: setup-test ## every bench, one JSON line each
	$(PY) -m bench

clean: ## take away what set-up made: environment, tools, assets, store, demonstration files
	rm -rf $(VENV) node_modules static/vendor static/geo data/store data/demo/files
