"""Evaluation at the served answer, on the two tastes that do not mix."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from service.api.messages import TrainProgress
from service.errors import ConfigError, InvalidInput
from service.evaluation.report import Figure
from service.evaluation.served.dataset import Dataset
from service.evaluation.served.evaluate import ServedEvaluation, evaluate_served
from service.evaluation.served.plan import PROTOCOLS, Plan
from service.evaluation.served.run import run_of
from service.storage.workspace import Workspace
from tests.service.world import filled, settings


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("evaluate")
    filled(folder).close()
    opened = Workspace.open(settings(folder))
    yield opened
    opened.close()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_protocol_measures_palate_beside_the_baselines(
    workspace: Workspace, protocol: str
) -> None:
    plan = Plan(
        protocol,
        baselines=["popularity", "ease-recency"],
        source="films",
        target="books",
        n_events=[2],
    )
    found = evaluate_served(workspace, plan)
    report = found.report
    assert found.about["protocol"] == protocol
    assert float(found.about["training time"].removesuffix(" s")) >= 0
    assert found.left_out == []
    assert len(found.learning.losses) > 0
    assert report.systems() == ["palate", "popularity", "ease-recency"]
    figure = report.get("ndcg@10", system="palate")
    assert figure.n_cases > 0
    assert 0.0 <= figure.value <= 1.0


def test_two_tastes_are_told_apart_where_popularity_cannot(workspace: Workspace) -> None:
    report = evaluate_served(workspace, Plan("leave-one-out", baselines=["popularity"])).report
    assert (
        report.get("ndcg@10", system="palate").value
        > report.get("ndcg@10", system="popularity").value
    )


def test_nothing_that_serves_is_touched(workspace: Workspace) -> None:
    before = (
        workspace.log.count_events(),
        workspace.store.vector_names(),
        workspace.log.list_models(),
    )
    evaluate_served(workspace, Plan("leave-one-out", baselines=[]))
    assert (
        workspace.log.count_events(),
        workspace.store.vector_names(),
        workspace.log.list_models(),
    ) == before


def test_several_explorations_share_a_training_and_the_most_exploring_finds_most_cold_items(
    workspace: Workspace,
) -> None:
    stages: list[str] = []
    plan = Plan(exploration=[0.0, 1.0], cold_share=0.3)
    found = evaluate_served(workspace, plan, lambda one: stages.append(one.stage))
    asked = [f"palate (exploration {value})" for value in (0, 1)]
    assert found.report.systems()[:2] == asked
    assert "ease-recency-borrowed-8" in found.report.systems()
    assert stages.count("activate") == 1
    plain, exploring = (
        found.report.get("recall@10", slice="cold_item", system=system).value for system in asked
    )
    assert exploring >= plain
    assert found.about["exploration"] == "0, 1"


def test_people_are_asked_again_as_more_of_their_events_are_known(workspace: Workspace) -> None:
    plan = Plan("cold-users", n_events=[3, 0, 1], baselines=["item-knn"])
    report = evaluate_served(workspace, plan).report
    assert [label for label in report.slices() if label.startswith("events")] == [
        "events 0",
        "events 1",
        "events 3",
    ]
    for system in report.systems():
        figures = [report.get("ndcg@10", slice=f"events {n}", system=system) for n in (0, 1, 3)]
        assert {figure.n_cases for figure in figures} == {6}  # a fifth of 30 people
        assert figures[2].value > figures[0].value


def test_repeats_pool_the_cases_of_several_seeds(workspace: Workspace) -> None:
    stages: set[str] = set()
    plan = Plan(seed=3, repeats=2, baselines=["popularity"])
    found = evaluate_served(workspace, plan, lambda one: stages.add(one.stage))
    assert found.about["seed"] == "3, 4"
    assert {"seed 3: ask", "seed 4: ask"} <= stages
    dataset = Dataset.of(workspace)
    asked = [case for seed in (3, 4) for case in run_of(plan, dataset, seed).rounds[0]]
    for label in ("warm", "cold_item"):
        n_cases = sum(label in case.slices for case in asked)
        assert found.report.get("ndcg@10", slice=label, system="palate").n_cases == n_cases > 0


def test_a_domain_is_measured_as_if_there_were_no_other(workspace: Workspace) -> None:
    found = evaluate_served(
        workspace, Plan("leave-one-out", domain="films", baselines=["popularity"])
    )
    assert found.about["domain"] == "films"
    assert found.about["catalogue"] == "30 items"
    assert [label for label in found.report.slices() if label.startswith("domain")] == [
        "domain films"
    ]


def test_an_ablation_changes_palate_and_not_the_baselines(workspace: Workspace) -> None:
    whole, less = (
        evaluate_served(workspace, Plan(baselines=["content-knn"], without=without))
        for without in ([], ["text", "id", "second-stage"])
    )
    assert less.about["without"] == "text, id, second-stage"

    def figures(found: ServedEvaluation, system: str) -> set[Figure]:
        return {figure for figure in found.report.figures if figure.system == system}

    assert figures(less, "content-knn") == figures(whole, "content-knn")
    assert figures(less, "palate") != figures(whole, "palate")


def test_baselines_that_cannot_be_fitted_are_left_out_and_said(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "implicit.cpu.als", None)
    found = evaluate_served(workspace, Plan("leave-one-out"))
    (sentence,) = found.left_out
    assert sentence.startswith("als, als-recency: ALS needs the library implicit")
    assert found.about["left out"] == sentence
    assert "als" not in found.report.systems()


def test_a_baseline_asked_for_by_name_that_cannot_be_fitted_stops_it_before_the_training(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "implicit.cpu.als", None)
    told: list[TrainProgress] = []
    with pytest.raises(ConfigError, match=r"palate\[baselines\]"):
        evaluate_served(workspace, Plan("leave-one-out", baselines=["als"]), told.append)
    assert {one.stage for one in told} == {"baselines"}


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (Plan(domain="shoes"), "domain"),
        (Plan("cross-domain", source="shoes", target="books"), "source"),
        (Plan("cross-domain", source="films"), "target"),
    ],
)
def test_a_domain_that_is_not_there_is_answered_with_those_that_are(
    workspace: Workspace, plan: Plan, field: str
) -> None:
    with pytest.raises(InvalidInput, match=f"{field}.*there are books, films"):
        evaluate_served(workspace, plan)
