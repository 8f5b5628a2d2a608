"""The embedded store on 10,000 items: what the searches of one recommendation cost.

    python -m benchmarks.store

Six queries of 200 hits each over vectors 384, 1280 and 128 wide, as a recommendation asks them.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence

import numpy as np

from encoders.arrays import FloatArray
from indexer.catalog.filter import Filter, parse_filter
from indexer.catalog.item import Item
from indexer.stores.edge.store import EdgeStore
from indexer.stores.store import StoredItem, VectorQuery

N_ITEMS = 10_000
WIDTHS = {"text": 384, "image": 1280, "sequence-1": 128}
ASKED = ("text", "text", "text", "image", "image", "sequence-1")
FILTERS = (
    "",
    "available = true",
    "available = true AND domain = a",
    'attributes."wide screen" = true',
    "price < 5",
    "price < 1",
)


def vectors_like_real_ones(rng: np.random.Generator, dim: int, rank: int = 48) -> FloatArray:
    """Of low intrinsic dimension plus noise, as encoders make them; rows of length 1."""
    rows = (
        (rng.normal(size=(N_ITEMS, rank)) * np.linspace(2, 0.3, rank))
        @ rng.normal(size=(rank, dim))
        / np.sqrt(rank)
    )
    rows = rows + 0.15 * rng.normal(size=rows.shape)
    unit: FloatArray = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def main() -> None:
    rng = np.random.default_rng(0)
    matrices = {name: vectors_like_real_ones(rng, dim) for name, dim in WIDTHS.items()}
    with tempfile.TemporaryDirectory() as folder:
        encoded = {name: WIDTHS[name] for name in ("text", "image")}
        store = EdgeStore.open(folder, encoded, dict.fromkeys(encoded, "benchmark"))
        timed("upsert in batches of 64", lambda: fill(store, matrices))
        timed("set_vectors, 128 wide", lambda: set_sequence(store, matrices["sequence-1"]))
        timed("optimize", store.optimize)
        for text in FILTERS:
            searches(store, matrices, rng, text or "no filter", parse_filter(text))
        searches(store, matrices, rng, "no filter, 100 excluded", None, list(range(100)))
        timed("vectors of all items, 1280 wide", lambda: store.vectors("image", np.arange(N_ITEMS)))
        timed("close", store.close)


def fill(store: EdgeStore, matrices: dict[str, FloatArray]) -> None:
    for start in range(0, N_ITEMS, 64):
        store.upsert([stored(index, matrices) for index in range(start, min(N_ITEMS, start + 64))])


def stored(index: int, matrices: dict[str, FloatArray]) -> StoredItem:
    attributes = {"wide screen": index % 2 == 0}
    item = Item(
        f"item-{index}",
        "abc"[index % 3],
        price=float(index % 50),
        available=index % 10 > 0,
        attributes=attributes,
    )
    return StoredItem(index, item, {name: matrices[name][index] for name in ("text", "image")})


def set_sequence(store: EdgeStore, rows: FloatArray) -> None:
    store.create_vector("sequence-1", rows.shape[1], "dot")
    store.set_vectors("sequence-1", np.arange(N_ITEMS), rows)


def searches(
    store: EdgeStore,
    matrices: dict[str, FloatArray],
    rng: np.random.Generator,
    label: str,
    filter: Filter | None,
    exclude: Sequence[int] = (),
) -> None:
    wall_us, cpu_us = [], []
    for _ in range(100):
        queries = [
            VectorQuery(n, matrices[n][rng.integers(N_ITEMS)], 200, filter, exclude) for n in ASKED
        ]
        started, busy = time.perf_counter_ns(), time.process_time_ns()
        store.query_batch(queries)
        wall_us.append((time.perf_counter_ns() - started) / 1e3)
        cpu_us.append((time.process_time_ns() - busy) / 1e3)
    p50, p95 = np.percentile(wall_us, [50, 95])
    print(
        f"{label:36s} p50 {p50:6.0f} us, p95 {p95:6.0f} us, processor {np.median(cpu_us):6.0f} us"
    )


def timed(label: str, run: object) -> None:
    assert callable(run)
    started = time.perf_counter()
    run()
    print(f"{label:36s} {time.perf_counter() - started:.2f} s")


if __name__ == "__main__":
    main()
