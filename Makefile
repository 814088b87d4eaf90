# Forerunner. `make help` lists the targets; each is an ordinary command, after its setup.

PYTHON ?= python3
BIN := .venv/bin
# The lab is made of network namespaces, which want root.
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo -E env PATH="$$PATH")
SETUP := $(PYTHON) -I forerunner/bootstrap.py
# Ansible insists on UTF-8, whatever the terminal says.
export LC_ALL := C.UTF-8

.DEFAULT_GOAL := help
.PHONY: help demo plan test lint format bench bench-loop bench-loop-kill bench-change bench-fleet bench-sim \
	bench-telemetry bench-predict soak lab-up lab-down airflow airflow-down clean root python environment packages packages-optional peers \
	lint-fast lint-format lint-rules lint-imports lint-types lint-ansible

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; \
		do printf '  make %-16s %s\n' "$$name" "$$text"; done

demo: environment packages root ## Watch the whole loop: one fault, without and with Forerunner
	$(AS_ROOT) $(BIN)/forerunner demo

test: environment packages-optional lint-fast ## Run the quick checks and all tests (the lab's want root)
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

lint: environment ## Run every check of the code, all results at once
	@$(MAKE) --no-print-directory --keep-going lint-format lint-rules lint-imports lint-types lint-ansible

format: environment ## Lay out the Python files and mend what can be mended
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: bench-loop bench-loop-kill bench-change bench-fleet bench-sim bench-telemetry bench-predict ## Run every benchmark

bench-loop: environment packages root ## Lost packets and lead time against the dead timer and BFD
	$(AS_ROOT) $(BIN)/forerunner bench loop

bench-loop-kill: environment packages root ## What a kill -9 of the acting task leaves behind
	$(AS_ROOT) $(BIN)/forerunner bench loop-kill

bench-change: environment packages root ## Whether a change is foretold, applied and undone as promised
	$(AS_ROOT) $(BIN)/forerunner bench change

bench-fleet: environment peers ## Many simulated devices at once, against what else people use
	$(BIN)/forerunner bench fleet

bench-sim: environment packages root ## Orders of up to 100,000 SIMs on five systems, and what a kill leaves behind
	$(AS_ROOT) $(BIN)/forerunner bench sim

bench-telemetry: environment packages root peers ## From the wire to the store and out of it, and what a kill leaves behind
	$(AS_ROOT) $(BIN)/forerunner bench telemetry

bench-predict: environment peers ## Predictions on real data, beside a simple baseline and the strongest library
	$(BIN)/forerunner bench predict

soak: environment packages root ## Observe the lab for half an hour; memory and file handles must stay flat
	$(AS_ROOT) $(BIN)/forerunner soak

plan: environment packages root ## Say what configuring the devices would change, and write the plan
	$(AS_ROOT) $(BIN)/ansible-playbook playbooks/plan_config.yml

lab-up: environment packages root ## Build the lab: six FRR routers and two hosts
	$(AS_ROOT) $(BIN)/ansible-playbook playbooks/build_lab.yml

lab-down: environment root ## Remove the lab
	$(AS_ROOT) $(BIN)/ansible-playbook playbooks/remove_lab.yml

airflow: environment root ## Start Airflow and print its address and login
	$(AS_ROOT) $(BIN)/forerunner airflow up

airflow-down: environment root ## Stop Airflow
	$(AS_ROOT) $(BIN)/forerunner airflow down

clean: ## Remove the environment and the caches; run-time state in var/ stays
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .ansible

# ---- what the targets stand on ------------------------------------------------------------------

root:
	@[ "$$(id -u)" = 0 ] || command -v sudo >/dev/null || { echo "forerunner: the lab wants root, and there is no sudo; become root first" >&2; exit 2; }

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo \
		"forerunner: $(PYTHON) is not Python 3.11 or newer; install one and name it: make PYTHON=python3.12" >&2; exit 2; }

environment: python
	@$(SETUP) environment

peers: environment
	@$(SETUP) peers

packages: python
	@$(SETUP) packages

packages-optional: python
	@$(SETUP) packages --optional tests

lint-fast: lint-format lint-rules lint-imports lint-types

lint-format: environment
	$(BIN)/ruff format --check --quiet .

lint-rules: environment
	$(BIN)/ruff check --quiet .

lint-imports: environment
	$(BIN)/lint-imports --no-logo

lint-types: environment
	$(BIN)/mypy

lint-ansible: environment
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/ansible-lint -q --offline --profile production
