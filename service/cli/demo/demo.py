"""`palate demo`: the whole job on the example films: index, record, train, serve, and then ask
through gRPC.

Owns the stages, their times, and the life of the server process. What is asked and shown is
`service.cli.demo.story`.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import typer

from service.cli import output
from service.cli.commands.indexing import index
from service.cli.commands.recording import events
from service.cli.commands.training import train
from service.cli.files import COULD_NOT, DONE
from service.cli.options import Config, Data, local

EXAMPLE = Path(__file__).parents[3] / "examples" / "movielens-small"
STOPPING_S = 60.0
SUFFIXES = (".jsonl", ".parquet", ".csv")


def demo(
    example: Annotated[
        Path,
        typer.Option(
            callback=local, metavar="DIR", help="Folder with items and events.", show_default=False
        ),
    ] = EXAMPLE,
    data: Data = None,
    config: Config = None,
) -> int:
    """Index, train, serve and recommend on 9,742 example films, through gRPC, in a few minutes."""
    items, behaviour = _file(example, "items"), _file(example, "events")
    if data is not None and (data / "log.db").exists():
        raise typer.BadParameter(
            f"--data {data} holds data already; the demo wants a folder of its own."
        )
    place = (
        nullcontext(str(data))
        if data is not None
        else tempfile.TemporaryDirectory(prefix="palate-demo-")
    )
    with _unwinding_on_sigterm(), place as name:
        folder = Path(name)
        stages = Stages()
        with stages.timed(f"palate index {items.name}"):
            if index([str(items)], data=folder, config=config) == COULD_NOT:
                return COULD_NOT
        with stages.timed(f"palate events {behaviour.name}"):
            events([str(behaviour)], data=folder, config=config)
        with stages.timed("palate train"):
            train(data=folder, config=config)
        with stages.timed("palate serve"):
            server = Server(folder, config)
        try:
            with stages.timed("ask through gRPC", quiet=True):
                _tell(server.address, items, behaviour)
        finally:
            server.stop()
        stages.show()
        if data is not None:
            output.say(
                f"The data are in {data}: `palate recommend --user 1 --explain --data {data}` goes on with them."
            )
    return DONE


@contextmanager
def _unwinding_on_sigterm() -> Iterator[None]:
    """SIGTERM unwinds like Ctrl-C, so that the server is stopped and the temporary folder removed."""

    def leave(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _file(example: Path, name: str) -> Path:
    for suffix in SUFFIXES:
        if (example / f"{name}{suffix}").is_file():
            file = example / f"{name}{suffix}"
            return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    raise typer.BadParameter(
        f"{example / name}.jsonl is not there; run this in a clone, or name a folder with --example."
    )


def _tell(address: str, items: Path, behaviour: Path) -> None:
    from palate.client import Client
    from service.cli.demo.audience import Audience
    from service.cli.demo.story import tell

    with Client(address, timeout_s=60.0) as palate:
        tell(palate, Audience.read(items, behaviour))


class Stages:
    """What was done, and how long it took."""

    def __init__(self) -> None:
        self._times: list[tuple[str, float]] = []

    @contextmanager
    def timed(self, name: str, *, quiet: bool = False) -> Iterator[None]:
        if not quiet:
            output.heading(name)
        started = monotonic()
        yield
        self._times.append((name, monotonic() - started))

    def show(self) -> None:
        total = sum(seconds for _, seconds in self._times)
        rows = [[name, f"{seconds:.1f}"] for name, seconds in [*self._times, ("in all", total)]]
        output.table(["stage", "seconds"], rows, right=["seconds"])


QUIETER = "PALATE_SERVER__LOG_LEVEL"
"""What the server logs is on the terminal that the story is told on."""


class Server:
    """`palate serve` as a process of its own, on a free port; ready when constructed."""

    def __init__(self, folder: Path, config: Path | None) -> None:
        from service.config_file import environment_with

        more = [] if config is None else ["--config", str(config)]
        command = [
            sys.executable,
            "-m",
            "service.cli",
            "serve",
            "--json",
            "--address",
            "127.0.0.1:0",
        ]
        self._process = subprocess.Popen(
            [*command, "--data", str(folder), *more],
            env=environment_with({QUIETER: "warning"}),
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            self.address: str = self._line()["listening"]
            loaded: dict[str, str] = self._line()["loaded"]
        except BaseException:
            self.stop()
            raise
        output.say(f"serving on {self.address}")
        output.table(
            ["loaded", ""], [[name, what] for name, what in loaded.items() if name != "data"]
        )

    def stop(self) -> None:
        """SIGTERM, as an operator would."""
        self._process.terminate()
        try:
            self._process.wait(STOPPING_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            from service.errors import NotServing

            raise NotServing("gone: it ended while loading, and said why above")
        answer: dict[str, Any] = json.loads(line)
        return answer
