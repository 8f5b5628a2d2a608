"""A catalogue of pictures without a word, encoded by a CLIP folder of Hugging Face: words find them
all the same."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from encoders.fake import FakeTextEncoder
from encoders.registry import load_modalities
from indexer.catalog.item import Item
from service.api.messages import SearchRequest
from service.recommender import Recommender
from service.serving.search import DEPTH
from service.storage.workspace import Workspace
from tests.encoders import tiny_clips
from tests.service import world

PICTURES = "content_image"
COLOURS = ["red", "green", "blue", "white"]


def png(colour: str) -> bytes:
    stream = io.BytesIO()
    tiny_clips.painted(colour).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CLIP that knows what the colours are called."""
    tokenizer = tiny_clips.word_tokenizer(model_max_length=tiny_clips.WINDOW)
    model = tiny_clips.taught(tiny_clips.clip(), COLOURS)
    return tiny_clips.saved(
        tmp_path_factory.mktemp("clip"), model, tiny_clips.clip_processor(), tokenizer
    )


def test_words_and_pictures_find_pictures_that_nobody_described(
    folder: Path, tmp_path: Path
) -> None:
    workspace = Workspace.open_with(
        world.settings(tmp_path), FakeTextEncoder(), load_modalities({"image": f"hf:{folder}"})
    )
    palate = Recommender(workspace)
    seen = [Item(f"seen-{colour}") for colour in COLOURS]
    told = [Item(f"told-{number}", title=" ".join(COLOURS)) for number in range(DEPTH)]
    palate.index_items(seen + told, {f"seen-{colour}": [png(colour)] for colour in COLOURS})
    for colour in COLOURS:
        for request in (SearchRequest(text=colour), SearchRequest(image=png(colour))):
            first = palate.search_items(request).results[0]
            assert (first.item_id, first.sources) == (f"seen-{colour}", [PICTURES])
    palate.close()
