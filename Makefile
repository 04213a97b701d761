# 常用命令 / everyday commands. `make` lists them.
UV_DIR := .tools
UV := $(shell command -v uv 2>/dev/null || echo $(UV_DIR)/bin/uv)
HALL := .venv/bin/hall
PY := .venv/bin/python
export PYTHONPATH :=
# The locked interpreter of the machine; nothing but the packages is fetched.
UV_FLAGS := --locked --no-python-downloads
# One more than there are processors: the tests in the browser wait more than they work.
WORKERS := $(shell echo $$(($$(nproc) + 1)))

.PHONY: help env demo test test-tools lint format bench bench-ingest bench-pages bench-people bench-spark bench-growth bench-counties bench-env screenshots

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

env: .venv/ready ## create the locked environment

.venv/ready: pyproject.toml uv.lock
	@command -v uv >/dev/null 2>&1 || test -x $(UV_DIR)/bin/uv || python3 -m pip install --quiet --target $(UV_DIR) uv
	$(UV) sync $(UV_FLAGS)
	@touch $@

demo: env ## make the demo year, load, build, publish and serve it
	$(HALL) demo

test-tools: env ## install a browser, a Chinese font, Java and Spark when they are not there
	@tests/browser/install
	@$(UV) sync $(UV_FLAGS) --inexact --extra spark --quiet

test: test-tools ## run all tests
	$(PY) -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder

lint: env ## format, lint, type and layer checks
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

format: env ## put the code in shape
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: bench-env ## measure the budgets (ratios in one run); not part of the tests
	$(PY) -m tests.benchmarks
	$(PY) -m tests.benchmarks.badrows
	$(PY) -m tests.benchmarks.reports

bench-ingest: bench-env ## measure loads beside how others do it, up to 10 M rows, and bring docs/benchmarks.md up
	$(PY) -m tests.benchmarks.ingest --rows 100000 1000000 10000000 --write
	$(PY) -m tests.benchmarks.badrows --write

bench-pages: bench-env test-tools ## measure pages in Chromium at 16 k, 1 M and 10 M cases beside Dash and pandas, half an hour
	$(PY) -m tests.benchmarks.pages --write

bench-people: env ## measure 10 to 200 people clicking and a thousand reruns in a row, some ten minutes
	$(PY) -m tests.benchmarks.people

bench-spark: test-tools ## hold the models on Spark against DuckDB: the demo year and a million cases, some twenty minutes
	$(PY) -m tests.benchmarks.spark

bench-growth: test-tools ## measure each stage at 100 k, 1 M and 10 M cases, draw chart and tables of docs/scaling.md; an hour
	$(PY) -m tests.benchmarks.growth
	$(PY) -m tests.benchmarks.growthchart

bench-counties: env ## put the 84 counties of a province together and ask about them, half an hour
	$(PY) -m tests.benchmarks.counties

bench-env: env
	@$(UV) sync $(UV_FLAGS) --inexact --group bench --quiet

screenshots: test-tools ## take the pictures of the README and of a month's report anew
	$(PY) -m tests.browser.screenshots
	$(PY) -m tests.browser.reportpages
