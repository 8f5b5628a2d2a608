"""Encoders of tenants: each is loaded once, whoever of them uses it.

Encoders keep nothing of what they encode, so that tenants may share them. Knows nothing of stores.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

from encoders.base import TextEncoder
from encoders.modality import MediaModality, Modalities, by_name, media_types
from encoders.networks.backend import NetworkBackend
from encoders.registry import load_modality, load_text_encoder


class SharedEncoders:
    """By their lines in the settings, as many as were asked for. For several threads."""

    def __init__(self, backend: NetworkBackend) -> None:
        self._backend = backend
        self._turn = threading.Lock()
        self._texts: dict[str, TextEncoder] = {}
        self._media: dict[tuple[str, str], MediaModality | None] = {}

    def of(self, names: Mapping[str, str]) -> tuple[TextEncoder, Modalities]:
        """The encoders of these lines, by modality. EncoderUnavailable where there is none of one."""
        with self._turn:
            media = [self._modality(name, names[name]) for name in media_types() if name in names]
            return self._text(names["text"]), by_name([one for one in media if one is not None])

    def warm_up(self, names: Mapping[str, str]) -> None:
        """Their first batch takes a second, which no caller should wait for."""
        text, modalities = self.of(names)
        text.encode_queries([""])
        for modality in modalities.values():
            modality.encode([modality.blank()])

    def _text(self, line: str) -> TextEncoder:
        if line not in self._texts:
            self._texts[line] = load_text_encoder(line, self._backend)
        return self._texts[line]

    def _modality(self, name: str, line: str) -> MediaModality | None:
        if (name, line) not in self._media:
            self._media[name, line] = load_modality(name, line, self._backend)
        return self._media[name, line]
