"""An item's id and content fused as it serves: equal to the module that was trained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from service.ranker.data.items import ItemFeatures
from service.ranker.sequence.inference import embed_items
from service.ranker.sequence.model import SequenceModel
from service.ranker.sequence.shape import PAD, ModelShape
from service.ranker.training.item_tensors import ItemTensors
from tests.service.ranker.planted import SMALL, features, mixed_features

N = 20


def module(items: ItemFeatures, seed: int, id_dropout: float = 0.2) -> SequenceModel:
    """With random weights."""
    torch.manual_seed(seed)
    shape = ModelShape(
        n_ids=N, modality_dims=items.dims, n_domains=2, n_tags=6, n_event_types=1, max_history=6
    )
    model = SequenceModel(replace(SMALL, id_dropout=id_dropout), shape).eval()
    for parameter in model.items.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return model


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**31),
    modalities=st.sampled_from([("text",), ("text", "image"), ("text", "image", "audio")]),
    id_dropout=st.sampled_from([0.2, 1.0]),
    chunk=st.sampled_from([1, 7, 100]),
)
def test_item_vectors_are_those_of_the_module(
    seed: int, modalities: tuple[str, ...], id_dropout: float, chunk: int
) -> None:
    """Of items with and without an id, tags, and each modality."""
    items = mixed_features(N, modalities)
    id_rows = np.where(np.arange(N) % 3, np.arange(N)[::-1], PAD)
    model = module(items, seed, id_dropout)
    with torch.inference_mode():
        expected = model.items(ItemTensors(items, id_rows).rows(np.arange(N))).numpy()
    found = embed_items(model.network(), items, id_rows, chunk)
    assert found.dtype == np.float32
    assert np.abs(found - expected).max() <= 1e-5 * max(1.0, float(np.abs(expected).max()))


def test_an_item_without_an_id_is_told_apart_by_its_content() -> None:
    items = features(N)
    hidden = embed_items(module(items, 0).network(), items, np.full(N, PAD))
    assert np.abs(hidden[0] - hidden[1]).max() > 1e-3


def test_no_items_have_no_vectors() -> None:
    items = features(N)
    none = items.rows(np.zeros(0, np.int64))
    found = embed_items(module(items, 0).network(), none, np.zeros(0, np.int64))
    assert found.shape == (0, SMALL.dim)
