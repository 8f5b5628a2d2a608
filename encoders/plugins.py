"""Encoders that a host adds: the entry points of the group `palate.encoders`.

An entry point `mine` makes `mine` and `mine:<argument>` encoder specs; it is called with the
argument (empty without one) and gives an encoder of some modality. `encoders.contract` is
the test an encoder should pass. Knows nothing of the encoders that come with Palate.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata

from encoders.errors import EncoderUnavailable

ENTRY_POINT_GROUP = "palate.encoders"


@dataclass(frozen=True, slots=True)
class PlugIn:
    """An entry point that is installed."""

    name: str
    value: str
    """Where its factory is, `module:name`."""
    distribution: str
    """Package and version it came with."""
    error: str = ""
    """Why it cannot be imported; empty when it can."""


def load_plug_in(name: str, argument: str) -> object | None:
    """What the entry point gives, None when there is none of the name; EncoderUnavailable when it
    fails."""
    found = list(metadata.entry_points(group=ENTRY_POINT_GROUP, name=name))
    values = sorted({entry_point.value for entry_point in found})
    if len(values) > 1:
        why = f"several plug-ins have this name: {' and '.join(values)}"
        raise EncoderUnavailable(name, why, "uninstall all but one")
    for entry_point in found:
        try:
            encoder: object = entry_point.load()(argument)
        except EncoderUnavailable:
            raise
        except Exception as error:  # a plug-in is foreign code
            todo = f"check the plug-in {entry_point.value!r}"
            raise EncoderUnavailable(name, f"{type(error).__name__}: {error}", todo) from error
        return encoder
    return None


def plug_ins() -> list[PlugIn]:
    """All that are installed, by name. Imports each, and makes no encoder."""
    found = metadata.entry_points(group=ENTRY_POINT_GROUP)
    return sorted(
        (_looked_at(entry_point) for entry_point in found), key=lambda plug_in: plug_in.name
    )


def _looked_at(entry_point: metadata.EntryPoint) -> PlugIn:
    package = entry_point.dist
    distribution = "" if package is None else f"{package.name} {package.version}"
    try:
        entry_point.load()
    except Exception as error:  # a plug-in is foreign code
        return PlugIn(
            entry_point.name, entry_point.value, distribution, f"{type(error).__name__}: {error}"
        )
    return PlugIn(entry_point.name, entry_point.value, distribution)
