"""The root of Palate's errors, and those of the encoders.

    PalateError
    ├── PackageMissing              what is asked for needs an extra that is not installed
    └── EncoderError                a model, a picture or a sound stands in the way of a vector
        ├── EncoderUnavailable      the model cannot be loaded: unknown, broken, or not on this machine
        ├── AlignmentError          heads that align two encoders cannot be trained, read, or used with these
        ├── MediaError              a picture or a sound cannot be had
        │   ├── ImageError          the picture is missing, broken or too large
        │   └── AudioError          the sound is missing, broken or nothing that can be heard
        └── ModalityUnsupported     the model has no such space (text by an image-only model)

`indexer.errors` and `service.errors` grow the tree further. Knows nothing of status codes: that
table is in `service.errors`.
"""

from typing import ClassVar


class PalateError(Exception):
    """What went wrong, with which value, and what to do: `str(error)` is fit to be shown to the
    caller.

    `reason` is the machine-readable name (UPPER_SNAKE) that callers may branch on; `metadata` holds
    the values the message names, for programs.
    """

    reason: ClassVar[str] = "INTERNAL"

    def __init__(self, message: str, *, metadata: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.metadata: dict[str, str] = dict(metadata or {})


class PackageMissing(PalateError):
    """What is asked for needs a package that is not installed: which, and the extra that brings it."""

    reason: ClassVar[str] = "PACKAGE_MISSING"

    def __init__(self, what: str, package: str, extra: str) -> None:
        super().__init__(
            f"{what} needs {package}, which is not installed: pip install 'palate[{extra}]'",
            metadata={"package": package, "extra": extra},
        )


class EncoderError(PalateError):
    """Content could not be turned into a vector."""

    reason: ClassVar[str] = "ENCODER_ERROR"


class EncoderUnavailable(EncoderError):
    """A model cannot be loaded: its name, why, and what to do about it."""

    reason: ClassVar[str] = "ENCODER_UNAVAILABLE"

    def __init__(self, name: str, why: str, todo: str) -> None:
        super().__init__(
            f"encoder {name!r} cannot be loaded: {why}; {todo}",
            metadata={"encoder": name, "why": why},
        )


class AlignmentError(EncoderError):
    """An alignment cannot be trained, read, or used with the configured encoders: which, why, and
    what to do."""

    reason: ClassVar[str] = "ALIGNMENT_UNUSABLE"

    def __init__(self, name: str, why: str, todo: str) -> None:
        super().__init__(
            f"alignment {name!r}: {why}; {todo}", metadata={"alignment": name, "why": why}
        )


class MediaError(EncoderError):
    """A picture or a sound cannot be had, whichever it would have been: which one, and why."""

    reason: ClassVar[str] = "MEDIA_UNREADABLE"
    kind: ClassVar[str] = "media"

    def __init__(self, source: str, why: str, todo: str) -> None:
        super().__init__(
            f"{self.kind} {source!r} {why}; {todo}", metadata={self.kind: source, "why": why}
        )
        self.why, self.todo = why, todo


class ImageError(MediaError):
    """A picture cannot be read: which one, and why."""

    reason: ClassVar[str] = "IMAGE_UNREADABLE"
    kind: ClassVar[str] = "image"


class AudioError(MediaError):
    """A sound cannot be read: which one, and why."""

    reason: ClassVar[str] = "AUDIO_UNREADABLE"
    kind: ClassVar[str] = "audio"


class ModalityUnsupported(EncoderError):
    """A model was asked for a modality it has no space for."""

    reason: ClassVar[str] = "MODALITY_UNSUPPORTED"

    def __init__(self, name: str, modality: str, todo: str) -> None:
        super().__init__(
            f"encoder {name!r} cannot encode {modality}; {todo}",
            metadata={"encoder": name, "modality": modality},
        )
