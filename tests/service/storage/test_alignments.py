"""Which alignments are active: chosen in one step, one for each modality, and never one that cannot
be used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from encoders.alignment.checkpoint import Alignment, Trained
from encoders.alignment.heads import Heads
from encoders.errors import AlignmentError
from service.storage.alignments import Alignments

ENCODERS = {"text": "t1", "image": "i1", "audio": "a1"}


def alignment(version: str, modality: str = "image") -> Alignment:
    heads = Heads(
        *(np.ones(shape, np.float32) for shape in ((1, 3), (1, 3, 2), (4,), (4, 2), (3,), (3, 2)))
    )
    encoders = {name: ENCODERS[name] for name in ("text", modality)}
    return Alignment(version, Trained(encoders, 90, 10, 0, 1.0, {}, modality), heads)


V1, V2, HEARD = alignment("v1"), alignment("v2"), alignment("v3", "audio")


@pytest.fixture
def alignments(tmp_path: Path) -> Alignments:
    kept = Alignments(tmp_path)
    for one in (V1, V2, HEARD):
        kept.keep(one)
    return kept


def active(folder: Path, encoders: dict[str, str] = ENCODERS) -> dict[str, str]:
    """As the next opening has them."""
    usable, errors = Alignments(folder).active(encoders)
    assert errors == []
    return {name: one.version for name, one in usable.items()}


def test_a_folder_without_any_has_none_that_is_active(tmp_path: Path) -> None:
    alignments = Alignments(tmp_path)
    assert (alignments.versions(), alignments.active_versions()) == ([], [])
    assert alignments.active(ENCODERS) == ({}, [])
    alignments.deactivate("", ENCODERS)  # what is off already may be switched off


def test_keeping_one_does_not_activate_it(alignments: Alignments, tmp_path: Path) -> None:
    assert (alignments.versions(), active(tmp_path)) == (["v1", "v2", "v3"], {})


def test_one_takes_the_place_of_another_of_its_modality(
    alignments: Alignments, tmp_path: Path
) -> None:
    alignments.activate(V1, ENCODERS)
    assert active(tmp_path) == {"image": "v1"}
    alignments.activate(V2, ENCODERS)
    assert active(tmp_path) == {"image": "v2"}
    assert alignments.versions() == ["v1", "v2", "v3"]


def test_each_modality_has_its_own(alignments: Alignments, tmp_path: Path) -> None:
    alignments.activate(V1, ENCODERS)
    alignments.activate(HEARD, ENCODERS)
    alignments.activate(V2, ENCODERS)
    assert active(tmp_path) == {"image": "v2", "audio": "v3"}
    alignments.deactivate("image", ENCODERS)
    assert active(tmp_path) == {"audio": "v3"}
    alignments.activate(V1, ENCODERS)
    alignments.deactivate("", ENCODERS)
    assert active(tmp_path) == {}


def test_a_file_of_before_there_were_several_names_one(
    alignments: Alignments, tmp_path: Path
) -> None:
    (tmp_path / "alignments" / "active").write_text("v1\n")
    assert active(tmp_path) == {"image": "v1"}


def test_what_an_interrupted_save_left_is_no_version(
    alignments: Alignments, tmp_path: Path
) -> None:
    partial = tmp_path / "alignments" / "v4.partial"
    partial.mkdir()
    (partial / "alignment.json").write_text("{}")
    assert alignments.versions() == ["v1", "v2", "v3"]


def test_with_other_encoders_one_cannot_be_used_and_another_can(
    alignments: Alignments, tmp_path: Path
) -> None:
    alignments.activate(V1, ENCODERS)
    alignments.activate(HEARD, ENCODERS)
    usable, (error,) = alignments.active({**ENCODERS, "audio": "a2"})
    assert (list(usable), error.metadata["alignment"]) == (["image"], "v3")
    assert "other encoders" in str(error)
    alignments.activate(V2, {**ENCODERS, "audio": "a2"})  # which is the end of the other
    assert alignments.active_versions() == ["v2"]


def test_one_that_is_gone_is_said_to_be(alignments: Alignments, tmp_path: Path) -> None:
    alignments.activate(V1, ENCODERS)
    (tmp_path / "alignments/v1").rename(tmp_path / "elsewhere")
    usable, (error,) = alignments.active(ENCODERS)
    assert usable == {}
    assert "none of this name, only v2, v3" in str(error)
    with pytest.raises(AlignmentError, match="'v1'"):
        alignments.read("v1", ENCODERS)
