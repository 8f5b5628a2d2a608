"""What a search found comes back through the settings as it was tried."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from service.config_file import load_settings
from service.operations.tuned_file import tuned_toml, write_whole
from service.operations.tuning import Trial, Tuning
from service.ranker.config import RankerConfig

FIRST = Trial(RankerConfig(max_history=50), 0.0678, 60.0)
NAMES = ("dim", "dropout", "learning_rate", "weight_decay")


def _tuning(**changes: object) -> Tuning:
    better = Trial(replace(FIRST.config, **changes), 0.07021, 61.0)  # type: ignore[arg-type]
    return Tuning("palate/all/ndcg@10", NAMES, (FIRST, better))


@pytest.mark.parametrize(
    "changes",
    [{}, {"dim": 128}, {"dropout": 0.0, "learning_rate": 1e-05, "weight_decay": 1.23e-07}],
)
def test_the_file_gives_the_configuration_that_was_tried(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    tuning = _tuning(**changes)
    path = tmp_path / "tuned.toml"
    write_whole(path, tuned_toml(tuning, data="40 items", seed=0))
    assert load_settings(config=path).ranker == tuning.best.config


def test_searched_fields_are_written_even_at_their_default_and_of_the_others_what_was_set() -> None:
    section = tuned_toml(_tuning(dim=128), data="40 items", seed=0).partition("[ranker]\n")[2]
    assert section.splitlines() == [
        "dim = 128", "dropout = 0.2", "max_history = 50", "learning_rate = 0.002", "weight_decay = 0.01",
    ]  # fmt: skip


def test_the_comments_say_what_it_is_worth_and_what_it_was_found_on() -> None:
    comments = tuned_toml(
        _tuning(dim=128), data="40 items, 240 events of 30 users", seed=7
    ).partition("\n\n")[0]
    assert all(line.startswith("# ") for line in comments.splitlines())
    for said in ("0.07021", "0.06780", "2 trials", "seed 7", "40 items, 240 events of 30 users"):
        assert said in comments


def test_a_file_that_cannot_be_written_whole_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tuned.toml"
    path.write_text("old")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, "new")
    assert path.read_bytes() == b"old"
