"""The example of an audio plug-in through the whole of Palate: files, index, recommendations,
reasons."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

import pytest

from tests.service.cli.conftest import Run
from tests.service.cli.installing import install

LISTENED = ("bow 196", "bow 233", "bow 330")


@pytest.fixture
def songs(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run` in a folder with a catalogue of sounds, known by their timbre, and a
    listener of one instrument. Items have no words."""
    install("audio-plugin", tmp_path, monkeypatch)
    instruments = importlib.import_module("instruments")
    monkeypatch.delenv("PALATE_ENCODERS__IMAGE")
    monkeypatch.setenv("PALATE_ENCODERS__AUDIO", "timbre")
    rows = []
    for name, sound in instruments.orchestra().items():
        ending = "flac" if name.startswith("bow") else "wav"
        instruments.record(sound, tmp_path / f"{name}.{ending}")
        rows.append({"item_id": name, "domain": "songs", "audio": f"{name}.{ending}"})
    (tmp_path / "songs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    listened = [
        {"user_id": "u", "item_id": name, "event_type": "listen", "timestamp": 1_700_000_000}
        for name in LISTENED
    ]
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(row) + "\n" for row in listened))
    (report,) = run("index", tmp_path / "songs.jsonl", "--json").json["files"]
    assert (report["counts"], report["warnings"]) == (
        {"indexed": 30, "skipped": 0, "joined": 0},
        [],
    )
    assert run("events", tmp_path / "events.jsonl").code == 0
    return run


def played_by(rows: list[dict[str, str]]) -> list[str]:
    return [row["item_id"].split()[0] for row in rows]


def test_sounds_of_one_instrument_go_together_and_that_is_the_reason(
    songs: Run, tmp_path: Path
) -> None:
    assert (
        played_by(songs("similar", "drum 262", "-k", 5, "--json").json["results"]) == ["drum"] * 5
    )
    found = songs("search", "--audio", tmp_path / "pluck 330.wav", "-k", 2, "--json").json[
        "results"
    ]
    assert found[0]["item_id"] == "pluck 330"
    assert (played_by(found), found[0]["sources"]) == (["pluck"] * 2, ["content_audio"])

    best = songs("recommend", "--user", "u", "-k", 2, "--explain", "--json").json["results"]
    assert played_by(best) == ["bow", "bow"]
    why = songs("explain", "--user", "u", "--item", best[0]["item_id"], "--json").json
    similar = [fact for fact in why["evidence"] if fact["kind"] == "audio_similarity"]
    assert {fact["item_id"] for fact in similar} <= set(LISTENED)
    assert "sound" in why["text"]
    assert not re.search("picture|look", why["text"])


def test_the_doctor_says_how_many_sounds_a_second(songs: Run) -> None:
    found = {finding["what"]: finding for finding in songs("doctor", "--json").json}
    assert re.fullmatch(
        r"timbre: timbre, 32 wide, fingerprint timbre-1, [\d,]+ sounds of 30 s/s here",
        found["audio encoder"]["found"],
    )
    assert found["plug-in timbre"]["found"] == "palate_timbre:timbre_encoder of palate-timbre 0.1.0"
    assert "image encoder" not in found


def test_going_over_to_pictures_back_and_to_both_is_a_change_of_encoders(songs: Run) -> None:
    there = songs("encoders", "change", "--image", "fake", "--json").json
    assert (there["image"], there["audio"]) == ("fake", "none")
    back = songs("encoders", "change", "--audio", "timbre", "--json").json
    assert (back["image"], back["audio"]) == ("none", "timbre")
    both = songs("encoders", "change", "--audio", "timbre", "--image", "fake", "--json").json
    assert (both["image"], both["audio"]) == ("fake", "timbre")
