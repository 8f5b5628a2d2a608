"""Reading a picture from a file or from bytes, whatever its content.

Owns decoding, its limits, orientation and colour. Knows nothing of models: what comes out is an
upright RGB image.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
from PIL import Image, UnidentifiedImageError

from encoders.errors import ImageError
from encoders.source import stream_of

MAX_PIXELS = 64_000_000
"""8,000 x 8,000: what a picture may unfold to, however small its file is (192 MB as RGB)."""
DRAFT_PX = 512
"""Large pictures are given at a whole fraction of their size, whose sides are never below this, and JPEGs
are decoded at one: models look at less anyway, and a few dozen wait for them."""

LARGE_PIXELS = 4_000_000
"""Of a picture as it is given at most, however thin it is."""
_BAND_PIXELS = 1 << 20
"""Of a decoded picture, made RGB at once: it is there once, and as it is given."""
_ROOM_BYTES = 32 << 20
"""Of any picture: the picture as it is given, a band of it, and what decoders take whatever its size."""

# Formats that decode in-process. Not EPS, which Pillow hands to Ghostscript, nor the exotic and the
# unmaintained. With the bytes that a pixel takes at most while it is decoded, as measured: a picture
# of Pillow's, 4, and what its decoder holds beside it, such as the coefficients of a progressive JPEG.
_FORMATS = {
    "JPEG": 10,
    "MPO": 10,
    "PNG": 4,
    "WEBP": 18,
    "GIF": 5,
    "BMP": 4,
    "TIFF": 14,
    "AVIF": 16,
    "JPEG2000": 26,
    "PPM": 4,
    "ICO": 5,
}
_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_TODO = "give a JPEG, PNG, WebP, GIF, BMP or TIFF picture"


def open_image(
    source: str | Path | bytes,
    *,
    label: str = "",
    max_pixels: int = MAX_PIXELS,
    draft_px: int = DRAFT_PX,
    reserve: Callable[[int], None] = lambda n_bytes: None,
) -> Image.Image:
    """The picture, decoded, upright, RGB; ImageError when it is missing, broken or unfolds to over
    `max_pixels`.

    `label` is what errors call it; without one, its path, or its size. `reserve` is told how many
    bytes decoding may take, once the header is read.
    """
    stream, label = stream_of(source, label, ImageError, _TODO)
    Image.init()
    try:
        with Image.open(
            stream, formats=[name for name in _FORMATS if name in Image.OPEN]
        ) as picture:
            width, height = picture.size  # from the header; nothing is decoded yet
            if width * height > max_pixels:
                raise ImageError(
                    label,
                    f"is too large: {width} x {height} pixels",
                    f"at most {max_pixels} are read",
                )
            reserve(_ROOM_BYTES + width * height * _FORMATS[picture.format or ""])
            picture.draft("RGB", (draft_px, draft_px))
            picture.load()
            return _upright(_of_use(picture, draft_px), picture)
    except ImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(
            label, f"is too large: {error}", f"at most {max_pixels} pixels are read"
        ) from error
    except UnidentifiedImageError as error:
        raise ImageError(label, "is not a picture in a known format", _TODO) from error
    except Exception as error:  # decoders raise anything on bad bytes: OSError, SyntaxError, struct.error, KeyError…
        raise ImageError(label, f"is broken: {error}", _TODO) from error


def to_rgb(picture: Image.Image, white: float | None = None) -> Image.Image:
    """RGB whatever the mode: transparent parts on white, 16-bit and float greys scaled into range, in
    which `white` is the lightest; without one, the lightest of floats is."""
    if "A" in picture.mode or "a" in picture.mode or "transparency" in picture.info:
        rgba = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        page = Image.new("RGB", rgba.size, (255, 255, 255))
        page.paste(rgba, mask=rgba.getchannel("A"))
        return page
    if _is_deep_grey(picture):  # Pillow would clip it: a 16-bit photograph would come out all white
        grey = np.asarray(picture, dtype=np.float32)
        white = _white(picture) if white is None else white
        return Image.fromarray(np.clip(grey / white * 255.0, 0, 255).astype(np.uint8)).convert(
            "RGB"
        )
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _is_deep_grey(picture: Image.Image) -> bool:
    return picture.mode.startswith(("I", "F"))


def _white(picture: Image.Image) -> float:
    if picture.mode.startswith("I"):
        return 65535.0
    _, lightest = cast("tuple[float, float]", picture.getextrema())
    return max(lightest, 1e-9)


def _of_use(picture: Image.Image, draft_px: int) -> Image.Image:
    """RGB, every pixel the mean of those in its place where there are more than anything looks at.
    Band by band: a second picture of the same size would be half of the memory."""
    width, height = picture.size
    across, down = _fraction(width, height, draft_px)
    if picture.mode == "RGB" and (across, down) == (1, 1):
        return picture
    white = _white(picture) if _is_deep_grey(picture) else None
    given = Image.new("RGB", (math.ceil(width / across), math.ceil(height / down)))
    step = down * max(1, _BAND_PIXELS // (width * down))  # every band but the last is whole
    for top in range(0, height, step):
        band = picture.crop((0, top, width, min(top + step, height)))
        given.paste(to_rgb(band, white).reduce((across, down)), (0, top // down))
    return given


def _fraction(width: int, height: int, draft_px: int) -> tuple[int, int]:
    """How many pixels become one, across and down: as many both ways, but for pictures that are
    thinner than that.

    >>> _fraction(1_000, 9_000, 512), _fraction(2_000, 1_600, 512), _fraction(60_000_000, 1, 512)
    ((2, 2), (3, 3), (15, 1))
    """
    thin, long = sorted((width, height))
    n = max(thin // draft_px, math.ceil(math.sqrt(width * height / LARGE_PIXELS)), 1)
    if math.ceil(width / n) * math.ceil(height / n) > LARGE_PIXELS:
        n += 1  # sides are rounded up
    if n <= thin:
        return n, n
    along = max(n, math.ceil(long / LARGE_PIXELS))
    return (along, height) if width > height else (width, along)


def _upright(given: Image.Image, picture: Image.Image) -> Image.Image:
    """What is given of a picture, as that says it is to be turned."""
    try:
        turn = _UPRIGHT.get(picture.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:  # damaged EXIF in a sound picture: it is read as it lies
        turn = None
    return given if turn is None else given.transpose(turn)
