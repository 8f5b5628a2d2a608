"""Evaluation at the served answer, on the two tastes that do not mix."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.errors import InvalidInput
from service.evaluate_served import PROTOCOLS, evaluate_served
from service.workspace import Workspace
from tests.service.world import filled, settings


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("evaluate")
    filled(folder).close()
    opened = Workspace.open(settings(folder))
    yield opened
    opened.close()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_protocol_measures_palate_beside_the_baselines(workspace: Workspace, protocol: str) -> None:
    found = evaluate_served(
        workspace, protocol=protocol, baselines=["popularity", "ease-recency"], source="films", target="books",
        n_events=2,
    )  # fmt: skip
    report = found.report
    assert found.about["protocol"] == protocol
    assert len(found.learning.losses) > 0
    assert report.systems() == ["palate", "popularity", "ease-recency"]
    figure = report.get("ndcg@10", system="palate")
    assert figure.n_cases > 0
    assert 0.0 <= figure.value <= 1.0


def test_two_tastes_are_told_apart_where_popularity_cannot(workspace: Workspace) -> None:
    report = evaluate_served(workspace, protocol="leave-one-out", baselines=["popularity"]).report
    assert report.get("ndcg@10", system="palate").value > report.get("ndcg@10", system="popularity").value


def test_nothing_that_serves_is_touched(workspace: Workspace) -> None:
    before = (workspace.log.count_events(), workspace.store.vector_names(), workspace.log.list_models())
    evaluate_served(workspace, protocol="leave-one-out", baselines=[])
    assert (workspace.log.count_events(), workspace.store.vector_names(), workspace.log.list_models()) == before


def test_unknown_names_are_refused(workspace: Workspace) -> None:
    with pytest.raises(InvalidInput, match="protocol"):
        evaluate_served(workspace, protocol="coin-toss")
    with pytest.raises(InvalidInput, match="source"):
        evaluate_served(workspace, protocol="cross-domain", source="shoes", target="books")
