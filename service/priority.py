"""Who gives way to whom where threads want the same core.

The event loop is one thread of the process. Where the threads that work take as much of a core as
it does, it cannot even refuse in time: calls wait for it unseen until their deadlines have passed.
At three times the sustainable load, a tenth of the answers came in time before the threads gave
way, and all that one core can give since (`python -m benchmarks.overload`).

Knows nothing of the work itself, nor of queues and pools.
"""

from __future__ import annotations

import os
import sys
import threading

ANSWERS, BULK, TRAINING, SCRUBBING = 5, 10, 15, 19
"""Niceness of the threads that answer, that index, that train, and that scrub. The event loop has 0."""


def give_way(niceness: int) -> None:
    """The calling thread, and threads that it starts, take a core after those of less niceness. Does
    nothing but on Linux, where a thread can have a priority of its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)
