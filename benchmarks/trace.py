"""The way of one Recommend and one Explain through the code: the files of ours that are entered, in
order, and how often the way goes back up.

    python -m benchmarks.trace [--data DIR] [--user ID] [--json | --write]

The real server answers in this process, on the small catalogue of `tests/service/world.py` with a
model trained for it, or on `--data`. Both calls are made once for nobody in particular before they
are traced, so that imports and what is made at the first call do not show. A profiler
(`sys.setprofile`) sees the calls in all threads that answer.

Calls count, returns do not, and a call counts once for each chain of functions that leads to it, so
that what is done for every item is one call. What lies between our files (the standard library,
numpy, gRPC) is passed over, and so are special methods such as `__len__`. A sealed package is one
room: what goes on inside is left out of everything but the number of files.

The way is the row of files that calls go into, one after the other: what somebody reads who follows
them. A climb is where it goes back up: on in a file after having been elsewhere, in a function of
that file's own, so that who reads has to remember what was open there; or by a callback, which is a
call from a file into one that stands higher in the direction of imports
(`benchmarks.modules.Direction`), and one that the imports do not show. To call a collaborator once
more is no climb: that goes down.
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
from dataclasses import asdict, astuple, dataclass
from itertools import groupby, pairwise
from pathlib import Path
from types import CodeType, FrameType

import grpc

from benchmarks.modules import Direction, modules_of, within
from benchmarks.tables import markdown, replace_section
from palate.v1 import explain_pb2, explain_pb2_grpc, recommend_pb2, recommend_pb2_grpc
from service.config import Settings
from service.config_file import load_settings
from service.operations.switching import Switching
from service.recommender import Recommender
from service.rpc.server import serve
from service.storage.workspace import Workspace
from tests.service import world

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/architecture.md"
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
    below_facade: bool
    """Made while FACADE was at work."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that the way goes into."""

    call: Call
    goes_on: bool
    """In a file that the way has left, called from there."""
    is_callback: bool
    """Called from a file that stands lower."""

    @property
    def climbs(self) -> bool:
        return self.goes_on or self.is_callback


@dataclass(frozen=True, slots=True)
class Figures:
    """What the way comes to."""

    files: int
    """Different ones, those inside sealed packages included."""
    rooms: int
    """The same with a sealed package as one."""
    changes: int
    """From one file into another."""
    climbs: int
    """Places where the way goes back up."""
    climbs_below_facade: int
    """The same, on the way from FACADE on."""
    callbacks: int
    """Those of the climbs that are callbacks."""
    facade: int
    """How often the way goes into FACADE."""


class Way:
    """One request through the code."""

    def __init__(self, calls: Sequence[Call], direction: Direction) -> None:
        self._direction = direction
        self._files = {call.callee for call in calls}
        seen = [call for call in calls if not _is_inside(call)]
        first_of_row = [next(row) for _, row in groupby(seen, key=lambda call: call.callee)]
        self.entries = self._entries(first_of_row)

    def figures(self) -> Figures:
        modules = [entry.call.callee for entry in self.entries]
        return Figures(
            files=len(self._files),
            rooms=len(set(map(room, self._files))),
            changes=len(modules) - 1,
            climbs=sum(entry.climbs for entry in self.entries),
            climbs_below_facade=sum(
                entry.climbs and entry.call.below_facade for entry in self.entries
            ),
            callbacks=sum(entry.is_callback for entry in self.entries),
            facade=modules.count(FACADE),
        )

    def _entries(self, calls: Sequence[Call]) -> list[Entry]:
        entered: set[str] = set()
        entries = []
        for call in calls:
            goes_on = call.caller == call.callee and call.callee in entered
            entries.append(Entry(call, goes_on, self._is_callback(call)))
            entered.add(call.callee)
        return entries

    def _is_callback(self, call: Call) -> bool:
        outside = call.caller in ("", call.callee)
        return not outside and self._direction.is_above(call.callee, call.caller)


def room(module: str) -> str:
    """The sealed package that a module lies in, or the module itself."""
    return next((package for package in SEALED if within(module, package)), module)


def _is_inside(call: Call) -> bool:
    """Whether it is a call within a sealed package."""
    return room(call.caller) == room(call.callee) and room(call.callee) in SEALED


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
        return Call(caller, modules[-1], chain[-1].co_name, changes, FACADE in modules)


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


def listed(way: Way) -> str:
    """For people to read: `^` where the way goes on in a file that it has left, `!` where it is
    called back."""
    lines = []
    for entry in way.entries:
        mark = "!" if entry.is_callback else "^" if entry.goes_on else " "
        lines.append(f"{mark} {'  ' * entry.call.depth}{entry.call.callee}: {entry.call.function}")
    return "\n".join(lines)


HEADER = (
    "",
    "files",
    "rooms",
    "changes of file",
    "climbs",
    "climbs from the facade on",
    "callbacks",
    "entries of the facade",
)


def table(ways: Mapping[str, Way]) -> str:
    rows = [[call, *map(str, astuple(way.figures()))] for call, way in ways.items()]
    return markdown(HEADER, rows)


def section(ways: Mapping[str, Way]) -> str:
    """The figures, and the ways folded up, as Markdown."""
    folded = [
        f"<details><summary>{call}, file by file</summary>\n\n```text\n{listed(way)}\n```\n\n</details>"
        for call, way in ways.items()
    ]
    return "\n\n".join([table(ways), *folded])


def as_json(way: Way) -> Mapping[str, object]:
    return {
        **asdict(way.figures()),
        "way": [asdict(entry) for entry in way.entries],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--data", type=Path, help="a data folder (default: one made for it)")
    parser.add_argument("--user", default="u0", help="who is recommended to (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="the same as JSON")
    parser.add_argument("--write", action="store_true", help=f"put it into {PAGE.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = given(options.data) if options.data else made(Path(folder))
        ways = asyncio.run(trace(settings, options.user))
    if options.json:
        print(json.dumps({call: as_json(way) for call, way in ways.items()}, indent=1))
        return
    if options.write:
        replace_section(PAGE, "trace", section(ways))
        return
    for call, way in ways.items():
        print(f"{call}\n\n{listed(way)}\n")
    print(f"{table(ways)}\n\nhigher and lower by {Direction(ROOT).source}")


if __name__ == "__main__":
    main()
