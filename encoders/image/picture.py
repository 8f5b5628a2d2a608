"""Reading a picture from a file or from bytes, whatever its content.

Owns decoding, its limits, orientation and colour. Knows nothing of models: what comes out is an
upright RGB image.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from encoders.errors import ImageError
from encoders.source import stream_of

MAX_PIXELS = 64_000_000
"""8,000 x 8,000: what a picture may unfold to, however small its file is (192 MB as RGB)."""
DRAFT_PX = 512
"""Large JPEGs are decoded at a fraction of their size, never below this: faster, and models look at
less anyway."""

LARGE_PIXELS = 4_000_000
"""A picture of more, whatever its format, is given at a whole fraction of its size that has no more: two
dozen pictures wait for an encoder that looks at a twentieth of it."""

# Formats that decode in-process. Not EPS, which Pillow hands to Ghostscript, nor the exotic and the
# unmaintained.
_FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000", "PPM", "ICO")
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
) -> Image.Image:
    """The picture, decoded, upright, RGB; ImageError when it is missing, broken or unfolds to over
    `max_pixels`.

    `label` is what errors call it; without one, its path, or its size.
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
            picture.draft("RGB", (draft_px, draft_px))
            picture.load()
            return _of_use(to_rgb(_upright(picture)))
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


def to_rgb(picture: Image.Image) -> Image.Image:
    """RGB whatever the mode: transparent parts on white, 16-bit and float greys scaled into range."""
    if "A" in picture.mode or "a" in picture.mode or "transparency" in picture.info:
        rgba = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        white = Image.new("RGB", rgba.size, (255, 255, 255))
        white.paste(rgba, mask=rgba.getchannel("A"))
        return white
    if picture.mode.startswith(
        ("I", "F")
    ):  # Pillow would clip these: a 16-bit photograph would come out all white
        grey = np.asarray(picture, dtype=np.float32)
        top = 65535.0 if picture.mode.startswith("I") else max(float(grey.max()), 1e-9)
        return Image.fromarray(np.clip(grey / top * 255.0, 0, 255).astype(np.uint8)).convert("RGB")
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _of_use(picture: Image.Image) -> Image.Image:
    """Every pixel the mean of those in its place, where there are more than anything looks at."""
    width, height = picture.size
    fraction = math.ceil(math.sqrt(width * height / LARGE_PIXELS))
    if math.ceil(width / fraction) * math.ceil(height / fraction) > LARGE_PIXELS:
        fraction += 1  # sides are rounded up
    return picture.reduce(min(fraction, width, height)) if fraction > 1 else picture


def _upright(picture: Image.Image) -> Image.Image:
    try:
        turn = _UPRIGHT.get(picture.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:  # damaged EXIF in a sound picture: it is read as it lies
        turn = None
    return picture if turn is None else picture.transpose(turn)
