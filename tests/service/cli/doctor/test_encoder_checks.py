"""What the doctor says of encoders, configured and plugged in."""

from __future__ import annotations

from pathlib import Path

import pytest

from encoders.errors import EncoderError
from encoders.fake import FakeImageEncoder
from encoders.plugins import PlugIn
from encoders.registry import ENCODERS
from service.cli.doctor import encoder_checks
from service.cli.doctor.encoder_checks import Encoders, plugged_in
from tests.service import world

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measured for no longer than one batch takes."""
    monkeypatch.setattr(encoder_checks, "MEASURED_S", 0.0)


def looked_at(folder: Path, **encoders: str) -> dict[str, tuple[str, str]]:
    """Status and what was found, by what was looked at."""
    settings = world.settings(folder, encoders={"text": "fake", **encoders})
    found = Encoders.load(settings).findings()
    return {finding.what: (finding.status, finding.found) for finding in found}


def test_every_encoder_has_a_line_with_its_speed(tmp_path: Path) -> None:
    found = looked_at(tmp_path, image="fake", audio="fake")
    assert list(found) == ["text encoder", "image encoder", "audio encoder"]
    for name, unit in (("text", "texts"), ("image", "images"), ("audio", "sounds of 30 s")):
        status, line = found[f"{name} encoder"]
        assert status == "ok"
        assert line.startswith(
            f"fake: fake, {16 if name == 'text' else 12} wide, fingerprint fake-"
        )
        assert line.endswith(f" {unit}/s here")


def test_a_catalogue_of_texts_alone_is_sound(tmp_path: Path) -> None:
    assert looked_at(tmp_path, image="none")["image encoder"] == (
        "ok",
        "none: pictures and sounds are not looked at",
    )
    assert "image encoder" not in looked_at(tmp_path, audio="fake")


def test_each_one_that_cannot_be_loaded_is_told_and_the_others_are_looked_at(
    tmp_path: Path,
) -> None:
    found = looked_at(tmp_path, text="fake", image="gone", audio="clap")
    assert found["text encoder"][0] == "ok"
    assert found["image encoder"][0] == found["audio encoder"][0] == "fail"
    assert "no image encoder is called 'gone'" in found["image encoder"][1]
    assert "no audio encoder is called 'clap'" in found["audio encoder"][1]


def test_one_that_fails_when_it_is_used_is_told_with_what_is_known_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(FakeImageEncoder):
        def encode_images(self, images):  # type: ignore[no-untyped-def]
            raise EncoderError("it has fallen over")

    monkeypatch.setitem(ENCODERS["image"], "broken", lambda *_: Broken())
    status, line = looked_at(tmp_path, image="broken")["image encoder"]
    assert status == "fail"
    assert "broken: fake, 12 wide" in line
    assert "it has fallen over" in line


def test_looking_makes_no_folder_for_converted_networks(tmp_path: Path) -> None:
    looked_at(tmp_path / "data", image="fake")
    assert not (tmp_path / "data").exists()


def test_a_plug_in_is_listed_and_one_that_is_never_used_is_warned_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        encoder_checks,
        "plug_ins",
        lambda: [
            PlugIn("mine", "host:make", "host 1.2"),
            PlugIn("fake", "host:fake", "host 1.2"),
            PlugIn("gone", "host:gone", "", "ModuleNotFoundError: gone"),
            PlugIn("bundled", "host:heard", "host 1.2"),
        ],
    )
    found = {finding.what: (finding.status, finding.found) for finding in plugged_in()}
    assert found == {
        "plug-in mine": ("ok", "host:make of host 1.2"),
        "plug-in fake": (
            "warn",
            "host:fake of host 1.2 is never used: Palate has an encoder of this name",
        ),
        "plug-in gone": (
            "warn",
            "host:gone of an unknown package cannot be imported: ModuleNotFoundError: gone",
        ),
        # there is no audio encoder that is called so
        "plug-in bundled": ("ok", "host:heard of host 1.2"),
    }
