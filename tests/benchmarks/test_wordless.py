"""Which articles lose their words, and what is asked of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.wordless import K, chance, pairs_of, wordless_rows

KINDS = ("Dress", "Leggings/Tights")


def rows() -> list[dict[str, object]]:
    return [
        {
            "item_id": f"{product:07d}{colour:03d}",
            "domain": "fashion",
            "title": f"thing {product}",
            "image": f"images/{product}.jpg",
            "attributes": {
                "colour_group_name": ("Red", "Blue")[colour],
                "product_type_name": KINDS[product % 7 == 0],
            },
        }
        for product in range(60)
        for colour in range(2)
    ]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "0.jpg").write_bytes(b"a picture")
    text = "".join(json.dumps(row) + "\n" for row in rows())
    (folder / "items.jsonl").write_text(text, "utf-8")
    return folder


def test_half_of_the_products_lose_all_words_in_all_their_colours(
    source: Path, tmp_path: Path
) -> None:
    file, lost = wordless_rows(source, tmp_path / "made")
    made = {row["item_id"]: row for row in map(json.loads, file.read_text("utf-8").splitlines())}
    assert len(made) == len(rows())
    products = {item_id[:7] for item_id in lost}
    assert 15 < len(products) < 45
    for row in rows():
        item_id = str(row["item_id"])
        if item_id[:7] in products:
            assert made[item_id] == {
                "item_id": item_id,
                "domain": "wordless",
                "image": row["image"],
            }
        else:
            assert made[item_id] == row
    assert (file.parent / "images" / "0.jpg").read_bytes() == b"a picture"


def test_what_is_asked_for_is_there_often_enough_and_has_one_name() -> None:
    lost = {f"r{i}": ("Red", "Dress") for i in range(K)}
    lost |= {f"b{i}": ("Blue", "Dress") for i in range(K - 1)}
    lost |= {f"l{i}": ("Red", "Leggings/Tights") for i in range(K)}
    assert pairs_of(lost) == [("Red", "Dress")]
    assert chance(lost, pairs_of(lost)) == pytest.approx(K / len(lost))
