"""What a search found, as a settings file: comments that say what it is worth, and a [ranker]
section.

Knows no search and no command.
"""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

from service.operations.tuning import Tuning
from service.ranker.config import RankerConfig


def tuned_toml(tuning: Tuning, *, data: str, seed: int) -> str:
    """The best configuration, for `service.config.load_settings` to read. `data` says what it was
    found on."""
    best = tuning.best.config
    found = f"{tuning.metric} {tuning.best.value:.5f}"
    before = f"with the {tuning.before} {tuning.first.value:.5f}"
    lines = [
        f"# palate tune: {found}, {before}",
        f"# {len(tuning.trials)} trials, seed {seed}; {data}",
        "# All trials were measured on the same held-out events, and the best of many is partly the"
        " luckiest.",
        "# A file of settings is read as a whole: move this section into the palate.toml there is,"
        " if there is one.",
        "",
        "[ranker]",
        *(f"{name} = {getattr(best, name)!r}" for name in _written(best, tuning.names)),
    ]
    return "\n".join(lines) + "\n"


def write_whole(path: Path, text: str) -> None:
    """All of it or nothing, whatever happens; a file that is there is replaced."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)


def _written(config: RankerConfig, searched: tuple[str, ...]) -> list[str]:
    """What was searched, even where the default won, and what was set before."""
    names = [field.name for field in fields(RankerConfig)]
    return [
        name
        for name in names
        if name in searched or getattr(config, name) != getattr(RankerConfig(), name)
    ]
