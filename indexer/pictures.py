"""Where an item's picture is: in the image folder of a catalogue, or kept by us because it came over the wire.

`Item.image` in the log is an absolute path, `kept:<hash>` or a URL, so that everything can be encoded again without
knowing where it came from. Knows nothing of what is in a picture.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection
from pathlib import Path

from encoders.errors import ImageError

_KEPT = re.compile(r"kept:([0-9a-f]{32})")
_URL = re.compile(r"https?://", re.IGNORECASE)


def is_url(image: str) -> bool:
    return _URL.match(image) is not None


def admitted(image: str, image_root: Path | None) -> str:
    """`image` as the log may have it; ImageError for a path that does not lie in `image_root`, links followed."""
    if is_url(image) or _KEPT.fullmatch(image):
        return image
    if image_root is None:
        raise ImageError(image, "cannot be read: no image folder is configured", "configure one, or send the picture")
    root = image_root.resolve()
    try:
        path = (root / image).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # a NUL, a loop of links, a name that is too long
        raise ImageError(image, f"is no usable path ({error})", "check the path") from None
    if not path.is_relative_to(root):
        raise ImageError(image, "lies outside the image folder", f"only pictures under {root} are read")
    return str(path)


class PictureFolder:
    """Pictures that came as bytes, each in a file named by its hash."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(self, picture: bytes) -> str:
        """Store the picture, synced, and return what `Item.image` calls it. The same picture is stored once."""
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
        """The file of an image as the log has it; ImageError for one that is not in a file."""
        if kept := _KEPT.fullmatch(image):
            return self._file(kept[1])
        if is_url(image):
            raise ImageError(image, "is on the web, and pictures are not fetched", "download it, or send its bytes")
        path = Path(image)
        if not path.is_absolute():
            raise ImageError(image, "is a relative path without its folder", "index the item again")
        return path

    def sweep(self, used: Collection[str]) -> int:
        """Remove the kept pictures that are not among `used` (as `Item.image` calls them); returns how many."""
        unused = [file for file in self._root.glob("??/*") if f"kept:{file.name}" not in used]
        for file in unused:
            file.unlink()
        return len(unused)

    def _file(self, digest: str) -> Path:
        return self._root / digest[:2] / digest
