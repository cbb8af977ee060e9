# Two commands on a machine with Python 3.11 and make: `make forecast` and `make test`. Both set up `.venv` first.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode
# The job of `make forecast`; another one: make forecast JOB="scenario=competitor_tariff months=36".
JOB ?= scenario=active

.PHONY: setup forecast test benchmark lock clean

setup: $(VENV)/setup.stamp

forecast: setup
	$(BIN)/fieldcast forecast $(JOB)

test: $(VENV)/setup-dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2

# Measures on this machine, and renews the figures of docs/performance.md.
benchmark: $(VENV)/setup-dev.stamp
	rm -rf docs/tables/benchmark
	$(BIN)/fieldcast benchmark out=docs/tables/benchmark
	mv docs/tables/benchmark/figures/benchmark.png docs/pictures/benchmark.png
	rm -r docs/tables/benchmark/figures
	$(BIN)/python -m tests.test_docs

# uv installs in seconds, compiles the bytecode and checks every hash of the lock.
$(VENV)/uv.stamp:
	$(PYTHON) -c 'import sys; sys.exit("Fieldcast needs Python 3.11 or newer: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.5,<1'
	touch $@

$(VENV)/setup.stamp: $(VENV)/uv.stamp requirements.lock pyproject.toml
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps -e .
	touch $@

$(VENV)/setup-dev.stamp: $(VENV)/setup.stamp requirements-dev.lock
	$(INSTALL) --require-hashes -r requirements-dev.lock
	touch $@

# Writes both locks anew from pyproject.toml; they name versions and hashes and no host.
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header \
        --no-emit-index-url --no-emit-find-links --no-annotate
lock: $(VENV)/uv.stamp
	$(LOCK) -o requirements.lock
	$(LOCK) --extra dev -o requirements-dev.lock

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find sim experiments configs tests -name __pycache__ -type d -prune -exec rm -rf {} +
