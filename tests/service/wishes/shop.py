"""A small shop for tests of wishes: films with genres, keywords, years and prices."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from indexer.catalog.item import Item
from service.ranker.data.arrays import FloatArray
from service.wishes.context import Catalogue
from service.wishes.fit import Fitting, Likeness
from service.wishes.lexicon.lexicon import Lexicon, Segment
from service.wishes.lexicon.tokens import tokens
from service.wishes.lexicon.topics import Topics
from service.wishes.nearness import Nearness

PLOTS = {
    "Western": "cowboy outlaw gunfight ranch sheriff",
    "Sci-Fi": "spaceship alien robot planet laser",
    "Romance": "wedding kiss heart letter dance",
    "Horror": "ghost blood scream grave curse",
}
DIM = 64


def films(n: int = 240) -> list[Item]:
    """Genres in turn; every item has a genre, two plot words, a year in its title and a price."""
    made = []
    for i in range(n):
        genre = list(PLOTS)[i % 4]
        plot = PLOTS[genre].split()
        keywords = ", ".join([plot[i // 4 % 5], plot[(i // 4 + 1) % 5], f"thing {i}"])
        made.append(
            Item(
                item_id=f"f{i}",
                domain="films",
                title=f"Film {i}, The ({1960 + i % 50})",
                description=f"A story of {plot[i // 4 % 5]} and {plot[(i // 4 + 2) % 5]}.",
                categories=(genre, "Colour" if i % 3 else "Black and White"),
                attributes={
                    "keywords": keywords,
                    "director": f"Ada Maker{i % 7}",
                    "runtime": 80.0 + i % 60,
                },
                price=float(i % 100),
                created_at=1e9 + i,
            )
        )
    return made


def encode(texts: Sequence[str]) -> FloatArray:
    """(n, DIM) unit rows: what shares tokens is near."""
    rows = np.zeros((len(texts), DIM), np.float32)
    for row, text in zip(rows, texts, strict=True):
        for token in tokens(text):
            seed = int.from_bytes(hashlib.blake2b(token.encode(), digest_size=4).digest())
            row += np.random.default_rng(seed).normal(size=DIM).astype(np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


class Shop:
    """The films, with all that a wish is read and fitted with."""

    def __init__(self, items: Sequence[Item] = ()) -> None:
        self.items = list(items) or films()
        segment = Segment.of(list(enumerate(self.items)))
        self.lexicon = Lexicon([segment], len(self.items))
        self.topics = Topics.of(segment, encode)
        vectors = encode([item.text() for item in self.items])
        index_of = {item.item_id: index for index, item in enumerate(self.items)}

        def cosines(words: str) -> FloatArray:
            return vectors @ encode([words])[0]

        def likeness(item_id: str) -> Likeness:
            cosines = vectors @ vectors[index_of[item_id]]
            return Likeness(cosines, np.zeros(len(cosines), np.float32))

        self.nearness = Nearness(self.lexicon, self.topics, cosines)
        self.fitting = Fitting(self.nearness, likeness, index_of.get)
        self.catalogue = Catalogue(
            self.lexicon,
            self.topics,
            lambda index: self.items[index].item_id,
            lambda text: encode([text])[0],
            self.nearness.topics_of,
        )
