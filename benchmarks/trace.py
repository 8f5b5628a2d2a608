"""The way of one Recommend and one Explain through the code: the files of ours that are entered, in
order, and how often the way goes back up.

    python -m benchmarks.trace [--data DIR] [--user ID] [--json]

The real server answers in this process, on the small catalogue of `tests/service/world.py` with a
model trained for it, or on `--data`. Both calls are made once for nobody in particular before they
are traced, so that imports and what is made at the first call do not show. A profiler
(`sys.setprofile`) sees the calls in all threads that answer.

Calls count, returns do not, and a call counts once for each chain of functions that leads to it, so
that what is done for every item is one call. What lies between our files (the standard library,
numpy, gRPC) is passed over, and so are special methods such as `__len__`.

The way is the row of files that calls go into, one after the other: what somebody reads who follows
them. A climb is where the way goes back to a file that it has left, and that stands higher in the
direction of imports (`benchmarks.modules.Direction`) than the one it comes from: who reads has to
remember what was open there. A sealed package is one room for that: nobody has to follow the way
inside. A callback is a call from a file into one that stands higher. Callbacks are calls that the
imports do not show.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from itertools import groupby, pairwise
from pathlib import Path
from types import CodeType, FrameType

import grpc

from benchmarks.modules import Direction, modules_of, within
from palate.v1 import explain_pb2, explain_pb2_grpc, recommend_pb2, recommend_pb2_grpc
from service.config import Settings
from service.config_file import load_settings
from service.operations.switching import Switching
from service.recommender import Recommender
from service.rpc.server import serve
from service.storage.workspace import Workspace
from tests.service import world

ROOT = Path(__file__).resolve().parents[1]
FACADE = "service.recommender"
SEALED = ("encoders", "indexer", "service.ranker", "service.explainer")
BACKGROUND = ("served-contexts",)
"""Threads that write behind the answers."""
NO_FUNCTIONS = ("<module>", "<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
REQUEST = {"k": 10, "taste": "rocket", "diversity": 0.3, "exploration": 0.3}
SERVER = {"server": {"address": "127.0.0.1:0"}}


@dataclass(frozen=True, slots=True)
class Call:
    """Of one function of ours, along one chain of functions."""

    caller: str
    """Module; empty where the call comes from outside, as in a new thread."""
    callee: str
    """Module."""
    function: str
    depth: int
    """Changes of file between the outermost call and this one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that the way goes into."""

    call: Call
    climbs: bool
    is_callback: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """What the way comes to."""

    files: int
    """Different ones."""
    changes: int
    """From one file into another."""
    climbs: int
    callbacks: int
    facade: int
    """How often the way goes into FACADE."""


class Way:
    """One request through the code."""

    def __init__(self, calls: Sequence[Call], direction: Direction) -> None:
        self._direction = direction
        first_of_row = [next(row) for _, row in groupby(calls, key=lambda call: call.callee)]
        climbs = self._climbs(first_of_row)
        self.entries = [
            Entry(call, place in climbs, self._is_callback(call))
            for place, call in enumerate(first_of_row)
        ]

    def figures(self) -> Figures:
        modules = [entry.call.callee for entry in self.entries]
        return Figures(
            files=len(set(modules)),
            changes=len(modules) - 1,
            climbs=sum(entry.climbs for entry in self.entries),
            callbacks=sum(entry.is_callback for entry in self.entries),
            facade=modules.count(FACADE),
        )

    def _is_callback(self, call: Call) -> bool:
        outside = call.caller in ("", call.callee)
        return not outside and self._direction.is_above(call.callee, call.caller)

    def _climbs(self, calls: Sequence[Call]) -> set[int]:
        """Places where the way goes back up."""
        entered: set[str] = set()
        found = set()
        for place, (before, call) in enumerate(pairwise(calls), start=1):
            here, there = room(before.callee), room(call.callee)
            entered.add(here)
            returns = here != there and there in entered
            if returns and self._direction.is_above(call.callee, before.callee):
                found.add(place)
        return found


def room(module: str) -> str:
    """The sealed package that a module lies in, or the module itself."""
    return next((package for package in SEALED if within(module, package)), module)


class Recorder:
    """Takes down the calls of a request, in every thread that has `watch` as its profiler."""

    def __init__(self, checkout: Path) -> None:
        modules = modules_of(checkout).values()
        self._names = {str(checkout / one.path): one.name for one in modules}
        self._direction = Direction(checkout)
        self._calls: dict[tuple[CodeType, ...], Call] = {}
        """By the chain of functions."""
        self._on = False

    def watch(self, frame: FrameType, event: str, _: object) -> None:
        """For `sys.setprofile` and `threading.setprofile`."""
        if not self._on or event != "call" or not self._counts(frame.f_code):
            return
        if threading.current_thread().name in BACKGROUND:
            return
        chain = tuple(code for code in _chain(frame) if self._counts(code))
        if chain not in self._calls:
            self._calls[chain] = self._call(chain)

    @contextmanager
    def recording(self) -> Iterator[None]:
        self._calls.clear()
        self._on = True
        try:
            yield
        finally:
            self._on = False

    def way(self) -> Way:
        return Way(list(self._calls.values()), self._direction)

    def _counts(self, code: CodeType) -> bool:
        name = code.co_name
        is_function = name not in NO_FUNCTIONS and not name.startswith("__")
        return is_function and code.co_filename in self._names

    def _call(self, chain: Sequence[CodeType]) -> Call:
        """The last call of a chain of functions, outermost first."""
        modules = [self._names[code.co_filename] for code in chain]
        caller = modules[-2] if len(modules) > 1 else ""
        changes = sum(here != there for here, there in pairwise(modules))
        return Call(caller, modules[-1], chain[-1].co_name, changes)


def _chain(frame: FrameType | None) -> list[CodeType]:
    """The functions that are under way, outermost first."""
    found = []
    while frame is not None:
        found.append(frame.f_code)
        frame = frame.f_back
    return found[::-1]


async def trace(settings: Settings, user_id: str) -> Mapping[str, Way]:
    """By call."""
    recorder = Recorder(ROOT)
    sys.setprofile(recorder.watch)
    threading.setprofile(recorder.watch)
    try:
        async with _served(settings) as address, grpc.aio.insecure_channel(address) as channel:
            return await _ways(recorder, channel, user_id)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


async def _ways(recorder: Recorder, channel: grpc.aio.Channel, user_id: str) -> Mapping[str, Way]:
    recommending = recommend_pb2_grpc.RecommendServiceStub(channel)
    explaining = explain_pb2_grpc.ExplainServiceStub(channel)

    async def recommend(**request: object) -> explain_pb2.ExplainRequest:
        """What asks why the best of the answer is there."""
        answer = await recommending.Recommend(recommend_pb2.RecommendRequest(**request))
        best = answer.results[0].item.item_id
        return explain_pb2.ExplainRequest(item_id=best, recommendation_id=answer.recommendation_id)

    await explaining.Explain(await recommend())
    with recorder.recording():
        why = await recommend(user_id=user_id, **REQUEST)
    recommended = recorder.way()
    with recorder.recording():
        await explaining.Explain(why)
    return {"Recommend": recommended, "Explain": recorder.way()}


@asynccontextmanager
async def _served(settings: Settings) -> AsyncIterator[str]:
    """The address of a server in this process."""
    stop, loaded = asyncio.Event(), asyncio.Event()
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    server = asyncio.create_task(
        serve(
            settings,
            lambda _: Switching(Recommender(Workspace.open(settings))),
            stop=stop,
            on_listening=address.set_result,
            on_loaded=lambda _: loaded.set(),
        )
    )
    loading = asyncio.create_task(loaded.wait())
    await asyncio.wait((server, loading), return_when=asyncio.FIRST_COMPLETED)
    if server.done():
        await server  # what ended it comes out here
    try:
        yield await address
    finally:
        stop.set()
        await server


def made(folder: Path) -> Settings:
    """A small data folder with a trained model."""
    palate = world.filled(folder)
    palate.train(seed=0, force=True)
    palate.close()
    return world.settings(folder, **SERVER)


def given(folder: Path) -> Settings:
    """A data folder that is there."""
    return load_settings(data=folder, overrides=SERVER)


def show(call: str, way: Way) -> None:
    """For people to read: `^` before a climb, `!` before a callback."""
    print(f"\n{call}\n")
    for entry in way.entries:
        marks = ("^" if entry.climbs else " ") + ("!" if entry.is_callback else " ")
        print(f"{marks} {'  ' * entry.call.depth}{entry.call.callee}: {entry.call.function}")


def row(call: str, figures: Figures) -> str:
    return (
        f"{call}: {figures.files} files, {figures.changes} changes from one into another, "
        f"{figures.climbs} climbs (^), {figures.callbacks} callbacks (!), "
        f"{FACADE} entered {figures.facade} times"
    )


def as_json(way: Way) -> Mapping[str, object]:
    return {
        **asdict(way.figures()),
        "way": [
            {**asdict(entry.call), "climbs": entry.climbs, "is_callback": entry.is_callback}
            for entry in way.entries
        ],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--data", type=Path, help="a data folder (default: one made for it)")
    parser.add_argument("--user", default="u0", help="who is recommended to (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="the same as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = given(options.data) if options.data else made(Path(folder))
        ways = asyncio.run(trace(settings, options.user))
    if options.json:
        print(json.dumps({call: as_json(way) for call, way in ways.items()}, indent=1))
        return
    for call, way in ways.items():
        show(call, way)
    print()
    for call, way in ways.items():
        print(row(call, way.figures()))
    print(f"higher and lower by {Direction(ROOT).source}")


if __name__ == "__main__":
    main()
