"""A manifest is read back as it was written, and tells when it was changed."""

from __future__ import annotations

import json

import pytest

from service.backup.manifest import Blocks, Manifest, Vectors, digest_of

MANIFEST = Manifest(
    made_at=1_700_000_000.25,
    position=7,
    shared_log=False,
    tables={"events": Blocks(["a", "b"], 7), "meta": Blocks([], 0)},
    files={"models/m/é.json": Blocks(["c", "a"], 12)},
    vectors=Vectors("12ab", Blocks(["d"], 3)),
)


@pytest.mark.parametrize("vectors", [None, MANIFEST.vectors])
def test_it_is_read_as_it_was_written(vectors: Vectors | None) -> None:
    manifest = Manifest(1.5, 7, True, MANIFEST.tables, MANIFEST.files, vectors)
    assert Manifest.from_json(manifest.to_json()) == manifest


def test_it_names_every_block_and_when_it_was_made() -> None:
    assert list(MANIFEST.digests()) == ["a", "b", "c", "a", "d"]
    assert MANIFEST.name == "20231114T221320.250000Z"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (MANIFEST.to_json().replace('"position": 7', '"position": 8'), "checksum differs"),
        (MANIFEST.to_json().replace('"format": 1', '"format": 2'), "has format 2"),
        ("{}", "no manifest"),
        ("[]", "no manifest"),
        (json.dumps(json.loads(MANIFEST.to_json()) | {"more": 1}), "no manifest"),
        (MANIFEST.to_json()[:-5], "no manifest"),
    ],
)
def test_what_was_not_written_so_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Manifest.from_json(text)


def test_a_digest_is_that_of_blake2b() -> None:
    assert digest_of(b"") == "cae66941d9efbd404e4d88758ea67670"
