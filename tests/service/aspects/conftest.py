"""An endpoint that describes items well, until it is told otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.aspects.describing import well
from tests.service.language_model.fake_endpoint import FakeEndpoint


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEndpoint]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = FakeEndpoint(well)
    yield server
    server.close()
