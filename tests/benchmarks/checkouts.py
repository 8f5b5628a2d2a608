"""Checkouts that are made up, for what reads code as text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def write(checkout: Path, files: Mapping[str, str]) -> Path:
    """The files by their path within the checkout."""
    for name, text in files.items():
        path = checkout / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return checkout
