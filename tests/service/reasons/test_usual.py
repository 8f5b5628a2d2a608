"""What is usual is measured at the first start, and read at the next."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from indexer.catalog.item import Item
from service.aspects.reading import Aspects
from service.reasons.kept_usual import KeptUsual
from service.reasons.usual import Usual
from service.recommender import Recommender
from tests.service.world import filled, items, opened


def usual(palate: Recommender, everything: Iterable[tuple[int, Item]]) -> Usual:
    workspace = palate.workspace
    return Usual(lambda: everything, Aspects(workspace.log), KeptUsual(workspace))


def test_the_catalogue_is_read_once(tmp_path: Path) -> None:
    palate = filled(tmp_path)
    measured = usual(palate, list(enumerate(items()))).measured()
    assert measured.category_share["Space"] == 0.5
    palate.close()
    palate = opened(tmp_path)
    assert usual(palate, []).measured() == measured  # nothing else is asked for
    palate.close()


def test_a_server_that_was_started_before_reads_no_items_before_it_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    palate = filled(tmp_path)
    palate.warm_up()
    palate.close()
    palate = opened(tmp_path)
    monkeypatch.setattr(palate.workspace.log, "iter_items", None)
    palate.warm_up()
    palate.close()
