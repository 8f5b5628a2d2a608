"""What a child process does that decodes: reads what it is asked, decodes, answers, until its stdin ends.

    a message: length of the head, 4 bytes; the head, JSON; as many bytes as its `bytes` says
    asked      {kind, path, label, check, bytes}      what to decode
    answered   {needs}                                bytes of memory that it may take
    asked      {may}                                  how many it may
    answered   {bytes, ...} or {error, todo}          what it is, or why there is nothing

What cannot be decoded by its header is answered at once. Nothing of it is trusted by who asked: the
answers are numbers and JSON. Its memory is limited, of every content to what it was told that it may
take; it writes no file and leaves no core. Knows nothing of who asks.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from PIL import Image

from encoders.audio.sound import MEMORY_BYTES, open_sound
from encoders.errors import MediaError
from encoders.image.picture import open_image

MAX_BYTES = 288 << 20
"""Of addresses, beside what the child has before its first work: a picture of 64 million pixels, and
what is given of it."""
MAX_FILES = 64
_ROWS = 1 << 20
"""Bytes of a picture that are written at once, so that it is not there twice."""
_SMALLER = "give it with fewer pixels, or leave it out"

Parts = Callable[[], Iterator[bytes | memoryview]]
Decoded = tuple[Mapping[str, Any], Parts]
"""A head, and its bytes part by part."""


def main() -> None:
    """Answer until there is nothing more to answer."""
    from PIL import AvifImagePlugin  # whoever asks reads this file, too, and decodes nothing

    Image.init()
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # each takes addresses for a stack and a heap
    memory = Memory(sys.stdin.buffer, sys.stdout.buffer)
    while (message := read_message(sys.stdin.buffer)) is not None:
        _answer(sys.stdout.buffer, *message, memory)
        del message  # it is not there beside the next one


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


class Memory:
    """What this process may take: MAX_BYTES, and of every content what it was told."""

    def __init__(self, asked: IO[bytes], answered: IO[bytes]) -> None:
        self._asked, self._answered = asked, answered
        self._most = _addresses() + MAX_BYTES
        self.is_short = False
        """The content at hand may take more than it was given."""
        for kind, most in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_NOFILE, MAX_FILES),
        ):
            resource.setrlimit(kind, (most, most))
        self.release()

    def reserve(self, n_bytes: int) -> None:
        """Ask for so many, wait, and take no more than was given."""
        write_head(self._answered, {"needs": n_bytes})
        self._answered.flush()
        told = read_message(self._asked)
        if told is None:
            raise SystemExit  # nobody is there who would read an answer
        may = told[0]["may"]
        self.is_short = may < n_bytes
        self._limit(min(_addresses() + may, self._most))

    def release(self) -> None:
        """For the header of the next content, which is not asked for."""
        self.is_short = False
        self._limit(self._most)

    def _limit(self, n_bytes: int) -> None:
        resource.setrlimit(resource.RLIMIT_AS, (n_bytes, self._most))


def _answer(answered: IO[bytes], head: Mapping[str, Any], content: bytes, memory: Memory) -> None:
    try:
        told, parts = _decoded(head, content, memory)
    except (MediaError, MemoryError) as error:
        told, parts = _refused(error, memory), _nothing
    if head["check"] and "error" not in told:
        told, parts = {"bytes": 0}, _nothing
    write_head(answered, told)
    for part in parts():
        answered.write(part)
    answered.flush()
    memory.release()


def _decoded(head: Mapping[str, Any], content: bytes, memory: Memory) -> Decoded:
    source = Path(head["path"]) if head["path"] is not None else content
    if head["kind"] == "audio":
        memory.reserve(MEMORY_BYTES)
        sound = open_sound(source, label=head["label"])
        samples = sound.samples.astype("<f4", copy=False)
        return {"bytes": samples.nbytes, "rate": sound.rate}, lambda: iter((samples.data,))
    picture = open_image(source, label=head["label"], reserve=memory.reserve)
    n_bytes = picture.width * picture.height * 3
    return {"bytes": n_bytes, "size": picture.size}, lambda: _rows(picture)


def _rows(picture: Image.Image) -> Iterator[bytes]:
    step = max(1, _ROWS // (picture.width * 3))
    for top in range(0, picture.height, step):
        box = (0, top, picture.width, min(top + step, picture.height))
        yield picture.crop(box).tobytes()


def _nothing() -> Iterator[bytes]:
    return iter(())


def _refused(error: MediaError | MemoryError, memory: Memory) -> dict[str, Any]:
    if isinstance(error, MemoryError) or isinstance(error.__cause__, MemoryError):
        return {"error": "needs more memory than there is for it", "todo": _SMALLER}
    if memory.is_short:  # some decoders call broken what they had too little memory for
        why = f"{error.why}, or needs more memory than there is for it"
        return {"error": why, "todo": _SMALLER}
    return {"error": error.why, "todo": error.todo}


def _addresses() -> int:
    """Bytes of them that this process has."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()
