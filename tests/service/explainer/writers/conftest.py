"""The `openai` writer with a fake endpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.service.explainer.writers.asked import Asked
from tests.service.language_model.fake_endpoint import FakeEndpoint, Reply


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Asked]]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    made: list[Asked] = []

    def make(*replies: Reply, **options: Any) -> Asked:
        made.append(Asked(FakeEndpoint(*replies), **options))
        return made[-1]

    yield make
    for one in made:
        one.writer.close()
        one.endpoint.close()
