"""How fast content becomes vectors, and whether they are the vectors of plain PyTorch.

    python -m benchmarks.encode [--data DIR] [--work DIR] [--only PART]... [--rows N] [--write]

Texts and pictures of movielens-small: plain sentence-transformers and timm against the encoders as
they are configured by default, in turns. Then `palate index` of all of it, twice, and of a made-up
catalogue of short rows with the fake encoder. Medians of ROUNDS runs; the ratio is of runs beside
each other, so that other work on the machine slows both.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.folders import ROOT, add_data, dataset, palate
from benchmarks.tables import markdown, replace_section
from encoders.arrays import FloatArray
from encoders.modality import ImageModality
from encoders.networks.backend import NetworkBackend
from encoders.registry import bundled_image_encoder, bundled_text_encoder
from indexer.catalog.item import Item
from indexer.ingest.reading import read_items
from indexer.media.folder import MediaFolder
from indexer.media.limits import DownloadLimits
from indexer.media.source import MediaSource

DATASET = "movielens-small"
PAGE = ROOT / "docs/encoders.md"
TEXTS, PICTURES = 512, 256
ROUNDS = 3
BATCH = 32
NEIGHBOURS = 10
INDEX_HEADER = ("`palate index`", "seconds", "rows/s", "inside encoders", "peak memory")
PACKAGES = ("torch", "openvino", "sentence-transformers", "timm")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two ways to the same vectors."""

    what: str
    plain_per_s: float
    ours_per_s: float
    ratio: float
    """Median of the rounds' ratios."""
    cosine: float
    """Mean cosine of our vectors to ours in fp32 on PyTorch."""
    overlap: float
    """Mean share of the nearest neighbours that both have."""
    runs_on: str


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data(parser)
    parser.add_argument(
        "--work", type=Path, default=ROOT / "build/bench-encode", help="where data folders are made"
    )
    parser.add_argument(
        "--only", action="append", choices=list(PARTS), help="measure this part; may be repeated"
    )
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the made-up catalogue")
    parser.add_argument(
        "--write", action="store_true", help="put the report into docs/encoders.md too"
    )
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    about = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    head = f"`make bench-encode`, {time.strftime('%Y-%m-%d')}, {machine}"
    text = "\n\n".join([f"{head}; {about}.", *(PARTS[name](asked) for name in asked.only or PARTS)])
    print(text)
    if asked.write:
        replace_section(PAGE, "bench-encode", text)


def vectors(asked: argparse.Namespace) -> str:
    """Texts and pictures, as a table."""
    folder = dataset(asked.data, DATASET)
    found = [compared_texts(folder, asked.work), compared_pictures(folder, asked.work)]
    header = [
        "",
        "plain, per s",
        "Palate, per s",
        "ratio",
        "cosine",
        f"first {NEIGHBOURS} in common",
        "runs on",
    ]
    return markdown(
        header,
        [
            [
                one.what, f"{one.plain_per_s:.1f}", f"{one.ours_per_s:.1f}", f"{one.ratio:.2f}", f"{one.cosine:.5f}",
                f"{one.overlap:.3f}", one.runs_on,
            ]
            for one in found
        ],
    )  # fmt: skip


def compared_texts(folder: Path, work: Path) -> Comparison:
    """`SentenceTransformer.encode` against `encode_passages`; hardly a description is longer than
    the model reads."""
    from sentence_transformers import SentenceTransformer

    texts = [item.description for item in items_of(folder) if item.description][:TEXTS]
    ours, reference = (
        bundled_text_encoder(NetworkBackend("auto", work / "networks")),
        bundled_text_encoder(),
    )
    model = SentenceTransformer(str(reference._folder), device="cpu")
    found, rates = in_turns(
        lambda: model.encode(texts, batch_size=BATCH, show_progress_bar=False),
        lambda: ours.encode_passages(texts),
        len(texts),
    )
    return comparison("texts", rates, found, reference.encode_passages(texts), ours.running)


