"""Which alignment is in use: chosen in one step, and never one that cannot be used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from encoders.alignment.alignment import Alignment, Heads, Trained

from encoders.errors import AlignmentError
from service.storage.alignments import Alignments

ENCODERS = {"text": "t1", "image": "i1"}


def alignment(version: str) -> Alignment:
    heads = Heads(
        *(np.ones(shape, np.float32) for shape in ((1, 3), (1, 3, 2), (4,), (4, 2), (3,), (3, 2)))
    )
    return Alignment(version, Trained(ENCODERS, 90, 10, 0, 1.0, {}), heads)


@pytest.fixture
def alignments(tmp_path: Path) -> Alignments:
    kept = Alignments(tmp_path)
    kept.keep(alignment("v1"))
    kept.keep(alignment("v2"))
    return kept


def test_a_folder_without_any_has_none_in_use(tmp_path: Path) -> None:
    alignments = Alignments(tmp_path)
    assert (alignments.versions(), alignments.active_version(), alignments.active(ENCODERS)) == (
        [],
        "",
        None,
    )
    alignments.use("")  # what is off already may be switched off


def test_keeping_one_does_not_use_it(alignments: Alignments) -> None:
    assert (alignments.versions(), alignments.active(ENCODERS)) == (["v1", "v2"], None)


def test_one_is_chosen_then_another_then_none(alignments: Alignments, tmp_path: Path) -> None:
    for version in ("v1", "v2", ""):
        alignments.use(version)
        again = Alignments(tmp_path)
        active = again.active(ENCODERS)
        assert (again.active_version(), active.version if active else "") == (version, version)
    assert alignments.versions() == ["v1", "v2"]


def test_what_an_interrupted_save_left_is_no_version(
    alignments: Alignments, tmp_path: Path
) -> None:
    partial = tmp_path / "alignments" / "v3.partial"
    partial.mkdir()
    (partial / "alignment.json").write_text("{}")
    assert alignments.versions() == ["v1", "v2"]


def test_the_one_in_use_is_refused_with_other_encoders_and_when_it_is_gone(
    alignments: Alignments, tmp_path: Path
) -> None:
    alignments.use("v1")
    with pytest.raises(AlignmentError, match="other encoders"):
        alignments.active(ENCODERS | {"text": "t2"})
    (tmp_path / "alignments/v1").rename(tmp_path / "elsewhere")
    with pytest.raises(AlignmentError, match=r"'v1'.*none of this name, only v2"):
        alignments.active(ENCODERS)
