# The README's two commands are `make map` and `make test`; both need Python 3.11 or later, make,
# and the package registry, nothing else.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
NOMINATIM := .venv-nominatim
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PYTEST := PYTHONSAFEPATH=1 $(BIN)/python -m pytest

.PHONY: map test wheel-test browser lint format bench bench-streets nominatim lock records scores clean

map: $(VENV)/.run
	@$(BIN)/passersby run --streets none

test: $(VENV)/.test
	$(PYTEST) $(TESTS)
	$(BIN)/python tests/against_wheel.py

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.test
	$(BIN)/python tests/benchmarks/bench_run.py
	$(BIN)/python tests/benchmarks/bench_names.py
	$(BIN)/python tests/benchmarks/bench_extract.py
	$(BIN)/python tests/benchmarks/coverage_ahead.py
	$(BIN)/python tests/benchmarks/bench_exposure.py

# Streets, walks and people beside other tools, which are installed for this alone.
bench-streets: $(VENV)/.bench
	$(BIN)/python tests/benchmarks/bench_streets.py
	$(BIN)/python tests/benchmarks/bench_pois.py
	$(BIN)/python tests/benchmarks/bench_walk_flow.py
	$(BIN)/python tests/benchmarks/bench_service_areas.py
	$(BIN)/python tests/benchmarks/bench_zonal.py

$(VENV)/.bench: $(VENV)/.test
	@$(PIP) install --quiet -e ".[bench]"
	@touch $@

# The environment comes from the lock, hash by hash. The package itself is installed without a
# build environment of its own, so that nothing unhashed is ever fetched.
$(VENV)/.run: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or later is needed: set PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; $$($(PYTHON) --version) was found. Set PYTHON=/path/to/python3.11"; exit 2; }
	@echo "Setting up $(VENV) from requirements.lock (about two minutes, once)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@$(BIN)/python -m flows.prefect_schema
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements-test.lock
	@echo "Adding the test tools from requirements-test.lock"
	@$(PIP) install --quiet --require-hashes -r requirements-test.lock
	@touch $@

# A real Nominatim on this machine, for the tests and the benchmark that ask one; they do without it
# elsewhere. Debian packages: g++ libicu-dev pkg-config libsqlite3-mod-spatialite osm2pgsql
# postgresql-postgis.
nominatim: $(NOMINATIM)/.made

# PyICU comes as source and is built with the setuptools of the lock, not with one fetched unhashed.
$(NOMINATIM)/.made: requirements-nominatim.lock tests/nominatim_server.py
	@echo "Setting up $(NOMINATIM) from requirements-nominatim.lock (about two minutes, once)"
	@rm -rf $(NOMINATIM)
	@$(PYTHON) -m venv $(NOMINATIM)
	@awk '/^[a-z]/ { on = /^setuptools==/ } on' requirements-nominatim.lock > $(NOMINATIM)/setuptools.lock
	@$(NOMINATIM)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r $(NOMINATIM)/setuptools.lock
	@$(NOMINATIM)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-build-isolation -r requirements-nominatim.lock
	@$(NOMINATIM)/bin/python tests/nominatim_server.py
	@touch $@

# Made with uv, which names no registry in what it writes.
lock:
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --extra build pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --extra build --extra test -c requirements.lock pyproject.toml -o requirements-test.lock
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 requirements-nominatim.in -o requirements-nominatim.lock

# Rebuild the embedded records from the police's own PDFs: make records PDFS=folder
records: $(VENV)/.run
	$(BIN)/python -m data.rebuild_records $(PDFS)

# The scorecard of the embedded record, so that a first run need not wait for it.
scores: $(VENV)/.run
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m flows.rescore > kept_scorecard.part
	mv kept_scorecard.part data/kept_scorecard.csv

clean:
	rm -rf $(VENV) $(NOMINATIM) site .passersby build dist
