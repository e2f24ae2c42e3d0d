# The commands of Puente. What each does in detail is at the head of its script.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo dev check format test test-postgres faults bench backup restore lock messages clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t16

demo:  ## a running demo site on 127.0.0.1:8000 (PORT=… for another), from nothing; again in seconds
	@exec scripts/demo.sh

dev:  ## the development server and the task worker, both reloading
	@exec scripts/dev.sh

check:  ## lint, format, types, floors, migrations, templates, translations, settings
	@exec scripts/check.sh

format:  ## bring the code into its format
	@scripts/install.sh requirements-dev.txt
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .
	@.venv/bin/python -m scripts.format_assets

test:  ## the whole suite, on SQLite (PYTEST_ARGS=… to narrow it)
	@exec scripts/test.sh

test-postgres:  ## the tests that depend on the database, on a throw-away PostgreSQL (FULL=1 for all)
	@exec scripts/test_postgres.sh

bench:  ## what requests cost, beside the nearest peer and bare floors (at most 20 minutes; SHORT=1 or FULL=1)
	@exec scripts/bench.sh

faults:  ## kill real parts under load and look what is left, at length (FULL=0 for the short form of .ci/run)
	@exec scripts/faults.sh

backup:  ## one archive of database and uploads, while the site runs (TO=folder; docs/backup.md)
	@exec scripts/backup.sh backup

restore:  ## put an archive back, whole or not at all (FROM=archive; FORCE=1 replaces what is there, CHECK=1 only reads)
	@exec scripts/backup.sh restore

lock:  ## write requirements*.txt from requirements*.in (ARGS=--upgrade for the newest)
	@exec scripts/lock.sh

messages:  ## put new texts into locale/*/LC_MESSAGES/django.po
	@scripts/install.sh requirements-dev.txt
	@.venv/bin/python -m scripts.messages

clean:  ## take out what can be made again (not var/: it holds the demo's database)
	rm -rf .venv staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete
