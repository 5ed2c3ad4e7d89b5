# Each target does all the set-up it needs by itself; a second time that takes a moment.
# Main ones: `make run` (a node with a demonstration call), `make test` (every check and test).
SHELL := /bin/bash
BIN := .venv/bin
SETUP := command -v python3 >/dev/null \
	|| { echo "set-up stopped: python3 is missing (Debian 12: apt-get install python3)" >&2; exit 1; }; \
	python3 tools/setup.py
ARGS ?=

.PHONY: help setup run test check bench docs lock clean

help:
	@echo "make run    start a node on 127.0.0.1:5060 and place a demonstration call"
	@echo "make test   all checks, unit tests and calls by foreign phones"
	@echo "make setup  only the set-up for running | make check  all but the foreign phones"
	@echo "make bench  the measurements of bench/  | make docs   regenerate what is generated"
	@echo "make lock   renew requirements/*.txt    | make clean  remove what the others made"

setup:
	@$(SETUP)

run: setup
	@exec $(BIN)/centralita serve --demo $(ARGS)

test:
	@$(SETUP) --test
	@$(BIN)/python -m tools.check --all $(ARGS)

check:
	@$(SETUP) --test
	@$(BIN)/python -m tools.check $(ARGS)

bench:
	@$(SETUP) --test
	@$(BIN)/python tools/bench.py $(ARGS)

docs:
	@$(SETUP) --test
	@$(BIN)/python -m tools.docs

lock:
	@$(SETUP) --test
	@$(BIN)/python tools/lock.py

clean:
	rm -rf .venv build media/plane/target media/plane/fuzz/target media/_plane*.so *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
