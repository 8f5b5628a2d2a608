"""A catalogue of pictures and words that can be aligned, since the answer is known.

A picture is four strips of one of four colours each; its title names them, one word per place and
colour. Neither fake encoder knows of the other's world, and heads are linear, so there is a space
in which the two are the same.
"""

from __future__ import annotations

import io
import itertools
from pathlib import Path

from PIL import Image

from encoders.alignment.training import AlignConfig
from encoders.fake import FakeImageEncoder, FakeTextEncoder
from encoders.modality import ImageModality, by_name
from indexer.catalog.item import Item
from service.operations.aligning import AlignReport, align
from service.storage.workspace import Workspace
from tests.service import world

COLOURS = {
    "red": (230, 20, 20),
    "green": (20, 200, 30),
    "blue": (20, 40, 230),
    "white": (250, 250, 240),
}
LOOKS = list(itertools.product(COLOURS, repeat=4))
ONLY_SEEN, ONLY_TOLD = 7, 99
"""Items without a word, and without a picture."""
N_PICTURES = len(LOOKS) - 1


def words(place: int) -> str:
    """The title that item number `place` has, or would have."""
    return " ".join(f"{colour}{strip}" for strip, colour in enumerate(LOOKS[place]))


def picture(place: int) -> bytes:
    """The picture that item number `place` has, or would have."""
    return painted(*LOOKS[place])


def painted(*colours: str) -> bytes:
    """Four strips, left to right."""
    image = Image.new("RGB", (16, 4))
    for strip, colour in enumerate(colours):
        image.paste(COLOURS[colour], (4 * strip, 0, 4 * strip + 4, 4))
    with io.BytesIO() as stream:
        image.save(stream, "PNG")
        return stream.getvalue()


def opened(folder: Path, *, text_dim: int = 16, anew: bool = False) -> Workspace:
    small = {
        "dim": 8,
        "n_blocks": 1,
        "n_heads": 1,
        "max_epochs": 1,
        "blend_lists": 20,
        "content_dim": 8,
    }
    settings = world.settings(folder, ranker=small)
    return Workspace.open_with(
        settings,
        FakeTextEncoder(text_dim),
        by_name([ImageModality(FakeImageEncoder())]),
        anew=anew,
    )


def reopened(workspace: Workspace) -> Workspace:
    """As a new process has it, after what it does at start."""
    workspace.close()
    again = opened(workspace.settings.data)
    again.indexer().reconcile()
    return again


def fill(folder: Path) -> None:
    workspace = opened(folder)
    places = range(len(LOOKS))
    items = [
        Item(f"i{place}", title="" if place == ONLY_SEEN else words(place)) for place in places
    ]
    pictures = {f"i{place}": [picture(place)] for place in places if place != ONLY_TOLD}
    workspace.indexer().index_items(items, given={"image": pictures})
    workspace.close()


def align_once(workspace: Workspace, seed: int = 0) -> AlignReport:
    return align(workspace, seed=seed, config=AlignConfig(epochs=1))
