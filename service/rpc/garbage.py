"""What the garbage collector walks through while calls wait: not the libraries, nor what was loaded
to stay."""

from __future__ import annotations

import gc


def leave_alone_what_stays() -> None:
    """After loading something: free what nobody holds any more, and spare the rest from every later
    full collection."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
