"""How well words find pictures, and how good neighbours pictures are, before and after aligning.

    python -m benchmarks.align DATA [--type ATTRIBUTE] [--product-chars N] [--page docs/encoders.md]

DATA is a folder that `palate index` has filled; nothing in it is changed. Pairs are held out by product: the first
N characters of the item_id. Similar items are right when they share the ATTRIBUTE.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.tables import markdown, replace_section
from encoders.align import AlignConfig, fit_heads, recall, recalls, split_groups
from encoders.base import FloatArray, unit_rows
from service.aligning import read_pairs
from service.config import load_settings
from service.workspace import Workspace

HOLDOUT = 0.2
SEEDS = (3, 4, 5)
"""Hyper-parameters were looked at with 0, 1 and 2."""
K = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--type", default="product_type_name")
    parser.add_argument("--product-chars", type=int, default=7)
    parser.add_argument("--page", type=Path)
    given = parser.parse_args()
    workspace = Workspace.open(load_settings(given.data))
    try:
        started = time.perf_counter()
        items, pairs = read_pairs(workspace, product_of=lambda item: item.item_id[: given.product_chars])
        reading_s = time.perf_counter() - started
        told = [replace(item, categories=(), attributes={}).text() for item in items]
        without_labels = workspace.text_encoder.encode_passages(told)  # (N, text dim)
    finally:
        workspace.close()
    types = np.array([str(item.attributes.get(given.type, "")) for item in items])
    words = unit_rows(without_labels - without_labels.mean(axis=0), name="centred")  # as the ranker has them
    rows: list[Mapping[str, float]] = []
    for seed in SEEDS:
        kept, held_out = split_groups(pairs.group, HOLDOUT, seed)
        started = time.perf_counter()
        heads = fit_heads(pairs.rows(kept), AlignConfig(), seed=seed)
        seconds = time.perf_counter() - started
        asked = pairs.rows(held_out)
        by_text, by_image = recalls(heads, asked, K)
        joint = heads.images(pairs.image)
        found = {
            "text -> image": by_text,
            "image -> text": by_image,
            "title and description, as a query -> image": recall(
                heads.queries(without_labels[held_out]), joint[held_out], K
            ),
            "title, as a query -> image": recall(heads.queries(asked.title), joint[held_out], K),
        }
        spaces = {
            "image, as encoded": pairs.image,
            "image, aligned": joint,
            "title and description": words,
            "image, aligned, with title and description": np.concatenate([joint, words], axis=1),
        }
        everything = np.arange(len(items))
        for name, vectors in spaces.items():
            found[f"{name}: all"] = share_of_type(vectors, types, everything)
            found[f"{name}: held out"] = share_of_type(vectors, types, held_out)
        rows.append({**found, "seconds": seconds + reading_s, "held out": len(held_out), "pairs": len(kept)})
        print({name: round(value, 3) for name, value in rows[-1].items()}, flush=True)
    text = page(rows)
    print(text)
    if given.page is not None:
        replace_section(given.page, "align", text)


def share_of_type(vectors: FloatArray, types: np.ndarray, queries: np.ndarray) -> float:  # type: ignore[type-arg]
    """Share of the K nearest of all items that are of the query's type, the mean over queries."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    scores = unit[queries] @ unit.T  # (Q, N)
    scores[np.arange(len(queries)), queries] = -np.inf
    nearest = np.argsort(-scores, axis=1, kind="stable")[:, :K]
    return float((types[nearest] == types[queries][:, None]).mean())


def page(rows: Sequence[Mapping[str, float]]) -> str:
    """Two tables: mean over seeds, lowest to highest."""
    first = rows[0]
    chance = K / first["held out"]
    recalls_ = [[name, _spread(rows, name), f"{chance:.3f}"] for name in first if "->" in name]
    spaces = [name.removesuffix(": all") for name in first if name.endswith(": all")]
    shares = [[name, _spread(rows, f"{name}: all"), _spread(rows, f"{name}: held out")] for name in spaces]
    seconds = max(row["seconds"] for row in rows)
    about = (
        f"{first['pairs']:,.0f} pairs to train on, {first['held out']:,.0f} held out by product; at most {seconds:.0f}"
        f" s, reading the texts' parts included; mean of {len(rows)} seeds, lowest to highest."
    )
    return "\n\n".join(
        [
            about,
            markdown([f"recall@{K} among the held-out", "aligned", "chance"], recalls_),
            markdown([f"share of the {K} nearest of the same type", "all items", "held-out items"], shares),
        ]
    )


def _spread(rows: Sequence[Mapping[str, float]], name: str) -> str:
    values = [row[name] for row in rows]
    return f"{np.mean(values):.3f} ({min(values):.3f}-{max(values):.3f})"


if __name__ == "__main__":
    main()
