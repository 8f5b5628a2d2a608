"""What is said of a row that was not used, or not all of it, wherever the row came from.

Knows nothing of what the fields mean.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowError:
    """One row that was not used, or not all of it, and why."""

    line: int
    """The line in the file, from 1; for a row that came in a request, its position from 1."""
    item_id: str | None
    """The row's item_id, if it had a readable one."""
    reason: str
