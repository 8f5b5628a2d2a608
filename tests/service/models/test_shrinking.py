"""A smaller copy of a model stands beside its original and waits to be activated."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import InvalidInput
from service.api.messages import RecommendRequest
from service.errors import ModelNotFound
from tests.service.world import filled, opened


def test_a_shrunk_model_is_registered_and_serves_when_it_is_activated(tmp_path: Path) -> None:
    palate = filled(tmp_path)
    with pytest.raises(ModelNotFound, match="ghost"):
        palate.shrink_model("ghost")
    original = palate.train(force=True)
    (tmp_path / "models" / f"{original.version}-int8").mkdir()  # of a shrinking that was killed
    shrunk = palate.shrink_model(original.version)
    assert shrunk.bytes_after < shrunk.bytes_before
    assert shrunk.agreement.overlap > 0.8
    assert {model.version: model.active for model in palate.list_models()} == {
        original.version: True,
        shrunk.version: False,
    }
    for version in (original.version, shrunk.version):
        with pytest.raises(InvalidInput, match="shrunk already"):
            palate.shrink_model(version)
    palate.activate_model(shrunk.version)
    palate.close()
    again = opened(tmp_path)
    answer = again.recommend(RecommendRequest(user_id="u0"))
    assert (answer.model_version, answer.degraded) == (shrunk.version, [])
    again.close()
