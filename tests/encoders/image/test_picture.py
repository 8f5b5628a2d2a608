"""Pictures as the world sends them: every colour mode, turned, broken, huge, missing."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from encoders.errors import ImageError
from encoders.image.picture import DRAFT_PX, LARGE_PIXELS, to_rgb
from encoders.image.timm_backbone import open_image


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    stream = BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds no pixels to speak of."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


def middle(picture: Image.Image) -> tuple[int, ...]:
    pixel = picture.getpixel((picture.width // 2, picture.height // 2))
    assert isinstance(pixel, tuple)
    return pixel


def test_bytes_and_files_give_the_same_picture(tmp_path: Path, gradient: Image.Image) -> None:
    data = encoded(gradient, "PNG")
    (tmp_path / "a.png").write_bytes(data)
    assert open_image(data).tobytes() == gradient.tobytes()
    assert open_image(tmp_path / "a.png").tobytes() == open_image(str(tmp_path / "a.png")).tobytes()


@pytest.mark.parametrize(
    ("picture", "kind", "colour"),
    [
        (Image.new("RGB", (9, 9), "red"), "PNG", (255, 0, 0)),
        (Image.new("CMYK", (9, 9), (0, 255, 255, 0)), "JPEG", (254, 0, 0)),
        (Image.new("RGB", (9, 9), "red").convert("P"), "PNG", (255, 0, 0)),
        (Image.new("L", (9, 9), 80), "PNG", (80, 80, 80)),
        (Image.new("1", (9, 9), 1), "PNG", (255, 255, 255)),
        (Image.new("RGBA", (9, 9), (255, 0, 0, 255)), "PNG", (255, 0, 0)),
        (Image.new("RGBA", (9, 9), (255, 0, 0, 0)), "PNG", (255, 255, 255)),
        (Image.new("LA", (9, 9), (0, 0)), "PNG", (255, 255, 255)),
        (Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "WEBP", (255, 255, 255)),
        (Image.new("I;16", (9, 9), 32768), "PNG", (127, 127, 127)),
        (Image.new("F", (9, 9), 0.5), "TIFF", (255, 255, 255)),
    ],
    ids=lambda value: value.mode if isinstance(value, Image.Image) else None,
)
def test_every_mode_becomes_rgb_with_transparent_parts_white(
    picture: Image.Image, kind: str, colour: tuple[int, int, int]
) -> None:
    opened = open_image(encoded(picture, kind))
    assert opened.mode == "RGB"
    np.testing.assert_allclose(middle(opened), colour, atol=3)


def test_a_palette_with_transparency_in_bytes_is_read_on_white() -> None:
    picture = Image.new("P", (9, 9), 0)
    picture.putpalette([255, 0, 0, 0, 255, 0])
    assert middle(open_image(encoded(picture, "PNG", transparency=b"\x00\xff"))) == (255, 255, 255)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photograph_comes_out_upright(orientation: int, gradient: Image.Image) -> None:
    stored_as = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = gradient.transpose(stored_as[orientation]) if orientation > 1 else gradient
    assert open_image(encoded(stored, "PNG", exif=exif)).tobytes() == gradient.tobytes()


def test_a_sound_picture_with_damaged_exif_is_read_as_it_lies(gradient: Image.Image) -> None:
    opened = open_image(encoded(gradient, "PNG", exif=b"Exif\x00\x00garbage"))
    assert opened.tobytes() == gradient.tobytes()


def test_a_large_jpeg_is_decoded_small_but_never_below_what_models_see(
    gradient: Image.Image,
) -> None:
    opened = open_image(encoded(gradient.resize((4096, 3072)), "JPEG"))
    assert DRAFT_PX <= min(opened.size) < 1024
    assert abs(opened.width / opened.height - 4 / 3) < 0.01


def test_only_the_first_frame_of_an_animation_is_read() -> None:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert middle(open_image(data)) == (255, 0, 0)


@pytest.mark.parametrize("side", [10_000, 12_000, 60_000])
def test_a_decompression_bomb_is_refused_by_its_header(side: int) -> None:
    with pytest.raises(ImageError, match="is too large"):
        open_image(png_header(side, side))


def test_the_limit_is_inclusive_and_named_in_the_message(gradient: Image.Image) -> None:
    data = encoded(gradient, "PNG")
    assert open_image(data, max_pixels=320 * 240).size == (320, 240)
    with pytest.raises(ImageError, match="320 x 240 pixels; at most 76799 are read"):
        open_image(data, max_pixels=320 * 240 - 1)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[: len(data) // 2], "is broken"),
        (lambda data: b"", "is empty"),
        (lambda data: b"<html>404</html>", "is not a picture in a known format"),
        (lambda data: data[:20], "is not a picture in a known format"),
        (
            lambda data: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
            "is not a picture in a known format",
        ),
    ],
    ids=["cut in half", "empty", "a web page", "only a header", "PostScript"],
)
def test_a_broken_picture_is_an_image_error(
    damage: Callable[[bytes], bytes], message: str, gradient: Image.Image
) -> None:
    with pytest.raises(ImageError, match=message):
        open_image(damage(encoded(gradient, "JPEG")))


def test_a_missing_picture_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"gone\.jpg' does not exist") as caught:
        open_image(tmp_path / "gone.jpg")
    assert caught.value.metadata["image"] == str(tmp_path / "gone.jpg")
    with pytest.raises(ImageError, match="is not a file"):
        open_image(tmp_path)


@pytest.mark.parametrize("path", ["a\x00b.jpg", "x" * 5000])
def test_an_impossible_path_is_an_image_error(path: str) -> None:
    with pytest.raises(ImageError):
        open_image(path)


@pytest.mark.parametrize(
    ("size", "given"),
    [
        ((1_023, 3_000), (1_023, 3_000)),
        ((1_024, 1_024), (512, 512)),
        ((2_500, 2_000), (834, 667)),
        ((4_001, 3_999), (572, 572)),
        ((60_000, 600), (20_000, 200)),
        ((6_000_000, 1), (3_000_000, 1)),
        ((3, 2_000_000), (2, 1_000_000)),
    ],
)
def test_a_picture_of_more_pixels_than_anything_looks_at_is_given_at_a_whole_fraction(
    size: tuple[int, int], given: tuple[int, int]
) -> None:
    with BytesIO() as stream:
        Image.new("RGB", size, (10, 20, 30)).save(stream, "PNG", compress_level=1)
        picture = open_image(stream.getvalue())
    assert picture.size == given
    assert picture.width * picture.height <= LARGE_PIXELS
    assert picture.getextrema() == ((10, 10), (20, 20), (30, 30))


def test_its_pixels_are_the_means_of_those_in_their_place() -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 255, (1_100, 1_400, 3), dtype=np.uint8)
    with BytesIO() as stream:
        Image.fromarray(pixels).save(stream, "PNG", compress_level=1)
        found = np.asarray(open_image(stream.getvalue()), np.float64)
    means = pixels.reshape(550, 2, 700, 2, 3).mean(axis=(1, 3))
    assert np.abs(found - means).max() <= 0.5


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "CMYK", "I;16", "F", "1"])
def test_a_picture_made_band_by_band_is_what_it_would_be_at_once(mode: str) -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 255, (1_300, 1_201, 4), dtype=np.uint8)
    match mode:
        case "I;16":
            picture = Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
        case "F":
            picture = Image.fromarray(pixels[..., 0].astype(np.float32))
        case _:
            picture = Image.fromarray(pixels).convert(mode)
    content = encoded(picture, "TIFF")
    with Image.open(BytesIO(content)) as stored:
        at_once = to_rgb(stored).reduce(2)
    assert open_image(content).tobytes() == at_once.tobytes()


def test_what_decoding_may_take_is_asked_for_by_the_header(gradient: Image.Image) -> None:
    asked: list[int] = []
    open_image(encoded(gradient, "PNG"), reserve=asked.append)
    open_image(encoded(gradient, "WEBP"), reserve=asked.append)
    (png, webp) = asked
    assert webp - png == 14 * gradient.width * gradient.height
    with pytest.raises(ImageError, match="is too large"):
        open_image(png_header(10_000, 10_000), reserve=asked.append)
    assert asked == [png, webp]
