# What a person does with this repository. Each target sets up what it needs; the second time that costs nothing.
PYTHON ?= $(firstword $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do command -v $$p; done; true))
BIN := .venv/bin
BOOTSTRAP = @test -n "$(PYTHON)" || { echo "make: there is no python3: install Python 3.11 or newer" >&2; exit 1; }; \
	$(PYTHON) scripts/bootstrap.py
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command "make lock" $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help setup run demo test check bench docs lock

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

setup: ## Make .venv with everything for working on Shoal
	$(BOOTSTRAP) dev openai2

run: ## Start the gateway on 127.0.0.1:8600 (ARGS="--port 9000")
	$(BOOTSTRAP) base
	@exec $(BIN)/shoal up $(ARGS)

demo: ## Send 300 customer messages through the gateway and show who answered
	$(BOOTSTRAP) dev
	@exec $(BIN)/python -m demo.run $(ARGS)

test: ## Run the tests (ARGS="tests/unit -k hosts")
	$(BOOTSTRAP) dev openai2
	@exec $(BIN)/python -m pytest $(ARGS)

check: ## Style, types, layers and house rules
	$(BOOTSTRAP) dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python scripts/house_rules.py

bench: ## Print every figure that the docs quote (ARGS="--data PATH")
	$(BOOTSTRAP) dev
	@exec $(BIN)/python scripts/run_benches.py $(ARGS)

docs: ## Test the examples in the docs, and say where the docs lie
	$(BOOTSTRAP) dev
	@$(BIN)/python -m pytest -q tests/docs
	@echo "Start at README.md; the rest is in docs/: start, guides, concepts, methodology, reference, decisions."

lock: ## Renew the lock files in requirements/ (UPGRADE=--upgrade for newer versions)
	$(BOOTSTRAP) dev
	$(COMPILE) --group build -o requirements/base.txt pyproject.toml
	$(COMPILE) --group build --group dev -c requirements/base.txt -o requirements/dev.txt pyproject.toml
	$(COMPILE) --group client-openai2 -o requirements/client-openai2.txt
	$(COMPILE) --group pip -o requirements/pip.txt
