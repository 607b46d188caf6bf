# Everything happens inside this clone: .venv/, .local/ and out/.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
# Packages are installed uncompiled; without their bytecode kept, every function that starts would compile them again.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
PYTHON := $(VENV)/bin/python
STAMP := $(VENV)/.installed
LOCKS := requirements.txt requirements-lint.txt
MUTATION := .local/mutation
COMPILE := $(VENV)/bin/uv pip compile --quiet --no-header --generate-hashes --python-version 3.11
ENGINE := .local/engine
PLUGIN := $(ENGINE)/plugins/pulumi-resource-linode
EXPERIMENT ?= data-region-outage
FAULT ?=
STACKS ?= local staging prod
SEED ?= 1
RUNS ?= 1000
# Let's Encrypt's test server waits for a name's answer for two seconds of real time, as the clouds do.
PEBBLE := tests/failover/certificates/test_orders_at_pebble.py

.PHONY: help setup drill drills incident local local-down test test-units test-cloud test-long test-engine engine \
	linode-plugin lint policy simulate bench mutation lock

help: ## This list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 20

setup: $(STAMP) ## Python packages into .venv, by hash; instant when nothing changed

# A distribution's own 3.11 comes first: one that pyenv compiled is a quarter slower, as it leaves optimizations out.
# Without Debian's python3-venv, `venv` fails and leaves a Python without pip behind: that one is made again.
$(STAMP): $(LOCKS)
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { \
		python=$$(for one in /usr/bin/python3.11 python3.11 python3.12 python3.13 python3; do \
			$$one -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$one && break; \
		done) || { echo "needed: Python 3.11 or newer with venv (Debian, Ubuntu: apt-get install python3-venv)" >&2; exit 1; }; \
		$$python -m venv --clear $(VENV); }
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --require-hashes $(LOCKS:%=-r %)
	@touch $@

drill: setup ## One drill: EXPERIMENT=name, FAULT=name, MODE=mrec|mrsc|streams
	$(PYTHON) -m drills.run $(EXPERIMENT) $(if $(FAULT),--fault $(FAULT)) $(if $(MODE),--mode $(MODE))

drills: setup ## Every drill with each of its faults; about three quarters of an hour
	$(PYTHON) -m drills.run --all

incident: setup ## An incident handled with `lifeboat`, as it happens; docs/incident.md tells of it
	$(PYTHON) -m drills.incident

bench: setup ## Drills at seeded random phases of the fault, and cold starts; out/bench/
	$(PYTHON) -m drills.bench
	$(PYTHON) -m drills.cold_start

local: setup ## The embedded cloud, deployed, to play with
	$(PYTHON) -m localcloud up

local-down: setup ## Ends what `make local` started
	$(PYTHON) -m localcloud down

lint: setup ## Rules, format, types
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	nice -n 19 $(VENV)/bin/mypy

policy: setup ## What the stacks must never declare: STACKS='prod' for one
	$(PYTHON) -m policy $(STACKS:%=--stack %)

simulate: setup ## Seeded schedules of faults over the data tier: SEED=first RUNS=how many; RUNS=1 tells its story
	$(PYTHON) -m tests.simulation --seed $(SEED) --runs $(RUNS)

test: setup ## Rules, format, types, units and test-cloud; each part's output when it ends, about five minutes
	@$(MAKE) --no-print-directory --jobs=3 --output-sync=target test-cloud lint test-units

# The clouds' times are real, so whatever has none gives way to them.
test-units: setup ## All tests without a whole embedded cloud or an engine
	nice -n 19 $(PYTHON) -m pytest -n 4 --ignore tests/cloud --ignore tests/full_scale --ignore tests/engine \
		--ignore $(PEBBLE)

test-cloud: setup ## The whole embedded cloud at a tenth of its timings: an owner killed, roles, pages
	$(PYTHON) -m pytest tests/cloud $(PEBBLE) -m "not minutes"

# Not part of `make test`: one failover after another, each runbook, and production's own waits.
test-long: setup ## What takes minutes: runbooks, owners killed after each effect, what only production's timings can show
	$(PYTHON) -m pytest tests/cloud -m minutes
	$(PYTHON) -m pytest tests/full_scale
	LIFEBOAT_EXAMPLES=500 nice -n 19 $(PYTHON) -m pytest -n 2 tests/failover/replication/test_histories.py

# Not part of `make test`: it takes minutes. Its packages stay out of the virtual environment.
mutation: setup $(MUTATION)/.installed ## How many small changes to the code that decides the tests notice; minutes
	nice -n 19 $(PYTHON) -m mutation

$(MUTATION)/.installed: requirements-mutation.txt | setup
	rm -rf $(MUTATION)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --require-hashes \
		--target $(MUTATION) -r $<
	@touch $@

# One process, so that production is deployed once for all of them.
test-engine: setup ## The real engine against evaluation and Linode's API; skipped where it or the plugin is missing
	nice -n 19 $(PYTHON) -m pytest tests/engine

# Pulumi's installer fetches a binary; this needs the Go module proxy only. Its own host for Python is no Go module.
engine: $(ENGINE)/.built $(PLUGIN) ## Pulumi's engine for test-engine, where it is not installed: needs Go, 7 minutes once
$(ENGINE)/.built: tests/engine/build/go.mod tests/engine/build/go.sum tests/engine/build/pulumi-language-python
	@mkdir -p $(ENGINE)
	cd tests/engine/build && version=$$(go list -m -f '{{.Version}}' github.com/pulumi/pulumi/pkg/v3) && \
		nice -n 19 go build -trimpath \
			-ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$$version" \
			-o $(CURDIR)/$(ENGINE)/ github.com/pulumi/pulumi/pkg/v3/cmd/pulumi
	cd tests/engine/build && sdk=$$(go list -m -f '{{.Dir}}' github.com/pulumi/pulumi/sdk/v3) && \
		install "$$sdk/python/cmd/pulumi-language-python-exec" pulumi-language-python $(CURDIR)/$(ENGINE)/
	@touch $@

# Linode's own plugin is in no registry that has sources; docs/engine.md says what this one does as that one.
linode-plugin: $(PLUGIN) ## What stands in for Pulumi's plugin for Linode in test-engine: needs Go, a minute once
$(PLUGIN): tests/engine/build/go.mod tests/engine/build/go.sum $(wildcard tests/engine/build/linode/*.go) requirements.txt
	version=$$(sed -nE 's/^pulumi-linode==([0-9.]+).*/\1/p' requirements.txt) && cd tests/engine/build && \
		nice -n 19 go build -trimpath -ldflags "-s -w -X main.version=$$version" -o $(CURDIR)/$@ ./linode

lock: setup ## Newest packages that fit requirements*.in, with hashes
	test -x $(VENV)/bin/uv || $(PYTHON) -m pip install --quiet uv
	$(COMPILE) --upgrade requirements.in -o requirements.txt
	$(COMPILE) --upgrade requirements-lint.in -o requirements-lint.txt
	$(COMPILE) --upgrade requirements-mutation.in -o requirements-mutation.txt
