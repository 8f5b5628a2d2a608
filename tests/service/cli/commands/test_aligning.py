"""`palate align`: what it prints, what it leaves in the data folder, its exit codes, and the
doctor's word on it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service.storage.alignments import Alignments
from tests.service import strips
from tests.service.cli.conftest import Run

DATA = Path("palate-data")


@pytest.fixture
def pictured(run: Run, indexed_strips: Path, tmp_path: Path) -> Run:
    """`palate` beside a data folder with pictures that can be aligned."""
    shutil.copytree(indexed_strips, tmp_path / DATA)
    return run


def test_it_says_how_many_pairs_it_needs_and_trains_nothing(filled: Run) -> None:
    ran = filled("align", "--json")
    assert (ran.code, ran.out) == (2, "")
    assert "at least 200" in ran.err
    assert not list(DATA.glob("alignments/*"))


@pytest.mark.parametrize(
    "arguments", [["--off", "--use", "v"], ["--holdout", "0.9"], ["--holdout", "nan"]]
)
def test_it_refuses_what_makes_no_sense(run: Run, arguments: list[str]) -> None:
    assert run("align", *arguments).code == 2


def test_it_names_what_it_does_not_know_and_needs_a_data_folder(
    filled: Run, tmp_path: Path
) -> None:
    assert "'v0': there is none of this name" in filled("align", "--use", "v0").err
    assert filled("align", "--data", tmp_path / "elsewhere").code == 2


def test_a_modality_that_is_none_or_has_no_encoder_is_refused(filled: Run) -> None:
    unknown = filled("align", "--modality", "smell")
    assert (unknown.code, "known are image, audio" in unknown.err) == (2, True)
    silent = filled("align", "--modality", "audio")
    assert (silent.code, "set encoders.audio" in silent.err) == (2, True)
    assert filled("align", "--off", "--modality", "audio").code == 2
    assert filled("align", "--off", "--modality", "image").code == 0


def test_it_trains_shows_before_and_after_is_in_use_and_is_switched_off_and_on(
    pictured: Run,
) -> None:
    ran = pictured("align", "--holdout", "0.2")
    assert ran.code == 0
    assert "text -> image" in ran.out
    assert ran.out.rstrip().endswith("in use")
    (version,) = Alignments(DATA).versions()
    assert seen(pictured)
    doctor = pictured("doctor")
    assert f"{version}, held-out recall@10" in doctor.out
    assert pictured("align", "--off", "--json").json == {"in_use": ""}
    assert not seen(pictured)
    assert pictured("align", "--use", version, "--json").json == {"in_use": version}
    assert seen(pictured)


def seen(run: Run) -> bool:
    """Whether words find the picture that nobody described."""
    found = run("search", strips.words(strips.ONLY_SEEN), "--json").json["results"]
    return [row["sources"] for row in found if row["item_id"] == f"i{strips.ONLY_SEEN}"] == [
        ["content_image"]
    ]


def test_one_that_cannot_be_used_is_a_warning_of_the_doctor(pictured: Run) -> None:
    (DATA / "alignments").mkdir()
    (DATA / "alignments/active").write_text("v0\n")
    ran = pictured("doctor", "--json")
    (finding,) = (one for one in ran.json if one["what"] == "shared space")
    assert (ran.code, finding["status"]) == (1, "warn")
    assert "'v0'" in finding["found"]
