"""Kinds of damage to a data folder: each is named, survived or ended with what to do, and found.

The table is that of docs/operations.md. Whatever is damaged, no answer has a score that is not
finite, and nothing ends as a bug.
"""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from encoders.alignment.checkpoint import Alignment, AlignmentCard
from encoders.alignment.heads import Heads
from indexer.catalog.event import Event
from service.api.messages import RecommendRequest
from service.cli.doctor import checks
from service.cli.doctor.encoder_checks import Encoders
from service.cli.session import open_recommender
from service.config import Settings
from service.errors import ConfigError, Damaged
from service.operations.scrubbing import scrub
from service.storage.alignments import Alignments
from service.storage.data_folder import media_of
from service.storage.workspace import Workspace
from tests.service import world
from tests.service.damage import (
    Damage,
    all_of,
    changed,
    copied,
    cut,
    deleted,
    emptied,
    flipped,
    garbage,
    page_of,
    replaced,
    written,
    zeroed,
)

MODEL, BEFORE = "models/*-b", "models/*-a"
SEGMENT = "vectors/items/segments/*"
TEXTS = f"{SEGMENT}/vector_storage-text"
WEIGHTS = f"{MODEL}/weights.safetensors"
ANOTHER_MODEL = "UPDATE meta SET value = 'm' WHERE key LIKE 'active_model%'"
ANOTHER_PATH = "UPDATE models SET path = 'models/x' WHERE version LIKE '%-b'"

EVENT_IDS = "sqlite_autoindex_events_1"

ANEW = "damaged and made anew from the log"
MAY_BE = "vectors may be damaged: .*not as when the store was closed"
INSTEAD = "-a, which served before, serves in its place"
WRITTEN = "is not as it was written"

