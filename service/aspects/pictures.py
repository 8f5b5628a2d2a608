"""The picture of an item, small enough to be sent to a model."""

from __future__ import annotations

import base64
import io

from encoders.decoding.decoder import decoded_image
from encoders.modality import ImageModality
from indexer.catalog.item import Item
from indexer.media.folder import public_name
from indexer.media.source import MediaSource

MAX_PX = 512
"""Longer side; models cut pictures to pieces of about this size, and charge by the piece."""
_QUALITY = 85


class ItemPictures:
    """Called from several threads at once."""

    def __init__(self, media: MediaSource) -> None:
        self._media = media

    def first(self, item: Item) -> str | None:
        """Its first picture as a data: URI of a JPEG; None where it has none, MediaError where it
        cannot be had."""
        names = item.perceived(ImageModality.name)
        if not names:
            return None
        picture = decoded_image(self._media.source_of(names[0]), public_name(names[0]))
        picture.thumbnail((MAX_PX, MAX_PX))
        stream = io.BytesIO()
        picture.save(stream, "JPEG", quality=_QUALITY)
        return f"data:image/jpeg;base64,{base64.b64encode(stream.getvalue()).decode()}"
