"""Which attributes have values that are a reason: planted catalogues."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from service.explainer.attribution.columns import MIN_ITEMS, mute_attributes
from service.explainer.attribution.facts import AttributeValue

Make = Callable[[int], AttributeValue]
COLOURS = ("red", "blue", "green", "black", "white", "navy")
MUTE: dict[str, Make] = {
    "runtime as a number": lambda n: 90.0 + n % 40,
    "runtime as text": lambda n: f"{90 + n % 40}.0",
    "runtime with units": lambda n: f"{n % 3 + 1}h {n % 60}min",
    "year": lambda n: 1950 + n % 70,
    "release day": lambda n: f"2014-{n % 12 + 1:02}-{n % 28 + 1:02}",
    "release day in words": lambda n: f"{n % 28 + 1} May 20{n % 20 + 10}",
    "price": lambda n: f"${n % 50}.90",
    "sku": lambda n: f"SKU-{n:05}",
    "slug": lambda n: "-".join(COLOURS[n // 6**place % 6] for place in range(4)),
    "availability": lambda n: "in stock" if n % 10 else "preorder",
    "yes or no": lambda n: "yes" if n % 3 else "no",
    "edition": lambda n: "standard" if n % 11 else COLOURS[n % 6],
}
TELLING: dict[str, Make] = {
    "director": lambda n: f"{COLOURS[n % 6].title()} Scott {'abcdefghij'[n % 10]}",
    "cast": lambda n: tuple(f"actor {'abcdefghijklmnop'[(n * k) % 16]} of it" for k in (1, 3, 5)),
    "colour": lambda n: COLOURS[n % 6],
    "album": lambda n: "1989" if n % 9 == 0 else f"{COLOURS[n % 5]} songs",
    "prose": lambda n: (
        "a long text about many things that nobody would share with anything else " * 2
    ),
    "flag": lambda n: n % 2 == 0,
}


def catalogue(n: int, make: Make) -> list[dict[str, AttributeValue]]:
    return [{"x": make(i)} for i in range(n)]


@pytest.mark.parametrize("name", MUTE)
def test_what_nobody_would_call_a_reason_is_mute(name: str) -> None:
    assert mute_attributes(catalogue(300, MUTE[name])) == {"x"}


@pytest.mark.parametrize("name", TELLING)
def test_names_are_telling(name: str) -> None:
    assert mute_attributes(catalogue(300, TELLING[name])) == frozenset()


def test_authors_of_a_small_shop_of_whom_few_have_two_books_are_telling() -> None:
    authors = [f"{'abcdefghijklmnopqrstuvwxyz'[n % 26]} author {'xyz'[n // 26]}" for n in range(47)]
    books: list[dict[str, AttributeValue]] = [{"author": one} for one in [*authors, *authors[:3]]]
    assert mute_attributes(books) == frozenset()


def test_few_items_tell_a_number_and_nothing_else() -> None:
    few = MIN_ITEMS - 1
    assert mute_attributes(catalogue(few, MUTE["runtime as a number"])) == {"x"}
    assert mute_attributes(catalogue(few, MUTE["availability"])) == frozenset()


def test_columns_are_judged_by_values_and_never_by_name() -> None:
    rng = np.random.default_rng(0)
    rows: list[dict[str, AttributeValue]] = [
        {
            "director": float(rng.integers(80, 200)),
            "runtime": f"{COLOURS[rng.integers(6)]} pictures",
        }
        for _ in range(100)
    ]
    assert mute_attributes(rows) == {"director"}
