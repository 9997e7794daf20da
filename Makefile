# make book: every figure and the site, in build/html.  make test: the tests.
# make book PROFILE=paper WORKERS=2: another profile; experiments side by side.
# make bench: measure speed, memory and growth, minutes, into build/bench.json.
# The first call installs everything into .venv from requirements.lock.
PYTHON ?= $(shell for v in python3.12 python3.11 python3.13 python3; do $$v -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$v && break; done)
PROFILE ?= quick
WORKERS ?= 1
BIN := .venv/bin
READY := .venv/ready

.PHONY: book test bench lint format lock clean
book: $(READY)
	$(BIN)/specz build --profile $(PROFILE) --workers $(WORKERS)

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: $(READY)
	$(BIN)/python benchmarks/bench.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "specz needs Python 3.11, 3.12 or 3.13 with venv; name one with: make PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Needs uv (pip install uv). One lock for Linux and macOS, Python 3.11 to 3.13.
lock:
	uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --no-annotate --no-header --generate-hashes --extra dev -o requirements.lock pyproject.toml

clean:
	rm -rf build .venv
