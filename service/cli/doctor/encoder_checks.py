"""What `palate doctor` says of encoders: those in use, with their speed here, and the plug-ins that
are installed.

Loads the encoders as a server would, and measures for about a second each, after a first call that
is not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np
from PIL import Image

from encoders.audio.sound import Sound
from encoders.base import TextEncoder, runs_on
from encoders.errors import PalateError
from encoders.modality import (
    MODALITIES,
    NO_ENCODER,
    MediaModality,
    Modalities,
    Modality,
    TextModality,
    media_types,
)
from encoders.plugins import PlugIn, plug_ins
from encoders.registry import ENCODERS, load_modalities, load_text_encoder
from service.cli.doctor.finding import Finding
from service.config import EncoderSettings, Settings

MEASURED_S = 0.8
SAMPLES, AT_ONCE = 32, 8
POSTER_PX = (300, 450)
PREVIEW_S, PREVIEW_HZ = 30, 44_100
_WORDS = (
    "a young woman returns to the town where her brother was lost "
    "and finds that nobody there wants to remember him"
)


@dataclass(frozen=True, slots=True)
class Encoders:
    """The encoders that are configured, as far as they can be loaded."""

    settings: EncoderSettings
    text: TextEncoder | None
    modalities: Modalities
    failures: Mapping[str, PalateError]
    """Why there is none, by modality."""

    @classmethod
    def load(cls, settings: Settings) -> Encoders:
        """As a server would, but the folder of converted networks is not made for this: to look
        changes nothing."""
        backend = settings.encoder_backend
        if backend.cache is not None and not backend.cache.is_dir():
            backend = replace(backend, cache=None)
        names = settings.encoder_names
        failures: dict[str, PalateError] = {}
        text: TextEncoder | None = None
        try:
            text = load_text_encoder(names["text"], backend)
        except PalateError as error:
            failures["text"] = error
        loaded: dict[str, MediaModality] = {}
        for name in media_types():
            try:
                loaded |= load_modalities({name: names.get(name, NO_ENCODER)}, backend)
            except PalateError as error:
                failures[name] = error
        return cls(settings.encoders, text, loaded, failures)

    def findings(self) -> Iterator[Finding]:
        for kind, error in self.failures.items():
            yield Finding(
                "fail", f"{kind} encoder", str(error), f"correct encoders.{kind} in the settings"
            )
        if self.text is not None:
            yield _looked_at(TextModality(self.text), self.settings, _texts())
        for name, modality in self.modalities.items():
            samples = _SAMPLES[name]() if name in _SAMPLES else [modality.blank()] * SAMPLES
            yield _looked_at(modality, self.settings, samples)
        if not self.modalities and not media_types().keys() & self.failures.keys():
            yield Finding("ok", "image encoder", "none: pictures and sounds are not looked at")


def plugged_in() -> Iterator[Finding]:
    """One line for each plug-in that is installed."""
    for plug_in in plug_ins():
        what = f"plug-in {plug_in.name}"
        found = f"{plug_in.value} of {plug_in.distribution or 'an unknown package'}"
        if plug_in.error:
            todo = "install what it needs, or uninstall its package"
            yield Finding("warn", what, f"{found} cannot be imported: {plug_in.error}", todo)
        elif _is_hidden(plug_in):
            yield Finding(
                "warn",
                what,
                f"{found} is never used: Palate has an encoder of this name",
                "rename it",
            )
        else:
            yield Finding("ok", what, found)


def _is_hidden(plug_in: PlugIn) -> bool:
    return all(plug_in.name in ENCODERS.get(name, {}) for name in MODALITIES)


def _looked_at(modality: Modality, settings: EncoderSettings, samples: Sequence[Any]) -> Finding:
    encoder, name = modality.encoder, modality.name
    what, line = f"{name} encoder", settings.names[name]
    known = f"{line}: {encoder.name}, {encoder.dim} wide, fingerprint {encoder.fingerprint}"
    try:
        rate = _per_second(modality.encode, samples)
    except PalateError as error:
        return Finding(
            "fail", what, f"{known}; {error}", f"correct encoders.{name} in the settings"
        )
    how = f" on {where}" if (where := runs_on(encoder)) else ""
    unit = _UNITS.get(name, modality.plural)
    return Finding("ok", what, f"{known}, {rate:,.0f} {unit}/s here{how}")


def _per_second(encode: Callable[[Sequence[Any]], object], samples: Sequence[Any]) -> float:
    encode(samples[:1])  # loads what is loaded at the first use
    done, started = 0, perf_counter()
    while done < len(samples) and perf_counter() - started < MEASURED_S:
        encode(samples[done : done + AT_ONCE])
        done += AT_ONCE
    return done / (perf_counter() - started)


def _texts() -> list[str]:
    """As long as a title with a short description: 20 to 60 words."""
    words = _WORDS.split()
    return [
        " ".join((words[n % 7 :] + words * 3)[: 20 + 40 * n // SAMPLES]) for n in range(SAMPLES)
    ]


def _pictures() -> list[Image.Image]:
    ramp = Image.linear_gradient("L").resize(POSTER_PX)
    return [
        Image.merge("RGB", (ramp, ramp.rotate(180), Image.new("L", POSTER_PX, 8 * n)))
        for n in range(SAMPLES)
    ]


def _sounds() -> list[Sound]:
    """As long as the preview of a song."""
    noise = np.random.default_rng(0).uniform(-1, 1, PREVIEW_S * PREVIEW_HZ).astype(np.float32)
    return [Sound(np.roll(noise, n), PREVIEW_HZ) for n in range(SAMPLES)]


_SAMPLES: Mapping[str, Callable[[], Sequence[Any]]] = {"image": _pictures, "audio": _sounds}
"""By modality; where there are none, an encoder is given blank content."""
_UNITS = {"image": "images", "audio": f"sounds of {PREVIEW_S} s"}
