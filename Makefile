# make demo    see it work: emails through the real client to the embedded sandbox
# make check   for every change: linters, types, and one case of each quick test, in a minute
# make test    linters, types, the docs, and all tests; also `make tests`
# make lint    only the linters and types
# make docs    build the site of docs/, and say where to open it
# make format  write what is generated, format the code, and mend what ruff can mend
# make clean   remove what the other commands have made
#
# make test REQUIRE="chromium redis"   what is named must be there: its tests fail instead of being skipped
# make test JOBS=8                     tests run in so many processes; half of their time is waiting
# make test ARGS=--exhaustive          more arguments for pytest; this one runs every case of the large matrices
# make test ARGS=--cov                 with branch coverage, which takes nearly twice the time
# make demo PYTHON=python3.12          another Python, for a new environment
# make test VENV=/tmp/venv             another place for the environment

PYTHON ?= python3
VENV ?= .venv
REQUIRE ?=
JOBS ?= 4
ARGS ?=
# The command that installs; .ci/run has a faster one.
INSTALL ?= $(BIN)/python -m pip install -q --use-pep517

# An environment that was moved with its clone works: programs are run as modules, since their scripts have the old path,
# and so has what pip keeps of an editable installation.
BIN := $(VENV)/bin
PYTHON_HERE := PYTHONPATH="$(CURDIR)" $(BIN)/python
RUN := $(PYTHON_HERE) -m
# A worker of pytest-xdist is given whole files: examples of one document share their names and their folder.
PYTEST := REQUIRE="$(REQUIRE)" $(RUN) pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

# Without bytecode each of the many processes compiles every module again.
unexport PYTHONDONTWRITEBYTECODE

# Without a network an installation fails within seconds.
export PIP_RETRIES ?= 1
export PIP_DEFAULT_TIMEOUT ?= 10
export PIP_DISABLE_PIP_VERSION_CHECK ?= 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo check quick test tests lint docs format clean

help:
	@sed -n 's/^# \{0,1\}//p; /^$$/q' Makefile

demo: $(VENV)/.sandbox-installed
	@$(RUN) emailapi demo

test tests: $(VENV)/.test-installed
	@$(MAKE) --no-print-directory -j 2 --output-sync=target lint docs
	@echo "== pytest" && $(PYTEST) $(ARGS)

check: $(VENV)/.test-installed
	@$(MAKE) --no-print-directory -j 2 --output-sync=target lint quick

# Single documents must not be divided among processes, but only tests/ is taken here.
quick: $(VENV)/.test-installed
	@echo "== pytest, one case of each quick test" && \
	    REQUIRE="$(REQUIRE)" $(RUN) pytest -n 3 --dist worksteal -q --extent=quick tests $(ARGS)

lint: $(VENV)/.test-installed
	@echo "== ruff check" && $(RUN) ruff check --quiet --output-format concise .
	@echo "== ruff format" && $(RUN) ruff format --quiet --check .
	@echo "== mypy" && $(RUN) mypy
	@echo "== import-linter" && $(PYTHON_HERE) -c "from importlinter.cli import lint_imports_command as lint; lint()" --no-logo
	@echo "== interrogate" && $(RUN) interrogate --quiet emailapi benchmarks || \
	    { $(RUN) interrogate -vv --omit-covered-files emailapi benchmarks; exit 1; }
	@echo "== generated files" && $(PYTHON_HERE) .ci/public_names.py --check && $(PYTHON_HERE) docs/generate.py --check
	@echo "== structure" && $(PYTHON_HERE) .ci/structure.py
	@echo "== arguments" && $(PYTHON_HERE) .ci/arguments.py
	@echo "== docstrings" && $(PYTHON_HERE) .ci/docstrings.py
	@echo "== words" && $(PYTHON_HERE) .ci/words.py

# Always the whole site: what Sphinx takes from its cache is built without its warnings.
docs: $(VENV)/.test-installed
	@echo "== sphinx: build/docs/index.html" && $(RUN) sphinx -E -q -W --keep-going \
	    -b html -d build/doctrees docs build/docs

format: $(VENV)/.test-installed
	@$(PYTHON_HERE) .ci/public_names.py
	@$(PYTHON_HERE) docs/generate.py
	@$(RUN) ruff format .
	@$(RUN) ruff check --fix .

clean:
	find . -name __pycache__ -not -path "./.git/*" -prune -exec rm -rf {} +
	rm -rf $(VENV) build dist *.egg-info .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

# $(call install,an extra,its name in words)
define install
	@echo "Installing emailapi and $(2) into $(VENV) ..."
	@$(INSTALL) --editable '.[$(1)]' >$(VENV)/install.log 2>&1 || { \
	    if grep -q 'connection broken by\|Could not fetch URL\|from versions: none' $(VENV)/install.log; \
	    then echo "emailapi is not installed: pip cannot reach its package index, is there a network? (see $(VENV)/install.log)"; \
	    else cat $(VENV)/install.log; fi >&2; exit 1; }
	@touch $@
endef

# The stamps: an environment is installed into again only when setup.cfg has changed.
$(VENV)/.sandbox-installed: setup.cfg setup.py | $(VENV)/.made
	$(call install,sandbox,its sandbox)

$(VENV)/.test-installed: setup.cfg setup.py | $(VENV)/.made
	$(call install,dev,its test tools)
	@touch $(VENV)/.sandbox-installed

# An environment that could not be made whole is removed: the next run must not take it for one.
$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { echo "emailapi needs Python 3.11 or newer: no $(PYTHON) here" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	    "emailapi needs Python 3.11 or newer, $(PYTHON) is %d.%d: make demo PYTHON=python3.12" % sys.version_info[:2])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
	@touch $@
