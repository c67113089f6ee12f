# Everything a newcomer needs: `make dataset` and `make test`. `make help` lists the rest.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
MINUTES ?= 5
KILLS ?= 100
# langdetect comes as source only: it is built with the setuptools of the build lock, not with a
# fresh one from an index, so that every byte that is installed has its hash in this repository.
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-build-isolation

.PHONY: help dataset test check lock expectations reference bench peers fuzz faults clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

dataset: $(VENV)/.installed  ## build the dataset from data/raw into data/processed
	$(BIN)/shortscience build

test: check  ## lint, type checks and the whole test suite
	$(BIN)/python -m pytest

check: $(VENV)/.installed  ## lint, format and strict type checks alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(VENV)/.installed: requirements/build.lock requirements/all.lock pyproject.toml
	@echo "Creating $(VENV) from the lock file (a few minutes the first time) ..."
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements/build.lock
	$(PIP) --require-hashes --no-deps -r requirements/all.lock
	$(PIP) --no-deps --editable .
	touch $@

lock:  ## pin the newest versions that fit pyproject.toml (needs uv)
	uv pip compile requirements/build.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --custom-compile-command "make lock" -o requirements/build.lock
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --custom-compile-command "make lock" -o requirements/all.lock
	uv pip compile requirements/peers.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --custom-compile-command "make lock" -o requirements/peers.lock

expectations: $(VENV)/.installed  ## write expectations/*.json from the table definitions
	$(BIN)/python -m pipeline.release.suites

reference: $(VENV)/.installed  ## write docs/{commands,settings,tables}.md from the code
	$(BIN)/python -m commands.reference

bench: $(VENV)/.installed  ## records/s and peak memory per stage, on 100,000 generated records
	$(BIN)/python -m benchmarks.stages

fuzz: $(VENV)/.installed  ## fuzz each parser for MINUTES (default 5), from sample and real files
	$(BIN)/python -m tests.fuzz.run --seconds $$((60 * $(MINUTES)))

faults: $(VENV)/.installed  ## kill KILLS (default 100) builds at random moments, and look what they leave
	$(BIN)/python -m tests.faults --kills $(KILLS)

peers: .venv-peers/.installed  ## the environment of the tools that the benchmarks race against

.venv-peers/.installed: requirements/build.lock requirements/peers.lock
	test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements/build.lock
	.venv-peers/bin/python -m pip --disable-pip-version-check install --quiet --no-build-isolation --require-hashes --no-deps -r requirements/peers.lock
	touch $@

clean:  ## remove the environment and everything built
	rm -rf $(VENV) .venv-peers data/processed/* .mypy_cache .pytest_cache .ruff_cache
