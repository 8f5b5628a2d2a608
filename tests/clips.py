"""A modality that Palate does not come with: moving pictures, as an encoder plug-in would bring it.

A clip is a file of colours, one a frame: `clip: red blue`. What is here is all that such a plug-in
has to write; `install` does what an entry point and a line in the table do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import pytest
from PIL import ImageColor

from encoders.arrays import FloatArray
from encoders.base import MediaEncoder, unit_rows
from encoders.errors import MediaError, ModalityUnsupported
from encoders.modality import MODALITIES, MediaModality
from encoders.source import stream_of

Clip = FloatArray
"""(frames, 3), colours from 0 to 255."""


class VideoError(MediaError):
    """A clip cannot be read."""

    kind: ClassVar[str] = "video"


@runtime_checkable
class VideoEncoder(MediaEncoder, Protocol):
    """Clips to vectors."""

    def encode_clips(self, clips: Sequence[Clip]) -> FloatArray:
        """(N, dim), rows of length 1, in the order given."""


class FakeVideoEncoder:
    """The first colour and the last."""

    name = "fake video"
    dim = 6
    fingerprint = "fake-video-6"
    shares_text_space = False

    def __init__(self) -> None:
        self.seen = 0

    def encode_clips(self, clips: Sequence[Clip]) -> FloatArray:
        self.seen += len(clips)
        if not clips:
            return np.zeros((0, self.dim), dtype=np.float32)
        ends = np.stack([np.concatenate([clip[0], clip[-1]]) for clip in clips])
        return unit_rows(ends / 127.5 - 1.0, name=self.name)

    def encode_texts(self, texts: Sequence[str]) -> FloatArray:
        raise ModalityUnsupported(self.name, "text", "there is no model of both")


@dataclass(frozen=True, slots=True)
class VideoModality(MediaModality):
    """Clips."""

    name: ClassVar[str] = "video"
    noun: ClassVar[str] = "clip"
    plural: ClassVar[str] = "clips"
    protocol: ClassVar[type] = VideoEncoder
    list_field: ClassVar[str] = "videos"

    encoder: VideoEncoder

    def open(self, source: str | Path | bytes, label: str = "") -> Clip:
        stream, label = stream_of(source, label, VideoError, "give a clip")
        content = stream.read_bytes() if isinstance(stream, Path) else stream.read()
        head, _, colours = content.decode(errors="replace").partition(": ")
        if head != "clip" or not colours:
            raise VideoError(label, "is no clip", "give a clip")
        return np.array([ImageColor.getrgb(colour) for colour in colours.split()], np.float32)

    def encode(self, contents: Sequence[Clip]) -> FloatArray:
        return self.encoder.encode_clips(contents)

    def size(self, content: Clip) -> int:
        return content.nbytes

    def blank(self) -> Clip:
        return np.zeros((1, 3), np.float32)


def clip(*colours: str) -> bytes:
    return f"clip: {' '.join(colours)}".encode()


def install(monkeypatch: pytest.MonkeyPatch) -> FakeVideoEncoder:
    """The line in the table, and the entry point of an encoder called `clips`, which is returned."""
    encoder = FakeVideoEncoder()

    class EntryPoint:
        name, value, dist = "clips", "palate_clips:encoder", None

        def load(self) -> Any:
            return lambda argument: encoder

    def entry_points(*, group: str, name: str = "clips") -> list[EntryPoint]:
        return [EntryPoint()] if (group, name) == ("palate.encoders", "clips") else []

    monkeypatch.setitem(MODALITIES, "video", VideoModality)
    monkeypatch.setattr(metadata, "entry_points", entry_points)
    return encoder
