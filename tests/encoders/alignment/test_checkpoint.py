"""An alignment as a file: it comes back as it was, whole or not at all, and only for its own
encoders."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from encoders.alignment.checkpoint import Alignment, AlignmentCard, read_alignment
from encoders.alignment.heads import Heads
from encoders.errors import AlignmentError

ENCODERS = {"text": "t1", "image": "i1"}


@pytest.fixture
def alignment() -> Alignment:
    rng = np.random.default_rng(0)

    def array(*shape: int) -> np.ndarray:  # type: ignore[type-arg]
        return rng.normal(size=shape).astype(np.float32)

    heads = Heads(array(2, 6), array(2, 6, 4), array(5), array(5, 4), array(6), array(6, 4))
    return Alignment("v1", AlignmentCard(ENCODERS, 90, 10, 3, 1.5, {"text_to_image": 0.5}), heads)


def test_what_is_read_is_what_was_saved(alignment: Alignment, tmp_path: Path) -> None:
    alignment.save(tmp_path / "v1")
    back = read_alignment(tmp_path / "v1", ENCODERS)
    assert (back.version, back.trained, back.dim) == ("v1", alignment.trained, 4)
    pictures = np.random.default_rng(1).normal(size=(3, 5)).astype(np.float32)
    np.testing.assert_array_equal(back.heads.media(pictures), alignment.heads.media(pictures))


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


@pytest.mark.parametrize("name", ["alignment.json", "heads.safetensors"])
def test_one_flipped_bit_is_noticed(alignment: Alignment, tmp_path: Path, name: str) -> None:
    alignment.save(tmp_path / "v1")
    content = bytearray((tmp_path / "v1" / name).read_bytes())
    place = content.index(b"0.5") + 2 if name == "alignment.json" else -5
    content[place] ^= 1
    (tmp_path / "v1" / name).write_bytes(content)
    with pytest.raises(AlignmentError, match=r"v1.*damaged on disk"):
        read_alignment(tmp_path / "v1", ENCODERS)


def test_one_of_before_there_were_checksums_is_read_and_has_to_be_finite(
    alignment: Alignment, tmp_path: Path
) -> None:
    alignment.save(tmp_path / "v1")
    about = json.loads((tmp_path / "v1" / "alignment.json").read_text())
    del about["sha256"]
    (tmp_path / "v1" / "alignment.json").write_text(json.dumps(about))
    assert read_alignment(tmp_path / "v1", ENCODERS).version == "v1"
    arrays = load_file(tmp_path / "v1" / "heads.safetensors")
    arrays["text"][0, 0, 0] = np.nan
    save_file(arrays, tmp_path / "v1" / "heads.safetensors")
    with pytest.raises(AlignmentError, match="not finite"):
        read_alignment(tmp_path / "v1", ENCODERS)


def test_what_an_interrupted_save_left_does_not_hinder_the_next(
    alignment: Alignment, tmp_path: Path
) -> None:
    (tmp_path / "v1.partial").mkdir()
    (tmp_path / "v1.partial" / "alignment.json").write_text("{")
    alignment.save(tmp_path / "v1")
    assert [path.name for path in tmp_path.iterdir()] == ["v1"]
    assert read_alignment(tmp_path / "v1", ENCODERS).version == "v1"


def test_only_the_two_encoders_that_are_aligned_have_to_be_the_same(
    alignment: Alignment, tmp_path: Path
) -> None:
    alignment.save(tmp_path / "v1")
    assert read_alignment(tmp_path / "v1", {**ENCODERS, "audio": "a1"}).modality == "image"
    with pytest.raises(AlignmentError, match="other encoders"):
        read_alignment(tmp_path / "v1", {"text": "t1", "audio": "a1"})


def as_written_before_modalities(folder: Path, encoders: dict[str, str]) -> None:
    """The file of an older version, which calls what it is of "image" and says no more."""
    about = json.loads((folder / "alignment.json").read_text())
    del about["trained"]["modality"], about["sha256"]
    about["trained"]["encoders"] = encoders
    (folder / "alignment.json").write_text(json.dumps(about))


@pytest.mark.parametrize(
    ("configured", "modality"),
    [
        ({"text": "t1", "image": "e1"}, "image"),
        ({"text": "t1", "audio": "e1"}, "audio"),
        ({"text": "t1", "image": "i2", "audio": "e1"}, "audio"),
        ({"text": "t1", "image": "e1", "audio": "a2"}, "image"),
    ],
)
def test_an_old_file_is_of_the_modality_that_has_its_encoder(
    alignment: Alignment, tmp_path: Path, configured: dict[str, str], modality: str
) -> None:
    alignment.save(tmp_path / "v1")
    as_written_before_modalities(tmp_path / "v1", {"text": "t1", "image": "e1"})
    back = read_alignment(tmp_path / "v1", configured)
    assert (back.modality, back.trained.encoders) == (modality, {"text": "t1", modality: "e1"})


def test_an_old_file_whose_encoder_is_gone_is_refused(alignment: Alignment, tmp_path: Path) -> None:
    alignment.save(tmp_path / "v1")
    as_written_before_modalities(tmp_path / "v1", {"text": "t1", "image": "e1"})
    with pytest.raises(AlignmentError, match=r"'image': 'e1'.*'image': 'none'"):
        read_alignment(tmp_path / "v1", {"text": "t1", "audio": "a2"})


def test_the_weights_have_the_names_that_older_versions_read(
    alignment: Alignment, tmp_path: Path
) -> None:
    alignment.save(tmp_path / "v1")
    names = set(load_file(tmp_path / "v1" / "heads.safetensors"))
    assert names == {"text_mean", "text", "image_mean", "image", "query_mean", "query"}
