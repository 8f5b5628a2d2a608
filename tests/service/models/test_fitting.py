"""Fitting, and what is said where nothing comes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from service.api.messages import TrainProgress
from service.errors import NoTrainedModel
from service.models.features import Vocabulary
from service.models.fitting import by_stage, fit_ranker
from service.models.training_data import TrainingData
from service.ranker.candidates import sources_of
from service.ranker.config import RankerConfig
from service.ranker.data.interactions import Interactions
from tests.service.ranker.planted import SMALL, chain, features

SOURCES = sources_of(["text"])


def planted(interactions: Interactions) -> TrainingData:
    return TrainingData(
        item_ids=[f"i{index}" for index in range(30)],
        features=features(30),
        interactions=interactions,
        user_ids=[f"u{user}" for user in range(interactions.n_users)],
        event_weights=np.ones(1, np.float32),
        vocabulary=Vocabulary({}, {}, {}),
        alignments={},
        last_seq=0,
    )


def fitted(data: TrainingData, config: RankerConfig, folder: Path) -> list[TrainProgress]:
    told: list[TrainProgress] = []
    fit_ranker(
        data, config, version="v", seed=0, saved=folder, sources=SOURCES, progress=told.append
    )
    return told


def test_too_few_events_are_no_model_and_the_reason_is_given(tmp_path: Path) -> None:
    lonely = Interactions.build([0], [0], n_users=1, n_items=30)
    with pytest.raises(NoTrainedModel, match=r"too little to train on.*record more events"):
        fitted(planted(lonely), SMALL, tmp_path)


def test_a_loss_that_is_no_number_is_no_model(tmp_path: Path) -> None:
    wild = replace(SMALL, max_epochs=2, learning_rate=1e30)
    with pytest.raises(NoTrainedModel, match="training diverged"):
        fitted(planted(chain(40)), wild, tmp_path)


def test_an_interrupted_fit_of_the_same_goes_on(tmp_path: Path) -> None:
    data, config = planted(chain(40)), replace(SMALL, max_epochs=3)

    def interrupt(progress: TrainProgress) -> None:
        if (progress.stage, progress.done) == ("sequence model", 1):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit_ranker(
            data, config, version="v", seed=0, saved=tmp_path, sources=SOURCES, progress=interrupt
        )
    told = fitted(data, config, tmp_path)
    assert [one.message for one in told if one.stage == "resume"] == [
        "sequence model: goes on after epoch 1 of a training that was interrupted"
    ]


def test_stages_become_messages() -> None:
    told: list[TrainProgress] = []
    by_stage(told.append)("fit", 1, 3)
    assert told == [TrainProgress("fit", 1, 3)]
