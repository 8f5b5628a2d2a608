"""What is called hostile is refused by what reads pictures and fetches addresses, without a server."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import hostile_media
from benchmarks.media import trap
from encoders.decoding.decoder import decoded_image
from encoders.errors import MediaError
from indexer.media.folder import MediaFolder
from indexer.media.limits import DownloadLimits
from indexer.media.source import MediaSource


def test_files_that_have_to_be_refused_are() -> None:
    rng = np.random.default_rng(0)
    made = [*hostile_media._others(rng), *hostile_media._claims(), *hostile_media._cut(rng)]
    refused = [one for one in made if one.is_refused]
    assert len(refused) > 70
    for one in refused:
        with pytest.raises(MediaError):
            decoded_image(one.content, one.about)


def test_addresses_lead_nowhere(tmp_path: Path) -> None:
    source = MediaSource(MediaFolder(tmp_path), DownloadLimits())
    with trap() as (port, reached):
        named = hostile_media.addresses(port)
        assert len(named) == len(set(named)) > 100
        for name in named:
            with pytest.raises(MediaError):
                decoded_image(source.source_of(source.admit(name, None, "image")))
    assert reached == []
