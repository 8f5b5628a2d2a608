"""The search: an optimum known in advance is found, the budget holds, and what was found is kept."""

from __future__ import annotations

import builtins
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.errors import ConfigError, InvalidInput, NoTrainedModel
from service.models.features import Vocabulary
from service.models.training_data import TrainingData
from service.operations.tuning import Measure, measure_on, read_data, search, space, summary
from service.ranker.config import RankerConfig
from service.storage.workspace import Workspace
from tests.service.ranker.planted import SMALL, chain, features
from tests.service.world import filled, opened, settings

START = RankerConfig()


def hill(config: RankerConfig) -> Mapping[str, float]:
    """Highest (1) at dim 128, dropout 0.4, learning rate 0.004; nothing else matters."""
    height = (
        1.0
        - 0.5 * (config.dim != 128)
        - (config.dropout - 0.4) ** 2
        - 0.1 * math.log(config.learning_rate / 0.004) ** 2
    )
    return {"palate/all/ndcg@10": height, "palate/warm/ndcg@10": -height}


class Scripted:
    """Gives these values one after the other, or raises them; the clock of the search moves a
    minute with each."""

    def __init__(self, *outcomes: float | BaseException) -> None:
        self.outcomes = list(outcomes)
        self.now = 0.0
        self.asked: list[RankerConfig] = []

    def __call__(self, config: RankerConfig) -> Mapping[str, float]:
        self.asked.append(config)
        self.now += 60.0
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, BaseException):
            raise outcome
        return {"palate/all/ndcg@10": outcome}

    def clock(self) -> float:
        return self.now


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_known_optimum_is_found(seed: int) -> None:
    best = search(hill, START, trials=100, seed=seed).best
    assert best.value is not None
    assert best.value > 0.98
    assert best.config.dim == 128
    assert best.config.dropout == pytest.approx(0.4, abs=0.15)
    assert best.config.learning_rate == pytest.approx(0.004, rel=0.6)


def test_the_present_configuration_is_tried_first_and_only_what_is_searched_changes() -> None:
    start = replace(
        START, max_epochs=7, dim=48, n_heads=3, learning_rate=0.02, weight_decay=0.3, n_blocks=5
    )
    found = search(hill, start, trials=15)
    assert found.first.config == start
    assert len({trial.config for trial in found.trials}) == 15
    for trial in found.trials:
        assert (
            replace(trial.config, **{name: getattr(start, name) for name in found.names}) == start
        )
        assert trial.config.dim % start.n_heads == 0


def test_the_same_seed_tries_the_same_and_another_seed_others() -> None:
    once, again, other = (search(hill, START, trials=8, seed=seed) for seed in (3, 3, 4))
    assert [t.config for t in once.trials] == [t.config for t in again.trials]
    assert [t.config for t in once.trials] != [t.config for t in other.trials]


def test_values_are_short_enough_to_be_read() -> None:
    for trial in search(hill, START, trials=10).trials:
        assert trial.config.dropout == float(f"{trial.config.dropout:.3g}")
        assert trial.config.learning_rate == float(f"{trial.config.learning_rate:.3g}")


def test_what_decides_what_is_held_out_is_not_searched() -> None:
    fixed = {"holdout_share", "holdout_events", "pseudo_cold", "blend_lists", "feature_history"}
    assert fixed.isdisjoint(space(START))


def test_the_docs_name_every_field_that_is_searched() -> None:
    page = (Path(__file__).parents[3] / "docs" / "ranking.md").read_text(encoding="utf-8")
    table = page.partition("| field | searched |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", table)) == set(space(START))


def test_of_equals_the_present_configuration_is_kept() -> None:
    found = search(Scripted(0.5, 0.5, 0.4), START, trials=3)
    assert found.best is found.first
    assert not found.improved


@pytest.mark.parametrize(
    ("seconds", "n_trials"), [(0, 1), (59, 1), (61, 2), (120, 2), (math.inf, 4)]
)
def test_no_trial_begins_after_the_time(seconds: float, n_trials: int) -> None:
    measure = Scripted(0.1, 0.2, 0.3, 0.4)
    found = search(measure, START, trials=4, seconds=seconds, clock=measure.clock)
    assert [trial.value for trial in found.trials] == [0.1, 0.2, 0.3, 0.4][:n_trials]
    assert [trial.seconds for trial in found.trials] == [60.0] * n_trials


def test_ctrl_c_keeps_the_best() -> None:
    found = search(Scripted(0.1, 0.3, 0.2, KeyboardInterrupt()), START, trials=10)
    assert found.interrupted
    assert [trial.value for trial in found.trials] == [0.1, 0.3, 0.2]
    assert found.best is found.trials[1]


