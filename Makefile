# Two commands do everything on a fresh machine with Python 3.11+ and make: `make demo` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STUBS  := proto/palate/v1
DOCKER := docker

.DEFAULT_GOAL := help
.PHONY: help install demo test check lint types proto bench-serve bench-overload bench-quality bench-verdicts bench-incremental bench-explain bench-words bench-encode bench-align bench-house bench-telemetry bench-crash bench-start bench-access bench-ingest proto-check bench-gateway docs bench-privacy bench-tenants fuzz audit wheel image lock sbom clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -c constraints.txt torch torchvision
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	touch $@

install: $(VENV)/.installed ## make the virtual environment and install everything into it

demo: install ## index, train, serve and recommend on the example catalogue, through gRPC
	$(BIN)/palate demo

test: install check ## everything CI runs: stubs in sync, lint, types, tests

check: lint types proto-check audit
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

proto-check: ## names, comments and form of the .proto files, and that no caller of before breaks
	$(BIN)/buf lint
	$(BIN)/buf format --diff --exit-code --path proto/palate
	$(BIN)/buf breaking --against tests/proto/034e339.binpb

wheel: install ## a wheel in dist/ that carries the networks of the bundled encoders: palate[serve] needs no PyTorch
	$(BIN)/python -m encoders.carry
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	rm -r encoders/carried

lock: install ## pin and hash what the image installs, after a change of dependencies
	$(BIN)/uv pip compile --quiet --no-config --default-index https://pypi.org/simple --constraint constraints.txt \
		--extra serve --extra telemetry --extra parquet --python-version 3.11 --python-platform linux \
		--generate-hashes --no-header --no-annotate --output-file deploy/image/requirements.txt pyproject.toml

image: wheel ## the image of a server, by docker or by what DOCKER names
	$(DOCKER) build --tag palate .

sbom: install ## what the image installs, as CycloneDX, in dist/
	mkdir -p dist
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application \
		--output-reproducible --output-file dist/palate.cdx.json deploy/image/requirements.txt

audit: ## weaknesses that are known of what the image installs
	$(BIN)/python -m benchmarks.audit

proto: install ## write what is made of the .proto files: stubs, openapi.json, docs/reference/
	$(BIN)/python -m grpc_tools.protoc -Iproto --python_out=proto --pyi_out=proto --grpc_python_out=proto $(STUBS)/*.proto
	$(BIN)/python -m service.rpc.reference

bench-serve: install ## latency and throughput of Recommend over gRPC
	$(BIN)/python -m benchmarks.serve

bench-gateway: install ## what a call costs over HTTP beside gRPC; writes docs/api.md
	$(BIN)/python -m benchmarks.gateway --write

bench-overload: install ## how much is answered in time under two and three times the sustainable load
	$(BIN)/python -m benchmarks.overload

bench-quality: install ## quality on the real data sets of PALATE_BENCH_DATA (hours); writes docs/benchmarks.md
	$(BIN)/python -m benchmarks.quality --write

bench-verdicts: install ## whether the check of a training decides as the served answer does, on PALATE_BENCH_DATA (hours); writes docs/benchmarks.md
	$(BIN)/python -m benchmarks.verdicts --write

bench-incremental: install ## an incremental training against a full one; writes docs/benchmarks.md
	$(BIN)/python -m benchmarks.incremental --write

bench-explain: install ## fidelity, variety, cost and safety of explanations; writes docs/explanations.md
	$(BIN)/python -m benchmarks.explain --write

bench-words: install ## how well a wish in words is obeyed, on PALATE_BENCH_DATA; writes docs/words.md
	$(BIN)/python -m benchmarks.words --write

bench-encode: install ## texts, pictures and rows per second, on PALATE_BENCH_DATA; writes docs/encoders.md
	$(BIN)/python -m benchmarks.encode --write

bench-align: install ## how well words find pictures after `palate align`, on PALATE_BENCH_DATA; writes docs/encoders.md
	$(BIN)/python -m benchmarks.align --write

bench-house: install ## the way of a call through the code, and the measures of the code; writes docs/architecture.md
	$(BIN)/python -m benchmarks.trace --write
	$(BIN)/python -m benchmarks.house 034e339 . --write

bench-start: install ## how long a start takes, and what memory a server holds; writes docs/operations.md
	$(BIN)/python -m benchmarks.start --write

bench-telemetry: install ## what metrics, traces and the log cost a call; writes docs/operations.md
	$(BIN)/python -m benchmarks.telemetry --write

bench-privacy: install ## what a deletion leaves of a person, by the bytes of every file; writes docs/privacy.md
	$(BIN)/python -m benchmarks.privacy --write

bench-tenants: install ## whether a tenant can tell that there is another, and what a hundred cost; writes docs/tenants.md
	$(BIN)/python -m benchmarks.tenants --write

fuzz: install ## 50,000 messages at random to every rpc, built from the descriptors
	$(BIN)/python -m benchmarks.fuzz

bench-crash: install ## whether 200 kills lose or resurrect anything; writes docs/operations.md
	$(BIN)/python -m benchmarks.crash --write

bench-access: install ## what keys and TLS cost a call; writes docs/security.md
	$(BIN)/python -m benchmarks.access --write

bench-ingest: install ## rows of a shop's own files that come in, and how fast they are read; writes docs/shop.md
	$(BIN)/python -m benchmarks.ingest --write

docs: install ## make the site of all pages in build/site; a link or a command that leads nowhere ends it
	$(BIN)/python -m benchmarks.commands --write
	$(BIN)/python -m benchmarks.site

clean: ## remove the virtual environment and caches
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache
