"""Python's garbage collector in a process that starts, and in one that serves.

Owns how often it looks while objects are made that stay, and when objects that live as long as the
process are taken out of its collections. Knows nothing of what they are.
"""

from __future__ import annotations

import gc

USUAL = gc.get_threshold()
YOUNG = 100_000
"""New objects after which a process that starts is looked through."""


def collect_rarely() -> None:
    """To be called when a process begins: what it imports and loads stays, and looking through it
    again and again takes a tenth of the start."""
    gc.set_threshold(YOUNG, *USUAL[1:])


def freeze_gc() -> None:
    """Free what is unreachable now, leave everything else out of later collections, and collect as
    often as usual from here on.

    To be called after something large was loaded: without it, every full collection walks through
    the libraries, the model and the catalogue while calls wait. May be called again after the next
    loading.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*USUAL)