def test_ctrl_c_in_the_first_trial_has_nothing_to_keep() -> None:
    with pytest.raises(KeyboardInterrupt):
        search(Scripted(KeyboardInterrupt()), START)


def test_progress_is_told_after_every_trial() -> None:
    told: list[tuple[int, float | None]] = []
    search(
        Scripted(0.1, 0.3, 0.2),
        START,
        trials=3,
        on_trial=lambda f: told.append((len(f.trials), f.best.value)),
    )
    assert told == [(1, 0.1), (2, 0.3), (3, 0.3)]


@pytest.mark.parametrize(
    "failure",
    [MemoryError(), RuntimeError("can't allocate memory"), FloatingPointError("overflow")],
)
def test_a_configuration_that_cannot_be_trained_does_not_end_the_search(failure: Exception) -> None:
    found = search(Scripted(0.1, failure, 0.2), START, trials=3)
    assert [trial.value for trial in found.trials] == [0.1, None, 0.2]
    assert found.trials[1].failed == (str(failure) or "MemoryError")
    assert found.best is found.trials[2]


def test_present_settings_that_cannot_be_trained_are_an_error() -> None:
    with pytest.raises(ConfigError, match="allocate"):
        search(Scripted(RuntimeError("can't allocate memory")), START)


def test_a_bug_is_not_taken_for_a_bad_configuration() -> None:
    with pytest.raises(KeyError):
        search(Scripted(0.1, KeyError("oops")), START)


def test_an_unknown_metric_names_those_there_are() -> None:
    with pytest.raises(InvalidInput, match="palate/all/ndcg@10, palate/warm/ndcg@10"):
        search(hill, START, metric="palate/all/recall@10")


def test_a_baseline_is_not_tuned_and_that_is_said_before_any_training() -> None:
    measure = Scripted()
    with pytest.raises(InvalidInput, match="begin with palate/"):
        search(measure, START, metric="ease_recent/all/ndcg@10")
    assert measure.asked == []


def test_nothing_to_measure_on_is_an_error() -> None:
    with pytest.raises(NoTrainedModel, match="record more events"):
        search(lambda config: {"popularity/all/ndcg@10": 0.1}, START)


def test_a_learning_rate_of_zero_has_no_neighbourhood() -> None:
    with pytest.raises(InvalidInput, match=r"ranker\.learning_rate"):
        search(hill, replace(START, learning_rate=0.0))


def test_without_optuna_the_extra_is_named_before_any_training(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == "optuna":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    measure = Scripted()
    with pytest.raises(ConfigError, match=r"pip install 'palate\[tune\]'"):
        search(measure, START)
    assert measure.asked == []


QUICK = replace(SMALL, max_epochs=1)


def _planted(seed: int = 0) -> Measure:
    data = TrainingData(
        item_ids=[f"i{index}" for index in range(30)],
        features=features(30),
        interactions=chain(40),
        user_ids=[f"u{user}" for user in range(40)],
        event_weights=np.ones(1, np.float32),
        vocabulary=Vocabulary({}, {}, {}),
        alignments={},
        last_seq=0,
    )
    return measure_on(data, seed)


def test_every_configuration_is_measured_on_the_same_events_and_another_seed_on_others() -> None:
    other_config = replace(
        QUICK, dim=8, dropout=0.3, id_dropout=0.5, negatives=10, recency_decay=0.5
    )
    here, there, elsewhere = (
        {name: value for name, value in measure(config).items() if name.startswith("popularity/")}
        for measure, config in (
            (_planted(), QUICK),
            (_planted(), other_config),
            (_planted(seed=1), QUICK),
        )
    )
    assert here == there
    assert here != elsewhere


def test_a_ranker_whose_loss_is_no_number_is_a_failure_and_not_the_best() -> None:
    planted, configs = _planted(), iter([QUICK, replace(QUICK, max_epochs=2, learning_rate=1e30)])
    found = search(lambda _: planted(next(configs)), QUICK, trials=2)
    assert "the loss is nan" in found.trials[1].failed
    assert found.best is found.first


def test_a_catalogue_and_its_log_are_read_as_training_reads_them(tmp_path: Path) -> None:
    filled(tmp_path).close()
    workspace = Workspace.open(settings(tmp_path))
    data = read_data(workspace)
    workspace.close()
    assert summary(data) == "40 items, 240 events of 30 users"
    assert "palate/all/ndcg@10" in measure_on(data, seed=0)(QUICK)


def test_an_empty_log_is_too_little_to_train_on(tmp_path: Path) -> None:
    opened(tmp_path).close()
    workspace = Workspace.open(settings(tmp_path))
    data = read_data(workspace)
    workspace.close()
    with pytest.raises(NoTrainedModel, match="record more events"):
        search(measure_on(data, seed=0), QUICK)