def compared_pictures(folder: Path, work: Path) -> Comparison:
    """Decoding included: files one after another and batches of 32 through timm, against the path
    of `palate index`."""
    import torch
    from PIL import Image

    ours, reference = (
        bundled_image_encoder(NetworkBackend("auto", work / "networks")),
        bundled_image_encoder(),
    )
    source = MediaSource(MediaFolder(work / "pictures"), DownloadLimits())
    named = (name for item in items_of(folder) for name in item.perceived("image")[:1])
    paths = [str((folder / name).resolve()) for name in named][:PICTURES]

    def loaded() -> list[Any]:
        with source.loading(paths, ImageModality(ours)) as pictures:
            return list(pictures)

    tower = reference._load()
    module = tower.module().eval()

    def plain() -> FloatArray:
        rows = []
        for start in range(0, len(paths), BATCH):
            pixels = []
            for path in paths[start : start + BATCH]:
                with Image.open(path) as picture:
                    pixels.append(torch.tensor(tower.prepare(picture.convert("RGB"))))
            with torch.inference_mode():
                rows.append(module(torch.stack(pixels)).numpy())
        return np.concatenate(rows)

    def as_indexed() -> FloatArray:
        parts = []
        with source.loading(paths, ImageModality(ours)) as pictures:
            batch = []
            for picture in pictures:
                batch.append(picture)
                if len(batch) == 64:
                    parts.append(ours.encode_images(batch))
                    batch = []
            if batch:
                parts.append(ours.encode_images(batch))
        return np.concatenate(parts)

    found, rates = in_turns(plain, as_indexed, len(paths))
    return comparison("pictures", rates, found, reference.encode_images(loaded()), ours.running)


def items_of(folder: Path) -> Iterator[Item]:
    return read_items(folder / "items.jsonl")


def in_turns(
    plain: Callable[[], Any], ours: Callable[[], FloatArray], n: int
) -> tuple[FloatArray, list[tuple[float, float]]]:
    """Our vectors, and the rates of both in every round; what is loaded at first use does not
    count."""
    plain()
    found = ours()
    rates = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        plain()
        between = time.perf_counter()
        found = ours()
        rates.append((n / (between - started), n / (time.perf_counter() - between)))
    return found, rates


def comparison(
    what: str,
    rates: Sequence[tuple[float, float]],
    found: FloatArray,
    expected: FloatArray,
    running: Any,
) -> Comparison:
    plain, ours = np.array(rates).T
    cosines = (found * expected).sum(axis=1)
    return Comparison(
        f"{len(found):,} {what}", float(np.median(plain)), float(np.median(ours)), float(np.median(ours / plain)),
        float(cosines.mean()), overlap(found, expected), running.label,
    )  # fmt: skip


def overlap(found: FloatArray, expected: FloatArray) -> float:
    """Mean share of the NEIGHBOURS nearest rows that two sets of unit rows (N, dim) have in common."""

    def nearest(rows: FloatArray) -> Iterator[set[int]]:
        scores = rows @ rows.T
        np.fill_diagonal(scores, -np.inf)
        return (set(row) for row in np.argsort(-scores, axis=1)[:, :NEIGHBOURS].tolist())

    pairs = zip(nearest(found), nearest(expected), strict=True)
    return float(np.mean([len(a & b) / NEIGHBOURS for a, b in pairs]))


def catalogue(asked: argparse.Namespace) -> str:
    """`palate index` of the data set, and once more."""
    items, folder = dataset(asked.data, DATASET) / "items.jsonl", asked.work / DATASET
    names = ("all films", "again: nothing has changed")
    return markdown(INDEX_HEADER, [row_of(name, indexed(items, folder)["times"]) for name in names])


def rows(asked: argparse.Namespace) -> str:
    """`palate index` of made-up rows, the first tenth of them beside all."""
    found = []
    for n in (asked.rows // 10, asked.rows):
        items, folder = asked.work / f"rows-{n}.jsonl", asked.work / f"rows-{n}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "palate.toml").write_text(
            '[encoders]\ntext = "fake"\nimage = "none"\n', encoding="utf-8"
        )
        with items.open("w", encoding="utf-8") as lines:
            lines.writelines(
                json.dumps({"item_id": f"i{i}", "title": f"Thing {i} of kind {i % 97}"}) + "\n"
                for i in range(n)
            )
        found.append(row_of(f"{n:,} short rows, fake encoder", indexed(items, folder)["times"]))
    return markdown(INDEX_HEADER, found)


def indexed(items: Path, folder: Path) -> dict[str, Any]:
    """What `palate index --json` reports."""
    done = subprocess.run(
        palate("index", items, "--json", "--data", folder),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        sys.exit(f"palate index {items} ended with code {done.returncode}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def row_of(name: str, times: dict[str, Any]) -> list[str]:
    share = "" if times["encoding"] is None else f"{times['encoding']:.0%}"
    return [
        name,
        f"{times['seconds']:,.1f}",
        f"{times['rows_per_s']:,.0f}",
        share,
        f"{times['peak_memory_mb']:,.0f} MB",
    ]


PARTS: dict[str, Callable[[argparse.Namespace], str]] = {
    "vectors": vectors,
    "catalogue": catalogue,
    "rows": rows,
}

if __name__ == "__main__":
    main()
