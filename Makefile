# make demo: set everything up and run the sample study to a report. make test: set everything up and run all tests.
# Needs Python 3.11+, git and make. uv is used where present, else installed through pip into .uv/.

PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
RUN := $(UV) run --frozen --quiet
export DO_NOT_TRACK = 1
DEMO_OUT ?= build/demo

.PHONY: help setup demo kostecki-dillon test test-fast coverage check lint types generative diffs mutants fuzz kills installed expectations calibration validity bench-validation bench docs clean

help:
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS='	' read -r name what; do printf '%-18s %s\n' "$$name" "$$what"; done

setup: .venv/.ready ## make the environment in .venv

.venv/.ready: pyproject.toml uv.lock | $(UV)
	$(UV) sync --frozen --quiet --compile-bytecode
	@touch $@

.uv/bin/uv:
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check uv

demo: setup ## run the sample study; ends with the path of its report
	$(RUN) migraine-outcomes run data/studies/demo --out $(DEMO_OUT)

kostecki-dillon: setup ## run the study of real diaries (133 patients)
	$(RUN) python data/studies/kostecki-dillon/convert.py build/kostecki-dillon
	$(RUN) migraine-outcomes run build/kostecki-dillon

# Files of tests side by side, one more than there are cores, for some wait for servers and clocks; the longest first as
# tests/conftest.py names them;
# "uv run pytest" runs them one after the other.
test: setup ## all tests
	$(RUN) pytest -n $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )) --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# The tests without whole runs of many studies: the rules case by case, the reference, the statistics against published
# numbers, every check against its lines, the summary tables, the map. Under two minutes.
FAST = tests/external/test_mmrm.py tests/spec tests/reference tests/expectations tests/docs tests/external/test_statistics.py \
	tests/external/test_statistics_courses.py tests/external/test_statistics_covariance.py \
	tests/flows/test_models.py tests/flows/test_summary_tables.py tests/simulation/test_settings.py

test-fast: setup ## the tests of rules, statistics and checks, in under two minutes
	$(RUN) pytest -n auto --maxprocesses 4 --dist loadfile $(FAST)

# Which branches the tests go through in their own process; the floor stands in pyproject.toml. The tests of the cluster, of
# servers, of the browser and of killed runs work in processes of their own and would add nothing but time.
coverage: setup ## branches that the tests go through, with a floor (twenty minutes)
	$(RUN) pytest -n auto --maxprocesses 4 --dist loadfile --cov --cov-report term $(FAST) tests/landing tests/cli tests/study tests/flows \
		tests/external tests/simulation tests/standards

check: lint types ## lint, SQL, layers and types

lint: setup ## style of Python and SQL, and the layers of the package
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) lint-imports
	$(RUN) sqlfluff lint --disable-progress-bar sql

types: setup ## the type checker
	$(RUN) ty check flows

# SQL against the independent reference on many generated studies, and grown against rebuilt warehouses on many sequences
# of deliveries (five minutes); GENERATED_SEED chooses others.
generative: setup ## SQL against the reference on many generated studies (five minutes)
	GENERATED_STUDIES=$${GENERATED_STUDIES:-20000} GENERATED_SEQUENCES=$${GENERATED_SEQUENCES:-30} $(RUN) pytest tests/generative -s

# 300 pairs of nights in thirty studies: each changed status has a cause, and undone it undoes the change (half an hour).
# COMPARED_SEED chooses others.
diffs: setup ## causes of changes undone on 300 random pairs of nights (half an hour)
	COMPARED_PAIRS=$${COMPARED_PAIRS:-300} $(RUN) pytest tests/comparing/test_causes_undone.py -s

# Break the rules in some seventy places, one at a time: the comparison with the reference must notice each.
mutants: setup ## break the rules one at a time: the tests must notice each
	$(RUN) python -m tests.generative.mutants

# Thousands of diary files damaged at random: each must end in a clean outcome with all its lines, and each landed cell
# must hold what Python's csv module reads there (tests/cli/csv_judge.py).
fuzz: setup ## thousands of damaged diary files: each must end cleanly
	$(RUN) python -m tests.cli.fuzz --files 5000 --seed 1

# The wheel in an empty environment, from another folder: the command line, the workflow of init, the published hook; and the
# exported datasets read by JavaScript, where node is there.
installed: setup ## the wheel in an empty environment: init, check, run, workflow, hook (ten minutes, needs the registry)
	$(RUN) pytest tests/packaging tests/standards -m installed

# Two hundred runs killed at random moments: nothing lost, the same tables. Twenty minutes; see tests/crash/kills.py.
kills: setup ## two hundred runs killed at random moments (twenty minutes)
	$(RUN) python -m tests.crash.kills --kills 200 --seed 1

# Write the dictionary-made expectations into expectations/ anew, docs/checks.md from all of them, and the parameters in
# docs/rule-parameters.md from the fields of a rule set, data/lineage.csv from the SQL, the datasets in docs/standards.md.
expectations: setup ## write the checks of the dictionary, docs/checks.md, the list of rule parameters, the lineage and the list of datasets anew
	$(RUN) python -m flows.checking.dictionary_checks
	$(RUN) python -m flows.checking.checks_page
	$(RUN) python -m flows.study.rule_parameters_page
	$(RUN) python -m flows.publishing.lineage_file
	$(RUN) python -m flows.standards.standards_page

# Published numbers against simulated ones: docs/calibration.md (a minute).
calibration: setup ## write docs/calibration.md anew (a minute)
	$(RUN) python -m flows.simulation.calibration

# Coverage, type I error, bias, recall and power: docs/validity.md (about fifteen minutes).
validity: setup ## write docs/validity.md anew (fifteen minutes)
	$(RUN) python -m tests.simulation.validity

# Ten million diary rows: the suites against plain SQL, time and memory. A minute or so; see docs/performance.md.
bench-validation: setup ## time the checks on ten million diary rows
	$(RUN) python -m tests.bench.validation

# Whole runs of one and of ten million diary rows beside a plain read_csv, pandas, polars and dbt-duckdb; then 20,000 small
# files landed; see docs/performance.md. Where the registry cannot be reached, dbt-duckdb is left out, and the output says so.
DBT_PEER = build/dbt-peer
bench: setup ## time whole runs of one and ten million diary rows, beside dbt-duckdb too, and many small files
	@$(MAKE) --silent $(DBT_PEER)/.ready || echo "dbt-duckdb could not be installed: the benchmark goes on without it"
	$(RUN) python -m tests.bench.throughput --dbt $(DBT_PEER) $(if $(ROWS),--rows $(ROWS))
	$(RUN) python -m tests.bench.small_files

$(DBT_PEER)/.ready: tests/bench/dbt-requirements.txt | setup
	@rm -rf $(DBT_PEER)
	$(UV) venv --quiet --python .venv/bin/python $(DBT_PEER)
	$(UV) pip install --quiet --compile-bytecode --python $(DBT_PEER)/bin/python -r $<
	@touch $@

# mkdocs-material would print a notice about the next version of mkdocs with every build.
docs: setup ## build the site into build/site: guides, rules, statistics, every table with its lineage
	NO_MKDOCS_2_WARNING=1 $(RUN) python -m mkdocs build --quiet --strict

clean: ## remove the environment and everything built
	rm -rf build .venv .uv .pytest_cache .ruff_cache
