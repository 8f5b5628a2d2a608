"""What hostile pictures and addresses do to a server: whether anything gets through, and what memory
they take.

    python -m benchmarks.media [--files N] [--write]

`palate serve` with its bundled encoders is sent 200 files as bytes and about 100 addresses
(`benchmarks.hostile_media`) by several callers at once. Something got through where an address on this
machine was reached, a file was read that had to be refused, a call failed, or a picture that is sound was
not read afterwards. Memory is the proportional set size of the server and of its child processes, read all
the time. Idle is what they hold once 32 sound pictures have been indexed.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

from benchmarks.hostile_media import HostileFile, addresses, files
from benchmarks.serve import Server, server
from benchmarks.tables import markdown, replace_section
from palate.client import Client
from palate.errors import PalateRpcError

PAGE = Path(__file__).resolve().parents[1] / "docs/security.md"
N_FILES = 200
CALLERS = 4
AT_ONCE = 5
"""Items of a call."""
N_SOUND = 32
AIM_MB = 400
_EVERY_S = 0.01


@dataclass(slots=True)
class Through:
    """What should not have been, by kind."""

    reached: int = 0
    read: list[str] = field(default_factory=list)
    """Files that had to be refused."""
    failed: list[str] = field(default_factory=list)
    """Calls."""
    is_answering: bool = False
    """Afterwards, a picture is read."""

    @property
    def n(self) -> int:
        return self.reached + len(self.read) + len(self.failed) + (not self.is_answering)


class Memory:
    """Of a server and its children, MB, from now on."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.server_mb = self.children_mb = self.together_mb = 0.0
        """The most."""

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_EVERY_S):
            own = pss_mb(self._process.pid)
            children = sum(pss_mb(one.pid) for one in self._process.children(recursive=True))
            self.server_mb = max(self.server_mb, own)
            self.children_mb = max(self.children_mb, children)
            self.together_mb = max(self.together_mb, own + children)


@dataclass(frozen=True, slots=True)
class Found:
    """Of one server."""

    n_files: int
    n_refused: int
    n_addresses: int
    through: Through
    idle_mb: float
    peak: Memory
    took_s: float


def main() -> None:
    asked = arguments()
    if sys.platform != "linux":
        sys.exit("memory is measured on Linux only")
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as serving:
        found = measured(serving, files(asked.files))
    text = report(found)
    print(text)
    for what in (*found.through.read, *found.through.failed):
        print(f"got through: {what}", file=sys.stderr)
    if asked.write:
        replace_section(PAGE, "bench-media", text)
    if found.through.n:
        sys.exit("something got through")


def arguments() -> argparse.Namespace:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument(
        "--files", type=int, default=N_FILES, help=f"files sent (default {N_FILES})"
    )
    options.add_argument(
        "--write", action="store_true", help="put the report into docs/security.md too"
    )
    return options.parse_args()


def measured(serving: Server, sent: Sequence[HostileFile]) -> Found:
    """All of them, to one server."""
    through = Through()
    with trap() as (port, reached), Client(serving.address) as client:
        sound = [{"item_id": f"sound{n}", "title": "a picture"} for n in range(N_SOUND)]
        client.index_items(sound, {row["item_id"]: _sound(n) for n, row in enumerate(sound)})
        with Memory(serving.pid) as idle:
            time.sleep(1)
        named = addresses(port)
        calls: list[Mapping[str, HostileFile | str]] = [
            *_batches([(f"file{n}", one) for n, one in enumerate(sent)]),
            *_batches([(f"address{n}", one) for n, one in enumerate(named)]),
        ]
        began = time.perf_counter()
        with Memory(serving.pid) as peak, ThreadPoolExecutor(CALLERS) as pool:
            warned = set().union(*pool.map(lambda call: _index(client, call, through), calls))
        took_s = time.perf_counter() - began
        answer = client.index_items([{"item_id": "last", "title": "sound"}], {"last": _sound(99)})
        through.is_answering = answer.indexed == 1 and not answer.warnings
        through.reached = len(reached)
    by_id = {f"file{n}": one for n, one in enumerate(sent)}
    through.read = [one.about for key, one in by_id.items() if one.is_refused and key not in warned]
    n_read_addresses = [f"address{n}" for n in range(len(named)) if f"address{n}" not in warned]
    through.read += [named[int(key.removeprefix("address"))] for key in n_read_addresses]
    n_refused = len(warned & by_id.keys())
    return Found(len(sent), n_refused, len(named), through, idle.together_mb, peak, took_s)


