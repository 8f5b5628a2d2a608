"""The sequence model while it is trained: what must hold whatever the weights are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from service.ranker.sequence.model import SequenceModel, _time_spans
from service.ranker.sequence.shape import PAD, ModelShape
from service.ranker.training.item_tensors import ItemTensors
from tests.service.ranker.planted import SMALL, features, mixed_features

N = 20
NO_IDS = np.full(N, PAD)


@pytest.fixture(scope="module")
def model() -> SequenceModel:
    torch.manual_seed(0)
    shape = ModelShape(
        n_ids=N, modality_dims={"text": 8}, n_domains=1, n_tags=1, n_event_types=3, max_history=6
    )
    return SequenceModel(SMALL, shape).eval()


@pytest.mark.parametrize("training", [True, False])
def test_a_model_that_hides_all_ids_knows_items_by_content_alone(training: bool) -> None:
    shape = ModelShape(
        n_ids=N, modality_dims={"text": 8}, n_domains=1, n_tags=1, n_event_types=3, max_history=6
    )
    items = SequenceModel(replace(SMALL, id_dropout=1.0), shape).items.train(training)
    known, unknown = ItemTensors(features(N), np.arange(N)), ItemTensors(features(N), NO_IDS)
    torch.testing.assert_close(items(known.rows(np.arange(N))), items(unknown.rows(np.arange(N))))


def test_a_step_does_not_see_later_steps(model: SequenceModel) -> None:
    vectors = np.random.default_rng(0).normal(size=(N, SMALL.dim)).astype(np.float32)

    def run(items: list[int]) -> np.ndarray:
        with torch.inference_mode():
            inputs = torch.from_numpy(vectors[items])[None]
            out = model(
                inputs,
                torch.zeros(1, 4).long(),
                torch.zeros(1, 4),
                torch.ones(1, 4, dtype=torch.bool),
            )
        return out[0].numpy()

    np.testing.assert_allclose(run([1, 2, 3, 4])[:2], run([1, 2, 9, 8])[:2], atol=1e-5)


def test_spans_of_time_double() -> None:
    times = torch.tensor([[0, 1, 3, 3 + 4, 3 + 2**20, 1.5e9]], dtype=torch.float64)
    assert _time_spans(times)[0, :, 0].tolist() == [0, 1, 2, 3, 21, 31]
    assert _time_spans(times)[0, 0].tolist() == [0] * 6
    assert _time_spans(times + 1.7e9)[0, 2, 1] == 2


def test_each_modality_and_the_tags_have_a_gate_and_what_is_missing_is_a_learned_token() -> None:
    """With all gates half open and no id: half of each part, and the domain."""
    torch.manual_seed(0)
    items = mixed_features(N, ("text", "image", "audio"))
    shape = ModelShape(
        n_ids=N, modality_dims=items.dims, n_domains=2, n_tags=6, n_event_types=1, max_history=6
    )
    net = SequenceModel(SMALL, shape).items.eval()
    torch.nn.init.normal_(net.missing)
    torch.nn.init.zeros_(net.gate.weight)
    torch.nn.init.zeros_(net.gate.bias)
    batch = ItemTensors(items, NO_IDS).rows(np.arange(N))
    with torch.inference_mode():
        parts = [net.tags(batch.tags, batch.tag_offsets)]
        for place, (modality, project) in enumerate(net.modalities.items()):
            projected = project(batch.vectors[modality])
            projected[~batch.present[modality]] = net.missing[place]
            parts.append(projected)
        expected = net.no_id + sum(parts) / 2 + net.domain(batch.domain)
        torch.testing.assert_close(net(batch), expected)
    assert not batch.present["audio"].all()
