# make run: everything, on embedded defaults. make test: what CI runs. See README.md.
.PHONY: run test test-whole test-parts check train tune evaluate soak

run:
	@tools/setup run
	@VARSAM_ENV=$${VARSAM_ENV:-development} exec .venv/bin/varsam up

# In two lanes side by side, since both wait more than they work: what drives the real engine or a browser, and the rest.
test:
	@tools/setup test
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target test-whole test-parts

test-whole: check
	@.venv/bin/varsam train
	TRAINED_MODEL=$$(.venv/bin/varsam train | cut -d' ' -f1) .venv-engine/bin/python -m pytest -W ignore --confcutdir=tests/bot tests/bot
	.venv/bin/python -m pytest tests --ignore=tests/bot -m "system or browser"

test-parts:
	.venv/bin/python -m pytest tests --ignore=tests/bot -m "not system and not browser"

check:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

train:
	@tools/setup run
	@VARSAM_ENV=$${VARSAM_ENV:-development} .venv/bin/varsam train

# Trains, measures on the held-out lines, writes docs/understanding.md. With CURVE=1 the learning curve too.
evaluate: train
	.venv-engine/bin/python -W ignore -m benchmarks.evaluation models/varsam-*.tar.gz $(if $(CURVE),--curve)

# Half an hour: teaches the sentence encoder anew. See bot/learning/tune.py.
tune:
	@tools/setup run
	.venv-engine/bin/python -W ignore -m bot tune

# Hours of it; goes on where OUT ends. See benchmarks/soak.py.
soak:
	@tools/setup test
	@nice -n 15 .venv/bin/python benchmarks/soak.py $(if $(SECONDS),--seconds $(SECONDS)) $(if $(INTERLEAVINGS),--interleavings $(INTERLEAVINGS)) $(if $(OUT),--out $(OUT)) $(if $(KINDS),--kinds $(KINDS)) $(if $(MESSAGES),--messages $(MESSAGES))
