"""Where an item's pictures are: in the image folder of a catalogue, on the web, or kept by us as they came as bytes.

An image of an item in the log is a path, `kept:<hash>` or a URL, so that everything can be encoded again without
knowing where it came from. A path reads `<image folder>/./<path in it>`: files open under it as it is, and callers see
what comes after the dot only. Knows nothing of what is in a picture, and does not fetch: `indexer.picture_source` does.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Collection
from pathlib import Path
from urllib.parse import unquote_to_bytes

from encoders.errors import ImageError
from indexer.catalog import Item

_KEPT = re.compile(r"kept:([0-9a-f]{32})")
_URL = re.compile(r"https?://", re.IGNORECASE)
_DATA_URI = re.compile(r"data:[^,]*?(;base64)?,", re.IGNORECASE)
_ROOT_ENDS = "/./"


def is_url(image: str) -> bool:
    return _URL.match(image) is not None


def is_inline(image: str) -> bool:
    """Whether it is the picture itself, as a data: URI."""
    return image[:5].lower() == "data:"


def admitted(image: str, image_root: Path | None) -> str:
    """`image` as the log may have it; ImageError for a path that does not lie in `image_root`, links followed."""
    if is_url(image) or _KEPT.fullmatch(image):
        return image
    if image_root is None:
        raise ImageError(image, "cannot be read: no image folder is configured", "send the picture, or give its URL")
    root = image_root.resolve()
    try:
        path = (root / image).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # a NUL, a loop of links, a name that is too long
        raise ImageError(image, f"is no usable path ({error})", "check the path") from None
    if not path.is_relative_to(root):
        raise ImageError(image, "lies outside the image folder", f"only pictures under {root} are read")
    return f"{str(root).rstrip('/')}{_ROOT_ENDS}{path.relative_to(root)}"


def public_name(image: str) -> str:
    """An image of the log as callers see it: of a path the part in its image folder, anything else as it is."""
    if is_url(image) or not image.startswith("/"):
        return image
    _, dot, inside = image.rpartition(_ROOT_ENDS)
    return inside if dot else Path(image).name


def public(item: Item) -> Item:
    """An item of the log as callers see it: without where its pictures lie on our disk."""
    return item.with_pictures([public_name(image) for image in item.pictures]) if item.image else item


def unpacked(data_uri: str, max_bytes: int) -> bytes:
    """The picture in a data: URI; ImageError when it is no such thing, or too large."""
    label = f"{data_uri[:40]}… ({len(data_uri):,} characters)"
    head = _DATA_URI.match(data_uri)
    if head is None:
        raise ImageError(label, "is no data: URI", "give data:image/png;base64,…")
    body = data_uri[head.end() :]
    try:
        picture = base64.b64decode(unquote_to_bytes(body), validate=True) if head[1] else unquote_to_bytes(body)
    except binascii.Error as error:
        raise ImageError(label, f"is not sound base64 ({error})", "encode the picture again") from None
    if len(picture) > max_bytes:
        raise ImageError(label, f"is over {max_bytes:,} bytes", "give a smaller one, or raise images.max_bytes")
    return picture


class PictureFolder:
    """Pictures that came as bytes, each in a file named by its hash."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(self, picture: bytes) -> str:
        """Store the picture, synced, and return what an item calls it. The same picture is stored once."""
        digest = hashlib.blake2b(picture, digest_size=16).hexdigest()
        file = self._file(digest)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            draft = file.with_name(f"{digest}.{os.getpid()}.new")
            with draft.open("wb") as stream:
                stream.write(picture)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(file)
        return f"kept:{digest}"

    def path(self, image: str) -> Path:
        """The file of an image as the log has it, unless it is a URL."""
        if kept := _KEPT.fullmatch(image):
            return self._file(kept[1])
        path = Path(image)
        if not path.is_absolute():
            raise ImageError(image, "is a relative path without its folder", "index the item again")
        return path

    def sweep(self, used: Collection[str]) -> int:
        """Remove the kept pictures that are not among `used` (as items call them); returns how many."""
        unused = [file for file in self._root.glob("??/*") if f"kept:{file.name}" not in used]
        for file in unused:
            file.unlink()
        return len(unused)

    def _file(self, digest: str) -> Path:
        return self._root / digest[:2] / digest
