# `make run` tries Alvéole, `make test` proves it. Every step of the set-up leaves a stamp: done once, done again only
# when what it was made from has changed.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON := .venv/bin/python
MANAGE := $(PYTHON) manage.py
UV := .venv/bin/uv
NODE := tools/node.sh
# The set-up asks nothing of the data folder and leaves nothing in it.
SETUP := ALVEOLE_DATA=build/scratch ALVEOLE_DATABASE_URL= ALVEOLE_REDIS_URL=

SOURCES := $(shell find static)
MO := $(patsubst %.po,%.mo,$(wildcard */locale/*/LC_MESSAGES/django.po))

.PHONY: help run serve setup dev browser test engines check screenshots messages lock clean

help: ## what can be asked of this folder
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: setup ## try it: demo people, this machine only, links printed (PORT=8000 ALVEOLE_DATA=./data)
	@exec $(MANAGE) serve --try

serve: setup ## live with it: no demo, ALVEOLE_URL decides hosts, cookies and links
	@exec $(MANAGE) serve

test: dev browser ## every test, in a real browser too; installs what the tests need (PYTEST="-k words" for some)
	$(NODE) node --test --test-reporter=spec --test-timeout=60000 tests/device/*.test.js
	ALVEOLE_DATA=build/tests $(PYTHON) -m pytest -n 2 --dist loadgroup $(or $(PYTEST),--cov)

engines: dev ## one journey in Firefox too; installs it
	@tools/browser.sh firefox-esr
	ALVEOLE_DATA=build/tests $(PYTHON) -m pytest -m engines

check: dev ## linters, types, imports, templates, migrations, translations, licences
	@$(PYTHON) -m tools.check

screenshots: dev browser ## pictures of every screen, for 360, 768 and 1280 px
	$(SETUP) $(PYTHON) -m tools.screenshots

messages: .venv/base.stamp ## write what is to be translated into */locale/
	$(PYTHON) -m tools.messages

# `make lock` keeps what still fits; `make lock UPGRADE=--upgrade` takes the newest of everything.
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command 'make lock' $(UPGRADE)
lock: .venv/base.stamp ## choose versions and lock them by hash
	$(COMPILE) pyproject.toml -o requirements/base.txt
	$(COMPILE) --group dev -c requirements/base.txt -o requirements/dev.txt
	$(COMPILE) --group node -o requirements/node.txt
	$(COMPILE) --group uv -o requirements/uv.txt
	$(NODE) npm $(if $(UPGRADE),update,install --package-lock-only)

clean: ## forget everything that was built; data stays
	rm -rf .venv node_modules build $(MO)

setup: .venv/base.stamp build/collected.stamp $(MO)
dev: setup .venv/dev.stamp

.venv/uv.stamp: requirements/uv.txt
	@tools/python.sh
	@echo "Setting up Python packages…"
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/base.stamp: .venv/uv.stamp requirements/base.txt
	@$(UV) pip sync --quiet --python $(PYTHON) --require-hashes requirements/uv.txt requirements/base.txt
	@touch $@

# After the one above, which removes what it does not list.
.venv/dev.stamp: .venv/base.stamp requirements/dev.txt
	@echo "Setting up what the tests need…"
	@$(UV) pip install --quiet --python $(PYTHON) --require-hashes -r requirements/dev.txt
	@touch $@

node_modules/npm.stamp: package.json package-lock.json .npmrc .venv/uv.stamp
	@echo "Setting up what the pages are built with…"
	@$(NODE) npm ci --silent
	@touch $@

build/static.stamp: $(SOURCES) node_modules/npm.stamp
	@echo "Building the pages' scripts and styles…"
	@$(NODE) node static/build.mjs
	@touch $@

build/collected.stamp: build/static.stamp .venv/base.stamp alveole/settings.py
	@$(SETUP) $(MANAGE) collectstatic --no-input --clear --verbosity 0
	@touch $@

%.mo: %.po .venv/base.stamp
	@.venv/bin/pybabel --quiet compile --input-file $< --output-file $@

browser:
	@tools/browser.sh
