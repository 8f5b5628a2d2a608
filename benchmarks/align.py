"""How well words find pictures and pictures words after `palate align`, and how good neighbours
pictures are.

    python -m benchmarks.align [--data DIR] [--work DIR] [--write]

On hm-fashion: 3,000 articles with photo, which are indexed in the work folder at first. A fifth of
the articles is held out by product; the heads see nothing of them. Similar items are right when
they are of the same product type. So that words do not name it, they are title and description, or
these and the attributes but for the type.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.folders import ROOT, add_data, dataset, made
from benchmarks.tables import markdown, replace_section
from encoders.alignment.pairs import Pairs, recall, recalls, split_groups
from encoders.alignment.training import AlignConfig, fit_heads
from encoders.arrays import FloatArray
from encoders.base import unit_rows
from indexer.catalog.item import Item
from indexer.indexing.shared_space import PartReader
from service.config_file import load_settings
from service.operations.aligning import modality_of, read_pairs
from service.storage.workspace import Workspace

DATASET = "hm-fashion"
TYPE = "product_type_name"
COLOUR = "colour_group_name"
PAGE = ROOT / "docs/encoders.md"
HOLDOUT = 0.2
SEEDS = (3, 4, 5)
"""Hyper-parameters were looked at with others."""
K = 10

IntArray = NDArray[np.int64]
Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """N articles, and the vectors (N, text dim) of ways to speak of them."""

    types: NDArray[np.str_]
    """(N,)"""
    kinds: NDArray[np.str_]
    """(N,) colour and type, as one would ask for them: `black dress`."""
    pairs: Pairs
    asked: FloatArray
    """Of `kinds`."""
    told: FloatArray
    """Of title and description."""
    labelled: FloatArray
    """Of these and the attributes, but for the type."""
    reading_s: float
    """What aligning reads, beside what is stored."""


def main() -> None:
    asked = arguments()
    folder = made(asked.work / DATASET, [["index", dataset(asked.data, DATASET) / "items.jsonl"]])
    with closing(Workspace.open(load_settings(folder))) as workspace:
        catalogue = read(workspace)
    splits = []
    for seed in SEEDS:
        splits.append(dict(figures(catalogue, seed)))
        print({name: round(value, 3) for name, value in splits[-1].items()}, flush=True)
    text = report(splits)
    print(text)
    if asked.write:
        replace_section(PAGE, "bench-align", text)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data(parser)
    parser.add_argument(
        "--work", type=Path, default=ROOT / "build/bench-align", help="where the vectors are kept"
    )
    parser.add_argument(
        "--write", action="store_true", help="put the report into docs/encoders.md too"
    )
    return parser.parse_args()


def read(workspace: Workspace) -> Catalogue:
    """Everything that is to be encoded, once for all splits."""
    started = time.perf_counter()
    items, pairs = read_pairs(
        workspace,
        PartReader(workspace.text_encoder),
        modality_of(workspace),
        product_of=lambda item: item.item_id[:7],  # the rest of it is the colour
    )
    reading_s = time.perf_counter() - started
    kinds = [f"{item.attributes[COLOUR]} {item.attributes[TYPE]}".lower() for item in items]
    different, places = np.unique(kinds, return_inverse=True)
    return Catalogue(
        types=np.array([str(item.attributes[TYPE]) for item in items]),
        kinds=np.array(kinds),
        pairs=pairs,
        asked=workspace.text_encoder.encode_queries(different.tolist())[places],
        told=workspace.text_encoder.encode_passages(
            [replace(_unsorted(item), attributes={}).text() for item in items]
        ),
        labelled=workspace.text_encoder.encode_passages([_unsorted(item).text() for item in items]),
        reading_s=reading_s,
    )


def _unsorted(item: Item) -> Item:
    """Without what names its type."""
    kept = {name: value for name, value in item.attributes.items() if name != TYPE}
    return replace(item, categories=(), attributes=kept)


def figures(catalogue: Catalogue, seed: int) -> Iterator[tuple[str, float]]:
    """Of one split; a name with `: ` is of some of the articles."""
    kept, held_out = split_groups(catalogue.pairs.group, HOLDOUT, seed)
    started = time.perf_counter()
    heads = fit_heads(catalogue.pairs.rows(kept), AlignConfig(), seed=seed)
    yield "seconds", time.perf_counter() - started + catalogue.reading_s
    yield "reading s", catalogue.reading_s
    yield "pairs", len(kept)
    yield "held out", len(held_out)
    asked = catalogue.pairs.rows(held_out)
    pictures = heads.media(asked.media)
    by_text, by_image = recalls(heads, asked, K)
    yield "text -> image", by_text
    yield "image -> text", by_image
    yield (
        "title and description -> image",
        recall(heads.queries(catalogue.told[held_out]), pictures, K),
    )
    yield "title -> image", recall(heads.queries(asked.title), pictures, K)
    queries = heads.queries(catalogue.asked[held_out])
    kinds = catalogue.kinds[held_out]
    same = (kinds[:, None] == kinds).sum(axis=1)
    yield "chance: kind", float(same.mean()) / len(kinds)
    yield "most: kind", float(np.minimum(same, K).mean()) / K
    yield "kind", share_alike(queries @ pictures.T, kinds, kinds)
    everything = np.arange(len(catalogue.types))
    for name, vectors in spaces(catalogue, heads.media(catalogue.pairs.media)).items():
        for which, queries_ in (("all", everything), ("held out", held_out)):
            scores = vectors[queries_] @ vectors.T  # (Q, N)
            scores[np.arange(len(queries_)), queries_] = -np.inf
            yield (
                f"{name}: {which}",
                share_alike(scores, catalogue.types[queries_], catalogue.types),
            )


def spaces(catalogue: Catalogue, aligned: FloatArray) -> Mapping[str, FloatArray]:
    """What neighbours may be found by: unit vectors, words centred as the ranker has them, side by
    side where there are two."""
    image, told, labelled = map(
        _centred, (catalogue.pairs.media, catalogue.told, catalogue.labelled)
    )
    return {
        "image, as encoded": catalogue.pairs.media,
        "image, aligned": aligned,
        "title and description": told,
        "title and description, with the image as encoded": np.hstack([told, image]),
        "title and description, with the image aligned": np.hstack([told, aligned]),
        "title, description, attributes": labelled,
        "title, description, attributes, with the image aligned": np.hstack([labelled, aligned]),
    }


def _centred(vectors: FloatArray) -> FloatArray:
    return unit_rows(vectors - vectors.mean(axis=0), name="centred")


def share_alike(scores: FloatArray, wanted: NDArray[np.str_], there: NDArray[np.str_]) -> float:
    """Share of the K with the highest scores (Q, N) that are as wanted (Q,), the mean over queries."""
    best = np.argsort(-scores, axis=1, kind="stable")[:, :K]
    return float((there[best] == wanted[:, None]).mean())


def report(splits: Sequence[Figures]) -> str:
    """Mean of the splits, lowest to highest."""
    first = splits[0]
    seconds = max(split["seconds"] for split in splits)
    about = (
        f"`make bench-align`, {os.cpu_count()} cores, Python {platform.python_version()}: {first['pairs']:,.0f} "
        f"articles to train on, {first['held out']:,.0f} held out by product; at most {seconds:.0f} s, of which "
        f"{first['reading s']:.0f} s to read parts of texts; mean of {len(splits)} splits, lowest to highest."
    )
    chance = f"{K / first['held out']:.3f}"
    found = [[name, _spread(splits, name), chance] for name in first if "->" in name]
    bounds = [f"{first[name]:.3f}" for name in ("chance: kind", "most: kind")]
    kind = ["colour and type as a query, `black dress`", _spread(splits, "kind"), *bounds]
    names = [name.removesuffix(": all") for name in first if name.endswith(": all")]
    alike = [
        [name, _spread(splits, f"{name}: all"), _spread(splits, f"{name}: held out")]
        for name in names
    ]
    return "\n\n".join(
        [
            about,
            markdown([f"recall@{K} among the held-out", "aligned", "chance"], found),
            markdown(
                [
                    f"share of the {K} pictures found that are of it",
                    "aligned",
                    "chance",
                    "most there are",
                ],
                [kind],
            ),
            markdown(
                [f"share of the {K} nearest of the same type", "all articles", "held-out articles"],
                alike,
            ),
        ]
    )


def _spread(splits: Sequence[Figures], name: str) -> str:
    values = [split[name] for split in splits]
    return f"{np.mean(values):.3f} ({min(values):.3f}-{max(values):.3f})"


if __name__ == "__main__":
    main()
