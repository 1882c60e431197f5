# make run: everything, on embedded defaults. make test: what CI runs. See README.md.
.PHONY: run test check train

run:
	@tools/setup run
	@VARSAM_ENV=$${VARSAM_ENV:-development} exec .venv/bin/varsam up

test:
	@tools/setup test
	@$(MAKE) --no-print-directory check
	.venv-engine/bin/python -m pytest -W ignore --confcutdir=tests/bot tests/bot
	.venv/bin/python -m pytest tests --ignore=tests/bot

check:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

train:
	@tools/setup run
	@VARSAM_ENV=$${VARSAM_ENV:-development} .venv/bin/varsam train
