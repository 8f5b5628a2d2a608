# Two commands do everything on a fresh machine with Python 3.11+ and make: `make demo` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STUBS  := proto/palate/v1
# Stubs run on their own protobuf and on later ones, so they are of the oldest compiler that has what they need.
PROTOC := build/protoc
PROTOC_PACKAGES := grpcio-tools==1.63.0 'protobuf<6' 'setuptools<81'
protoc   = $(PROTOC)/bin/python -m grpc_tools.protoc -Iproto --python_out=$(1) --pyi_out=$(1)
stubs_in = $(call protoc,$(1)) --grpc_python_out=$(1) $(STUBS)/*.proto && $(call protoc,$(1)) proto/buf/validate/*.proto
DOCKER := docker

.DEFAULT_GOAL := help
.PHONY: help install demo test check lint types proto bench-serve bench-overload bench-quality bench-verdicts bench-incremental bench-explain bench-words bench-encode bench-align bench-house bench-telemetry bench-crash bench-beside soak bench-start bench-access bench-ingest proto-check bench-gateway docs bench-privacy bench-epsilon bench-tenants bench-media fuzz audit wheel image lock sbom typescript go-client java-client test-clients clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/.installed: pyproject.toml proto/pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -c constraints.txt torch torchvision
	$(BIN)/python -m pip install --quiet -c constraints.txt -e proto -e '.[dev]'
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

$(PROTOC)/.installed: $(VENV)/.installed Makefile
	$(BIN)/uv venv --quiet --clear --python '>=3.9,<3.13' $(PROTOC)
	$(BIN)/uv pip install --quiet --python $(PROTOC)/bin/python $(PROTOC_PACKAGES)
	touch $@

proto-check: $(PROTOC)/.installed ## names, comments and form of the .proto files, their stubs, and that no caller of before breaks
	rm -rf $(PROTOC)/out && mkdir $(PROTOC)/out
	$(call stubs_in,$(PROTOC)/out)
	@cd $(PROTOC)/out && for stub in */*/*_pb2*; do cmp $$stub $(abspath proto)/$$stub || { echo "stubs are stale: make proto"; exit 1; }; done
	$(BIN)/buf lint
	$(BIN)/buf format --diff --exit-code --path proto/palate
	$(BIN)/buf breaking --against tests/proto/034e339.binpb

wheel: install ## a wheel in dist/ that carries the networks of the bundled encoders: palate[serve] needs no PyTorch
	$(BIN)/python -m encoders.carry && $(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist ./proto .; \
		status=$$?; rm -rf encoders/carried; exit $$status

lock: install ## pin and hash what the image installs, after a change of dependencies
	$(BIN)/uv pip compile --quiet --no-config --default-index https://pypi.org/simple --constraint constraints.txt \
		--extra serve --extra http --extra jwt --extra telemetry --extra parquet --python-version 3.11 --python-platform linux \
		--generate-hashes --no-header --no-annotate --no-emit-package palate-client --output-file deploy/image/requirements.txt pyproject.toml

image: wheel ## the image of a server, by docker or by what DOCKER names
	$(DOCKER) build --tag palate .

sbom: install ## what the image installs, as CycloneDX, in dist/
	mkdir -p dist
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application \
		--output-reproducible --output-file dist/palate.cdx.json deploy/image/requirements.txt

audit: ## weaknesses that are known of what the image installs
	$(BIN)/python -m benchmarks.audit

typescript: install ## write the generated code of clients/typescript, build it, and pack it into dist/; needs Node and npm
	cd clients/typescript && npm ci --ignore-scripts && PATH="$(abspath $(BIN)):$$PATH" npm run generate && npm run build
	mkdir -p dist && cd clients/typescript && npm pack --ignore-scripts --pack-destination ../../dist

go-client: install ## generate the client for Go (clients/go/Makefile says what it needs)
	$(MAKE) -C clients/go BUF=$(abspath $(BIN))/buf

java-client: install ## generate and compile the client for Java (clients/java/Makefile says what it needs)
	$(MAKE) -C clients/java BUF=$(abspath $(BIN))/buf

test-clients: install ## the clients for Go and Java on a real server; not a part of `make check`
	$(BIN)/python -m pytest clients

proto: install $(PROTOC)/.installed ## write what is made of the .proto files and of palate.aio: stubs, the client, openapi.json, docs/reference/
	$(call stubs_in,proto)
	$(BIN)/python -m benchmarks.sync_client --write
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

bench-epsilon: install ## what differential privacy costs in quality, and who can be told to be in the log, on PALATE_BENCH_DATA (an hour); writes docs/privacy.md
	$(BIN)/python -m benchmarks.epsilon --write

bench-tenants: install ## whether a tenant can tell that there is another, and what a hundred cost; writes docs/tenants.md
	$(BIN)/python -m benchmarks.tenants --write

bench-media: install ## whether hostile pictures and addresses get through, and what memory they take; writes docs/security.md
	$(BIN)/python -m benchmarks.media --write

fuzz: install ## 50,000 messages at random to every rpc, built from the descriptors
	$(BIN)/python -m benchmarks.fuzz

bench-crash: install ## whether 200 kills lose or resurrect anything; writes docs/operations.md
	$(BIN)/python -m benchmarks.crash --write

bench-beside: install ## how long Recommend takes while it indexes, trains or is backed up; writes docs/operations.md
	$(BIN)/python -m benchmarks.beside --write

soak: install ## whether half an hour of calls and writes lets memory or latency grow; writes docs/operations.md
	$(BIN)/python -m benchmarks.soak --write

bench-access: install ## what keys and TLS cost a call; writes docs/security.md
	$(BIN)/python -m benchmarks.access --write

bench-ingest: install ## rows of a shop's own files that come in, and how fast they are read; writes docs/shop.md
	$(BIN)/python -m benchmarks.ingest --write

docs: install ## make the site of all pages in build/site; a link or a command that leads nowhere ends it
	$(BIN)/python -m benchmarks.settings --write
	$(BIN)/python -m benchmarks.commands --write
	$(BIN)/python -m benchmarks.site

clean: ## remove the virtual environment, caches and what was built; what benchmarks keep in build/bench-* stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
	test ! -d build || find build -mindepth 1 -maxdepth 1 ! -name 'bench-*' -exec rm -rf {} +
