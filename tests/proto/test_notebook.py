"""The calls of a notebook, at a real server: tables in, and answers that show themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import polars as pl
import pytest

import palate
from indexer.catalog.item import RowError
from indexer.indexing.indexer import IndexReport
from palate.notebook import Model, Palate
from palate.v1 import model_pb2
from service.api.messages import EventReport
from tests.service.standin import StandIn, served


@pytest.fixture
def shop() -> Iterator[tuple[Palate, StandIn]]:
    backend = StandIn()
    with served(backend) as address, palate.connect(address) as connected:
        yield connected, backend


def test_a_table_of_items_goes_in_batches_and_comes_out_as_one_report(
    shop: tuple[Palate, StandIn],
) -> None:
    connected, backend = shop
    backend.item_report = IndexReport(indexed=1, failed=[RowError(2, "i1", "it is bad")])
    report = connected.index(
        pd.DataFrame({"item_id": [f"i{n}" for n in range(501)], "brand": "Nord"})
    )
    assert [len(asked[1]) for asked in backend.asked] == [500, 1]
    assert backend.asked[0][1][0].attributes == {"brand": "Nord"}
    assert report.counts == {"indexed": 2, "skipped": 0}
    assert [one["row"] for one in report.failed] == [1, 500]
    assert "it is bad" in report._repr_html_()


def test_a_table_of_events_is_recorded(shop: tuple[Palate, StandIn]) -> None:
    connected, backend = shop
    backend.event_report = EventReport(2, 0, 0)
    table = pl.DataFrame({"user_id": [1, 2], "item_id": ["a", "b"], "event_type": ["view", "like"]})
    assert connected.record(table).counts["recorded"] == 2
    assert [event.user_id for event in backend.asked[0][1]] == ["1", "2"]


def test_a_list_shows_itself_and_is_a_table(shop: tuple[Palate, StandIn]) -> None:
    connected, backend = shop
    found = connected.recommend("u", wish="in space")
    assert backend.asked[0][1].wish == "in space"
    assert (len(found), found[0].item.title, found.recommendation_id) == (1, "Alien", "rec-1")
    assert "Because you watched Aliens." in found._repr_html_()
    assert repr(found) == "no pictures\n1. Alien  Because you watched Aliens."
    frame = found.to_pandas()
    assert frame.loc[0, "title"] == "Alien"
    assert found.to_polars()["categories"].to_list() == [["Horror", "Sci-Fi"]]
    assert len(connected.similar("f1")) == len(connected.search("alien")) == 1


def test_an_explanation_is_of_the_list_that_was_served(shop: tuple[Palate, StandIn]) -> None:
    connected, backend = shop
    found = connected.recommend("u")
    why = connected.explain("f1", found)
    assert backend.asked[-1][1].recommendation_id == "rec-1"
    assert repr(why) == "Because you watched Aliens."
    assert "Aliens" in why._repr_html_()
    assert why.to_pandas()["kind"].to_list() == ["history", "popularity"]
    connected.explain("f1", user_id="u")
    assert backend.asked[-1][1].user_id == "u"
    assert "Horror" in repr(connected.describe_taste("u"))
    assert connected.item("f1").title == "Alien"


def test_training_tells_its_progress_and_ends_with_the_model(shop: tuple[Palate, StandIn]) -> None:
    connected, _ = shop
    stages: list[str] = []
    model = connected.train(lambda step: stages.append(step.stage))
    assert stages == ["fit", "fit"]
    assert "m1, active" in model._repr_html_()


def test_figures_are_a_table_with_their_intervals() -> None:
    metrics = {
        "palate/all/ndcg@10": 0.5,
        "palate/all/ndcg@10/low": 0.4,
        "palate/all/ndcg@10/high": 0.6,
        "seconds": 3.0,
    }
    rows = Model(model_pb2.ModelInfo(metrics=metrics)).rows()
    assert rows == [
        {
            "system": "palate",
            "slice": "all",
            "metric": "ndcg@10",
            "value": 0.5,
            "low": 0.4,
            "high": 0.6,
        }
    ]
