# make demo    see it work: mails through the real client to the embedded sandbox
# make test    linters, types, import rules, docstrings, the docs, then all tests with branch coverage
# make docs    build the site of docs/, and say where to open it
#
# make test REQUIRE="chromium redis"   what is named must be there: its tests fail instead of being skipped
# make demo PYTHON=python3.12          another Python, for a new environment
# make test VENV=/tmp/venv             another place for the environment

PYTHON ?= python3
VENV ?= .venv
REQUIRE ?=

BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --use-pep517

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint docs format clean

help:
	@sed -n 's/^# \{0,1\}//p; /^$$/q' Makefile

demo: $(VENV)/.sandbox-installed
	@$(BIN)/emailapi demo

test: lint docs
	@echo "== pytest"
	@REQUIRE="$(REQUIRE)" $(BIN)/python -m pytest --cov --cov-report=term-missing:skip-covered

lint: $(VENV)/.test-installed
	@echo "== ruff check" && $(BIN)/ruff check --quiet --output-format concise .
	@echo "== ruff format" && $(BIN)/ruff format --quiet --check .
	@echo "== mypy" && $(BIN)/mypy
	@echo "== import-linter" && PYTHONPATH=. $(BIN)/lint-imports --no-logo
	@echo "== interrogate" && $(BIN)/interrogate --quiet emailapi benchmarks || \
	    { $(BIN)/interrogate -vv --omit-covered-files emailapi benchmarks; exit 1; }

# Always the whole site: what Sphinx takes from its cache is built without its warnings.
docs: $(VENV)/.test-installed
	@echo "== sphinx: build/docs/index.html" && $(BIN)/python -m sphinx -E -q -W --keep-going \
	    -b html -d build/doctrees docs build/docs

format: $(VENV)/.test-installed
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) build dist *.egg-info .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

# The stamps: an environment is installed into again only when setup.cfg has changed.
$(VENV)/.sandbox-installed: setup.cfg setup.py | $(VENV)/.made
	@echo "Installing emailapi and its sandbox into $(VENV) ..."
	@$(INSTALL) --editable '.[sandbox]'
	@touch $@

$(VENV)/.test-installed: setup.cfg setup.py | $(VENV)/.made
	@echo "Installing emailapi and its test tools into $(VENV) ..."
	@$(INSTALL) --editable '.[test]'
	@touch $@ $(VENV)/.sandbox-installed

# An environment that could not be made whole is removed: the next run must not take it for one.
$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { echo "emailapi needs Python 3.11 or newer: no $(PYTHON) here" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	    "emailapi needs Python 3.11 or newer, $(PYTHON) is %d.%d: make demo PYTHON=python3.12" % sys.version_info[:2])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
	@touch $@
