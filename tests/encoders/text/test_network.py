"""The bundled text model through OpenVINO against the same model through sentence-transformers."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from torch import nn

from encoders.contract import TextEncoderContract
from encoders.networks.backend import NetworkBackend
from encoders.networks.network import ConversionFailed
from encoders.networks.openvino_network import AGREE
from encoders.registry import bundled_text_encoder
from encoders.text.network import SentenceModule, convertible, tokens_of
from encoders.text.pytorch_model import load_model
from encoders.text.sentence_transformer import SentenceTransformerEncoder
from encoders.text.tokens import Tokens
from tests.encoders.small_networks import needs_openvino

TEXTS = [
    "",
    "space",
    "A slow film about two strangers on a night train.",
    "一部关于太空的慢节奏科幻片，没有对白。",
    "Ein Café für 2 & ein Hund 🐕",
    "a film \ud83d",
    "Two strangers meet on a night train and decide to leave it together. "
    * 12,  # within the window of 256 tokens
    "The astronauts walk on the moon, far away from Earth, and nobody answers their calls. "
    * 30,  # read in chunks
]
PROMPTS = {"query": "Find films about: ", "document": ""}


@pytest.fixture(scope="session")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("networks")


@pytest.fixture(scope="session")
def encoder(networks: Path) -> SentenceTransformerEncoder:
    """On OpenVINO. The name is the one that `TextEncoderContract` looks for."""
    encoder = bundled_text_encoder(NetworkBackend("openvino", networks))
    encoder.encode_queries(["load"])
    return encoder


@pytest.fixture(scope="session")
def on_pytorch() -> SentenceTransformerEncoder:
    return bundled_text_encoder()


@pytest.fixture(scope="session")
def model(on_pytorch: SentenceTransformerEncoder) -> SentenceTransformer:
    return load_model(on_pytorch._folder, "x")


@needs_openvino
class TestTheBundledModel(TextEncoderContract):
    """With the encoder of this module."""


@needs_openvino
def test_passages_have_the_vectors_of_pytorch(
    encoder: SentenceTransformerEncoder, on_pytorch: SentenceTransformerEncoder
) -> None:
    assert encoder.running is not None
    assert encoder.running.label.startswith("OpenVINO ")
    found, expected = encoder.encode_passages(TEXTS), on_pytorch.encode_passages(TEXTS)
    assert ((found * expected).sum(axis=1) >= AGREE).all()


@needs_openvino
def test_queries_have_the_vectors_of_pytorch(
    encoder: SentenceTransformerEncoder, on_pytorch: SentenceTransformerEncoder
) -> None:
    for text in TEXTS[:6]:
        (found,), (expected,) = encoder.encode_queries([text]), on_pytorch.encode_queries([text])
        assert found @ expected >= AGREE


@needs_openvino
def test_a_model_reads_queries_behind_its_own_prompt(
    on_pytorch: SentenceTransformerEncoder, tmp_path: Path
) -> None:
    folder = shutil.copytree(on_pytorch._folder, tmp_path / "model")
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": PROMPTS}))
    ours, theirs = (
        SentenceTransformerEncoder(folder, backend=NetworkBackend(which))
        for which in ("openvino", "torch")
    )
    queries, passages = ours.encode_queries(TEXTS), ours.encode_passages(TEXTS)
    assert ((queries * theirs.encode_queries(TEXTS)).sum(axis=1) >= AGREE).all()
    assert ((passages * theirs.encode_passages(TEXTS)).sum(axis=1) >= AGREE).all()
    assert ((queries * passages).sum(axis=1) < AGREE).sum() >= 6


@needs_openvino
def test_threads_may_share_a_network(encoder: SentenceTransformerEncoder) -> None:
    texts = [f"film number {number} " * (1 + number % 5) for number in range(24)]
    expected = encoder.encode_passages(texts)
    with ThreadPoolExecutor(4) as pool:
        alone = list(pool.map(lambda text: encoder.encode_passages([text])[0], texts))
    assert ((np.stack(alone) * expected).sum(axis=1) >= AGREE).all()


@needs_openvino
def test_a_second_start_reads_the_network_and_takes_the_vectors_of_the_first(
    encoder: SentenceTransformerEncoder, networks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "encoders.text.sentence_transformer._convertible",
        lambda *_: pytest.fail("the network is in the cache"),
    )
    again = bundled_text_encoder(NetworkBackend("openvino", networks))
    np.testing.assert_allclose(
        again.encode_passages(TEXTS[:3]), encoder.encode_passages(TEXTS[:3]), atol=1e-5
    )
    assert again.fingerprint == encoder.fingerprint == bundled_text_encoder().fingerprint


@needs_openvino
def test_time_is_told_by_stage(encoder: SentenceTransformerEncoder) -> None:
    before = encoder.timing.seconds()
    encoder.encode_passages(["a film"])
    after = encoder.timing.seconds()
    assert before["load"] > 0.0
    assert all(after[stage] > before[stage] for stage in ("pre", "core", "post"))


def test_tokens_are_what_the_model_reads(model: SentenceTransformer) -> None:
    ids, *others = tokens_of(model).batch(["space", "a film about space"], query=False)
    tokenizer = model.tokenizer
    assert [tokenizer.decode(row, skip_special_tokens=True) for row in ids] == [
        "space",
        "a film about space",
    ]
    assert all(array.shape == ids.shape == (2, 6) for array in others)


def test_a_prompt_comes_before_the_text(
    model: SentenceTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = tokens_of(model).batch(["Find films about: space"], query=False)
    monkeypatch.setattr(model, "prompts", PROMPTS)
    for found, expected in zip(tokens_of(model).batch(["space"], query=True), plain, strict=True):
        np.testing.assert_array_equal(found, expected)
    assert tokens_of(model).batch(["space"], query=False)[0].shape == (1, 3)


def test_tokens_that_were_kept_are_the_same(
    model: SentenceTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "prompts", PROMPTS)
    tokens = tokens_of(model)
    kept = Tokens.from_json(tokens.to_json())
    assert kept.chunked(TEXTS) == tokens.chunked(TEXTS)
    for query in (False, True):
        for found, expected in zip(
            kept.batch(TEXTS[:5], query=query), tokens.batch(TEXTS[:5], query=query), strict=True
        ):
            np.testing.assert_array_equal(found, expected)


def test_chunks_leave_room_for_the_prompt(
    model: SentenceTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [chunk.n_tokens for chunk in tokens_of(model).chunked(["wonderful " * 255])] == [
        254,
        32,
    ]  # 31 of them again
    monkeypatch.setattr(model, "prompts", PROMPTS)  # four tokens more
    assert [chunk.n_tokens for chunk in tokens_of(model).chunked(["wonderful " * 255])] == [250, 36]


@pytest.mark.parametrize("name", ["document", "passage", "corpus", "other"])
def test_documents_have_the_prompt_that_sentence_transformers_gives_them(
    model: SentenceTransformer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(model, "prompts", {name: "about: ", "query": "find: "})
    tokens = tokens_of(model)
    module = SentenceModule(model, tokens.inputs)
    for query, encode in ((False, model.encode_document), (True, model.encode_query)):
        found = module(
            *(torch.from_numpy(array) for array in tokens.batch(["space"], query=query))
        ).detach()
        np.testing.assert_allclose(
            found[0], encode(["space"], show_progress_bar=False)[0], atol=1e-5
        )


def test_probes_differ_in_every_dimension_that_may_vary(
    on_pytorch: SentenceTransformerEncoder,
) -> None:
    found = convertible(on_pytorch._folder, "x")
    one, other = found.probes
    assert len(one) == len(other) == len(found.module.names)
    for a, b in zip(one, other, strict=True):
        assert all(n != m for n, m in zip(a.shape, b.shape, strict=True))


def test_a_model_that_leaves_the_prompt_out_is_left_to_pytorch(
    model: SentenceTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "prompts", PROMPTS)
    tokens_of(model)
    monkeypatch.setattr(model[1], "include_prompt", False)
    with pytest.raises(ConversionFailed, match="prompt_length"):
        tokens_of(model)


def test_models_that_do_more_than_read_tokens_are_left_to_pytorch(
    model: SentenceTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(model, "truncate_dim", 64)
        with pytest.raises(ConversionFailed, match="truncates its vectors"):
            tokens_of(model)
    with monkeypatch.context() as patched:
        patched.setattr(model[0], "sub_modules", nn.ModuleDict(), raising=False)
        with pytest.raises(ConversionFailed, match="chooses between networks"):
            tokens_of(model)
    read = model.preprocess
    for added in ({"pixel_values": None}, {"modality": "image"}):
        with monkeypatch.context() as patched:
            patched.setattr(
                model, "preprocess", lambda *a, added=added, **k: {**read(*a, **k), **added}
            )
            with pytest.raises(ConversionFailed, match="takes more than tokens"):
                tokens_of(model)


def test_a_model_that_reads_other_tokens_than_its_tokenizer_tells_is_left_to_pytorch(
    model: SentenceTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = model.preprocess
    monkeypatch.setattr(
        model,
        "preprocess",
        lambda texts, **k: read([text.replace("film", "movie") for text in texts], **k),
    )
    with pytest.raises(ConversionFailed, match="more to texts than its tokenizer tells"):
        tokens_of(model)
    monkeypatch.undo()
    monkeypatch.setattr(model, "max_seq_length", 9_000)
    with pytest.raises(ConversionFailed, match="without a limit"):
        tokens_of(model)
    monkeypatch.undo()
    monkeypatch.setattr(model[0], "query_length", 32)
    with pytest.raises(ConversionFailed, match="more to texts than its tokenizer tells"):
        tokens_of(model)
