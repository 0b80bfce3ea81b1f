# Everything runs in .venv, which `make` builds with the first python3 that is recent enough.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin

.PHONY: demo test verify lint benchmark wheel package clean

demo: .venv/installed  ## generate a small labelled dataset from usd_scenes/tabletop into out/demo
	$(BIN)/scenewright generate usd_scenes/tabletop/recipe.yaml -o out/demo --set frames=8 --set samples=4 --set width=480 --set height=360
	@echo "Look at out/demo: pictures, labels and annotations/instances.json."

test: .venv/installed  ## run the tests
	$(BIN)/python -m pytest -m "not verify"

verify: .venv/installed .venv/oracles  ## run what is too heavy for every change, independent renderers included
	$(BIN)/python -m pytest -m "verify or not verify"

lint: .venv/installed
	$(BIN)/ruff check .

benchmark: .venv/installed
	$(BIN)/python -m tools.benchmark sdg

wheel: .venv/installed
	$(BIN)/python -m build --wheel

package: .venv/installed  ## one zip per Kit extension and the build files of repo_build, into dist/kit
	$(BIN)/python tools/package

.venv/installed: pyproject.toml exts/scenewright.sdg/config/extension.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || { echo \
	  "error: Scenewright needs Python 3.11, 3.12 or 3.13; '$(PYTHON)' is none. Set PYTHON=/path/to/python3.x."; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@touch $@

.venv/oracles: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev,oracles,ui-test]"
	@touch $@

clean:
	rm -rf .venv build dist out
