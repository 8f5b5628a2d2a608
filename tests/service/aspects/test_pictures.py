"""The picture of an item, on its way to a model."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from encoders.errors import MediaError
from indexer.catalog.item import Item
from indexer.media.folder import MediaFolder
from indexer.media.limits import DownloadLimits
from indexer.media.source import MediaSource
from service.aspects.pictures import MAX_PX, ItemPictures
from service.config import Settings
from service.storage.data_folder import media_of


@pytest.fixture
def pictures(tmp_path: Path) -> ItemPictures:
    return ItemPictures(MediaSource(MediaFolder(tmp_path / "kept"), DownloadLimits()))


def _item(*names: str) -> Item:
    return Item("a", media={"image": names} if names else {})


def test_the_first_picture_is_sent_small_and_as_a_jpeg(
    pictures: ItemPictures, tmp_path: Path
) -> None:
    for name, colour in (("red.png", (255, 0, 0)), ("blue.png", (0, 0, 255))):
        Image.new("RGB", (1_000, 600), colour).save(tmp_path / name)
    uri = pictures.first(_item(f"{tmp_path}/./red.png", f"{tmp_path}/./blue.png"))
    assert uri is not None
    head, _, body = uri.partition(",")
    assert head == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(base64.b64decode(body))) as picture:
        assert (picture.format, picture.size) == ("JPEG", (MAX_PX, 307))
        red, green, blue = picture.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert red > 240
    assert green < 15 > blue


def test_an_item_without_a_picture_has_none_and_one_that_is_gone_says_so(
    pictures: ItemPictures, tmp_path: Path
) -> None:
    assert pictures.first(_item()) is None
    with pytest.raises(MediaError, match=r"gone\.png") as gone:
        pictures.first(_item(f"{tmp_path}/./gone.png"))
    assert str(tmp_path) not in str(gone.value)


def test_pictures_that_came_as_bytes_are_those_of_the_data_folder(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, "PNG")
    media = media_of(Settings(data=tmp_path))
    name = media.kept.keep(stream.getvalue())
    assert ItemPictures(media).first(_item(name)) is not None
    assert (tmp_path / "pictures").is_dir()
