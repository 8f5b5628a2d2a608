"""The first stage as a ranker: what it has of the log, and of items without events."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from service.ranker.data.content_space import ContentSpace
from service.ranker.data.interactions import Interactions
from service.ranker.ranker import Ranker
from service.ranker.sequence.model import SequenceModel
from service.ranker.sequence.shape import PAD, ModelShape
from service.ranker.training.first_stage import fit_first_stage
from service.ranker.training.fit import FitReport
from service.ranker.training.item_tensors import ItemTensors
from tests.service.ranker.planted import SMALL, checkerboard, mixed_features

N, N_COLD = 40, 3
REPORT = FitReport(7, (), ())


def first_stage(idf: np.ndarray | None = None) -> tuple[Ranker, FitReport]:
    torch.manual_seed(0)
    items = mixed_features(N)
    space = ContentSpace.fit(items, 16)
    projected = space.project(items)
    board = checkerboard(n_items=N - N_COLD)
    log = Interactions.build(board.user, board.item, board.timestamp, n_items=N)
    shape = ModelShape(
        n_ids=N, modality_dims=projected.dims, n_domains=2, n_tags=6, n_event_types=1,
        max_history=5,
    )  # fmt: skip
    model = SequenceModel(SMALL, shape)

    def fit(tensors: ItemTensors) -> FitReport:
        with torch.no_grad():
            model.items.ids.weight.fill_(9.0)  # "trained"
        return REPORT

    return fit_first_stage(log, projected, space, model, fit, config=SMALL, version="x", idf=idf)


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    ranker, report = first_stage()
    assert report is REPORT
    return ranker


def test_items_without_events_have_no_id(ranker: Ranker) -> None:
    assert ranker.catalog.id_rows.tolist() == [*range(N - N_COLD), *[PAD] * N_COLD]
    assert ranker.snapshot.behaviour.counts[-N_COLD:].tolist() == [0] * N_COLD


def test_item_vectors_are_those_after_the_training(ranker: Ranker) -> None:
    """Ids of nines lift the vectors of the items that have one."""
    means = ranker.snapshot.item_vectors.mean(axis=1)
    assert means[:-N_COLD].min() > 4
    assert means[-N_COLD:].max() < 4


def test_ease_is_solved_and_the_blend_is_the_prior_of_its_modalities(ranker: Ranker) -> None:
    assert ranker.snapshot.behaviour.ease.nnz
    assert ranker.modalities == ("text", "image")
    assert "image_recent" in [signal.name for signal in ranker.blend.signals]
    assert ranker.blend.cold_start_net is None


def test_tags_weigh_what_they_are_said_to() -> None:
    idf = np.arange(1.0, 7.0, dtype=np.float32)
    assert first_stage(idf)[0].snapshot.content.idf.tolist() == idf.tolist()
