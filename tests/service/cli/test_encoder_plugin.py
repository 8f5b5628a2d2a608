"""The example of a plug-in, found by its entry point and used through the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from encoders.errors import EncoderUnavailable
from encoders.plugins import ENTRY_POINT_GROUP, PlugIn, plug_ins
from encoders.registry import load_modality, load_text_encoder
from tests.service.cli.conftest import Run
from tests.service.cli.installing import install


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return install("encoder-plugin", tmp_path, monkeypatch)


def test_a_catalogue_is_indexed_and_searched_by_colour(
    run: Run, installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALATE_ENCODERS__IMAGE", "colour:24")
    rows = []
    for colour in ("red", "orange", "blue", "grey"):
        Image.new("RGB", (20, 30), colour).save(tmp_path / f"{colour}.png")
        rows.append({"item_id": colour, "image": f"{colour}.png"})
    (tmp_path / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    Image.new("RGB", (50, 10), "#e01010").save(tmp_path / "query.png")
    (report,) = run("index", tmp_path / "items.jsonl", "--json").json["files"]
    assert (report["counts"], report["warnings"]) == ({"indexed": 4, "skipped": 0, "joined": 0}, [])
    found = run("search", "--image", tmp_path / "query.png", "-k", 2, "--json").json["results"]
    assert [row["item_id"] for row in found] == ["red", "orange"]
    monkeypatch.setenv("PALATE_ENCODERS__IMAGE", "colour:12")
    assert "palate rebuild" in run("search", "red").err


def test_the_plug_in_is_listed_with_its_package(installed: Path) -> None:
    assert PlugIn("colour", "palate_colour:colour_encoder", "palate-colour 0.1.0") in plug_ins()


def test_the_doctor_names_the_encoders_in_use_and_the_plug_ins(
    run: Run, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installed.joinpath("entry_points.txt").open("a") as stream:
        stream.write("broken = no_such_module:encoder\nfake = palate_colour:colour_encoder\n")
    monkeypatch.setenv("PALATE_ENCODERS__IMAGE", "colour:24")
    found = {finding["what"]: finding for finding in run("doctor", "--json").json}
    assert re.fullmatch(
        r"fake: fake, 16 wide, fingerprint fake-text-16, [\d,]+ texts/s here",
        found["text encoder"]["found"],
    )
    assert re.fullmatch(
        r"colour:24: colour:24, 32 wide, fingerprint colour-1-24-8-64, [\d,]+ images/s here",
        found["image encoder"]["found"],
    )
    assert found["plug-in colour"]["status"] == "ok"
    assert found["plug-in colour"]["found"] == "palate_colour:colour_encoder of palate-colour 0.1.0"
    assert found["plug-in broken"]["status"] == found["plug-in fake"]["status"] == "warn"
    assert "No module named 'no_such_module'" in found["plug-in broken"]["found"]
    assert "never used" in found["plug-in fake"]["found"]


def test_a_plug_in_that_cannot_be_imported_is_listed_with_its_error(installed: Path) -> None:
    installed.joinpath("entry_points.txt").write_text(
        f"[{ENTRY_POINT_GROUP}]\nbroken = no_such_module:encoder\n"
    )
    (broken,) = (plug_in for plug_in in plug_ins() if plug_in.name == "broken")
    assert broken.error == "ModuleNotFoundError: No module named 'no_such_module'"
    with pytest.raises(EncoderUnavailable, match="No module named 'no_such_module'"):
        load_text_encoder("broken:x")


def test_two_plug_ins_of_one_name_are_refused(installed: Path) -> None:
    other = installed.parent / "other-1.0.dist-info"
    other.mkdir()
    other.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    other.joinpath("entry_points.txt").write_text(
        f"[{ENTRY_POINT_GROUP}]\ncolour = other:encoder\n"
    )
    with pytest.raises(
        EncoderUnavailable, match="several plug-ins have this name: other:encoder and palate_colour"
    ):
        load_modality("image", "colour")
