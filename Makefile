# make book: every figure from the archived results, and the site, in build/html.
# make test: the tests of a change.
# make book PROFILE=quick WORKERS=2: compute everything anew, small; experiments side by side.
# make site.zip: the site in one file that opens without a server, build/site.zip.
# make book.pdf: the book to print, build/html/book.pdf; needs Chromium.
# make release: wheel, source archive, site, bundle and bill of materials, in build/release.
# make test-all: all tests, kills, faults, the browser and the network cut off included.
# make bench: measure speed, memory and growth, minutes, into build/bench.json.
# The first call installs into .venv what it needs, from a lock with hashes: requirements.lock for
# readers, requirements-dev.lock on top of it for tests. uv installs, where it is there.
PYTHON ?= $(shell for v in python3.12 python3.11 python3.13 python3; do $$v -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$v && break; done)
PROFILE ?= paper
WORKERS ?= 1
BIN := .venv/bin
READY := .venv/ready
DEV := .venv/ready-dev
UV := $(shell command -v uv)
INSTALL := $(if $(UV),uv pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet --disable-pip-version-check)
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=25 --durations-min=5

.PHONY: book site.zip book.pdf release test test-slow test-all bench lint format lock clean
book: $(READY)
	$(BIN)/specz build --profile $(PROFILE) --workers $(WORKERS)

site.zip: book
	$(BIN)/python -m specz.site.edition zip

book.pdf: $(READY)
	$(BIN)/python -m specz.site.edition chromium
	$(MAKE) book
	$(BIN)/python -m specz.site.edition pdf

# setuptools packs what an earlier build left in build/lib.
RELEASE := build/release
release: site.zip
	rm -rf $(RELEASE) build/lib build/bdist.*
	mkdir -p $(RELEASE)/dist
	$(BIN)/python -c "from setuptools.build_meta import *; build_wheel('$(RELEASE)/dist'); build_sdist('$(RELEASE)/dist')"
	$(BIN)/specz crate --profile $(PROFILE) --output $(RELEASE)/crate.zip
	cp build/site.zip $(RELEASE)
	$(BIN)/python -m venv --clear build/sbom
	build/sbom/bin/python -m pip install --quiet --disable-pip-version-check cyclonedx-bom==7.5.0
	build/sbom/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible --output-file $(RELEASE)/sbom.cdx.json

test: $(DEV)
	$(PYTEST) -m "not slow"

test-slow: $(DEV)
	$(PYTEST) -m slow

test-all: $(DEV)
	$(PYTEST)

bench: $(READY)
	$(BIN)/python -m benchmarks.bench

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "specz needs Python 3.11, 3.12 or 3.13 with venv; name one with: make PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

$(DEV): requirements-dev.lock $(READY)
	$(INSTALL) --require-hashes -r requirements-dev.lock
	touch $@

# Needs uv. Locks for Linux and macOS, Python 3.11 to 3.13; the second holds the first.
COMPILE := uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --no-annotate --no-header --generate-hashes
lock:
	$(COMPILE) --extra build -o requirements.lock pyproject.toml
	$(COMPILE) --extra build --extra dev --constraint requirements.lock -o requirements-dev.lock pyproject.toml

clean:
	rm -rf build .venv
