"""Which languages there are: one folder beside this file for each, by its code. There is no other
list.

Imports no language, so that settings and commands may ask at no cost.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

WORDS_FILE = "language.py"
"""What makes a folder a language."""


@cache
def language_codes() -> tuple[str, ...]:
    """Codes of the languages there are, such as `en`, in alphabetical order."""
    return tuple(sorted(path.parent.name for path in Path(__file__).parent.glob(f"*/{WORDS_FILE}")))
