"""Small worlds whose answer is known in advance."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from service.ranker.catalog.content import Content
from service.ranker.catalog.snapshot import CatalogSnapshot
from service.ranker.config import RankerConfig
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.data.items import TEXT, Block, ItemFeatures
from service.ranker.item_item.behaviour import Behaviour
from service.ranker.item_item.content_regression import ContentRegression
from service.ranker.second_stage.blend_network import BlendNetwork
from service.ranker.second_stage.query_scores import QueryScores
from service.ranker.second_stage.scale import Scale
from service.ranker.second_stage.signals import scale_of, signals_for

SMALL = RankerConfig(
    dim=16, n_blocks=1, n_heads=1, dropout=0.0, content_dim=16, max_epochs=40, patience=8, blend_lists=400,
    candidates=30, learning_rate=1e-2, batch_events=1024,
)  # fmt: skip

SIGNALS = signals_for(["text"])
"""Of a catalogue that has text alone."""
UNSCALED = Scale(
    np.zeros(len(SIGNALS), np.float32), np.zeros(len(SIGNALS), np.float32), known=100, elsewhere=0
)
"""Of somebody well known, of whom nothing is usual: signals count as they are."""


def place_of(signal: str) -> int:
    """Where a signal stands among SIGNALS."""
    return [one.name for one in SIGNALS].index(signal)


def network_of(signal: str) -> BlendNetwork:
    """Scores a candidate by one of SIGNALS alone."""
    weights = np.zeros(2 * len(SIGNALS))
    weights[place_of(signal)] = 1.0
    return BlendNetwork.linear(weights.tolist())


def features(
    n_items: int,
    *,
    text: np.ndarray | None = None,
    image: np.ndarray | None = None,
    domain: np.ndarray | None = None,
) -> ItemFeatures:
    """Items with the given vectors (random text where none is given, no pictures where none are)
    and no tags."""
    rng = np.random.default_rng(7)
    blocks = {TEXT: block(rng.normal(size=(n_items, 8)) if text is None else text)}
    if image is not None:
        blocks["image"] = block(image)
    return ItemFeatures(
        blocks=blocks,
        domain=np.zeros(n_items, np.int64) if domain is None else domain,
        tags=[np.zeros(0, np.int64)] * n_items,
        n_tags=1,
        live=np.ones(n_items, bool),
    )


def block(vectors: np.ndarray) -> Block:
    """Vectors (N, dim) as unit rows, of items that all have one."""
    rows = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return Block(rows.astype(np.float32), np.ones(len(rows), bool))


def checkerboard(
    n_users: int = 60, n_items: int = 40, length: int = 10, seed: int = 0
) -> Interactions:
    """Even users take even items, odd users odd items, in random order."""
    rng = np.random.default_rng(seed)
    users, items = [], []
    for user in range(n_users):
        own = np.arange(user % 2, n_items, 2)
        users += [user] * length
        items += rng.choice(own, length, replace=False).tolist()
    return Interactions.build(
        users, items, np.tile(np.arange(length), n_users), n_users=n_users, n_items=n_items
    )


def chain(n_users: int = 150, n_items: int = 30, length: int = 8, seed: int = 0) -> Interactions:
    """After item i always comes item i + 1 (mod n): an order that co-occurrence alone cannot tell
    from its reverse."""
    rng = np.random.default_rng(seed)
    start = rng.integers(0, n_items, n_users)
    items = (start[:, None] + np.arange(length)) % n_items
    users = np.repeat(np.arange(n_users), length)
    return Interactions.build(
        users, items.ravel(), np.tile(np.arange(length), n_users), n_users=n_users, n_items=n_items
    )


def mixed_features(n_items: int, modalities: tuple[str, ...] = ("text", "image")) -> ItemFeatures:
    """Items of two domains with tags, some of them without one modality or another. All is random,
    but that the vectors tell even items from odd ones."""
    rng = np.random.default_rng(11)
    blocks = {}
    for place, modality in enumerate(modalities):
        vectors = rng.normal(size=(n_items, 6 + place))
        vectors[:, 0] += np.where(np.arange(n_items) % 2, 2.0, -2.0)
        one = block(vectors)
        present = rng.random(n_items) > 0.2 * place
        blocks[modality] = Block(one.vectors * present[:, None], present)
    return ItemFeatures(
        blocks=blocks,
        domain=np.arange(n_items) // 3 % 2,
        tags=[np.unique(rng.integers(0, 6, item % 3)) for item in range(n_items)],
        n_tags=6,
        live=np.ones(n_items, bool),
        is_category=np.ones(6, bool),
    )


def snapshot(
    n_items: int = 40, n_cold: int = 4, modalities: tuple[str, ...] = ("text", "image")
) -> CatalogSnapshot:
    """A checkerboard of items with mixed content, the last of them cold, and random item vectors."""
    board = checkerboard(n_items=n_items - n_cold)
    log = Interactions.build(board.user, board.item, board.timestamp, n_items=n_items)
    content = Content.of(mixed_features(n_items, modalities))
    behaviour = Behaviour.fit(log, content.views, replace(SMALL, borrow_from=5), solve_ease=True)
    vectors = np.random.default_rng(5).normal(size=(n_items, 8)).astype(np.float32)
    regression = ContentRegression.fit(content.views, behaviour.strongest, behaviour.counts)
    expected = np.random.default_rng(6).normal(size=n_items).astype(np.float32)
    regression = replace(regression, expected_events=expected)
    return CatalogSnapshot(content, behaviour, regression, vectors)


def query_scores(snapshot: CatalogSnapshot, history: History, decay: float = 0.8) -> QueryScores:
    """A query whose state is the vector of its newest item."""
    width = snapshot.item_vectors.shape[1]
    state = (
        snapshot.item_vectors[history.items[-1]] if len(history) else np.zeros(width, np.float32)
    )
    measure = partial(scale_of, signals_for(snapshot.content.modalities))
    return QueryScores(history, state, snapshot, decay, measure)
