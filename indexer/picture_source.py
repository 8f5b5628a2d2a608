"""PictureSource: from what an item calls its picture to the picture, fetched and decoded ahead of the encoder.

Owns how much is fetched and decoded at once. Knows nothing of items, rows and vectors.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from threading import Semaphore

from PIL import Image

from encoders.errors import ImageError
from encoders.picture import open_image
from indexer.download import Downloader
from indexer.pictures import PictureFolder, admitted, is_inline, is_url, public_name, unpacked

THREADS = 8
DECODING = max(2, (os.cpu_count() or 1) // 4)
"""Pictures that are decoded at once, for which a core does what four do in the network: one of 64 million pixels takes
192 MB."""
AHEAD = 16
"""Pictures that are there and wait for the encoder."""

Loaded = Image.Image | ImageError
"""A picture, or why there is none."""


class PictureSource:
    """Pictures in folders, kept by us, and on the web. Safe to share between threads."""

    def __init__(self, kept: PictureFolder, downloader: Downloader) -> None:
        self.kept = kept
        self._downloader = downloader
        self._decoding = Semaphore(DECODING)

    def admit(self, image: str, image_root: Path | None) -> str:
        """`image` as the log may have it, kept if it is the picture itself; ImageError when it cannot be had so."""
        if is_inline(image):
            return self.kept.keep(unpacked(image, self._downloader.limits.max_bytes))
        return admitted(image, image_root)

    @contextmanager
    def loading(self, images: Sequence[str]) -> Iterator[Iterator[Loaded]]:
        """Images of the log, in their order. Fetching begins now, and stays at most `AHEAD` ahead of who takes them."""
        rest = iter(images)
        with ThreadPoolExecutor(THREADS, thread_name_prefix="pictures") as pool:
            waiting: deque[Future[Loaded]] = deque(pool.submit(self._load, image) for image in islice(rest, AHEAD))

            def in_order() -> Iterator[Loaded]:
                while waiting:
                    loaded = waiting.popleft().result()
                    waiting.extend(pool.submit(self._load, image) for image in islice(rest, 1))
                    yield loaded

            try:
                yield in_order()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _load(self, image: str) -> Loaded:
        try:
            source: Path | bytes = self._downloader.fetch(image) if is_url(image) else self.kept.path(image)
            with self._decoding:
                return open_image(source, label=public_name(image))
        except ImageError as error:
            return error
