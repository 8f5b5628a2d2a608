"""A sentence-transformers model as a network, against `SentenceTransformer.encode`."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from encoders.bundled import bundled_text_encoder
from encoders.network import ConversionFailed
from encoders.text_network import SentenceModule, probes, tokens

TEXTS = ["", "warm woollen socks", "Ein Café für 2", "space " * 300]


@pytest.fixture(scope="module")
def model() -> SentenceTransformer:
    return SentenceTransformer(str(bundled_text_encoder()._folder), local_files_only=True).eval()


def vectors(model: SentenceTransformer, *, query: bool) -> np.ndarray:
    with torch.inference_mode():
        return SentenceModule(model)(*map(torch.from_numpy, tokens(model, TEXTS, query=query))).numpy()


def test_the_network_gives_what_encode_gives(model: SentenceTransformer) -> None:
    np.testing.assert_allclose(vectors(model, query=False), model.encode_document(TEXTS), atol=1e-5)
    np.testing.assert_allclose(vectors(model, query=True), model.encode_query(TEXTS), atol=1e-5)


def test_prompts_of_queries_and_documents_are_kept_apart(
    model: SentenceTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "prompts", {"query": "query: ", "passage": "passage: "})
    np.testing.assert_allclose(vectors(model, query=False), model.encode_document(TEXTS), atol=1e-5)
    np.testing.assert_allclose(vectors(model, query=True), model.encode_query(TEXTS), atol=1e-5)
    assert not np.allclose(vectors(model, query=True), vectors(model, query=False), atol=0.01)


def test_a_default_prompt_goes_before_both(model: SentenceTransformer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "prompts", {"any": "of all things: "})
    monkeypatch.setattr(model, "default_prompt_name", "any")
    np.testing.assert_allclose(vectors(model, query=True), model.encode_query(TEXTS), atol=1e-5)


def test_a_model_that_leaves_its_prompts_out_is_left_to_its_library(
    model: SentenceTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "prompts", {"query": "query: "})
    monkeypatch.setattr(model[1], "include_prompt", False)
    with pytest.raises(ConversionFailed, match="prompt_length"):
        SentenceModule(model)


def test_probes_differ_in_number_and_length(model: SentenceTransformer) -> None:
    (first, second) = ([array.shape for array in batch] for batch in probes(model))
    assert all(a[0] != b[0] and a[1] != b[1] for a, b in zip(first, second, strict=True))


def test_a_model_that_cuts_its_vectors_off_is_left_to_its_library(
    model: SentenceTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "truncate_dim", 64)
    with pytest.raises(ConversionFailed, match="truncates its vectors"):
        SentenceModule(model)


def test_a_model_that_takes_more_than_tokens_is_left_to_its_library(
    model: SentenceTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = model.preprocess
    monkeypatch.setattr(model, "preprocess", lambda *a, **k: {**whole(*a, **k), "pixel_values": torch.zeros(1)})
    with pytest.raises(ConversionFailed, match=r"takes more than tokens: .*pixel_values"):
        SentenceModule(model)
