# Everything runs from .venv, which `make install` builds from the pinned requirements.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: install demo dev test test-slow lint bench screenshots clean

install: $(STAMP)

$(STAMP): requirements.txt requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

demo: install
	$(BIN)/python starter.py demo $(if $(KEEP),--keep)

dev: install
	$(BIN)/python starter.py dev

test: install
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

# The time-skipping server now and then loses a timer under load and stands still, a fault of its own: what failed is
# run once more, alone. What fails twice fails.
test-slow: install
	$(BIN)/python -m pytest -n 2 --dist loadfile -m slow --timeout 1500 || \
	$(BIN)/python -m pytest --last-failed --last-failed-no-failures none -m slow --timeout 1500

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .

bench: install
	$(BIN)/python -m benchmarks

screenshots: install
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-docs.txt
	$(BIN)/python -m docs.screenshots docs/screenshots

clean:
	rm -rf $(VENV) .data .pytest_cache .mypy_cache .ruff_cache .hypothesis