LOG = {  # what a start does not read, or what checksums alone tell
    "a bit of an item's text": replaced("log.db", b"Galaxy 8", b"Galaxy 9"),
    "the value of an event": changed("UPDATE events SET value = 1 WHERE seq = 9"),
    "the user of an event": changed("UPDATE events SET user_id = 'x' WHERE seq = 9"),
    "the page of people": page_of("users"),
    "the page of answers": page_of("served"),
}
VECTORS: dict[str, tuple[Damage, str]] = {
    "store.json": (garbage("vectors/store.json"), ANEW),
    "store.json gone": (deleted("vectors/store.json"), "store.json is not there"),
    "a shard's configuration": (garbage("vectors/items/edge_config.json"), ANEW),
    "a segment's description": (garbage(f"{SEGMENT}/segment.json"), ANEW),
    "the ids of points": (flipped(f"{SEGMENT}/mutable_id_tracker.mappings", 50), ANEW),
    "a file of payloads cut short": (cut(f"{SEGMENT}/payload_storage/bitmask.dat"), ANEW),
    "items gone": (deleted("vectors/items"), "the items are not there"),
    "all vectors gone": (deleted("vectors"), ""),
    "a bit of a vector": (flipped(f"{TEXTS}/tq_vectors/chunk_0.mmap"), MAY_BE),
    "50 bits of vectors": (flipped(f"{TEXTS}/tq_vectors/chunk_0.mmap", 50), MAY_BE),
    "a file of vectors zeroed": (zeroed(f"{TEXTS}/tq_vectors/chunk_0.mmap"), MAY_BE),
    "flags of deleted points": (flipped(f"{TEXTS}/deleted/flags_a.dat"), MAY_BE),
    "payloads": (flipped(f"{SEGMENT}/payload_storage/page_0.dat", 50), "damaged"),
    "the engine's log": (garbage("vectors/items/wal/first-index"), "damaged"),
    "sums.json": (garbage("vectors/sums.json"), "sums.json is not as"),
}
MODELS: dict[str, tuple[Damage, str]] = {
    "a bit of the weights": (flipped(WEIGHTS), f"{WRITTEN}.*{INSTEAD}"),
    "50 bits of the weights": (flipped(WEIGHTS, 50), f"{WRITTEN}.*{INSTEAD}"),
    "weights cut short": (cut(WEIGHTS), INSTEAD),
    "weights empty": (emptied(WEIGHTS), INSTEAD),
    "weights gone": (deleted(WEIGHTS), INSTEAD),
    "a model's configuration": (garbage(f"{MODEL}/config.json"), INSTEAD),
    "a bit of it": (replaced(f"{MODEL}/config.json", b'"dim": 16', b'"dim": 17'), WRITTEN),
    "a model's item ids": (flipped(f"{MODEL}/item_ids.json"), WRITTEN),
    "a model's checksums": (garbage(f"{MODEL}/checksums.json"), WRITTEN),
    "a model's checksums gone": (deleted(f"{MODEL}/checksums.json"), WRITTEN),
    "a model gone": (deleted(MODEL), INSTEAD),
    "a model that does not serve": (flipped(f"{BEFORE}/weights.safetensors"), ""),
    "all models": (
        all_of(deleted(f"{MODEL}/config.json"), garbage(f"{BEFORE}/config.json")),
        "an earlier model could not be loaded.*ranked by content",
    ),
    "which model serves": (changed(ANOTHER_MODEL), "names no model that there is; .*-b, which"),
    "where a model is": (changed(ANOTHER_PATH), INSTEAD),
}
ALIGNMENTS: dict[str, tuple[Damage, str]] = {
    "an alignment's heads": (flipped("alignments/v1/heads.safetensors"), "damaged on disk"),
    "an alignment's card": (garbage("alignments/v1/alignment.json"), "'v1': it cannot be read"),
    "an alignment gone": (deleted("alignments/v1"), "none of this name"),
    "which alignments are in use": (garbage("alignments/active"), "none of this name"),
}
SERVES = [
    *((kind, damage, "", "log") for kind, damage in LOG.items()),
    *((kind, damage, said, "vectors") for kind, (damage, said) in VECTORS.items()),
    *((kind, damage, said, "model") for kind, (damage, said) in MODELS.items()),
    *((kind, damage, said, "shared space") for kind, (damage, said) in ALIGNMENTS.items()),
    ("a picture", flipped("pictures/*/*"), "", "scrub"),
    ("the head of the write-ahead log", written("log.db-wal", b"x" * 99), "", "nobody"),
    ("a lock that says nothing", garbage("vectors/lock"), "", "nobody"),
]
"""What is damaged, how, what answers, the log or what was loaded say of it, and who finds it."""

