# The front door: make demo | test | check | bench | docs | lock | clean. Needs only make and Python 3.11 or later.
.DELETE_ON_ERROR:
.SUFFIXES:
PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV_READY := $(VENV)/.ready-dev
ARGS ?=
# Tests make thousands of stores that sync to the disk: where there is room in memory they wait for none.
ROOM := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 2000000 { print "/dev/shm" }')

.PHONY: demo test check bench docs screenshots lock clean help

help:
	@echo "make demo    try syncd on a local Jira and a local GitHub (ARGS=\"--once --json\", see: make demo ARGS=--help)"
	@echo "make test    all tests (ARGS=\"tests/core -k rank\" for some)"
	@echo "make check   types, style, layers, schemas; under a minute"
	@echo "make bench   benchmarks: a table, and benchmarks/results.json (ARGS=name for one)"
	@echo "make docs    regenerate what is generated: config/schema, docs/rules.md, tables of docs/operations.md"
	@echo "make screenshots   the demo's pages as pictures in docs/images (ALL=FOLDER for both widths and schemes)"
	@echo "make lock    resolve the dependencies anew into requirements/"

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "syncd needs Python 3.11 or later; this is $$($(PYTHON) --version). Name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "setting up $(VENV) …" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv==$(UV_VERSION) 2>/dev/null || $(BIN)/python -m pip install uv==$(UV_VERSION)

$(READY): requirements/runtime.txt pyproject.toml | $(BIN)/uv
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/runtime.txt
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/build.txt
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_READY): $(READY) requirements/dev.txt
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(READY)
	@$(BIN)/syncd demo $(ARGS)

test: $(DEV_READY)
	@$(if $(ROOM),TMPDIR=$(ROOM)) $(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

check: $(DEV_READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports
	@$(BIN)/python -m tests.house

bench: $(DEV_READY)
	@$(BIN)/python -m benchmarks $(ARGS)

docs: $(READY)
	@$(BIN)/syncd schema config/schema
	@$(BIN)/syncd rules --markdown > docs/rules.md
	@$(BIN)/python -m tests.operations_page

screenshots: $(DEV_READY)
	@cd tests && ../$(BIN)/python -m browser.screenshots

lock: | $(BIN)/uv
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate pyproject.toml --extra demo -o requirements/runtime.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate pyproject.toml --extra postgres --extra otel -o requirements/service.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate requirements/build.in -o requirements/build.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate pyproject.toml requirements/build.in --extra demo --extra postgres --extra otel --group dev -o requirements/dev.txt

clean:
	@rm -rf $(VENV) var build dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis
