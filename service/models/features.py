"""From catalogue items to the ranker's arrays: the vocabularies of tags, domains and event types.

A vocabulary is fixed when a ranker is made and saved with it; what it does not know yet is left out
until the next training. Knows no scores and no people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from encoders.alignment.checkpoint import Alignment
from indexer.catalog.item import AttributeValue, Item
from indexer.stores.store import ItemStore, StoredItem
from service.ranker.data.arrays import BoolArray, IntArray
from service.ranker.data.items import Block, ItemFeatures

MIN_ITEMS_PER_TAG = 2
"""A tag that only one item carries says nothing about another."""
MAX_TAG_LENGTH = 64
"""Longer attribute values are prose, not tags."""
CATEGORY = "category:"
"""What the tag of a category begins with."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words that have a code in one ranker. Code 0 of domains and event types means any other."""

    tags: Mapping[str, int]
    domains: Mapping[str, int]
    event_types: Mapping[str, int]

    @classmethod
    def of(cls, items: Iterable[Item], event_types: Iterable[str]) -> Vocabulary:
        """From a whole catalogue and the event types of a log."""
        tags: Counter[str] = Counter()
        domains: set[str] = set()
        for item in items:
            tags.update(set(tags_of(item)))
            domains.add(item.domain)
        kept = sorted(tag for tag, count in tags.items() if count >= MIN_ITEMS_PER_TAG)
        return cls(
            {tag: code for code, tag in enumerate(kept)},
            {domain: code for code, domain in enumerate(sorted(domains), start=1)},
            {kind: code for code, kind in enumerate(sorted(set(event_types)), start=1)},
        )

    def domain_codes(self, domains: Sequence[str]) -> IntArray | None:
        """Codes of the domains that a request allows; None where it allows all."""
        return (
            np.array([self.domains.get(domain, 0) for domain in domains], dtype=np.int64)
            if domains
            else None
        )

    @property
    def is_category(self) -> BoolArray:
        """(tags,) which of the tags are categories of items."""
        marks = np.zeros(len(self.tags), bool)
        marks[[code for tag, code in self.tags.items() if tag.startswith(CATEGORY)]] = True
        return marks

    def tag_codes(self, item: Item) -> IntArray:
        """Codes of the item's known tags, ascending."""
        codes = {self.tags[tag] for tag in tags_of(item) if tag in self.tags}
        return np.array(sorted(codes), dtype=np.int64)


def tags_of(item: Item) -> Iterator[str]:
    """`category:X` and `name:value` for every short value; a value that lists things gives one tag
    each."""
    for category in item.categories:
        yield f"{CATEGORY}{category.strip().casefold()}"
    for name, value in item.attributes.items():
        for part in _parts(value):
            if part and len(part) <= MAX_TAG_LENGTH:
                yield f"{name}:{part.casefold()}"


def _parts(value: AttributeValue) -> Sequence[str]:
    if isinstance(value, bool):
        return ("true",) if value else ()
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    if isinstance(value, tuple):
        return [part.strip() for part in value]
    return ()  # a number is a size, not a tag


def features_of(
    rows: Sequence[StoredItem],
    vocabulary: Vocabulary,
    dims: Mapping[str, int],
    n_items: int | None = None,
    *,
    alignments: Mapping[str, Alignment],
) -> ItemFeatures:
    """Features of the given rows in their order; with `n_items`, of the whole catalogue by item
    index. A block for each vector name in `dims`, of that width.

    A modality with an alignment is seen in the space that it shares with words, where those are
    alike that are spoken of alike.
    """
    size = len(rows) if n_items is None else n_items
    places = [order if n_items is None else row.item_index for order, row in enumerate(rows)]
    domain, live = np.zeros(size, np.int64), np.zeros(size, bool)
    tags: list[IntArray] = [np.zeros(0, np.int64)] * size
    for place, row in zip(places, rows, strict=True):
        domain[place] = vocabulary.domains.get(row.item.domain, 0)
        tags[place] = vocabulary.tag_codes(row.item)
        live[place] = row.item.available
    blocks = {name: _block(name, dim, rows, places, size) for name, dim in dims.items()}
    for name in blocks.keys() & alignments.keys():
        blocks[name] = _aligned(blocks[name], alignments[name])
    n_tags = max(len(vocabulary.tags), 1)
    return ItemFeatures(blocks, domain, tags, n_tags, live, vocabulary.is_category)


def _block(
    name: str, dim: int, rows: Sequence[StoredItem], places: Sequence[int], size: int
) -> Block:
    """The vectors of that name, (size, dim), each row of a stored item at its place."""
    block = Block.absent(size, dim)
    for place, row in zip(places, rows, strict=True):
        if (vector := row.vectors.get(name)) is not None:
            block.vectors[place], block.present[place] = vector, True
    return block


def _aligned(block: Block, alignment: Alignment) -> Block:
    vectors = np.zeros((len(block.vectors), alignment.dim), np.float32)
    vectors[block.present] = alignment.heads.media(block.vectors[block.present])
    return Block(vectors, block.present)


def read_rows(store: ItemStore, names: Iterable[str]) -> list[StoredItem]:
    """Every stored item with its vectors of these names."""
    return [row for batch in store.scroll(tuple(names), 1000) for row in batch]
