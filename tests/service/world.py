"""A small catalogue with people in it, for tests of the whole recommender: two tastes that do not
mix."""

from __future__ import annotations

from pathlib import Path

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from service.config import Settings
from service.config_file import load_settings
from service.recommender import Recommender
from service.storage.workspace import Workspace
from service.telemetry.telemetry import SILENT, Telemetry

NOW = 1_700_000_000.0
WORDS = {
    "space": ("rocket", "planet", "alien", "galaxy", "orbit"),
    "love": ("wedding", "heart", "kiss", "letter", "dance"),
}


def settings(folder: Path, **overrides: object) -> Settings:
    base: dict[str, object] = {
        "encoders": {"text": "fake", "image": "fake"},
        "ranker": {
            "dim": 16, "n_blocks": 1, "n_heads": 1, "max_epochs": 8, "blend_lists": 150, "candidates": 30,
            "content_dim": 8, "learning_rate": 1e-2,
        },
    }  # fmt: skip
    return load_settings(data=folder, overrides=base | overrides)


def items(n: int = 40) -> list[Item]:
    """Even items are about space, odd ones about love."""
    made = []
    for i in range(n):
        kind = "space" if i % 2 == 0 else "love"
        words = WORDS[kind]
        made.append(
            Item(
                item_id=f"i{i}",
                domain="films" if i < n - 10 else "books",
                title=f"{words[i % 5].title()} {i}",
                description=f"{words[i % 5]} {words[(i // 2) % 5]} {kind}",
                categories=(kind.title(),),
                attributes={"maker": f"maker {i % 4}"},
                price=float(i),
                created_at=NOW + i,
            )
        )
    return made


def events(n_users: int = 30, each: int = 8, n_items: int = 40) -> list[Event]:
    """Even users rate even items, odd users odd ones, one after the other."""
    made = []
    for user in range(n_users):
        for step in range(each):
            item = (2 * ((user // 2) * 3 + step) + user % 2) % n_items
            made.append(Event(f"u{user}", f"i{item}", "rating", 5.0, NOW + 100 * step, None))
    return made


def opened(folder: Path, *, telemetry: Telemetry = SILENT, **overrides: object) -> Recommender:
    return Recommender(Workspace.open(settings(folder, **overrides)), telemetry=telemetry)


def filled(folder: Path, *, telemetry: Telemetry = SILENT) -> Recommender:
    recommender = opened(folder, telemetry=telemetry)
    recommender.index_items(items(), {})
    recommender.record_events(events())
    return recommender
