"""How many cores the arithmetic of a thread may take.

Answers run beside each other, so each takes one core. Left alone, the libraries split every product
over all cores and wait for one another busily: on two cores a recommendation took two to seven
times the processor time, the more the busier the machine. Indexing and training take half of the
cores, so that answers find one.

Knows nothing of the work itself, nor of queues and pools.
"""

from __future__ import annotations

import os
import sys

from threadpoolctl import threadpool_limits

from encoders.networks.network import use_cores


def one_core() -> None:
    """Limit the calling thread to one core: for a thread that answers."""
    _limit(1)


def half_the_cores() -> None:
    """Limit the calling thread to half of the cores: for a thread that encodes or trains."""
    all_cores = os.cpu_count() or 1
    _limit(max(1, all_cores // 2))


def _limit(cores: int) -> None:
    """PyTorch counts by thread. NumPy's BLAS counts by process, and answers are what it works for
    most."""
    use_cores(cores)
    threadpool_limits(1, user_api="blas")
    torch = sys.modules.get("torch")
    if torch is not None:  # where no model was loaded there is nothing to limit
        torch.set_num_threads(cores)
