"""Markdown tables, and the pages they are kept on. Knows nothing of what is measured."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]], align: str = "---:") -> str:
    """A table, first column to the left, figures to the right; with `align` of ":---", words to the
    left too.

    >>> print(markdown(["load", "calls/s"], [["paced", "150"]]))
    | load | calls/s |
    |:---|---:|
    | paced | 150 |
    """
    rule = "|".join([":---", *[align] * (len(header) - 1)])
    return "\n".join([_row(header), f"|{rule}|", *map(_row, rows)])


def replace_section(page: Path, name: str, text: str) -> None:
    """Put the text between the page's markers `<!-- name:begin -->` and `<!-- name:end -->`; at its
    end, with the markers, where it has none yet."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    section = f"{begin}\n{text}\n{end}"
    before = page.read_text(encoding="utf-8") if page.is_file() else ""
    after, found = re.subn(
        f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: section, before, flags=re.DOTALL
    )
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(
        after if found else f"{before.rstrip()}\n\n{section}\n".lstrip(), encoding="utf-8"
    )


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
