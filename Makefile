# Start with `make dataset` and `make test`; `make help` lists the rest.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
KILLS ?= 100
# Containers often set this; without bytecode, each process compiles every package that it imports.
unexport PYTHONDONTWRITEBYTECODE
# Two packages are only distributed as source: build them with the locked setuptools rather than the
# newest one, so that this repository has the hash of everything installed. The locked pip installs in
# half the time of the one that comes with Python 3.11.
COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--quiet --custom-compile-command "make lock"
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-build-isolation --no-compile

.PHONY: help dataset catalogue test suite check lock expectations reference bench peers fuzz faults \
	soak clean clean-data test-fast coverage

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

dataset: $(VENV)/.installed  ## build the dataset from data/raw into data/processed
	$(BIN)/shortscience build

# The inputs of the shipped catalogue; their release stays below data/processed.
SHARED ?= ../shared
KNOWN := data/processed/known
catalogue: $(VENV)/.installed  ## make data/catalogue/shortscience.parquet from the public export in SHARED
	$(BIN)/shortscience build $(SHARED)/corpus/shortscience_export.json.gz --no-catalogue --out $(KNOWN) \
		--bibliography $(addprefix $(SHARED)/bibliography/,known_titles.jsonl dblp.jsonl.gz \
		arxiv.jsonl.gz arxiv_snapshot.jsonl.xz proceedings.bib.xz)
	$(BIN)/shortscience catalogue $(KNOWN)/latest --out data/catalogue/shortscience.parquet

test: $(VENV)/.installed-dev  ## lint, type checks and the whole test suite, side by side
	@$(MAKE) --no-print-directory --jobs=2 check suite

suite: $(VENV)/.installed-dev  ## the whole test suite alone
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --durations 10

test-fast: $(VENV)/.installed-dev  ## lint and the unit tests alone
	$(BIN)/ruff check .
	$(BIN)/python -m pytest tests/unit -n 2

coverage: $(VENV)/.installed-dev  ## the whole suite with line and branch coverage, and the uncovered lines
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder \
		$(addprefix --cov ,shortscience pipeline flows commands) --cov-branch \
		--cov-report term-missing:skip-covered

check: $(VENV)/.installed-dev  ## lint, format and strict type checks alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(VENV)/.installed: requirements/build.lock requirements/run.lock pyproject.toml
	@echo "Creating $(VENV) from the lock file (about a minute the first time) ..."
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements/build.lock
	$(PIP) --require-hashes --no-deps -r requirements/run.lock
	PYTHONWARNINGS=ignore $(PIP) --no-deps --editable .
	touch $@

# Spark takes half a gigabyte, and only the tests need it. It is built without compressing what is
# unpacked at once.
$(VENV)/.installed-dev: $(VENV)/.installed requirements/dev.lock
	@echo "Adding what the tests need (another minute the first time) ..."
	$(PIP) --require-hashes --no-deps --config-settings "--build-option=--compression=stored" \
		-r requirements/dev.lock
	touch $@

lock:  ## pin the newest versions that fit pyproject.toml (needs uv)
	$(COMPILE) requirements/build.in -o requirements/build.lock
	$(COMPILE) pyproject.toml --extra readers --extra dev -o requirements/dev.lock
	$(COMPILE) pyproject.toml --extra readers -c requirements/dev.lock -o requirements/run.lock
	$(COMPILE) requirements/peers.in -o requirements/peers.lock

expectations: $(VENV)/.installed  ## write expectations/*.json from the table definitions
	$(BIN)/python -m shortscience.pipeline.release.suites

reference: $(VENV)/.installed  ## write docs/{commands,settings,tables}.md from the code
	$(BIN)/python -m shortscience.commands.reference

bench: $(VENV)/.installed-dev peers  ## measure, and write the tables of docs/benchmarks.md (TABLES=... for some)
	$(BIN)/python -m benchmarks $(TABLES)

fuzz: $(VENV)/.installed-dev  ## fuzz each parser for MINUTES (default 5), from sample and real files
	$(BIN)/python -m tests.fuzz.run --seconds $$((60 * $(or $(MINUTES),5)))

faults: $(VENV)/.installed-dev  ## kill KILLS (default 100) builds at random moments, and check what they leave
	$(BIN)/python -m tests.faults --kills $(KILLS)
	$(BIN)/python -m pytest -m long

soak: $(VENV)/.installed-dev  ## build again and again for MINUTES (default 60), and check what grows
	$(BIN)/python -m tests.soak --minutes $(or $(MINUTES),60)

peers: .venv-peers/.installed  ## the environment of the tools that the benchmarks compare with

.venv-peers/.installed: requirements/build.lock requirements/peers.lock
	test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements/build.lock
	.venv-peers/bin/python -m pip --disable-pip-version-check install --quiet --no-build-isolation --require-hashes --no-deps -r requirements/peers.lock
	touch $@

clean:  ## remove the environments and caches; data stays
	rm -rf $(VENV) .venv-peers .mypy_cache .pytest_cache .ruff_cache

clean-data:  ## list the built data; `make clean-data YES=1` removes it
	@echo "All releases and what is kept beside them:"; du -sh data/processed data/report 2> /dev/null || true
	@if [ -n "$(YES)" ]; then rm -rf data/processed/* data/processed/.work data/report; echo "Removed."; \
		else echo "Nothing was removed; \`make clean-data YES=1\` removes it."; fi
