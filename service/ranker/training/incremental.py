"""Incremental training: a ranker takes up what happened since it was trained.

Item-item models and popularity are counted anew from the whole log, which is quick. The sequence
model goes on from its weights over the people with new events and as many others, drawn at random,
so that it does not forget; items that got their first events get an id embedding. The second stage
stays as it is: it learned whom to trust when, and that changes slowly. Tags, domains and event
types that are new wait for the next full training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from service.ranker.candidates import CandidateSource, sources_of
from service.ranker.data.arrays import BoolArray, FloatArray
from service.ranker.data.interactions import Interactions
from service.ranker.data.items import ItemFeatures
from service.ranker.ranker import Ranker
from service.ranker.sequence.model import SequenceModel
from service.ranker.sequence.shape import PAD
from service.ranker.training.cases import next_event_cases, sampled_by_weight
from service.ranker.training.check import Checked
from service.ranker.training.first_stage import fit_first_stage
from service.ranker.training.fit import FitReport, StageProgress, fit_sequence_model
from service.ranker.training.item_tensors import ItemTensors
from service.ranker.training.train import Trained
from service.ranker.training.validation import metrics_of, rehearse

EPOCHS = 2
"""Over the people who are learned from."""


def refresh_ranker(
    ranker: Ranker,
    interactions: Interactions,
    new: BoolArray,
    items: ItemFeatures,
    *,
    version: str,
    event_weights: FloatArray | None = None,
    seed: int = 0,
    progress: StageProgress | None = None,
    sources: Sequence[CandidateSource] | None = None,
) -> Trained:
    """A new ranker that also knows the events marked by `new`, (E,), at least one. `ranker` stays
    as it is.

    `items` are all items of the present catalogue in the vocabulary of `ranker`, which must stand
    in that catalogue. The metrics are of `ranker` on the new events, before anything is learned
    from them (prequential evaluation, Dawid 1984): what they say of the new one is a lower bound as
    far as learning helps. `sources` propose the candidates that are ranked for them, by default
    those that come with Palate. Raises TrainingDiverged.
    """
    rng = np.random.default_rng(seed)
    sampled = new & sampled_by_weight(interactions, event_weights, rng.spawn(1)[0])
    sampled &= items.live[interactions.item]
    sources = sources or sources_of(ranker.modalities)
    metrics = _before_learning(ranker, interactions, sampled, sources, rng, progress)
    if progress:
        progress("co-engagement", 0, 1)
    learners = interactions.select(_learners(interactions, new, rng)[interactions.user])
    model = _with_ids(ranker, interactions.n_items, seed)

    def fit(tensors: ItemTensors) -> FitReport:
        return fit_sequence_model(
            model,
            learners,
            tensors,
            ranker.config,
            epochs=EPOCHS,
            seed=seed,
            event_weights=event_weights,
            progress=progress,
            stage="sequence model, new events",
        )

    space = ranker.catalog.space
    refreshed, report = fit_first_stage(
        interactions,
        space.project(items),
        space,
        model,
        fit,
        config=ranker.config,
        version=version,
        idf=ranker.snapshot.content.idf,
    )
    refreshed.blend, refreshed.calibration = ranker.blend, ranker.calibration
    return Trained(refreshed, metrics, Checked(), report, seed)


def _before_learning(
    ranker: Ranker,
    interactions: Interactions,
    events: BoolArray,
    sources: Sequence[CandidateSource],
    rng: np.random.Generator,
    progress: StageProgress | None,
) -> dict[str, float]:
    """Figures of `ranker` on these events (E,)."""
    cases = next_event_cases(interactions, events, ranker.config.feature_history)
    most = ranker.config.blend_lists // 3
    measured = rehearse(
        ranker,
        cases,
        sources,
        rng,
        "measure on new events",
        progress,
        n_lists=most,
        n_measured=most,
    )
    return metrics_of(ranker.blend, measured)


def _learners(interactions: Interactions, new: BoolArray, rng: np.random.Generator) -> BoolArray:
    """(U,) people with new events, and as many of the others."""
    chosen = np.bincount(interactions.user[new], minlength=interactions.n_users) > 0
    others = rng.permutation(np.flatnonzero(~chosen))
    chosen[others[: int(chosen.sum())]] = True
    return chosen


def _with_ids(ranker: Ranker, n_items: int, seed: int) -> SequenceModel:
    """A copy of the ranker's model whose id table has a row per item of the present catalogue: the
    one the item had, small random numbers where it had none."""
    model, id_rows = ranker.model, ranker.catalog.id_rows
    assert model is not None
    torch.manual_seed(seed)
    grown = SequenceModel(ranker.config, replace(model.shape, n_ids=n_items))
    ids = grown.items.ids.weight.detach().clone()
    known = np.flatnonzero(id_rows != PAD)
    learned = {name: torch.from_numpy(weight) for name, weight in model.weights.items()}
    of_known = torch.from_numpy(id_rows[known])
    ids[torch.from_numpy(known)] = learned["items.ids.weight"][of_known]
    grown.load_state_dict({**learned, "items.ids.weight": ids})
    return grown
