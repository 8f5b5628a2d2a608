"""An alignment as a file: it comes back as it was, whole or not at all, and only for its own
encoders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from encoders.alignment.alignment import Alignment, Heads, Trained, read_alignment
from encoders.errors import AlignmentError

ENCODERS = {"text": "t1", "image": "i1"}


@pytest.fixture
def alignment() -> Alignment:
    rng = np.random.default_rng(0)

    def array(*shape: int) -> np.ndarray:  # type: ignore[type-arg]
        return rng.normal(size=shape).astype(np.float32)

    heads = Heads(array(2, 6), array(2, 6, 4), array(5), array(5, 4), array(6), array(6, 4))
    return Alignment("v1", Trained(ENCODERS, 90, 10, 3, 1.5, {"text_to_image": 0.5}), heads)


def test_what_is_read_is_what_was_saved(alignment: Alignment, tmp_path: Path) -> None:
    alignment.save(tmp_path / "v1")
    back = read_alignment(tmp_path / "v1", ENCODERS)
    assert (back.version, back.trained, back.dim) == ("v1", alignment.trained, 4)
    pictures = np.random.default_rng(1).normal(size=(3, 5)).astype(np.float32)
    np.testing.assert_array_equal(back.heads.images(pictures), alignment.heads.images(pictures))


def test_other_encoders_are_refused_by_name_of_both(alignment: Alignment, tmp_path: Path) -> None:
    alignment.save(tmp_path / "v1")
    with pytest.raises(AlignmentError, match=r"i1.*i2.*palate align"):
        read_alignment(tmp_path / "v1", ENCODERS | {"image": "i2"})


@pytest.mark.parametrize("name", ["alignment.json", "heads.safetensors"])
@pytest.mark.parametrize("content", [None, b"", b"[]", b"\x00garbage"])
def test_a_damaged_one_is_refused(
    alignment: Alignment, tmp_path: Path, name: str, content: bytes | None
) -> None:
    alignment.save(tmp_path / "v1")
    if content is None:
        (tmp_path / "v1" / name).unlink()
    else:
        (tmp_path / "v1" / name).write_bytes(content)
    with pytest.raises(AlignmentError, match="v1"):
        read_alignment(tmp_path / "v1", ENCODERS)


def test_what_an_interrupted_save_left_does_not_hinder_the_next(
    alignment: Alignment, tmp_path: Path
) -> None:
    (tmp_path / "v1.partial").mkdir()
    (tmp_path / "v1.partial" / "alignment.json").write_text("{")
    alignment.save(tmp_path / "v1")
    assert [path.name for path in tmp_path.iterdir()] == ["v1"]
    assert read_alignment(tmp_path / "v1", ENCODERS).version == "v1"


def test_vectors_have_length_one_and_a_missing_part_adds_nothing(alignment: Alignment) -> None:
    heads = alignment.heads
    parts = np.random.default_rng(2).normal(size=(2, 3, 6)).astype(np.float32)
    parts[1] = 0.0
    expected = (parts[0] - heads.text_mean[0]) @ heads.text[0]
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(heads.texts(parts), expected, atol=1e-6)
    for vectors in (heads.images(parts[0, :, :5]), heads.queries(parts[0])):
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)


def test_no_rows_give_no_rows_and_the_mean_itself_gives_a_finite_one(alignment: Alignment) -> None:
    heads = alignment.heads
    assert heads.images(np.zeros((0, 5), np.float32)).shape == (0, 4)
    assert heads.texts(np.zeros((2, 0, 6), np.float32)).shape == (0, 4)
    assert np.isfinite(replace(heads).images(heads.image_mean[None])).all()
