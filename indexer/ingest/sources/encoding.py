"""Lines of text from bytes whose encoding nobody told.

UTF-8 unless the first megabyte says otherwise. Knows no rows.
"""

from __future__ import annotations

import codecs
import io
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import IO, cast

from charset_normalizer import from_bytes

MAX_LINE_BYTES = 16 * 2**20
_LOOKED_AT = 16 * 1024
_MESS = 0.5
"""Share of oddities that a text may have: cells of a table look odd among words."""
_NO_DIFFERENCE = 0.05
"""Between the coherence of two encodings: which of these it is, is told by the letters."""
_SIGN_IN_WORD = re.compile(r"[^\W\d_][\u00a1-\u00bf\u00d7\u00f7](?=[^\W\d_])")
_ZEROS_IN = 1_000
"""Bytes of which over a quarter are zero in UTF-16."""
_FALLBACK = "cp1252"
_CANDIDATES = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "cp874",
    "koi8_r",
    "shift_jis",
    "euc_jp",
    "gb18030",
    "big5",
    "euc_kr",
]
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its ending."""

    number: int
    """From 1."""
    text: str | None
    """None for a line that is too long to be held."""
    note: str = ""
    """What was not as it should be."""


def encoding_of(head: bytes) -> str:
    """The name of the encoding of a text that begins so.

    >>> encoding_of("naïve".encode()), encoding_of("naïve".encode("utf-16"))
    ('utf-8', 'utf-16')
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if head[:_ZEROS_IN].count(0) * 4 > len(head[:_ZEROS_IN]):
        return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return _guessed(head)
    return "utf-8"


def lines_of(head: bytes, stream: IO[bytes]) -> Iterator[Line]:
    """The lines of a text that begins with `head`, decoded. Bytes that are not of its encoding are
    read as Windows-1252, with a note."""
    encoding = encoding_of(head)
    if encoding.startswith(("utf-16", "utf-32")) or (b"\r" in head and b"\n" not in head):
        yield from _wrapped(stream, encoding)
        return
    number = 0
    while raw := stream.readline(MAX_LINE_BYTES):
        number += 1
        if len(raw) == MAX_LINE_BYTES and not raw.endswith(b"\n"):
            while (raw := stream.readline(MAX_LINE_BYTES)) and not raw.endswith(b"\n"):
                pass
            yield Line(number, None)
            continue
        try:
            yield Line(number, raw.decode(encoding))
        except UnicodeDecodeError as error:
            byte = f"0x{raw[error.start]:02x}"
            note = f"byte {byte} is not {encoding.upper()}, read as Windows-1252"
            yield Line(number, _patched(raw, encoding), note)


def in_utf8(head: bytes, stream: IO[bytes]) -> IO[bytes]:
    """A text that begins with `head` as UTF-8 without a mark, for readers that know nothing else."""
    encoding = encoding_of(head)
    if encoding == "utf-8":
        return stream
    return cast(IO[bytes], io.BufferedReader(_Utf8(stream, encoding)))


class _Utf8(io.RawIOBase):
    """The same text in UTF-8. (`codecs.EncodedFile` hands `readinto` on to the bytes as they are.)"""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ready = b""
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._ready and not self._is_over:
            raw = self._stream.read(len(buffer))
            self._is_over = not raw
            self._ready = self._decoder.decode(raw, final=self._is_over).encode()
        part, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def _patched(raw: bytes, encoding: str) -> str:
    """Decoded, with what cannot be as Windows-1252."""
    text = ""
    while raw:
        try:
            return text + raw.decode(encoding)
        except UnicodeDecodeError as error:
            text += raw[: error.start].decode(encoding)
            text += raw[error.start : error.end].decode(_FALLBACK, "replace")
            raw = raw[error.end :]
    return text


def _wrapped(stream: IO[bytes], encoding: str) -> Iterator[Line]:
    """Where a byte of a line's end does not end a line, or lines end by carriage returns alone."""
    text = io.TextIOWrapper(stream, encoding, errors="replace", newline="")
    number = 0
    while line := text.readline(MAX_LINE_BYTES):
        number += 1
        if len(line) == MAX_LINE_BYTES and not line.endswith(("\n", "\r")):
            while (line := text.readline(MAX_LINE_BYTES)) and not line.endswith(("\n", "\r")):
                pass
            yield Line(number, None)
        else:
            yield Line(number, line.removeprefix("\ufeff"))


def _guessed(head: bytes) -> str:
    """Of what is not UTF-8, from the lines that are not plain ASCII. Where most lines are UTF-8, the
    text is, and the others were damaged."""
    odd = [line for line in head.split(b"\n")[:-1] or [head] if not line.isascii()]
    if 2 * sum(map(_is_utf8, odd)) > len(odd):
        return "utf-8"
    sample = b"\n".join(odd[: bisect_left(list(accumulate(map(len, odd))), _LOOKED_AT) + 1])
    found = list(from_bytes(sample, cp_isolation=_CANDIDATES, threshold=_MESS))
    if not found:
        return _FALLBACK
    best = found[0]
    alike = [
        name
        for one in found
        for name in one.could_be_from_charset
        if one.chaos == best.chaos and one.coherence >= best.coherence - _NO_DIFFERENCE
    ]
    return min(alike, key=lambda name: (_signs_in_words(sample, name), name != _FALLBACK))


def _signs_in_words(sample: bytes, encoding: str) -> int:
    """How often a sign stands where a letter should: "d³ugim" is no word in the wrong encoding."""
    return len(_SIGN_IN_WORD.findall(sample.decode(encoding, "replace")))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
