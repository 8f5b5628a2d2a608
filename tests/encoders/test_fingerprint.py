"""Fingerprints change with what makes vectors, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import torch

from encoders.fingerprint import HEX_DIGITS, digest_of, fingerprint_files, fingerprint_tensors


def test_files_count_by_content_and_order_and_not_by_name(tmp_path: Path) -> None:
    one, two, copy = (tmp_path / name for name in ("one", "two", "copy"))
    one.write_bytes(b"1")
    two.write_bytes(b"2")
    copy.write_bytes(b"1")
    print_ = fingerprint_files([one, two], {"px": 224})
    assert len(print_) == HEX_DIGITS
    assert fingerprint_files([copy, two], {"px": 224}) == print_
    assert fingerprint_files([two, one], {"px": 224}) != print_
    assert fingerprint_files([one, two], {"px": 225}) != print_


def test_tensors_count_by_name_number_shape_and_type_and_not_by_order() -> None:
    one, two = torch.ones(2, 3), torch.arange(4.0)
    print_ = fingerprint_tensors({"a": one, "b": two}, {})
    assert fingerprint_tensors({"b": two.clone(), "a": one.clone()}, {}) == print_
    others = [
        {"a": two, "b": one},
        {"a": one.reshape(3, 2), "b": two},
        {"a": one.double(), "b": two},
        {"a": one * 2, "b": two},
    ]
    assert len({print_, *(fingerprint_tensors(other, {}) for other in others)}) == 5


def test_a_set_of_encoders_has_one_digest_whatever_their_order() -> None:
    digest = digest_of({"text": "t", "image": "i"})
    assert digest == digest_of({"image": "i", "text": "t"})
    assert len(digest) == 8
    others = [
        {"text": "t"},
        {"text": "t", "image": "j"},
        {"text": "t", "image": "i", "audio": "i"},
        {"text": "i", "image": "t"},
    ]
    assert len({digest, *map(digest_of, others)}) == 5


def test_digests_are_those_that_data_folders_of_before_were_written_with() -> None:
    """Computed by 034e339, which called sounds "image"."""
    assert digest_of({"text": "fake-text-16", "image": "fake-image-12"}) == "959195f4"
    assert digest_of({"text": "fake-text-16", "audio": "fake-audio-12"}) == "d5e90368"
    assert digest_of({"text": "fake-text-16"}) == "dfca62c5"
