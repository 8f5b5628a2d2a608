"""What an encoder is: content in, unit vectors out.

Owns the protocols that encoders satisfy and the check that its vectors are sound. Knows nothing of
items, stores or any model library; `encoders.registry` is where an encoder is chosen by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from encoders.arrays import FloatArray
from encoders.errors import EncoderError

if TYPE_CHECKING:
    from PIL import Image

    from encoders.audio.sound import Sound
    from encoders.networks.backend import Running
    from encoders.timing import Timing


class Encoder(Protocol):
    """What encoders of all kinds have."""

    @property
    def name(self) -> str:
        """What people call the model, for reports and errors."""

    @property
    def dim(self) -> int:
        """Width of the vectors; known before the weights are loaded."""

    @property
    def fingerprint(self) -> str:
        """Short stable hash of weights and preprocessing: another fingerprint means vectors that do
        not compare."""


@runtime_checkable
class TextEncoder(Encoder, Protocol):
    """Text to vectors. Passages (what is searched) and queries (what one searches with) may be read
    differently."""

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        """(N, dim), rows of length 1, in the order given. An empty text is allowed and gets a
        vector too."""

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """(N, dim), rows of length 1, comparable with passages by dot product."""


class MediaEncoder(Encoder, Protocol):
    """Something that is seen or heard to vectors, and texts into the same space where the model has
    one."""

    @property
    def shares_text_space(self) -> bool:
        """Whether `encode_texts` works, so that words can find pictures or sounds."""

    def encode_texts(self, texts: Sequence[str]) -> FloatArray:
        """(N, dim), rows of length 1, comparable with the others; ModalityUnsupported unless
        `shares_text_space`."""


@runtime_checkable
class ImageEncoder(MediaEncoder, Protocol):
    """Pictures to vectors."""

    def encode_images(self, images: Sequence[Image.Image]) -> FloatArray:
        """(N, dim), rows of length 1, in the order given."""


@runtime_checkable
class AudioEncoder(MediaEncoder, Protocol):
    """Sounds to vectors."""

    def encode_sounds(self, sounds: Sequence[Sound]) -> FloatArray:
        """(N, dim), rows of length 1, in the order given, whatever their lengths and rates. Silence
        gets one too."""


@runtime_checkable
class Measured(Protocol):
    """An encoder that says what runs it and where its time goes. Plug-ins need not."""

    @property
    def running(self) -> Running | None:
        """None until the first content is encoded."""

    @property
    def timing(self) -> Timing:
        """Of all calls so far."""


def runs_on(encoder: object) -> str:
    """What runs the encoder's network, for people; empty before its first use, and where it does
    not say."""
    running = encoder.running if isinstance(encoder, Measured) else None
    return running.label if running else ""


def unit_rows(vectors: NDArray[Any], *, name: str) -> FloatArray:
    """Rows scaled to length 1 as float32; EncoderError when the model gave NaN, infinity or a zero
    row."""
    rows = np.asarray(vectors, dtype=np.float32)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)  # (N, 1)
    if not (np.isfinite(norms).all() and (norms > 0).all()):
        raise EncoderError(
            f"encoder {name!r} gave NaN, infinity or a zero vector; its weights are damaged, install it anew",
            metadata={"encoder": name},
        )
    unit: FloatArray = rows / norms
    return unit
