"""Articles of which nothing but a picture is known: half of the products of hm-fashion, in a domain of their
own, beside the others, whose words and pictures `palate align` brings into one space.

Knows no recommender: makes the rows, and says what of them somebody may ask for.
"""

from __future__ import annotations

import json
import shutil
import zlib
from collections import Counter
from pathlib import Path

import numpy as np

DOMAIN = "wordless"
COLOUR, KIND = "colour_group_name", "product_type_name"
K = 5
"""Articles that are asked for; so many there are of each pair at least."""

Pair = tuple[str, str]


def wordless_rows(source: Path, folder: Path) -> tuple[Path, dict[str, Pair]]:
    """A file of rows in `folder` with pictures beside it, and of every article that has lost its words
    there the colour and product type."""
    rows = [json.loads(line) for line in (source / "items.jsonl").read_text("utf-8").splitlines()]
    lost = {row["item_id"]: _pair(row) for row in rows if _is_lost(row["item_id"])}
    kept = [_wordless(row) if row["item_id"] in lost else row for row in rows]
    file = folder / "items.jsonl"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source / "images", folder / "images", dirs_exist_ok=True)
        file.write_text("".join(json.dumps(row) + "\n" for row in kept), "utf-8")
    return file, lost


def pairs_of(lost: dict[str, Pair]) -> list[Pair]:
    """The colours with product types of which there are K, in order."""
    counts = Counter(lost.values())
    return sorted(pair for pair, n in counts.items() if n >= K and "/" not in pair[1])


def chance(lost: dict[str, Pair], pairs: list[Pair]) -> float:
    """Share of K articles drawn at random that are of a pair, in the mean of the pairs."""
    counts = Counter(lost.values())
    return float(np.mean([counts[pair] for pair in pairs])) / len(lost)


def _is_lost(item_id: str) -> bool:
    """By the product, which the first seven digits name: else the other colours of a thing would tell
    of it."""
    return zlib.crc32(item_id[:7].encode()) % 2 == 0


def _pair(row: dict[str, dict[str, str]]) -> Pair:
    return row["attributes"][COLOUR], row["attributes"][KIND]


def _wordless(row: dict[str, str]) -> dict[str, str]:
    return {"item_id": row["item_id"], "domain": DOMAIN, "image": row["image"]}
