"""The way of a call through files: climbs, callbacks, and what does not count."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.modules import Direction
from benchmarks.trace import FACADE, Call, Recorder, Way, made, room, trace
from tests.benchmarks.checkouts import write

LAYERS = "encoders\nservice.ranker\nservice.catalog\nservice.serving\nservice.recommender\nservice.rpc\npalate\n"
FILES = {
    "docs/layers.txt": LAYERS,
    "encoders/base.py": "",
    "service/catalog/ids.py": "",
    "service/ranker/ranker.py": "",
    "service/ranker/blend.py": "",
    "service/serving/users.py": "",
    "service/serving/pipeline.py": "from service.serving import users",
    "service/recommender.py": "",
    "service/rpc/lanes.py": "",
}

SERVICERS = "service.rpc.servicers"


@pytest.fixture
def direction(tmp_path: Path) -> Direction:
    return Direction(write(tmp_path, FILES))


def calls(*pairs: tuple[str, str]) -> list[Call]:
    return [Call(caller, callee, "f", 0, caller == FACADE) for caller, callee in pairs]


FACADE_CALLS = ("service.rpc.lanes", FACADE)
USERS, IDS = "service.serving.users", "service.catalog.ids"


def test_who_goes_on_in_a_file_after_having_been_below_has_climbed(direction: Direction) -> None:
    way = Way(calls(FACADE_CALLS, (FACADE, USERS), (FACADE, FACADE), (FACADE, IDS)), direction)
    assert [entry.climbs for entry in way.entries] == [False, False, True, False]
    figures = way.figures()
    assert (figures.files, figures.changes, figures.climbs, figures.facade) == (3, 3, 1, 2)
    assert figures.climbs_below_facade == 1


def test_the_first_visit_of_a_file_is_no_climb_nor_is_another_call_down(
    direction: Direction,
) -> None:
    down = [(FACADE, USERS), (USERS, IDS), (FACADE, USERS), (FACADE, IDS)]
    way = Way(calls(FACADE_CALLS, *down), direction)
    assert len(way.entries) == 5
    assert way.figures().climbs == 0


def test_what_goes_on_inside_a_sealed_package_counts_as_files_only(direction: Direction) -> None:
    ranker, blend = "service.ranker.ranker", "service.ranker.blend"
    way = Way(calls((FACADE, ranker), (ranker, blend), (ranker, ranker)), direction)
    assert [entry.call.callee for entry in way.entries] == [ranker]
    assert (way.figures().files, way.figures().rooms, way.figures().climbs) == (2, 1, 0)


def test_calls_within_a_file_do_not_change_it(direction: Direction) -> None:
    way = Way(calls(FACADE_CALLS, (FACADE, FACADE), (FACADE, FACADE)), direction)
    assert len(way.entries) == 1


def test_a_call_into_what_stands_higher_is_a_callback(direction: Direction) -> None:
    way = Way(calls(("", FACADE), (FACADE, USERS), (USERS, FACADE)), direction)
    assert [entry.is_callback for entry in way.entries] == [False, False, True]
    assert (way.figures().callbacks, way.figures().climbs) == (1, 1)


def test_a_sealed_package_is_one_room() -> None:
    assert room("service.ranker.data.history") == room("service.ranker.ranker") == "service.ranker"
    assert room("service.serving.users") == "service.serving.users"


PIPELINE = """
def rank(n):
    return [ids.index(one) for one in range(n)] + [len(ids.Ids()), later()]


def later():
    return ids.index(0)
"""
CATALOG = """
class Ids:
    def __len__(self):
        return 1


def index(one):
    return sum(int(n) for n in str(one))
"""


def ran(file: Path, text: str, **names: object) -> SimpleNamespace:
    """What a module defines, as if it had been imported from there."""
    namespace = dict(names)
    exec(compile(text, str(file), "exec"), namespace)
    return SimpleNamespace(**namespace)


def test_what_is_done_for_every_item_is_one_call_and_special_methods_are_none(
    tmp_path: Path,
) -> None:
    recorder = Recorder(write(tmp_path, {**FILES, "service/serving/pipeline.py": PIPELINE}))
    ids = ran(tmp_path / "service/catalog/ids.py", CATALOG)
    pipeline = ran(tmp_path / "service/serving/pipeline.py", PIPELINE, ids=ids)
    sys.setprofile(recorder.watch)
    try:
        with recorder.recording():
            pipeline.rank(5)
    finally:
        sys.setprofile(None)
    entries = recorder.way().entries
    assert [(entry.call.callee, entry.call.function) for entry in entries] == [
        ("service.serving.pipeline", "rank"),
        ("service.catalog.ids", "index"),
        ("service.serving.pipeline", "later"),
        ("service.catalog.ids", "index"),
    ]
    assert [entry.call.depth for entry in entries] == [0, 1, 0, 1]


def test_a_recommend_and_an_explain_go_through_the_server_and_the_facade(tmp_path: Path) -> None:
    ways = asyncio.run(trace(made(tmp_path), "u0"))
    assert list(ways) == ["Recommend", "Explain"]
    for call, way in ways.items():
        modules = [entry.call.callee for entry in way.entries]
        of_servicer = [e.call.function for e in way.entries if e.call.callee == SERVICERS]
        assert (modules[0], of_servicer[0]) == ("service.rpc.interceptor", call)
        assert FACADE in modules
        assert "service.ranker.ranker" in modules
        assert way.figures().files > way.figures().rooms > 10