def _batches(
    named: Sequence[tuple[str, HostileFile | str]],
) -> Iterator[dict[str, HostileFile | str]]:
    for start in range(0, len(named), AT_ONCE):
        yield dict(named[start : start + AT_ONCE])


def _index(client: Client, call: Mapping[str, HostileFile | str], through: Through) -> set[str]:
    """Ids whose picture was refused."""
    rows = [
        {"item_id": key, "title": key} | ({"image": one} if isinstance(one, str) else {})
        for key, one in call.items()
    ]
    pictures = {key: one.content for key, one in call.items() if isinstance(one, HostileFile)}
    try:
        answer = client.index_items(rows, pictures)
    except PalateRpcError as error:
        through.failed.append(str(error))
        return set()
    return {row.item_id for row in (*answer.failed, *answer.warnings)}


def _sound(seed: int) -> bytes:
    """A picture that there is nothing to say against."""
    pixels = np.random.default_rng(seed).integers(0, 255, (600, 800, 3), dtype=np.uint8)
    with BytesIO() as stream:
        Image.fromarray(pixels).save(stream, "JPEG")
        return stream.getvalue()


@contextmanager
def trap() -> Iterator[tuple[int, list[object]]]:
    """A port of this machine, of the loopback in IPv4 and IPv6, and who has connected to it."""
    reached: list[object] = []
    listening = [socket.create_server(("127.0.0.1", 0))]
    port = listening[0].getsockname()[1]
    with suppress(OSError):  # a machine without IPv6
        listening.append(socket.create_server(("::1", port), family=socket.AF_INET6))

    def accept(one: socket.socket) -> None:
        while True:
            try:
                connection, address = one.accept()
            except OSError:  # it was closed
                return
            reached.append(address)
            connection.close()

    for one in listening:
        threading.Thread(target=accept, args=[one], daemon=True).start()
    try:
        yield port, reached
    finally:
        for one in listening:
            one.close()


def pss_mb(pid: int) -> float:
    """What a process holds, of what it shares its part; 0 where it has ended."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    except (OSError, StopIteration):
        return 0.0


def report(found: Found) -> str:
    """What was sent, what got through, and the memory."""
    through, peak = found.through, found.peak
    rows = [
        ("files sent", f"{found.n_files}"),
        ("of them refused", f"{found.n_refused}"),
        ("addresses sent", f"{found.n_addresses}"),
        ("addresses reached", f"{through.reached}"),
        ("read though they had to be refused", f"{len(through.read)}"),
        ("calls that failed", f"{len(through.failed)}"),
        ("a sound picture is read afterwards", "yes" if through.is_answering else "no"),
        ("idle, MB", f"{found.idle_mb:.0f}"),
        ("most, MB", f"{peak.together_mb:.0f}"),
        (f"most above idle, MB (aim: {AIM_MB})", f"{peak.together_mb - found.idle_mb:.0f}"),
        ("most of the server alone, MB", f"{peak.server_mb:.0f}"),
        ("most of what decodes, MB", f"{peak.children_mb:.0f}"),
    ]
    about = (
        f"`make bench-media`, {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, {CALLERS} callers,"
        f" {found.took_s:.0f} s."
    )
    return "\n".join([about, "", markdown(["", "found"], rows)])


if __name__ == "__main__":
    main()
