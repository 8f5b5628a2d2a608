"""In what condition an embedded store is, before this process opens it.

Where it was closed and its files are as they were then, it is sound. Where that is not known, or not
so, a child process opens it first. Knows nothing of mending.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from indexer.errors import Damaged
from indexer.stores.edge.probe import probe
from indexer.stores.edge.sums import changed_files, suspect_files

_SHOWN = 3
_USERS = "users/"
"""Of people, in stores of before all that is known of them was in the log: it goes."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What is wrong with a store."""

    broken: str = ""
    """Why it cannot be opened; empty where it can."""
    changed: list[str] = field(default_factory=list)
    """Files that are not as they were when it was closed."""

    @property
    def sound(self) -> bool:
        return not (self.broken or self.changed)


def condition_of(folder: Path, *, unclean: bool = False) -> Condition:
    """Of the store in a folder that no process has open; `unclean` says that its last owner did not
    close it."""
    if not (folder / "items").is_dir():
        return Condition(broken="the items are not there")
    changed = changed_files(folder)
    if changed == [] and not unclean:
        return Condition()
    return Condition(probe(folder), [name for name in changed or () if not name.startswith(_USERS)])


def damaged(folder: Path, why: str) -> Damaged:
    todo = "the next start makes it anew from the log, as `palate rebuild` does"
    return Damaged(folder, why, todo)


def told_suspect(folder: Path) -> str:
    """What is to be said of a store that serves, and of which some files were found changed; empty
    where none were."""
    names = suspect_files(folder)
    if not names:
        return ""
    return f"vectors may be damaged: {told_changed(names)}; `palate rebuild` makes them anew"


def told_changed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    verb = "is" if len(names) == 1 else "are"
    return f"{', '.join(names[:_SHOWN])}{more} {verb} not as when the store was closed"
