"""The commands through a server: the same answers as from the folder itself."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from indexer.catalog.event import Event
from indexer.catalog.item import Item, RowError
from indexer.indexing.indexer import IndexReport
from palate.client import Client, PalateRpcError
from service.api.fairness import FairnessRequest, UserGrouping
from service.api.messages import (
    EventReport,
    ExplainRequest,
    OnlineBy,
    OnlineRequest,
    Personalization,
    RecommendRequest,
    SearchRequest,
    SimilarRequest,
    TasteRequest,
    TrainProgress,
    TrialKind,
    TrialRequest,
    UserDeletion,
    UserExport,
    UserProfile,
)
from service.cli.remote import Remote
from service.cli.session import open_recommender
from service.config import Settings
from service.operations.switching import Switching
from service.rpc.server import serve
from tests.service import counting, world
from tests.service.cli.conftest import Run
from tests.service.standin import (
    ALIEN,
    ANSWER,
    ENCODERS,
    EXPLANATION,
    FAIRNESS,
    MODEL,
    ONLINE,
    TASTE,
    TRIAL,
    StandIn,
    served,
    with_lists,
)
from tests.tones import wav


@pytest.fixture
def server(filled: Run) -> Iterator[str]:
    """A server in this process that owns ./palate-data; its address."""
    settings = world.settings(
        Path("palate-data").absolute(),
        server={"address": "127.0.0.1:0"},
        access={"encoders": ["two", "no-such-model"]},
    )
    ready, address, stops = threading.Event(), [""], []

    def run(settings: Settings) -> None:
        async def until_stopped() -> None:
            stop = asyncio.Event()
            stops.append((asyncio.get_running_loop(), stop))
            await serve(
                settings,
                lambda settings: Switching(open_recommender(settings)),
                stop=stop,
                on_listening=lambda where: address.__setitem__(0, where),
                on_loaded=lambda _: ready.set(),
            )

        asyncio.run(until_stopped())

    thread = threading.Thread(target=run, args=(settings,))
    thread.start()
    assert ready.wait(60)
    yield address[0]
    loop, stop = stops[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join(60)


def _without_what_differs(answer: Any) -> Any:
    """Ids and times are of one answer."""
    dropped = ("recommendation_id", "stage_ms", "next_page_token")
    return (
        {name: value for name, value in answer.items() if name not in dropped}
        if "results" in answer
        else answer
    )


@pytest.mark.parametrize(
    "question",
    [
        [
            "recommend",
            "--user",
            "u0",
            "-k",
            "3",
            "--explain",
            "--taste",
            "alien",
            "--history",
            "i2",
            "--exclude",
            "gone",
        ],
        [
            "recommend",
            "--non-profiled",
            "--domain",
            "books",
            "--filter",
            "price < 38",
            "--lang",
            "zh",
            "--explain",
        ],
        ["similar", "i0", "-k", "3"],
        ["search", "wedding", "-k", "3"],
        ["explain", "--user", "u0", "--item", "i8"],
        ["explain", "--user", "u0", "--item", "i8", "--instead-of", "i9", "--change"],
        ["explain", "--user", "u0", "--profile", "--lang", "zh"],
        ["models", "list"],
        ["users", "export", "u1"],
    ],
)
def test_a_server_answers_as_the_folder_does(
    filled: Run, question: list[str], request: pytest.FixtureRequest
) -> None:
    here = filled(*question, "--json")
    there = filled(*question, "--json", "--server", request.getfixturevalue("server"))
    assert (here.code, there.code) == (0, 0)
    assert _without_what_differs(there.json) == _approximately(_without_what_differs(here.json))


def _approximately(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _approximately(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_approximately(entry) for entry in value]
    return pytest.approx(value, abs=1e-4) if isinstance(value, float) else value


def test_files_go_through_a_server_with_the_pictures_beside_them(
    filled: Run, server: str, tmp_path: Path
) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    Image.new("RGB", (8, 8), "red").save(folder / "red.png")
    rows = [
        {"item_id": "red", "title": "Red", "image": ["red.png", "http://127.0.0.1/blue.png"]},
        {"item_id": "gone", "title": "Gone", "image": "gone.png"},
        {"item_id": "bad", "price": -1},
        {"item_id": "i0", "title": "Alien rocket again"},
    ]
    (folder / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    ran = filled("index", folder / "items.jsonl", "--server", server, "--json")
    (report,) = ran.json["files"]
    assert ran.code == 0
    assert report["counts"] == {"indexed": 4, "skipped": 0, "joined": 0}
    warned = {row["item_id"]: row["reason"] for row in report["warnings"]}
    assert warned.keys() == {"bad", "gone", "red"}
    assert "is not public" in warned["red"]
    alike = filled(
        "search", "--image", folder / "red.png", "-k", 1, "--server", server, "--json"
    ).json["results"]
    assert [row["item_id"] for row in alike] == ["red"]


def test_a_server_goes_over_to_sounds_and_takes_them_from_beside_a_file(
    filled: Run, server: str, tmp_path: Path
) -> None:
    now = filled("encoders", "change", "--audio", "fake", "--server", server, "--json").json
    assert (now["image"], now["audio"]) == ("none", "fake")
    folder = tmp_path / "songs"
    folder.mkdir()
    (folder / "low.wav").write_bytes(wav(100))
    (folder / "high.wav").write_bytes(wav(3_000))
    rows = [{"item_id": name, "audio": f"{name}.wav"} for name in ("low", "high", "gone")]
    (folder / "songs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (report,) = filled("index", folder / "songs.jsonl", "--server", server, "--json").json["files"]
    assert report["counts"] == {"indexed": 3, "skipped": 0, "joined": 0}
    assert [(row["line"], row["item_id"]) for row in report["warnings"]] == [(3, "gone")]
    found = filled(
        "search", "--audio", folder / "low.wav", "-k", 1, "--server", server, "--json"
    ).json["results"]
    assert [(row["item_id"], row["sources"]) for row in found] == [("low", ["content_audio"])]
    refused = filled("search", "--image", folder / "low.wav", "--server", server)
    assert (refused.code, "cannot encode image search; set encoders.image" in refused.err) == (
        2,
        True,
    )


def test_events_through_a_server_are_seen_by_its_next_answer(
    filled: Run, server: str, tmp_path: Path
) -> None:
    path = tmp_path / "more.jsonl"
    events = [
        {"user_id": "new", "item_id": f"i{i}", "event_type": "like", "timestamp": 1}
        for i in (0, 2, 99)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in [*events, {"user_id": "new"}]))
    ran = filled("events", path, "--server", server, "--json")
    assert ran.code == 1
    assert ran.json["files"][0]["counts"] == {
        "recorded": 3,
        "duplicates": 0,
        "unknown_items": 1,
        "unattributed": 0,
        "withheld": 0,
    }
    assert ran.json["files"][0]["failed"][0]["line"] == 4
    again = filled("events", path, "--server", server, "--json").json["files"][0]["counts"]
    assert again == {
        "recorded": 0,
        "duplicates": 3,
        "unknown_items": 0,
        "unattributed": 0,
        "withheld": 0,
    }
    ids = {
        row["item_id"]
        for row in filled("recommend", "--user", "new", "--server", server, "--json").json[
            "results"
        ]
    }
    assert ids.isdisjoint({"i0", "i2"})


def test_a_server_trains_activates_and_forgets(filled: Run, server: str) -> None:
    trained = filled("train", "--server", server, "--json")
    assert trained.code == (0 if trained.json["active"] else 1)
    version = trained.json["version"]
    assert filled("models", "activate", version, "--server", server, "--json").json["active"]
    assert filled("users", "delete", "u0", "--server", server, "--json").json["events"] == 8
    refused = filled("models", "activate", "nothing", "--server", server)
    assert (refused.code, len(refused.err.splitlines())) == (2, 1)
    assert "nothing" in refused.err


def test_a_server_changes_its_encoders_and_goes_on(
    filled: Run, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting.install(monkeypatch)
    changed = filled("encoders", "change", "--text", "two", "--server", server, "--json").json
    assert (changed["text"], changed["image"], changed["items"]) == ("two", "fake", 40)
    assert filled("recommend", "--user", "u0", "--server", server, "--json").json["results"]
    with Client(server) as client:
        for asked, why in (
            ("no-such-model", "cannot be loaded"),
            ("st:/root", "is not among those that may be asked for"),
            ("two", "serve already"),
            ("", "serve already"),
        ):
            with pytest.raises(PalateRpcError, match=why) as caught:
                list(client.change_encoders(text=asked))
            assert (caught.value.code.name, caught.value.reason) == (
                "INVALID_ARGUMENT",
                "INVALID_INPUT",
            )


def test_the_folder_of_a_running_server_is_not_opened_beside_it(filled: Run, server: str) -> None:
    ran = filled("recommend", "--user", "u0")
    assert ran.code == 2
    assert "--server ADDRESS" in ran.err


@pytest.fixture(scope="module")
def standin() -> StandIn:
    """What every `remote` of this module asks."""
    return StandIn()


@pytest.fixture(scope="module")
def remote(standin: StandIn) -> Iterator[Remote]:
    with served(standin) as address:
        remote = Remote(address)
        yield remote
        remote.close()


RECOMMEND = RecommendRequest(
    user_id="u",
    k=5,
    domains=["films"],
    filter="price < 2",
    exclude_item_ids=["a"],
    include_seen=True,
    history_item_ids=["b", "c"],
    taste="slow",
    diversity=0.5,
    exploration=1.0,
    explain=True,
    language="zh",
    personalization=Personalization.NON_PROFILED,
    scenario="home",
    page_token="p",
    wish="a western",
    refine_recommendation_id="r",
    without_wish_parts=["no horror"],
)
WITHOUT_ID = {"recommendation_id": "", "next_page_token": ""}


@pytest.mark.parametrize(
    ("verb", "request_", "answer"),
    [
        ("recommend", RECOMMEND, ANSWER),
        (
            "similar_items",
            SimilarRequest("f1", k=3, domains=["d"], filter="x", exclude_item_ids=["a"]),
            replace(ANSWER, **WITHOUT_ID),
        ),
        (
            "search_items",
            SearchRequest(text="ship", k=2, domains=["d"], filter="x"),
            replace(ANSWER, **WITHOUT_ID, missing_item_ids=()),
        ),
        (
            "search_items",
            SearchRequest(image=b"png", domains=[]),
            replace(ANSWER, **WITHOUT_ID, missing_item_ids=()),
        ),
        (
            "explain",
            ExplainRequest("i", "r", "u", "zh", "openai", "j", True, "w", "t"),
            EXPLANATION,
        ),
        ("report_online", OnlineRequest(1_700_000_000.5, OnlineBy.SLICE), ONLINE),
        (
            "report_fairness",
            FairnessRequest(1.5, "domain", 3, "country", [UserGrouping("plan", {"u": "paid"})]),
            FAIRNESS,
        ),
        ("describe_taste", TasteRequest("u", "zh", "openai"), TASTE),
        ("put_user", UserProfile("u", {"country": "NL"}, "slow"), None),
        ("get_item", "f1", ALIEN),
        ("delete_items", ["f1", "gone"], ["gone"]),
        ("activate_model", "m1", MODEL),
        ("start_trial", TrialRequest("m2", TrialKind.SHADOW, 0.25), TRIAL),
    ],
)
def test_a_request_arrives_whole_and_so_does_the_answer(
    remote: Remote, standin: StandIn, verb: str, request_: Any, answer: Any
) -> None:
    got = getattr(remote, verb)(request_)
    assert standin.asked[-1] == (verb, request_)
    assert with_lists(got) == with_lists(answer)


def test_the_calls_of_several_arguments_arrive_whole(remote: Remote, standin: StandIn) -> None:
    assert remote.list_items(7, "t", "films") == ([ALIEN], "next")
    assert standin.asked[-1] == ("list_items", 7, "t", "films")
    assert remote.delete_events("u", ["e1"]) == remote.delete_events("u", None) == 3
    assert standin.asked[-2:] == [("delete_events", "u", ["e1"]), ("delete_events", "u", None)]
    assert remote.export_user("u") == UserExport({"user_id": "u", "taste": "慢"})
    assert remote.delete_user("u", retrain=True) == UserDeletion({"events": 2}, "m1", True)
    assert standin.asked[-1] == ("delete_user", "u", {"retrain": True})
    remote.set_consent("u", Personalization.CONTEXTUAL)
    assert standin.asked[-1] == ("set_consent", "u", Personalization.CONTEXTUAL)
    assert remote.merge_users("guest", "u") == {"events": 3}
    assert remote.list_models() == [remote.rollback_model()] == [MODEL]
    assert with_lists(remote.get_trial()) == with_lists(remote.end_trial()) == with_lists(TRIAL)


def test_reports_of_batches_count_their_rows_from_1(remote: Remote, standin: StandIn) -> None:
    error, warning = RowError(2, "b", "disk"), RowError(1, "a", "broken picture")
    standin.item_report = IndexReport(1, 1, 0, [error], [warning])
    standin.event_report = EventReport(1, 2, 3, [RowError(2, "b", "no")])
    items = [Item("a", title="A"), Item("b", media={"image": ("https://example.org/1.png",)})]
    report = remote.index_items(items, {"a": [b"1", b"2"]}, {"b": b"3"})
    assert standin.asked[-1] == ("index_items", items, {"a": [b"1", b"2"]}, {"b": b"3"})
    assert report == standin.item_report
    events = [
        Event("u", "a", "rating", 0.0, 1_600_000_000.25, "e1"),
        Event("u", "b", "view", None, 1_600_000_001.0),
    ]
    assert remote.record_events(events) == standin.event_report
    assert standin.asked[-1] == ("record_events", events)


def test_long_work_tells_its_steps_and_ends_with_its_result(
    remote: Remote, standin: StandIn
) -> None:
    steps: list[TrainProgress] = []
    trained = remote.train(steps.append, seed=7, force=True, incremental=True)
    assert (trained, standin.asked[-1]) == (MODEL, ("train", 7, True, True))
    assert steps == [TrainProgress("fit", 1, 2, "loss 0.5"), TrainProgress("fit", 2, 2)]
    steps.clear()
    serving = remote.change_encoders(steps.append, text="st:new", image="none", audio="none")
    assert serving == ENCODERS
    assert standin.asked[-1] == ("change_encoders", "st:new", "none", "none")
    assert steps == [TrainProgress("encode", 1, 2), TrainProgress("switch", 0, 1)]


def test_an_explanation_is_told_with_its_words(remote: Remote) -> None:
    told: list[Any] = []
    explanation = remote.explain(ExplainRequest("f1", user_id="u"), told.append)
    assert told == [explanation]
