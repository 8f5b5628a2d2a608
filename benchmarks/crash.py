"""Whether anything that was acknowledged is lost, or anything deleted comes back, where a server is
killed at random moments.

    python -m benchmarks.crash [--kills 200] [--writers 6] [--seed 0] [--work DIR] [--write]

`palate serve` runs with stand-in encoders. Writers (`benchmarks.writers`) record events, index and
delete items, delete events and people, and ask for recommendations, all at once; beside them, in turns,
nothing else is done, a model is trained, the encoders are changed, or a backup is made. At a random
moment the server gets SIGKILL; in every fifth round while it is still starting. Then it is started
again, and everything that writers write is read through its calls and compared with what was
acknowledged (`benchmarks.ledger`); of items also whether answers know what is there, and nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from statistics import median
from threading import Thread

from benchmarks.folders import ROOT, palate
from benchmarks.ledger import Ledger
from benchmarks.tables import markdown, replace_section
from benchmarks.writers import Writer, Writing, stored
from palate.client import Client, PalateRpcError

PAGE = ROOT / "docs/operations.md"
WORK = ROOT / "build/bench-crash"
"""Made anew by every run."""
SETTINGS = """[encoders]
text = "fake"
image = "fake"
[ranker]
dim = 16
n_blocks = 1
n_heads = 1
max_epochs = 4
"""
ALONE, STARTING = "calls alone", "a start"
START_S = 120.0
LONGEST_S = 3.0
"""Of writing, before a kill."""
EVERY = 5
"""Rounds in which a start is killed."""


@dataclass(slots=True)
class Tally:
    """What came of all kills."""

    kills: Counter[str] = field(default_factory=Counter)
    """By what was going on."""
    verdicts: Counter[str] = field(default_factory=Counter)
    """Of keys whose state was wrong; `unknown` are items in an answer that the catalogue does not have."""
    start_s: list[float] = field(default_factory=list)
    """From the command to SERVING, after each kill."""


class Server:
    """`palate serve` on a free port, in a group of its own."""

    def __init__(self, folder: Path) -> None:
        self.started = time.monotonic()
        with (folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                palate("serve", "--address", "127.0.0.1:0", "--json", "--data", folder),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def address(self) -> str:
        """Once it listens; it may load still."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline() or sys.exit("the server did not start: server.log")
        return str(json.loads(line)["listening"])

    def kill(self) -> None:
        """It, and whatever it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def main() -> None:
    asked = arguments()
    folder = asked.work / "data"
    if asked.work == WORK:  # data and backups of an earlier run, whose ledger is gone
        shutil.rmtree(WORK, ignore_errors=True)
    elif folder.exists():
        sys.exit(f"{folder} is there already; remove it, or name another one with --work")
    folder.mkdir(parents=True)
    (folder / "palate.toml").write_text(SETTINGS, encoding="utf-8")
    ledger, tally = Ledger(), Tally()
    rounds(folder, asked, ledger, tally)
    text = report(asked, ledger, tally)
    print(text)
    if asked.write:
        replace_section(PAGE, "bench-crash", text)
    if tally.verdicts:
        sys.exit("something was lost, or came back")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200, help="default 200")
    parser.add_argument("--writers", type=int, default=6, help="at the same time (default 6)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument(
        "--write", action="store_true", help="put the report into docs/operations.md"
    )
    return parser.parse_args()


def rounds(folder: Path, asked: argparse.Namespace, ledger: Ledger, tally: Tally) -> None:
    """Kill after kill, each with its check."""
    rng = random.Random(asked.seed)
    writers = [Writer(number, asked.seed, ledger) for number in range(asked.writers)]
    people = [user for writer in writers for user in writer.people]
    for number in range(asked.kills):
        if number % EVERY == EVERY - 1:
            server = Server(folder)
            time.sleep(rng.uniform(0, median(tally.start_s)))
            server.kill()
            tally.kills[STARTING] += 1
            continue
        server = Server(folder)
        with serving(server, tally) as address:
            checked(address, people, ledger, tally)
            name, job = list(JOBS.items())[number % len(JOBS)]
            with beside(job, address, folder) as is_under_way:
                writing = Writing(writers, address)
                time.sleep(rng.uniform(0.05, LONGEST_S))
                tally.kills[name if is_under_way() else ALONE] += 1
                server.kill()
                writing.end()
        print(f"kill {number + 1}, {name}: {dict(ledger.acknowledged)}", file=sys.stderr)
    server = Server(folder)
    with serving(server, tally) as address:
        checked(address, people, ledger, tally)


@contextmanager
def serving(server: Server, tally: Tally) -> Iterator[str]:
    """The address of a server that answers; it is killed at the end, whatever happened."""
    try:
        address = server.address()
        with Client(address) as client:
            client.wait_until_serving(START_S)
        tally.start_s.append(time.monotonic() - server.started)
        yield address
    finally:
        server.kill()


def checked(address: str, people: Sequence[str], ledger: Ledger, tally: Tally) -> None:
    """What is stored, against the ledger; what is answered, against what is stored."""
    with Client(address, timeout_s=60.0) as client:
        found = stored(client, people)
        for one in ledger.wrong(found):
            tally.verdicts[one.verdict] += 1
            print(f"{one.verdict}: {one}", file=sys.stderr)
        there = {item for (kind, item), _ in found.items() if kind == "item"}
        answer = client.recommend(k=min(1000, len(there) + 50)) if there else None
        answered = {result.item.item_id for result in answer.results} if answer else set()
        tally.verdicts.update({"unknown": len(answered - there)} if answered - there else {})
        tally.verdicts.update({"not answered": 1} if len(answered) < len(there) else {})


@contextmanager
def beside(
    job: Callable[[str, Path], None], address: str, folder: Path
) -> Iterator[Callable[[], bool]]:
    """A job in a thread, which ends with the server at the latest; whether it is under way."""
    thread = Thread(target=job, args=(address, folder), name="job")
    thread.start()
    try:
        yield thread.is_alive
    finally:
        thread.join()


def _nothing(_address: str, _folder: Path) -> None:
    """Writers alone."""


def _train(address: str, _folder: Path) -> None:
    with suppress(PalateRpcError), Client(address) as client:
        while True:
            for _ in client.train_model(force=True, timeout_s=60.0):
                pass


def _change_encoders(address: str, _folder: Path) -> None:
    """To what is not in use."""
    with suppress(PalateRpcError), Client(address) as client:
        for image in cycle(("none", "fake")):
            for _ in client.change_encoders(image=image, timeout_s=60.0):
                pass


def _back_up(_address: str, folder: Path) -> None:
    command = palate("backup", folder.parent / "backups", "--keep", 2, "--data", folder)
    subprocess.run(command, capture_output=True, check=False)


JOBS: dict[str, Callable[[str, Path], None]] = {
    ALONE: _nothing,
    "a training": _train,
    "a change of encoders": _change_encoders,
    "a backup": _back_up,
}


def report(asked: argparse.Namespace, ledger: Ledger, tally: Tally) -> str:
    rows = [[name, str(tally.kills[name])] for name in (*JOBS, STARTING)]
    wrong = sum(tally.verdicts.values())
    written = ", ".join(f"{n:,} of {kind}" for kind, n in sorted(ledger.acknowledged.items()))
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return "\n".join(
        [
            f"`python -m benchmarks.crash --kills {asked.kills} --writers {asked.writers} "
            f"--seed {asked.seed}`, {time.strftime('%Y-%m-%d')}, {machine}.",
            "",
            markdown(["killed during", "kills"], rows),
            "",
            f"Acknowledged writes: {written}. Lost: {tally.verdicts['lost']}. Resurrected: "
            f"{tally.verdicts['resurrected']}. Other than was acknowledged: {tally.verdicts['stale']}. "
            f"Wrong in any way: {wrong}. Start to SERVING after a kill, median: "
            f"{median(tally.start_s):.1f} s, longest {max(tally.start_s):.1f} s.",
        ]
    )


if __name__ == "__main__":
    main()