ENDS: dict[str, tuple[Damage, str]] = {
    "the head of the log": (replaced("log.db", b"SQLite f", b"SQLite-f"), "is not a database"),
    "the log cut short": (cut("log.db"), "malformed"),
    "the log empty": (emptied("log.db"), "it is gone or empty.*restore it"),
    "the log gone": (deleted("log.db"), "it is gone or empty.*restore it"),
    "an item that is no JSON": (replaced("log.db", b'{"att', b'["att'), r"item \d+ cannot be read"),
    "an item that is no text": (replaced("log.db", b"Galaxy 8", b"Galaxy \xff"), "UTF-8"),
    **{
        f"the page of {name}": (page_of(name), "malformed")
        for name in ("items", "events", "models", "meta", "events_of_user", EVENT_IDS)
    },
}
"""Of the log: what is damaged, how, and the error that a start, or the first call that needs it, ends
with."""
SETTINGS = {
    "is not TOML": written("palate.toml", b"[server\n"),
    "is not UTF-8": written("palate.toml", b"\xff"),
    "not_a_field": written("palate.toml", b"not_a_field = 1\n"),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two models, an alignment and a picture."""
    folder = tmp_path_factory.mktemp("sound")
    palate = world.filled(folder)
    workspace = palate.workspace
    rng = np.random.default_rng(0)

    def array(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(np.float32)

    text, image = workspace.dims["text"], workspace.dims["image"]
    of_text, of_image = (array(3, text), array(3, text, 4)), (array(image), array(image, 4))
    heads = Heads(*of_text, *of_image, array(text), array(text, 4))
    recall = {"text_to_image": 0.5, "image_to_text": 0.5}
    card = AlignmentCard(dict(workspace.fingerprints), 9, 1, 0, 1.0, recall)
    Alignments(folder).keep(Alignment("v1", card, heads))
    Alignments(folder).activate(Alignment("v1", card, heads), workspace.fingerprints)
    media_of(workspace.settings).kept.keep(b"a picture")
    names = iter(["20260101-000000-a", "20260101-000001-b"])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("service.models.trainer._new_version", lambda now: next(names))
        palate.train(force=True)
        palate.train(force=True, seed=1)
    palate.recommend(RecommendRequest(user_id="u0", k=3))
    palate.close()
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Iterator[Path]:
    yield copied(sound, tmp_path / "data")
    shutil.rmtree(tmp_path / "data")


def doctor(settings: Settings) -> dict[str, str]:
    """What it finds wrong, by what it looked at."""
    found: dict[str, str] = {}
    for finding in checks.stored(settings, Encoders.load(settings)):
        if finding.status != "ok":
            assert finding.todo
            found[finding.what] = found.get(finding.what, "") + finding.found
    return found


def start_and_ask(folder: Path) -> str:
    """What is said of a start and of three calls, all of which are answered with finite scores; then
    something is recorded."""
    palate = open_recommender(world.settings(folder), warm_up=True)
    try:
        said = [f"{name}: {what}" for name, what in palate.loaded().items()]
        for user in ("u0", "u1", "nobody"):
            answer = palate.recommend(RecommendRequest(user_id=user, k=5))
            assert len(answer.results) == 5
            assert all(math.isfinite(result.score) for result in answer.results)
            said += answer.degraded
        palate.record_events([Event("u0", "i1", "like", None, world.NOW)])
        return "\n".join(said)
    finally:
        palate.close()


def test_a_sound_folder_is_said_to_be(folder: Path) -> None:
    assert doctor(world.settings(folder)).keys() <= {"shared space"}
    assert "damage" not in start_and_ask(folder)


@pytest.mark.parametrize(
    ("damage", "said", "finder"), [row[1:] for row in SERVES], ids=[row[0] for row in SERVES]
)
def test_damage_is_survived_named_and_found(
    folder: Path, caplog: pytest.LogCaptureFixture, damage: Damage, said: str, finder: str
) -> None:
    damage(folder)
    if finder == "scrub":
        with closing(Workspace.open(world.settings(folder))) as workspace:
            assert scrub(workspace)
    elif finder != "nobody":
        assert finder in doctor(world.settings(folder))
    heard = start_and_ask(folder) + caplog.text
    assert re.search(said, heard, re.DOTALL), heard


@pytest.mark.parametrize(("damage", "error"), ENDS.values(), ids=ENDS)
def test_a_log_that_cannot_be_read_ends_with_what_to_do_and_is_found(
    folder: Path, damage: Damage, error: str
) -> None:
    damage(folder)
    assert "log" in doctor(world.settings(folder))
    with pytest.raises(Damaged, match=rf"log\.db is damaged: .*{error}"):
        start_and_ask(folder)


@pytest.mark.parametrize(("error", "damage"), SETTINGS.items())
def test_settings_that_cannot_be_read_end_with_what_is_wrong(
    tmp_path: Path, error: str, damage: Damage
) -> None:
    damage(tmp_path)
    with pytest.raises(ConfigError, match=rf"palate\.toml.*{error}"):
        world.settings(tmp_path)


def test_the_table_has_as_many_kinds_as_the_documentation_says() -> None:
    assert len(SERVES) + len(ENDS) + len(SETTINGS) >= 40
