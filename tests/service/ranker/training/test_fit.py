"""Training of the sequence model: when it stops, what it keeps, and how the rate falls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from service.ranker.config import RankerConfig
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.sequence.model import SequenceModel
from service.ranker.sequence.sequences import Sequences
from service.ranker.sequence.shape import ModelShape
from service.ranker.training import fit as fitting
from service.ranker.training.early_stopping import NextEvents
from service.ranker.training.fit import FitReport, FitState, fit_sequence_model
from service.ranker.training.item_tensors import ItemTensors
from tests.service.ranker.planted import SMALL, chain, features

N = 30
CONFIG = replace(SMALL, patience=2)
CASES = NextEvents(Sequences.of([History.of(np.array([1, 2]))]), np.array([3]))


def new_model() -> SequenceModel:
    torch.manual_seed(0)
    shape = ModelShape(
        n_ids=N, modality_dims={"text": 8}, n_domains=1, n_tags=1, n_event_types=1, max_history=20
    )
    return SequenceModel(CONFIG, shape)


class Recorded:
    """Keeps the state after every epoch, and has none to begin with."""

    def __init__(self) -> None:
        self.states: list[FitState] = []

    def read(self, stage: str) -> FitState | None:
        return None

    def write(self, stage: str, state: FitState) -> None:
        self.states.append(state)


def fit(
    model: SequenceModel,
    *,
    epochs: int,
    log: Interactions | None = None,
    config: RankerConfig = CONFIG,
    validation: NextEvents | None = None,
    kept: Recorded | None = None,
) -> FitReport:
    return fit_sequence_model(
        model,
        chain(n_users=20) if log is None else log,
        ItemTensors(features(N), np.arange(N)),
        config,
        epochs=epochs,
        seed=0,
        validation=validation,
        kept=kept,
    )


def scripted(monkeypatch: pytest.MonkeyPatch, *scores: float) -> None:
    """The validation scores of the epochs to come."""
    coming = iter(scores)
    monkeypatch.setattr(fitting, "validation_ndcg", lambda *given: next(coming))


def test_the_loss_falls() -> None:
    report = fit(new_model(), epochs=8)
    assert report.epochs == len(report.losses) == 8
    assert report.losses[-1] < report.losses[0]
    assert report.validation == ()


def test_the_rate_falls_a_third_each_time_nothing_got_better_and_then_it_stops(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scripted(monkeypatch, 0.5, *[0.4] * 6)
    kept = Recorded()
    report = fit(new_model(), epochs=99, validation=CASES, kept=kept)
    assert report.epochs == 1
    assert report.validation == (0.5, *[0.4] * 6)
    rates = [state.rate / CONFIG.learning_rate for state in kept.states]
    assert rates == pytest.approx([1, 1, 1 / 3, 1 / 3, 1 / 9, 1 / 9, 1 / 9])


def test_the_best_weights_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, 0.1, 0.9, 0.8)
    best, stopped = new_model(), new_model()
    report = fit(stopped, epochs=3, validation=CASES)
    assert report.epochs == 2
    scripted(monkeypatch, 0.1, 0.9)
    fit(best, epochs=2, validation=CASES)
    for name, value in best.state_dict().items():
        torch.testing.assert_close(stopped.state_dict()[name], value)


def test_weights_that_were_trained_before_are_taken_up_at_a_rate_that_falls() -> None:
    kept = Recorded()
    fit(new_model(), epochs=4, kept=kept)
    first, last = CONFIG.learning_rate / 3, CONFIG.learning_rate / 9
    expected = [last + (first - last) * left for left in (1, 3 / 4, 1 / 2, 1 / 4)]
    assert [state.rate for state in kept.states] == pytest.approx(expected)


def test_histories_of_one_event_teach_nothing() -> None:
    model = new_model()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    log = Interactions.build(np.arange(5), np.arange(5), n_items=N)
    assert fit(model, epochs=3, log=log) == FitReport(0, (), ())
    for name, value in model.state_dict().items():
        torch.testing.assert_close(value, before[name])
