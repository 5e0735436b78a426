# Two commands: `make run` and `make test`. Each sets up what is missing; GNU make and Python 3.11 are all it presumes.
PORT ?= 8501
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PY := $(BIN)/python

.PHONY: run test check bench setup setup-test lint lock clean

$(VENV)/.runtime: requirements.txt
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	$(PY) -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@

static/vendor/.ready: $(VENV)/.runtime loaders/assets.py
	$(PY) -m loaders.assets
	@touch $@

setup: $(VENV)/.runtime static/vendor/.ready
	@$(PY) -m loaders setup

run: setup
	$(PY) -m pages.shell.serve --server.port $(PORT)

setup-test: $(VENV)/.dev static/vendor/.ready
	@sh tests/support/system.sh

# Two cores; a third worker fills the time in which tests in a browser wait. Groups and their order: tests/conftest.py.
PYTEST := $(PY) -m pytest --dist loadgroup --no-loadscope-reorder

test: setup-test lint
	$(PYTEST) -n 3

# What one runs after every change: no browser, no server, no PostgreSQL.
check: $(VENV)/.dev lint
	$(PYTEST) -n 2 -m unit

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/ty check geo loaders
	$(BIN)/lint-imports

# Write the locked lists anew after a change of requirements*.in.
lock: $(VENV)/.dev
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header -q requirements.in -o requirements.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header -q requirements-dev.in -o requirements-dev.txt

bench: setup-test
	$(PY) -m bench

clean:
	rm -rf $(VENV) static/vendor static/geo data/store data/demo/files
