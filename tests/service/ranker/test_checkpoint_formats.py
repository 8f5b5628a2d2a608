"""Checkpoints that commit 034e339 wrote score as they did there.

`checkpoints/` holds three of its rankers, trained on a planted log: with text and pictures in format
4 and, shrunk, in format 5, and with text alone in format 4. `expected.json` has the scores that
034e339 gave for some histories from the very folders: of all items, without the newest event, and
without each modality. They were made there (PYTHONPATH=.:proto) by:

    import json, sys
    from pathlib import Path
    import numpy as np
    from service.ranker.checkpoint import load_checkpoint, save_checkpoint, shrink_checkpoint
    from service.ranker.config import RankerConfig
    from service.ranker.history import History
    from service.ranker.interactions import Interactions
    from service.ranker.items import ItemFeatures
    from service.ranker.train import train_ranker

    N, OUT = 16, Path(sys.argv[1])
    CONFIG = RankerConfig(
        dim=8, n_blocks=1, n_heads=2, content_dim=4, max_epochs=4, batch_events=64,
        learning_rate=1e-2, neighbours=8, borrow_from=4, candidates=8, blend_hidden=4,
        blend_lists=120, pseudo_cold_users=0.3,
    )

    # CASES, waves and history are those of this module

    def features(pictures):
        has_text = np.arange(N) != 3
        has_image = np.arange(N) % 6 != 5 if pictures else np.zeros(N, bool)
        text = waves(5, 0.7)
        image = waves(6, 1.3) if pictures else np.zeros((N, 1), np.float32)
        text[~has_text], image[~has_image] = 0, 0
        tags = [np.array([i % 3, 3 + i % 2]) for i in range(N)]
        domain = (np.arange(N) % 4 == 0).astype(np.int64)
        return ItemFeatures(
            text, has_text, image, has_image, domain, tags, 5, np.ones(N, bool)
        )

    def log():  # 30 people, 8 events each, of two types; nobody met the last two items
        user, step = np.divmod(np.arange(240), 8)
        items = (5 * user + step * (1 + user % 3)) % (N - 2)
        return Interactions.build(
            user, items, 1e9 + 3600 * step, 1 + (user + step) % 2, n_items=N
        )

    def answers(ranker, case):
        one, everything = history(case), np.arange(N)
        domains = None if case["domain"] is None else np.array([case["domain"]])
        scored = ranker.score_list(ranker.probe(one), everything, domains)
        newest = [np.array([len(one) - 1])] if len(one) else []
        without = ranker.rescore(one, newest, everything, scored.scale)
        silent = ranker.rescore_without(one, everything, scored.scale)
        return {
            "scores": scored.scores.tolist(),
            "without_newest": without.tolist(),
            "without_modality": {name: scores.tolist() for name, scores in silent.items()},
        }

    expected, index_of = {"cases": CASES}, {f"i{i}": i for i in range(N)}
    for name, pictures in (("pictures", True), ("words", False)):
        ranker = train_ranker(log(), features(pictures), CONFIG, version=name).ranker
        save_checkpoint(OUT / f"{name}-4", ranker, list(index_of), {"note": "of 034e339"})
        shrink_checkpoint(OUT / f"{name}-4", OUT / f"{name}-5", f"{name}-int8")
        for folder in (f"{name}-4", f"{name}-5"):
            loaded = load_checkpoint(OUT / folder, features(pictures), index_of)
            expected[folder] = [answers(loaded, case) for case in CASES]
    (OUT / "expected.json").write_text(json.dumps(expected))
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.ranker.checkpoint import (
    CheckpointError,
    load_checkpoint,
    read_extra,
    save_checkpoint,
    shrink_checkpoint,
)
from service.ranker.checkpoint_formats import SIGNALS_OF_034E339, in_present_format
from service.ranker.data.history import History
from service.ranker.data.items import Block, ItemFeatures
from service.ranker.ranker import Ranker
from service.ranker.second_stage.signals import signals_for

N = 16
OLD = Path(__file__).parent / "checkpoints"
EXPECTED = json.loads((OLD / "expected.json").read_text(encoding="utf-8"))
CASES = EXPECTED["cases"]
INDEX_OF = {f"i{i}": i for i in range(N)}
TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}

SINCE_034E339 = {"content_affinity", "transitions", "expected_events"}
"""Signals that there were not when the checkpoints were written."""


def waves(dim: int, step: float) -> np.ndarray:
    """Unit rows (N, dim)."""
    grid = np.sin(step * np.outer(np.arange(1, N + 1), np.arange(1, dim + 1)))
    return (grid / np.linalg.norm(grid, axis=1, keepdims=True)).astype(np.float32)


def features(*perceived: str) -> ItemFeatures:
    """The items of the old rankers; what stood where pictures did is called `perceived`."""
    present = {"text": np.arange(N) != 3} | {name: np.arange(N) % 6 != 5 for name in perceived}
    vectors = {"text": waves(5, 0.7)} | {name: waves(6, 1.3) for name in perceived}
    return ItemFeatures(
        blocks={
            name: Block(rows * present[name][:, None], present[name])
            for name, rows in vectors.items()
        },
        domain=(np.arange(N) % 4 == 0).astype(np.int64),
        tags=[np.array([i % 3, 3 + i % 2]) for i in range(N)],
        n_tags=5,
        live=np.ones(N, bool),
    )


def history(case: Mapping[str, Any]) -> History:
    items = np.array(case["items"], np.int64)
    n = len(items)
    taste = None if case["taste"] is None else np.array(case["taste"], np.float32)
    liked = ~np.isin(np.arange(n), case["disliked"])
    return History(items, 1 + np.arange(n) % 2, 1e9 + 60.0 * np.arange(n), liked, taste)


def assert_scores_as_before(ranker: Ranker, name: str, perceived: str = "image") -> None:
    everything = np.arange(N)
    for case, before in zip(CASES, EXPECTED[name], strict=True):
        one = history(case)
        domains = None if case["domain"] is None else np.array([case["domain"]])
        scored = ranker.score_list(ranker.query_scores(one), everything, domains)
        np.testing.assert_allclose(scored.scores, before["scores"], **TOLERANCE)
        newest = [np.array([len(one) - 1])] if len(one) else []
        without = ranker.rescore(one, newest, everything, scored.scale)
        expected = np.array(before["without_newest"]).reshape(-1, N)
        np.testing.assert_allclose(without, expected, **TOLERANCE)
        silent = ranker.rescore_without(one, everything, scored.scale)
        renamed = {
            perceived if name == "image" else name: scores
            for name, scores in before["without_modality"].items()
        }
        assert silent.keys() == renamed.keys()
        for modality, scores in silent.items():
            np.testing.assert_allclose(scores, renamed[modality], **TOLERANCE, err_msg=modality)


@pytest.mark.parametrize(
    ("name", "in_catalogue", "perceived"),
    [
        ("pictures-4", ["image"], "image"),
        ("pictures-5", ["image"], "image"),
        ("pictures-4", ["audio"], "audio"),  # sounds stood where pictures do
        ("pictures-5", ["audio"], "audio"),
        ("pictures-4", ["audio", "image"], "image"),
        ("words-4", [], "image"),
        ("words-4", ["audio", "video"], "image"),  # which of them it was cannot be told: neither
    ],
)
def test_it_scores_as_where_it_was_written(
    name: str, in_catalogue: list[str], perceived: str
) -> None:
    ranker = load_checkpoint(OLD / name, features(*in_catalogue), INDEX_OF)
    assert ranker.snapshot.content.modalities == ("text", perceived)
    assert [signal.name for signal in ranker.blend.signals] == [
        signal.name
        for signal in signals_for(["text", perceived])
        if signal.name not in SINCE_034E339
    ]
    assert_scores_as_before(ranker, name, perceived)


def test_pictures_that_the_catalogue_does_not_have_are_a_block_that_every_item_lacks() -> None:
    ranker = load_checkpoint(OLD / "pictures-4", features(), INDEX_OF)
    pictures = ranker.snapshot.content.vectors["image"]
    assert pictures.shape == (N, 4)
    assert not pictures.any()


@pytest.mark.parametrize(
    ("name", "perceived"), [("pictures-4", "image"), ("pictures-5", "audio"), ("words-4", "image")]
)
def test_it_is_written_again_in_the_present_format(
    tmp_path: Path, name: str, perceived: str
) -> None:
    items = features() if name.startswith("words") else features(perceived)
    ranker = load_checkpoint(OLD / name, items, INDEX_OF)
    save_checkpoint(tmp_path / "again", ranker, list(INDEX_OF), {})
    config = json.loads((tmp_path / "again" / "config.json").read_text("utf-8"))
    assert (config["format"], config["precision"]) == (6, "float32")
    assert list(config["shape"]["modality_dims"]) == ["text", perceived]
    again = load_checkpoint(tmp_path / "again", items, INDEX_OF)
    assert_scores_as_before(again, name, perceived)


@pytest.mark.parametrize("perceived", ["image", "audio"])
def test_it_is_shrunk_as_it_was_where_it_was_written(tmp_path: Path, perceived: str) -> None:
    items = features(perceived)
    shrink_checkpoint(OLD / "pictures-4", tmp_path / "small", "small", items.blocks)
    small = load_checkpoint(tmp_path / "small", items, INDEX_OF)
    assert small.version == "small"
    assert_scores_as_before(small, "pictures-5", perceived)


def test_what_the_caller_saved_is_read() -> None:
    assert read_extra(OLD / "pictures-5") == {"note": "of 034e339"}


def test_every_signal_of_that_time_is_still_known() -> None:
    config = json.loads((OLD / "words-4" / "config.json").read_text("utf-8"))
    present, _ = in_present_format(config, {}, ["text"])
    known = {signal.name for signal in signals_for(["text", "image"])}
    assert set(present["signals"]) <= known
    assert len(present["signals"]) == len(SIGNALS_OF_034E339) == 18


def test_a_format_that_is_not_known_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(OLD / "words-4", folder)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"format": 9}), encoding="utf-8")
    with pytest.raises(CheckpointError, match="format 9, this version reads 4, 5 and 6"):
        load_checkpoint(folder, features(), INDEX_OF)
