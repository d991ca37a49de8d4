# `make play` and `make test` do everything by themselves, on a fresh machine, in .venv.

PYTHON ?= python3
BIN := .venv/bin
SESSION := play/session

.PHONY: play test lint clean

# Installs midigan to encode and play (no PyTorch), then plays sixteen bars of the shipped
# generator: into a virtual MIDI port where the system has one, and always into play/.
play: .venv/play.done
	@mkdir -p play
	@$(BIN)/midigan live --virtual --bars 16 --record $(SESSION).mid \
		|| { echo "No virtual port here: playing to a file instead."; \
		     $(BIN)/midigan live --offline --bars 16 --record $(SESSION).mid; }
	@$(BIN)/midigan render $(SESSION).mid -o $(SESSION).wav
	@$(BIN)/midigan show $(SESSION).mid -o $(SESSION).png
	@echo "Sixteen bars: $(SESSION).mid, $(SESSION).wav to hear, $(SESSION).png to see."

# Installs everything, then runs all tests. Pass more with ARGS="-k codec".
test: .venv/test.done
	$(BIN)/python -m pytest $(ARGS)

lint: .venv/test.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf .venv play build dist *.egg-info

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "midigan needs Python 3.11 or later: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

# A mark beside the installation: an install that broke off is done again.
.venv/play.done: setup.cfg constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	@touch $@

.venv/test.done: setup.cfg constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[train,test]'
	@touch $@ .venv/play.done
