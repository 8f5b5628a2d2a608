"""What the data folder holds, by the small world: 30 films, 10 books, 30 people."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.errors import InvalidInput
from service.evaluation.served.dataset import Dataset
from service.storage.workspace import Workspace
from tests.service.world import events, filled, settings


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("dataset")
    recommender = filled(folder)
    recommender.delete_items(["i3"])
    recommender.close()
    opened = Workspace.open(settings(folder))
    yield opened
    opened.close()


def test_items_are_numbered_without_gaps_and_events_follow_them(workspace: Workspace) -> None:
    dataset = Dataset.of(workspace)
    assert [row.item_index for row in dataset.rows] == list(range(39))
    assert "i3" not in dataset.item_ids.index_of
    back = {(e.user_id, e.item_id, e.value, e.timestamp) for e in dataset.events(dataset.table)}
    assert back == {
        (e.user_id, e.item_id, e.value, e.timestamp) for e in events() if e.item_id != "i3"
    }


def test_a_domain_holds_its_own_items_and_events_only(workspace: Workspace) -> None:
    books = Dataset.of(workspace, "books")
    names = {f"i{n}" for n in range(30, 40)}
    assert set(books.domains) == {"books"}
    assert books.table.n_items == len(books.rows) == len(books.text) == 10
    assert {e.item_id for e in books.events(books.table)} == names & {e.item_id for e in events()}
    assert len(books.table) == sum(e.item_id in names for e in events())
    with pytest.raises(InvalidInput, match=r"domain.*there are books, films"):
        Dataset.of(workspace, "shoes")
