"""The bundled text model against known numbers, and any folder as a model."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from encoders.base import TextEncoder
from encoders.contract import TextEncoderContract
from encoders.errors import EncoderUnavailable
from encoders.registry import bundled_text_encoder, load_text_encoder
from encoders.text.sentence_transformer import SentenceTransformerEncoder

MINILM_FINGERPRINT = "9baaebddb4e267e3"


@pytest.fixture(scope="module")
def encoder() -> SentenceTransformerEncoder:
    return bundled_text_encoder()


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    """A private copy of the bundled model, to change or break."""
    return Path(shutil.copytree(bundled_text_encoder()._folder, tmp_path / "model"))


class TestTheBundledModel(TextEncoderContract):
    """With the encoder of this module."""


def test_the_bundled_model_gives_the_published_numbers(encoder: SentenceTransformerEncoder) -> None:
    vector = encoder.encode_passages(["hello world"])[0]
    np.testing.assert_allclose(
        vector[:5], [-0.034477, 0.031023, 0.006735, 0.026109, -0.039362], atol=1e-4
    )


def test_width_and_fingerprint_are_known_before_the_weights_are_loaded() -> None:
    fresh = bundled_text_encoder()
    assert (fresh.name, fresh.dim, fresh.fingerprint) == (
        "all-MiniLM-L6-v2",
        384,
        MINILM_FINGERPRINT,
    )
    assert fresh._reader is None
    assert isinstance(fresh, TextEncoder)


def test_rows_have_length_one_and_come_in_the_order_given(
    encoder: SentenceTransformerEncoder,
) -> None:
    texts = ["word " * length for length in (90, 1, 40, 3, 200)] + [""]
    vectors = encoder.encode_passages(texts)
    assert vectors.shape == (6, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    for text, vector in zip(texts, vectors, strict=True):
        np.testing.assert_allclose(encoder.encode_passages([text])[0], vector, atol=1e-5)


def test_a_text_is_closer_to_its_paraphrase_than_to_another_text(
    encoder: SentenceTransformerEncoder,
) -> None:
    passages = encoder.encode_passages(
        [
            "Astronauts travel far into space to save humankind.",
            "Two lovers meet in Paris and part in the rain.",
        ]
    )
    space, romance = passages @ encoder.encode_queries(["a crew flies a rocket to the stars"])[0]
    assert space > romance + 0.2


def test_threads_may_share_an_encoder(encoder: SentenceTransformerEncoder) -> None:
    texts = [f"film number {number}" for number in range(8)]
    expected = encoder.encode_passages(texts)
    with ThreadPoolExecutor(4) as pool:
        alone = list(pool.map(lambda text: encoder.encode_passages([text])[0], texts))
    np.testing.assert_allclose(np.stack(alone), expected, atol=1e-5)


def test_no_texts_give_no_rows(encoder: SentenceTransformerEncoder) -> None:
    assert encoder.encode_passages([]).shape == (0, 384)


def test_a_text_of_more_than_256_tokens_is_the_mean_of_its_parts(
    encoder: SentenceTransformerEncoder,
) -> None:
    word = "wonderful "  # one token
    parts = encoder.encode_passages(
        [word * 254, word * 77]
    )  # 254 and 2 special ones; from word 223 on
    mean = 254 * parts[0] + 77 * parts[1]
    (vector,) = encoder.encode_passages([word * 300])
    np.testing.assert_allclose(vector, mean / np.linalg.norm(mean), atol=1e-5)


def test_what_is_said_at_the_end_of_a_long_text_counts(encoder: SentenceTransformerEncoder) -> None:
    cooking = (
        "Chop the onions and fry them in butter until they are golden, then add the rice. " * 20
    )
    space = "The astronauts leave their rocket and walk on the moon, far away from Earth. " * 10
    both, first = encoder.encode_passages([cooking + space, cooking])
    query = encoder.encode_queries(["a crew walks on the moon"])[0]
    assert both @ query > first @ query + 0.2


def test_a_million_characters_read_like_their_beginning(
    encoder: SentenceTransformerEncoder,
) -> None:
    long = "wonderful " * 100_000
    vectors = encoder.encode_passages(
        [long, long[:20_000]]
    )  # 8 chunks of 254 tokens that share 31: 1,815 tokens
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-5)


def test_half_a_surrogate_pair_is_read_as_a_question_mark(
    encoder: SentenceTransformerEncoder,
) -> None:
    vectors = encoder.encode_passages(["a film \ud83d", "a film ?"])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-5)


def test_a_copied_folder_keeps_the_fingerprint_and_the_vectors(
    encoder: SentenceTransformerEncoder, model_folder: Path
) -> None:
    (model_folder / "README.md").write_text("another read-me")
    copy = load_text_encoder(f"st:{model_folder}")
    assert (copy.dim, copy.fingerprint) == (384, MINILM_FINGERPRINT)
    np.testing.assert_allclose(
        copy.encode_queries(["a film"]), encoder.encode_queries(["a film"]), atol=1e-6
    )


@pytest.mark.parametrize("file", ["model.safetensors", "1_Pooling/config.json", "tokenizer.json"])
def test_the_fingerprint_changes_with_every_file_that_changes_vectors(
    model_folder: Path, file: str
) -> None:
    with (model_folder / file).open("ab") as stream:
        stream.write(b" ")
    assert SentenceTransformerEncoder(model_folder, dim=384).fingerprint != MINILM_FINGERPRINT


def test_broken_weights_are_refused_when_the_model_is_named(model_folder: Path) -> None:
    (model_folder / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(EncoderUnavailable, match="cannot be loaded") as caught:
        load_text_encoder(str(model_folder))
    assert caught.value.metadata["encoder"] == str(model_folder)


@pytest.mark.parametrize("spec", ["", "st:", "./no/such/folder", "/no/such/folder"])
def test_a_folder_that_is_none_is_refused(spec: str) -> None:
    with pytest.raises(EncoderUnavailable, match=r"give the name of a sentence-transformers model"):
        load_text_encoder(spec)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="is not a model folder"):
        load_text_encoder(str(tmp_path))


def test_a_hub_model_without_a_hub_is_refused_at_once(no_hub: None) -> None:
    with pytest.raises(EncoderUnavailable, match="no model hub is reachable"):
        load_text_encoder("st:no-such-organisation/no-such-model")
