# make setup   install what the portal needs (nothing is started)
# make demo    the portal with its demo world at http://127.0.0.1:8000 (PORT=…)
# make test    lint, then every test on SQLite and on PostgreSQL
# make lint    ruff, mypy and djlint
# make bench   the measurements, printed as ratios
# make crash   kill server and worker at random moments under load, and see that nothing is lost (some minutes)

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
STAMPS := .venv/stamps

.PHONY: setup setup-dev demo test lint bench crash
.DEFAULT_GOAL := setup

setup: $(STAMPS)/runtime static/vendor/.installed

setup-dev: $(STAMPS)/dev static/vendor/.installed

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit("Kravsjekk needs Python 3.11 or newer; set PYTHON=…") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@mkdir -p $(STAMPS) && touch $@

# uv installs in seconds; a machine without it gets it from PyPI into the virtual environment.
# Compiled once here, so that every start takes half the time.
define install
	@uv --version >/dev/null 2>&1 || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/uv.lock
	@$$(test -x $(BIN)/uv && echo $(BIN)/uv || echo uv) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r $(1)
	@touch $@
endef

$(STAMPS)/runtime: requirements.lock $(STAMPS)/venv
	$(call install,requirements.lock)

$(STAMPS)/dev: requirements-dev.lock $(STAMPS)/venv
	$(call install,requirements-dev.lock)
	@touch $(STAMPS)/runtime

static/vendor/.installed: package-lock.json .ci/front_end.py | $(STAMPS)/runtime
	@$(BIN)/python .ci/front_end.py
	@touch $@

demo: setup
	@$(BIN)/flask --app wsgi demo --port $(PORT)

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/mypy portal

test: lint
	@.ci/chromium.sh
	KRAVSJEKK_TEST_DATABASE=sqlite $(BIN)/pytest -n 2
	KRAVSJEKK_TEST_DATABASE=postgresql $(BIN)/pytest -n 2

bench: setup-dev
	$(BIN)/python -m tests.benchmarks

crash: setup-dev
	KRAVSJEKK_TEST_DATABASE=sqlite $(BIN)/python -m tests.crash
	KRAVSJEKK_TEST_DATABASE=postgresql $(BIN)/python -m tests.crash
