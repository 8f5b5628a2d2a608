"""What knowing who calls costs: processor time of the server for one Recommend, with and without.

    python -m benchmarks.access [--rounds N] [--calls N] [--write]

Servers on the small world of the tests (40 items, no trained model: the cheapest answers there are, so
that the share is the largest), in this process; the callers are other ones, with one connection each.
Blocks of calls take turns in random order:

    open       no key is asked for, no TLS
    key        a key with every call
    TLS + key  the same over TLS

What a state costs more is the median over the rounds of its difference to `open`, with a 95 %
interval over resampled rounds, as in `benchmarks.telemetry`.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import numpy as np

from benchmarks.tables import markdown, replace_section
from benchmarks.telemetry import more_of
from palate.client import Client, Tls
from service.access.keys import KeyFile
from service.access.roles import Role
from service.config import Settings
from service.operations.switching import Switching
from tests.service import world
from tests.service.rpc.certificates import Authority
from tests.service.standin import running

PAGE = Path(__file__).resolve().parents[1] / "docs/security.md"
STATES = ("open", "key", "TLS + key")


class Caller:
    """Another process that calls Recommend as often as it is told."""

    def __init__(self, address: str, key: str, ca: Path | None) -> None:
        command = [sys.executable, "-m", "benchmarks.access", "--call", address]
        self._process = subprocess.Popen(
            [*command, "--ca", str(ca or "")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._say(key)

    def call(self, n: int) -> None:
        """Returns when all are answered."""
        assert self._process.stdout is not None
        self._say(str(n))
        if self._process.stdout.readline() != "done\n":
            sys.exit("a caller has ended")

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        print(line, file=self._process.stdin, flush=True)


def main() -> None:
    asked = _arguments()
    if asked.call:
        _call(asked.call, asked.ca)
        return
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(_measured(Path(folder), asked.rounds, asked.calls))
    text = report(found, asked.calls)
    print(text)
    if asked.write:
        replace_section(PAGE, "bench-access", text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=150, help="of a block in each state")
    parser.add_argument("--calls", type=int, default=30, help="in a block")
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.name}")
    parser.add_argument("--call", default="", help=argparse.SUPPRESS)
    parser.add_argument("--ca", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


async def _measured(folder: Path, rounds: int, calls: int) -> Mapping[str, Sequence[float]]:
    """Microseconds of a call in each block, by state."""
    found: dict[str, list[float]] = defaultdict(list)
    async with AsyncExitStack() as stack:
        callers = {
            state: await stack.enter_async_context(_serving(folder / state, state))
            for state in STATES
        }
        for caller in callers.values():
            await asyncio.to_thread(caller.call, 5 * calls)  # warm-up
        for _ in range(rounds):
            for state in random.sample(STATES, len(STATES)):
                began = time.process_time()
                await asyncio.to_thread(callers[state].call, calls)
                found[state].append((time.process_time() - began) / calls * 1e6)
    return found


@asynccontextmanager
async def _serving(folder: Path, state: str) -> AsyncIterator[Caller]:
    await asyncio.to_thread(folder.mkdir)
    sections: dict[str, object] = {"data": folder}
    key, ca = "", None
    if "key" in state:
        key = KeyFile(Settings(data=folder).keys_file).make("caller", Role.READ)[1]
    if "TLS" in state:
        authority = Authority.of(folder / "certificates")
        pair, ca = authority.issue("127.0.0.1"), authority.file
        sections["tls"] = {"cert": pair.cert, "key": pair.key}
    async with running(Switching(world.filled(folder)), sections=sections) as server:
        caller = Caller(server.address, key, ca)
        try:
            yield caller
        finally:
            caller.close()


def _call(address: str, ca: str) -> None:
    """The caller's life: a key, and as many calls as each further line of stdin says, by users in
    turn."""
    key = sys.stdin.readline().strip()
    with Client(address, key=key, tls=Tls(ca) if ca else None) as palate:
        for line in sys.stdin:
            for user in range(int(line)):
                palate.recommend(f"u{user % 30}", k=10)
            print("done", flush=True)


def report(found: Mapping[str, Sequence[float]], calls: int) -> str:
    """The table, and a line on what it rests on."""
    free = np.array(found["open"])
    rows = [["open", f"{np.median(free):,.0f}", "", ""]]
    for state in STATES[1:]:
        more, low, high = more_of(np.array(found[state]) - free)
        times = [f"{1 + value / np.median(free):.3f}" for value in (more, low, high)]
        rows.append(
            [
                state,
                f"{np.median(found[state]):,.0f}",
                f"{more:+,.0f}",
                f"{times[0]} ({times[1]} to {times[2]})",
            ]
        )
    table = markdown(["state", "processor time of a call, µs", "more, µs", "times"], rows)
    return f"{table}\n\nMedians of {len(free)} rounds of {calls} calls in each state."


if __name__ == "__main__":
    main()
