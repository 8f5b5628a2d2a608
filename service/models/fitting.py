"""Fitting: what the trainer asks of the training loop.

It imports `service.ranker.training`, as the verdict and the incumbent do: who only serves loads none
of them. Knows no log and no registry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from service.api.messages import RESUME, Progress, TrainProgress
from service.errors import NoTrainedModel
from service.models.training_data import TrainingData
from service.ranker.candidates import CandidateSource
from service.ranker.config import RankerConfig
from service.ranker.data.arrays import BoolArray
from service.ranker.ranker import Ranker
from service.ranker.training.check import Asked
from service.ranker.training.fit import TrainingDiverged
from service.ranker.training.incremental import refresh_ranker
from service.ranker.training.resume import SavedFits, fingerprint
from service.ranker.training.train import Shown, TooFewEvents, Trained, train_ranker


def fit_ranker(
    data: TrainingData,
    config: RankerConfig,
    *,
    version: str,
    seed: int,
    saved: Path,
    sources: Sequence[CandidateSource],
    progress: Progress,
    incumbent: Asked | None = None,
    shown: Shown | None = None,
) -> Trained:
    """A new ranker. `sources` propose the candidates that its second stage learns from. `saved` is
    the folder that lets an interrupted fit of the same data and configuration go on. `incumbent`
    serves now, and is asked the same as the new one. NoTrainedModel where nothing came of it."""
    kept = SavedFits(
        saved,
        fingerprint(data.interactions, data.features, config, data.event_weights, seed),
        lambda text: progress(TrainProgress(RESUME, 0, 1, text)),
    )
    with _explained():
        return train_ranker(
            data.interactions,
            data.features,
            config,
            version=version,
            event_weights=data.event_weights,
            seed=seed,
            progress=by_stage(progress),
            kept=kept,
            sources=sources,
            incumbent=incumbent,
            shown=shown,
        )


def refit_ranker(
    ranker: Ranker,
    data: TrainingData,
    new: BoolArray,
    *,
    version: str,
    seed: int,
    sources: Sequence[CandidateSource],
    progress: Progress,
) -> Trained:
    """A ranker that goes on from `ranker` and also knows the interactions marked by `new`, (E,), at
    least one. `data` is coded as the ranker is. NoTrainedModel where nothing came of it."""
    with _explained():
        return refresh_ranker(
            ranker,
            data.interactions,
            new,
            data.features,
            version=version,
            event_weights=data.event_weights,
            seed=seed,
            sources=sources,
            progress=by_stage(progress),
        )


def by_stage(progress: Progress) -> Callable[[str, int, int], None]:
    """The same, for the training loop, which knows no messages."""
    return lambda stage, done, total: progress(TrainProgress(stage, done, total))


@contextmanager
def _explained() -> Iterator[None]:
    """The training loop's errors as ours."""
    try:
        yield
    except TooFewEvents as error:
        raise NoTrainedModel("there is too little to train on", str(error)) from error
    except TrainingDiverged as error:
        raise NoTrainedModel("training diverged", str(error)) from error
