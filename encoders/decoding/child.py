"""What a child process does that decodes: reads what it is asked, decodes, answers, until its stdin ends.

    a message: length of the head, 4 bytes; the head, JSON; as many bytes as its `bytes` says

Nothing of it is trusted by who asked: the answer is numbers and JSON. Its memory is limited, it writes no
file and leaves no core. Knows nothing of who asks.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from PIL import Image

from encoders.audio.sound import open_sound
from encoders.errors import MediaError
from encoders.image.picture import open_image

MAX_BYTES = 640 << 20
"""Of addresses, beside what the child has before its first work: a picture of 64 million pixels with
transparency is there twice, for a moment."""
MAX_FILES = 64
_ROWS = 1 << 20
"""Bytes of a picture that are written at once, so that it is not there twice."""

Decoded = tuple[Mapping[str, Any], Callable[[], Iterator[bytes]]]
"""A head, and its bytes part by part."""


def main() -> None:
    """Answer until there is nothing more to answer."""
    Image.init()
    _limit()
    asked, answered = sys.stdin.buffer, sys.stdout.buffer
    while (message := read_message(asked)) is not None:
        head, content = message
        try:
            told, parts = _decoded(head, content)
        except MediaError as error:
            told, parts = _refused(error), _nothing
        except MemoryError:
            told, parts = {"error": "needs more memory than there is for it"}, _nothing
        if head["check"] and "error" not in told:
            told, parts = {"bytes": 0}, _nothing
        write_head(answered, told)
        for part in parts():
            answered.write(part)
        answered.flush()


def read_message(stream: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """A head and its bytes; None where the stream ends before they do."""
    length = stream.read(4)
    if len(length) < 4:
        return None
    raw = stream.read(int.from_bytes(length, "big"))
    if len(raw) < int.from_bytes(length, "big"):
        return None
    head: dict[str, Any] = json.loads(raw)
    content = stream.read(head.get("bytes", 0))
    return (head, content) if len(content) == head.get("bytes", 0) else None


def write_head(stream: IO[bytes], head: Mapping[str, Any]) -> None:
    """What `read_message` reads, but for the bytes."""
    raw = json.dumps(head).encode()
    stream.write(len(raw).to_bytes(4, "big") + raw)


def _decoded(head: Mapping[str, Any], content: bytes) -> Decoded:
    source = Path(head["path"]) if head["path"] is not None else content
    if head["kind"] == "audio":
        sound = open_sound(source, label=head["label"])
        samples = sound.samples.astype("<f4").tobytes()
        return {"bytes": len(samples), "rate": sound.rate}, lambda: iter((samples,))
    picture = open_image(source, label=head["label"])
    n_bytes = picture.width * picture.height * 3
    return {"bytes": n_bytes, "size": picture.size}, lambda: _rows(picture)


def _rows(picture: Image.Image) -> Iterator[bytes]:
    step = max(1, _ROWS // (picture.width * 3))
    for top in range(0, picture.height, step):
        box = (0, top, picture.width, min(top + step, picture.height))
        yield picture.crop(box).tobytes()


def _nothing() -> Iterator[bytes]:
    return iter(())


def _refused(error: MediaError) -> dict[str, Any]:
    cause = error.__cause__
    if isinstance(cause, MemoryError):
        return {"error": "needs more memory than there is for it"}
    return {"error": error.why, "todo": error.todo}


def _limit() -> None:
    with open("/proc/self/statm", encoding="ascii") as statm:
        used = int(statm.read().split()[0]) * resource.getpagesize()
    for kind, most in (
        (resource.RLIMIT_AS, used + MAX_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, MAX_FILES),
    ):
        resource.setrlimit(kind, (most, most))
