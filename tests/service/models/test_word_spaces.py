"""Words in the spaces that they share with pictures: that of an alignment, else the encoder's own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from encoders.fake import FakeImageEncoder, FakeTextEncoder
from encoders.modality import ImageModality, by_name
from indexer.indexing.shared_space import joint_name
from service.models.word_spaces import WordSpaces, knowing_texts
from service.recommender import Recommender
from tests.service.strips import words

TEXT = FakeTextEncoder(16)
KNOWING = FakeImageEncoder(shares_text_space=True)


def test_words_are_seen_through_an_alignment(seeing: Recommender) -> None:
    alignment = seeing._workspace.alignments["image"]
    spaces = WordSpaces.of(TEXT, by_name([ImageModality(KNOWING)]), {"image": alignment})
    (found,) = spaces.words(words(7)).values()
    expected = alignment.heads.queries(TEXT.encode_queries([words(7)]))[0]
    np.testing.assert_array_equal(found, expected)
    assert spaces.vector_name("image") == joint_name(alignment.version, "image")


def test_without_one_the_encoder_reads_them_where_it_knows_texts() -> None:
    spaces = WordSpaces.of(TEXT, by_name([ImageModality(KNOWING)]), {})
    np.testing.assert_array_equal(spaces.words("red")["image"], KNOWING.encode_texts(["red"])[0])
    assert spaces.vector_name("image") == "image"


def test_an_encoder_that_knows_no_texts_shares_no_space() -> None:
    modalities = by_name([ImageModality(FakeImageEncoder())])
    assert knowing_texts(modalities) == {}
    assert WordSpaces.of(TEXT, modalities, {}).words("red") == {}


def test_words_are_encoded_once_for_all_alignments(seeing: Recommender) -> None:
    asked: list[str] = []
    spaces = seeing.wishes.spaces
    counting = replace(spaces, encode=lambda text: asked.append(text) or spaces.encode(text))
    counting.words("red0")
    assert asked == ["red0"]
