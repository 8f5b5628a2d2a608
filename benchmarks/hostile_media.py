"""What people who want to harm a server send as pictures: files that cannot be read, files that unfold to
as much as is allowed or more, and addresses that lead inside.

Knows nothing of servers.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

LARGE_PX = 8_000
"""A side: 64 million pixels, the most that is decoded."""
KINDS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000")


@dataclass(frozen=True, slots=True)
class HostileFile:
    """One file, and what a server should do with it."""

    about: str
    content: bytes
    is_refused: bool | None
    """It must be; None where it may also be read, such as a picture with one changed bit, or the
    largest that is allowed."""


def files(n: int, seed: int = 0) -> list[HostileFile]:
    """The first `n` of every kind in turns, in random order."""
    rng = np.random.default_rng(seed)
    turns: list[Iterator[HostileFile]] = [
        _cut(rng),
        _changed(rng),
        _others(rng),
        _large(),
        _claims(),
    ]
    found: list[HostileFile] = []
    while turns and len(found) < n:
        for turn in list(turns):
            one = next(turn, None)
            if one is None:
                turns.remove(turn)
            else:
                found.append(one)
    return [found[place] for place in rng.permutation(min(n, len(found)))]


def addresses(port: int) -> list[str]:
    """Of this machine at `port`, in every notation; of private networks, clouds and other schemes."""
    here = [
        "127.0.0.1", "localhost", "localhost.", "LOCALHOST", "127.1", "127.0.1", "0.0.0.0", "0",
        "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.127.127.127",
        "127.0.0.1.", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::127.0.0.1]",
        "[::ffff:7f00:1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]",
        "①②⑦.⓪.⓪.①", "user:word@127.0.0.1", "example.com@127.0.0.1", "%31%32%37.0.0.1", "ip6-localhost",
    ]  # fmt: skip
    inside = [
        "10.0.0.1", "10.255.255.254", "172.16.0.1", "172.31.255.254", "192.168.0.1", "100.64.0.1",
        "169.254.169.254", "[fd00:ec2::254]", "[fe80::1]", "[fc00::1]", "[fec0::1]", "192.0.2.1",
        "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "[ff02::1]", "[2001:db8::1]", "[3fff::1]", "[5f00::1]", "[2001::1]", "0xa9.0xfe.0xa9.0xfe",
        "2852039166", "[::ffff:169.254.169.254]", "[2002:a9fe:a9fe::]", "192.88.99.1", "192.0.0.1",
    ]  # fmt: skip
    paths = [
        "/etc/passwd", "../../etc/passwd", "..\\..\\windows\\win.ini", "/proc/self/environ",
        "/dev/zero", "/dev/stdin", "~/.ssh/id_rsa", "a\x00b.png", "x" * 5_000, "log.db", "./palate.toml",
        "kept:" + "0" * 32,
    ]  # fmt: skip
    other = [
        f"{scheme}://127.0.0.1:{port}/1.png"
        for scheme in ("ftp", "gopher", "dict", "file", "jar", "ws", "ldap", "tftp", "sftp", "smb")
    ]
    inline = [
        "data:,", "data:image/png;base64,", "data:image/png;base64,!!!", "data:text/html,<script>",
        "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>", "data:image/png",
        "javascript:alert(1)", "http://", "https:///1.png", f"http://127.0.0.1:{port}",
        f"http:\\\\127.0.0.1:{port}\\1.png", f"http://127.0.0.1:{port}/\r\nHost: x",
    ]  # fmt: skip
    return [
        *(f"{scheme}://{host}:{port}/1.png" for host in here for scheme in ("http", "HTTP")),
        *(f"http://{host}/latest/meta-data/" for host in inside),
        *paths,
        *other,
        *inline,
    ]


def _encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    with io.BytesIO() as stream:
        picture.save(stream, kind, **options)
        return stream.getvalue()


def _noise(rng: np.random.Generator, px: int = 200) -> Image.Image:
    return Image.fromarray(rng.integers(0, 255, (px, px, 3), dtype=np.uint8))


def _cut(rng: np.random.Generator) -> Iterator[HostileFile]:
    """Whose header is sound. Not GIF and WebP, of which what is there may be a whole frame."""
    for part in (0.1, 0.3, 0.5, 0.7, 0.9, 0.99):
        for kind in ("PNG", "JPEG", "BMP", "TIFF", "AVIF", "JPEG2000"):
            whole = _encoded(_noise(rng), kind)
            yield HostileFile(f"{kind} cut at {part:.0%}", whole[: int(part * len(whole))], None)


def _changed(rng: np.random.Generator) -> Iterator[HostileFile]:
    for n_bytes in (1, 8, 64, 512, 4_096):
        for kind in KINDS:
            content = bytearray(_encoded(_noise(rng), kind))
            for place in rng.integers(2, len(content), n_bytes):
                content[place] ^= int(rng.integers(1, 256))
            yield HostileFile(f"{kind} with {n_bytes} bytes changed", bytes(content), None)


def _others(rng: np.random.Generator) -> Iterator[HostileFile]:
    """No pictures that are read here, whatever they begin with."""
    beginnings = {
        "nothing": b"",
        "web page": b"<html><script>alert(1)</script></html>",
        "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run\n",
        "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
        "MVG": b"push graphic-context\nviewbox 0 0 9 9\nimage over 0,0 0,0 'http://127.0.0.1/'\n",
        "PDF": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n",
        "pickle": b"cos\nsystem\n(S'true'\ntR.",
        "ELF": b"\x7fELF\x02\x01\x01" + bytes(200),
        "ZIP": b"PK\x03\x04" + bytes(200),
        "PNG": b"\x89PNG\r\n\x1a\n",
        "JPEG": b"\xff\xd8\xff\xe0",
        "GIF": b"GIF89a",
        "WEBP": b"RIFF\xff\xff\xff\xffWEBPVP8X",
        "TIFF": b"II*\x00\xff\xff\xff\xff",
        "AVIF": b"\x00\x00\x00\x1cftypavif",
        "JPEG2000": b"\x00\x00\x00\x0cjP  \r\n\x87\n",
    }
    for n_bytes in (0, 1_000, 1_000_000):
        for name, beginning in beginnings.items():
            if beginning or not n_bytes:
                about = f"{name}, and {n_bytes:,} bytes at random"
                yield HostileFile(about, beginning + rng.bytes(n_bytes), True)


def _large() -> Iterator[HostileFile]:
    """As many pixels as are decoded, of little: a few hundred KB each."""
    side = LARGE_PX
    modes: list[tuple[str, str, dict[str, Any]]] = [
        ("RGBA", "PNG", {}),
        ("RGB", "PNG", {}),
        ("L", "PNG", {}),
        ("LA", "PNG", {}),
        ("P", "PNG", {"transparency": b"\x00\x80"}),
        ("1", "PNG", {}),
        ("I;16", "PNG", {}),
        ("RGB", "JPEG", {}),
        ("RGB", "JPEG", {"progressive": True, "subsampling": 0}),
        ("CMYK", "JPEG", {"progressive": True}),
        ("RGB", "WEBP", {"method": 0}),
        ("RGBA", "WEBP", {"method": 0, "lossless": True, "quality": 0}),
        ("P", "GIF", {}),
        ("RGBA", "TIFF", {"compression": "tiff_adobe_deflate"}),
        ("F", "TIFF", {"compression": "tiff_adobe_deflate"}),
        ("RGB", "TIFF", {"compression": "jpeg"}),
        ("RGB", "ICO", {}),
    ]
    for turn in range(3):
        for mode, kind, options in modes:
            # not the same content again, which would not be decoded again
            lightness = 40 + 60 * turn
            picture = Image.new("RGB", (side, side), (lightness,) * 3).convert(
                mode if mode not in ("I;16", "P") else "L"
            )
            if mode == "I;16":
                picture = Image.new("I;16", (side, side), 256 * lightness)
            if mode == "P":
                picture = Image.new("P", (side, side), 1)
                picture.putpalette([0, 0, 0, lightness, 0, 0])
            yield HostileFile(f"{kind}, {mode}, {side}²", _encoded(picture, kind, **options), None)


def _claims() -> Iterator[HostileFile]:
    """Headers with more pixels than are decoded, rows or columns by the million, and texts and
    profiles that unfold."""
    for width, height in (
        (8_001, 8_000),
        (30_000, 30_000),
        (65_535, 65_535),
        (2**31 - 1, 1),
        (1, 2**31 - 1),
        (60_000_000, 1),
        (1, 60_000_000),
        (0, 0),
    ):
        about = f"PNG that says {width} x {height}"
        for filled in (0, 100_000):
            yield HostileFile(f"{about}, {filled:,} bytes", _png(width, height, filled), True)
        yield HostileFile(about.replace("PNG", "BMP"), _bmp(width, height), True)
    for width, height in ((30_000, 30_000), (65_535, 65_535)):
        ppm = b"P6 %d %d 255\n" % (width, height) + bytes(1_000)
        yield HostileFile(f"PPM that says {width} x {height}", ppm, True)
        gif = b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\x00\x00" + bytes(6)
        frame = b"," + struct.pack("<HHHH", 0, 0, width, height) + b"\x00\x08\x00;"
        yield HostileFile(f"GIF that says {width} x {height}", gif + frame, True)
    for name in (b"zTXt", b"iCCP"):
        bomb = b"x\x00\x00" + zlib.compress(bytes(100_000_000), 9)
        content = _png(9, 9, 0, chunk=(name, bomb))
        yield HostileFile(f"PNG whose {name.decode()} unfolds to 100 MB", content, None)


def _png(width: int, height: int, filled: int, chunk: tuple[bytes, bytes] | None = None) -> bytes:
    def part(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    between = part(*chunk) if chunk else b""
    pixels = zlib.compress(bytes(filled))
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", header)
        + between
        + part(b"IDAT", pixels)
        + part(b"IEND", b"")
    )


def _bmp(width: int, height: int) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 1_000, 0, 0, 54) + header + bytes(1_000)
