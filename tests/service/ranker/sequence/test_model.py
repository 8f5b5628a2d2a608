"""The sequence model: what must hold whatever the weights are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from service.ranker.data.history import History
from service.ranker.sequence.inference import ItemTensors, embed_items, history_states
from service.ranker.sequence.model import PAD, ModelShape, SequenceModel, Steps, _time_spans
from service.ranker.sequence.sequences import Sequences
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


@pytest.fixture(scope="module")
def vectors(model: SequenceModel) -> np.ndarray:
    return embed_items(model, features(N), np.arange(N))


def states(model: SequenceModel, vectors: np.ndarray, *histories: list[int]) -> np.ndarray:
    return history_states(
        model, vectors, Sequences.of(History.of(np.array(one, np.int64)) for one in histories)
    )


@pytest.mark.parametrize("training", [True, False])
def test_a_model_that_hides_all_ids_knows_items_by_content_alone(training: bool) -> None:
    shape = ModelShape(
        n_ids=N, modality_dims={"text": 8}, n_domains=1, n_tags=1, n_event_types=3, max_history=6
    )
    items = SequenceModel(replace(SMALL, id_dropout=1.0), shape).items.train(training)
    known, unknown = ItemTensors(features(N), np.arange(N)), ItemTensors(features(N), NO_IDS)
    torch.testing.assert_close(items(known.rows(np.arange(N))), items(unknown.rows(np.arange(N))))


def test_padding_does_not_change_states(model: SequenceModel, vectors: np.ndarray) -> None:
    alone = states(model, vectors, [1, 2])
    beside_a_longer_one = states(model, vectors, [1, 2], [3, 4, 5, 6, 7])
    np.testing.assert_allclose(alone[0], beside_a_longer_one[0], atol=1e-5)


def test_a_step_does_not_see_later_steps(model: SequenceModel, vectors: np.ndarray) -> None:
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


def test_the_newest_step_alone_is_the_last_of_all_steps(model: SequenceModel) -> None:
    vectors = torch.randn(3, 5, SMALL.dim, generator=torch.Generator().manual_seed(1))
    kinds = torch.tensor([[0, 1, 2, 1, 0]]).expand(3, 5)
    times = torch.tensor([[0.0, 1.0, 60.0, 61.0, 4e9]]).expand(3, 5).double()
    present = torch.tensor([[True] * 5, [False] * 2 + [True] * 3, [False] * 4 + [True]])
    with torch.inference_mode():
        inputs = (vectors, kinds, times, present)
        every, newest = model(*inputs), model.newest(Steps(*inputs))
    torch.testing.assert_close(newest, every[:, -1], atol=1e-5, rtol=0.0)


def test_order_matters(model: SequenceModel, vectors: np.ndarray) -> None:
    first, second = states(model, vectors, [1, 2], [2, 1])
    assert np.abs(first - second).max() > 1e-3


def test_time_between_events_matters_as_far_as_it_was_learned_and_the_moment_does_not(
    vectors: np.ndarray,
) -> None:
    torch.manual_seed(0)
    shape = ModelShape(
        n_ids=N, modality_dims={"text": 8}, n_domains=1, n_tags=1, n_event_types=3, max_history=6
    )
    model = SequenceModel(SMALL, shape)
    at = [[0, 60, 120], [0, 60, 9e5], [1.7e9, 1.7e9 + 60, 1.7e9 + 120], [0, 0, 0]]
    histories = Sequences.of(
        History.of(np.array([1, 2, 3]), times=np.array(times, float)) for times in at
    )
    unlearned = history_states(model, vectors, histories)
    np.testing.assert_allclose(unlearned, unlearned[[0, 0, 0, 0]], atol=1e-6)
    torch.nn.init.normal_(model.time_span.weight)
    minutes, days, later, unknown = history_states(model, vectors, histories)
    assert np.abs(minutes - days).max() > 1e-3
    assert np.abs(minutes - unknown).max() > 1e-3
    np.testing.assert_allclose(minutes, later, atol=1e-5)


def test_spans_of_time_double() -> None:
    times = torch.tensor([[0, 1, 3, 3 + 4, 3 + 2**20, 1.5e9]], dtype=torch.float64)
    assert _time_spans(times, times)[0, :, 0].tolist() == [0, 1, 2, 3, 21, 31]
    assert _time_spans(times, times)[0, 0].tolist() == [0] * 6
    assert _time_spans(times + 1.7e9, times + 1.7e9)[0, 2, 1] == 2


def test_only_the_newest_events_are_read(model: SequenceModel, vectors: np.ndarray) -> None:
    long, short = states(model, vectors, [9, 9, 9, 1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6])
    np.testing.assert_allclose(long, short, atol=1e-5)


def test_an_empty_history_has_a_zero_state(model: SequenceModel, vectors: np.ndarray) -> None:
    assert not states(model, vectors, [])[0].any()


def test_an_item_without_an_id_is_told_apart_by_its_content(model: SequenceModel) -> None:
    hidden = embed_items(model, features(N), NO_IDS)
    assert np.abs(hidden[0] - hidden[1]).max() > 1e-3


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
