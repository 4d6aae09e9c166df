.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SCALE ?= 1

.PHONY: help install demo dev dashboard test test-long check lint types format docs-check bench vertica-demo lock down clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

$(VENV)/.installed: requirements.lock pyproject.toml setup.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

install: $(VENV)/.installed ## Create the environment

demo: install ## Servers, sample files, the whole graph, the answer
	$(BIN)/vault-assets demo --scale $(SCALE)

dev: install ## Dagster UI with sensors and schedules on http://127.0.0.1:3000
	$(BIN)/vault-assets up
	DAGSTER_HOME=$(CURDIR)/.vault/dagster $(BIN)/dagster dev --host 127.0.0.1 -w workspace.yaml

vertica-demo: install ## Social on the stand-in for Vertica, a server for tests
	$(BIN)/python -m vault_assets_tests.vertica_demo

dashboard: install ## The marts as pages on http://127.0.0.1:8501
	$(BIN)/vault-assets dashboard

test: install ## All tests
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=25

test-long: install ## Benchmarks that compare tables, and many processes on one lake: minutes each
	$(BIN)/pytest -m long -n 1

check: ## Lint, types, tests, each with its seconds
	@for step in install lint types test; do \
	  start=$$(date +%s); $(MAKE) --no-print-directory $$step; code=$$?; \
	  echo "make $$step: $$(($$(date +%s) - start)) s"; \
	  [ $$code = 0 ] || exit $$code; \
	done

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: install
	$(BIN)/pyright

format: install ## Format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install ## Our graph against a hand-written script, as ratios
	$(BIN)/python -m benchmarks.social --scale $(SCALE)

lock: ## Pin the dependencies anew
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	  --no-emit-index-url --no-strip-extras --generate-hashes --quiet --output-file requirements.lock

down: ## Stop the local servers
	$(BIN)/vault-assets down

clean: down ## Remove local state
	rm -rf .vault reports build dist
