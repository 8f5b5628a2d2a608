"""Python's garbage collector in a process that serves.

Owns when objects that live as long as the process are taken out of its collections. Knows nothing
of what they are.
"""

from __future__ import annotations

import gc


def freeze_gc() -> None:
    """Free what is unreachable now, and leave everything else out of later collections.

    To be called after something large was loaded: without it, every full collection walks through
    the libraries, the model and the catalogue while calls wait. May be called again after the next
    loading.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
