"""Opening an embedded store in a child process first, with little memory: the engine trusts its
files, and what a flipped bit makes of a length or a place ends the process that reads it.

The child loads the shard, counts, reads every item and searches each vector once. Knows nothing of
encoders and items.
"""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import qdrant_edge as qe

from indexer.stores.edge.sums import apparent_bytes

logger = logging.getLogger(__name__)

SPARE_BYTES = 4 << 30
"""Of addresses, beside twice the files: threads of the engine reserve some, and use little."""
TIMEOUT_S = 60
S_PER_GB = 30
REFUSED = 3
"""The child's exit code where the engine raised an error."""
_PAGE = 1_000
_CHILD = f"import sys; sys.path[:] = sys.argv[3:]; from {__name__} import main; sys.exit(main(*sys.argv[1:3]))"
_DAMAGE = {signal.SIGABRT, signal.SIGBUS, signal.SIGSEGV, signal.SIGILL, signal.SIGFPE}


def probe(folder: Path) -> str:
    """Open, read and close the store in a child: why it cannot be opened. Empty where it can, or
    where no child can be had."""
    size = apparent_bytes(folder)
    most_bytes = 2 * size + SPARE_BYTES
    command = [sys.executable, "-c", _CHILD, str(folder.absolute()), str(most_bytes), *sys.path]
    timeout_s = TIMEOUT_S + S_PER_GB * (size >> 30)
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=timeout_s)
    except subprocess.TimeoutExpired:
        return f"the engine did not end within {timeout_s} s of reading it"
    except OSError as error:
        logger.warning("the store could not be tried in a child process first: %s", error)
        return ""
    return _why(done)


def _why(done: subprocess.CompletedProcess[bytes]) -> str:
    """Empty where the child says nothing of the files."""
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    last = " ".join(lines[-1].split())[:200] if lines else "no word"
    if done.returncode == REFUSED:
        return f"the engine refuses it ({last})"
    if done.returncode < 0 and -done.returncode in _DAMAGE:
        return f"the engine ends the process that reads it ({signal.Signals(-done.returncode).name}: {last})"
    if done.returncode:
        logger.warning("the store could not be tried in a child process first: %s", last)
    return ""


def _read(shard: qe.EdgeShard) -> None:
    """Every payload, and one search of every vector."""
    shard.count(qe.CountRequest(exact=True))
    offset: Any = 0
    vectors: dict[str, Any] = {}
    while offset is not None:
        request = qe.ScrollRequest(
            offset=offset, limit=_PAGE, with_payload=True, with_vector=not vectors
        )
        records, offset = shard.scroll(request)
        vectors = vectors or next((r.vector for r in records if isinstance(r.vector, dict)), {})
    for name, vector in vectors.items():
        nearest = qe.Query.Nearest(vector, using=name)
        shard.query(qe.QueryRequest(limit=_PAGE, query=nearest, with_payload=True))


def main(folder: str, most_bytes: str) -> int:
    """What the child does; its exit code."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (int(most_bytes), int(most_bytes)))
    try:
        shard = qe.EdgeShard.load(str(Path(folder) / "items"))
        _read(shard)
        shard.close()
    except BaseException as error:  # the engine's panics are no Exception
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return REFUSED
    return 0
