"""Which languages there are: one folder for each, named by its code, on the path of this package.

There is no other list. This module imports no language, so that settings and commands may ask at no
cost.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

WORDS_FILE = "language.py"
"""What makes a folder a language."""


@cache
def language_codes() -> tuple[str, ...]:
    """Codes of the languages there are, such as `en`, in alphabetical order."""
    package = sys.modules[__package__]
    files = (file for folder in package.__path__ for file in Path(folder).glob(f"*/{WORDS_FILE}"))
    return tuple(sorted({file.parent.name for file in files}))
