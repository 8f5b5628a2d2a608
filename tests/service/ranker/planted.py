"""Small worlds whose answer is known in advance."""

from __future__ import annotations

import numpy as np

from service.ranker.config import RankerConfig
from service.ranker.data.interactions import Interactions
from service.ranker.data.items import ItemFeatures

SMALL = RankerConfig(
    dim=16, n_blocks=1, n_heads=1, dropout=0.0, content_dim=16, max_epochs=40, patience=8, blend_lists=400,
    candidates=30, learning_rate=1e-2, batch_events=1024,
)  # fmt: skip


def features(
    n_items: int,
    *,
    text: np.ndarray | None = None,
    image: np.ndarray | None = None,
    domain: np.ndarray | None = None,
) -> ItemFeatures:
    """Items with the given vectors (random ones where none are given) and no tags."""
    rng = np.random.default_rng(7)
    words = rng.normal(size=(n_items, 8)) if text is None else text
    look = np.zeros((n_items, 1)) if image is None else image
    words = words / np.linalg.norm(words, axis=1, keepdims=True)
    look = look / np.maximum(np.linalg.norm(look, axis=1, keepdims=True), 1e-9)
    return ItemFeatures(
        text=words.astype(np.float32),
        has_text=np.ones(n_items, bool),
        image=look.astype(np.float32),
        has_image=np.full(n_items, image is not None),
        domain=np.zeros(n_items, np.int64) if domain is None else domain,
        tags=[np.zeros(0, np.int64)] * n_items,
        n_tags=1,
        live=np.ones(n_items, bool),
    )


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
