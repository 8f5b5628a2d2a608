"""How near words are to items by what they look like."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.models.word_cosines import WordCosines
from service.recommender import Recommender
from tests.service.strips import LOOKS, ONLY_SEEN, ONLY_TOLD, words


@pytest.fixture
def cosines(seeing: Recommender) -> WordCosines:
    model = seeing._models.active
    spaces = replace(seeing.wishes.spaces, alignments=model.alignments)
    return WordCosines(model.ranker, spaces, len(LOOKS))


def test_a_picture_that_nobody_described_is_nearest_to_its_words(
    seeing: Recommender, cosines: WordCosines
) -> None:
    (found,) = cosines.media(words(ONLY_SEEN))
    assert seeing.ids.item_id(int(np.nanargmax(found))) == f"i{ONLY_SEEN}"


def test_they_are_ordered_as_in_the_space_itself(seeing: Recommender, cosines: WordCosines) -> None:
    """The ranker's content keeps 8 of 12 dimensions."""
    said = words(30)
    (found,) = cosines.media(said)
    name = cosines.spaces.vector_name("image")
    there, vectors = seeing._workspace.store.vectors(name, np.arange(len(LOOKS)))
    exact = vectors @ cosines.spaces.words(said)["image"]
    assert np.corrcoef(found[there], exact)[0, 1] > 0.95


def test_what_has_no_picture_has_no_nearness(seeing: Recommender, cosines: WordCosines) -> None:
    (found,) = cosines.media("red0")
    without = np.flatnonzero(np.isnan(found)).tolist()
    assert [seeing.ids.item_id(index) for index in without] == [f"i{ONLY_TOLD}"]


def test_items_that_the_ranker_does_not_know_yet_have_none(cosines: WordCosines) -> None:
    more = replace(cosines, n_items=len(LOOKS) + 2)
    (found,) = more.media("red0")
    assert np.isnan(found[-2:]).all()
    np.testing.assert_array_equal(more.text("red0")[-2:], 0)


def test_without_a_shared_space_only_words_are_compared(cosines: WordCosines) -> None:
    blind = replace(cosines, spaces=replace(cosines.spaces, alignments={}))
    assert blind.media("red0") == []
    np.testing.assert_array_equal(blind.text("red0"), cosines.text("red0"))
