# Everything a checkout needs: Python 3.11 or newer, make and a package index.
.DEFAULT_GOAL := help
.PHONY: help ask test slow coverage lowest lint format corpus docs check clean

VENV := .venv
BIN := $(VENV)/bin
# What asking needs, and all that the tests and linters need.
BASE := $(VENV)/.installed
ALL := $(VENV)/.installed-all

# The extras of `make lowest`: all but those that bring PyTorch.
LOWEST := openvino serve web dev

# The first of these that is new enough; say PYTHON=… to choose another.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
# Where a driver answers, all that runs on a GPU belongs to the installation.
GPU ?= $(shell nvidia-smi >/dev/null 2>&1 && echo gpu)
# The default model comes with the installation, so nothing is ever fetched while asking or testing.
HF_HUB_OFFLINE ?= 1
export HF_HUB_OFFLINE
# Without bytecode, each process that a test starts would compile all modules again, and pytest its plugins.
unexport PYTHONDONTWRITEBYTECODE

# A question may hold dollar signs, quotes and question marks: it reaches the shell through the
# environment, as typed, and is never part of a command line.
override Q := $(value Q)
export Q

help: ## list these targets
	@echo 'make ask Q="How do Burn and Candle differ in GPU support?"'
	@sed -n 's/^\([a-z]*\):[^#]*## /  make \1\t/p' Makefile

ask: $(BASE) ## answer the question Q from the documents in corpus/
	@[ -n "$$Q" ] || { echo 'make ask needs a question: make ask Q="How do Burn and Candle differ in GPU support?"' >&2; exit 2; }
	@$(BIN)/mlsurvey refresh >/dev/null
	@$(BIN)/mlsurvey ask -- "$$Q" || [ $$? -eq 3 ] # 3: it abstained and said why, which is an answer too

test: $(ALL) ## run the quick tests; T=… passes arguments to pytest
	@$(BIN)/python -m pytest -n auto -m 'not slow' $(T)

slow: $(ALL) ## run the tests that take more than a few seconds
	@$(BIN)/python -m pytest -n auto -m slow $(T)

coverage: $(ALL) ## run the quick tests and measure the branches that they cover; fails below the floor of pyproject.toml
	@$(BIN)/python -m pytest -n auto -m 'not slow' --cov --cov-report=term:skip-covered $(T)

lowest: ## run the quick tests with the lowest versions of pyproject.toml, without what needs PyTorch
	@$(PYTHON) -m venv --clear build/lowest
	@build/lowest/bin/python -m pip install --disable-pip-version-check --quiet uv
	@build/lowest/bin/uv pip compile --quiet --resolution lowest-direct --python build/lowest/bin/python \
		$(LOWEST:%=--extra %) --output-file build/lowest.txt pyproject.toml
	@build/lowest/bin/uv pip install --quiet --python build/lowest/bin/python --requirement build/lowest.txt --editable .
	@build/lowest/bin/python -m pytest -n auto -m 'not slow' $(T)

lint: $(ALL) ## ruff, mypy and the import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(ALL) ## let ruff format the code
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

corpus: $(ALL) ## check the profiles, surveys, names and sources of corpus/
	@$(BIN)/mlsurvey corpus check corpus

docs: $(ALL) ## build the documentation as a site in build/site
	@$(BIN)/zensical build --strict

check: lint corpus test slow ## lint, check the corpus, then run all tests

clean: ## remove the environment and what was built; corpus/ and index/ stay
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find src tui tests -type d -name __pycache__ -prune -exec rm -rf {} +

$(BASE): EXTRAS = $(GPU)
$(BASE): SIZE = $(if $(GPU),several GB,about 150 MB)
$(ALL): EXTRAS = all,dev$(if $(GPU),$(comma)$(GPU))
$(ALL): SIZE = $(if $(GPU),several GB,about 700 MB)
comma := ,

$(BASE) $(ALL): pyproject.toml constraints.txt
	@[ -n "$(PYTHON)" ] || { echo 'mlsurvey needs Python 3.11 or newer; found: '"$$(python3 --version 2>&1)"'. Install one, or name it: make PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("mlsurvey needs Python 3.11 or newer; $(PYTHON) is %d.%d" % v[:2])'
	@echo "Installing into $(VENV)$(if $(EXTRAS), with $(EXTRAS)). The first time this fetches $(SIZE)."
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@rm -f $@
	@{ PYTHONUNBUFFERED=1 $(BIN)/python -m pip install --disable-pip-version-check --progress-bar off \
		--constraint constraints.txt --editable '.$(if $(EXTRAS),[$(EXTRAS)])' \
		$(if $(GPU),&& $(BIN)/python -m pip install --quiet --force-reinstall --no-deps --constraint constraints.txt faiss-gpu) \
		&& touch $(BASE) $@; } \
		| sed -n -e 's/^ *Downloading /  /p' -e 's/^Installing collected packages.*/  installing…/p'
	@test -e $@
