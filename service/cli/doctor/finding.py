"""Finding: one line of what `palate doctor` says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it stands, and what to do about it."""

    status: Literal["ok", "warn", "fail"]
    what: str
    found: str
    todo: str = ""
    """Empty when all is well."""
